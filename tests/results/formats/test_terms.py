"""The terminology, read back by spreadsheets and terminology tools."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from tests.results.samples import EVIL, TERMS
from wajue.results.export import export


def test_csv_opens_in_excel_and_runs_nothing(exported: Any) -> None:
    raw = exported("csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\r\n") == 1 + len(TERMS)
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [r["rank"] for r in rows] == ["1", "2", "3", "4", "5", "6"]
    assert rows[0]["term"] == "断路器" and rows[0]["example_2"] == "<b>断路器</b>&检修\n第二行"
    assert rows[0]["keyness"] == "-1.23457" and rows[0]["similarity"] == ""  # a figure stays one
    assert rows[1]["parts"] == "SF6 断路器" and rows[1]["example_1"] == rows[4]["term"] == "'" + EVIL
    assert rows[3]["path"] == "断路器 操作机构" and rows[0]["path"] == ""
    assert not any(cell[:1] in "=+@\t\r\n" for r in rows for cell in r.values() if cell)


def test_csv_runs_nothing_where_a_semicolon_ends_a_cell(tmp_path: Path) -> None:
    examples = ["查看;=1+1", '查看;"@A1', "见下\n- 断路器", "a;b=c", "断路器; 隔离开关"]
    row = {"rank": 1, "term": "断路器", "parts": ["断路器"], "examples": examples, "score": 100000.0, "domain_count": 3}
    workspace = tiny.workspace(
        tmp_path / "w", terms=[row | {"general_count": 0, "source": "contrast", "is_listed": True}], raw_documents=[]
    )
    export(workspace, "csv", tmp_path / "terms.csv")
    raw = (tmp_path / "terms.csv").read_text(encoding="utf-8-sig")
    # Excel in German takes ; for ,: a quote that does not begin a cell is no quote to it
    assert not [cell for cell in re.split(r'[;\t\r\n]|,"', raw) if re.match(r'[ "]*[=+\-@]', cell)]
    # LibreOffice, as it comes, ends a cell at either, but not in quotes
    assert not re.search(r"[;\s]", re.sub(r'"(?:[^"]|"")*"', "", raw).strip().replace("\n", ""))
    [row] = csv.DictReader(io.StringIO(raw, newline=""))
    assert row["example_1"] == "查看;'=1+1" and [row[f"example_{n}"] for n in (4, 5)] == examples[3:]
    assert float(row["score"]) == 100000


def test_excel_gets_strings_and_numbers_and_no_formula(exported: Any) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(exported("xlsx").read_bytes()))["terms"]
    header = [c.value for c in sheet[1]]
    rows = [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert [r["term"].value for r in rows] == [t for t, _, _ in TERMS]
    assert (rows[4]["term"].value, rows[4]["term"].data_type) == (EVIL, "s")
    assert rows[0]["score"].value == 1.0 and rows[0]["domain_count"].data_type == "n" and rows[0]["similarity"].value is None
    assert sheet.freeze_panes == "C2" and sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(header)).column_letter}{1 + len(TERMS)}"
    assert sheet.column_dimensions["B"].width > 20
    assert not any(c.data_type == "f" for row in sheet for c in row)


def test_skos_is_a_scheme_with_broader_and_related_terms(exported: Any, caplog: pytest.LogCaptureFixture) -> None:
    from rdflib import RDF, SKOS, Graph, Literal

    with caplog.at_level("INFO", logger="wajue"):
        graph = Graph().parse(exported("skos"), format="turtle")
    assert "left out: 1 examples with characters that skos cannot hold" in caplog.text
    [scheme] = graph.subjects(RDF.type, SKOS.ConceptScheme)
    concept = {str(label): c for c, label in graph.subject_objects(SKOS.prefLabel) if c != scheme}
    assert set(concept) == {t for t, _, _ in TERMS}
    assert all(graph.value(c, SKOS.prefLabel).language == "zh" for c in concept.values())  # type: ignore[union-attr]
    assert graph.value(concept["SF6断路器"], SKOS.notation).toPython() == 2  # type: ignore[union-attr]
    links = {(a, b) for a in concept for b in concept if (concept[a], SKOS.broader, concept[b]) in graph}
    assert links == {("SF6断路器", "断路器"), ("断路器操作机构", "操作机构")}
    assert all((concept[b], SKOS.narrower, concept[a]) in graph for a, b in links)
    related = {(a, b) for a in concept for b in concept if (concept[a], SKOS.related, concept[b]) in graph}
    assert related == {("断路器", "断路器操作机构"), ("断路器操作机构", "断路器")}
    tops = set(graph.objects(scheme, SKOS.hasTopConcept))
    assert tops == set(concept.values()) - {concept[a] for a, _ in links}
    assert Literal("<b>断路器</b>&检修\n第二行", lang="zh") in set(graph.objects(concept["断路器"], SKOS.example))


def test_tbx_is_of_the_basic_dialect(exported: Any) -> None:
    # what TBXcoreStructV03.rng and TBX-Basic_DCA.sch ask of the elements written here
    children = {
        "tbx": ["tbxHeader", "text"], "tbxHeader": ["fileDesc"], "fileDesc": ["titleStmt", "sourceDesc"], "text": ["body"],
        "conceptEntry": ["descrip", "note", "ref", "langSec"], "langSec": ["termSec"], "termSec": ["term", "descrip"],
    }  # fmt: skip
    categories = {
        ("conceptEntry", "descrip"): "subjectField",
        ("termSec", "descrip"): "context",
        ("conceptEntry", "ref"): "crossReference",
    }
    tree = ET.parse(exported("tbx"))
    space = "{urn:iso:std:iso:30042:ed-2}"
    root = tree.getroot()
    assert root.tag == f"{space}tbx" and (root.get("type"), root.get("style")) == ("TBX-Basic", "dca")
    ids = {e.get("id") for e in root.iter(f"{space}conceptEntry")}
    assert len(ids) == len(TERMS)
    for parent in root.iter():
        name = parent.tag.removeprefix(space)
        order = [c.tag.removeprefix(space) for c in parent]
        if name in children:
            assert list(dict.fromkeys(order)) == [c for c in children[name] if c in order], name
        for child, tag in zip(parent, order, strict=True):
            assert child.get("type") == categories.get((name, tag)), (name, tag)
            assert child.get("target") is None or child.get("target") in ids
    entry = root.find(f".//{space}conceptEntry[@id='c3']")
    assert entry is not None and [(r.get("target"), r.text) for r in entry.iter(f"{space}ref")] == [
        ("c4", "操作机构"),
        ("c1", "断路器"),
    ]
    assert [e.text for e in root.iter(f"{space}term")] == [t for t, _, _ in TERMS]
    assert [e.text for e in root.iter(f"{space}descrip") if e.get("type") == "context"] == [
        "断路器跳闸",
        "<b>断路器</b>&检修\n第二行",
        EVIL,
    ]
