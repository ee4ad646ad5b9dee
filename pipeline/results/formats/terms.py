"""The terminology for people: CSV and Excel for spreadsheets, SKOS and TBX for terminologists. In: terms. Out: a file.

A new format is a function, and a row of TERM_FORMATS. If one term ends with another, the shorter is the broader term: the head of
a Chinese compound stands last.
"""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wajue.mining.tokens.surface import written
from wajue.schemas import TABLES

_ANY = re.compile(r"[\s\S]*")
_XML = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")  # XML 1.0, production Char
# what a spreadsheet takes for the beginning of a formula, also in full width: OWASP, CSV Injection. Where a comma is the decimal
# mark (Excel in German or French) a ; begins a new cell, even inside quotes
_FORMULA = re.compile(r"""\A(?=[\t\r\n])|(?:\A|(?<=[;\t\r\n]))(?=[ "]*[=+\-@＝＋－＠])""")
_XLSX_ROWS = 1_048_575  # below the header
_XLSX_CELL = re.compile(r"[\s\S]{0,32767}")
_NOT_PLAIN = ("parts", "path", "examples", "doubts", "is_listed")
_TBX = "urn:iso:std:iso:30042:ed-2"


@dataclass(frozen=True)
class Terminology:
    """The table `terms` by rank, and what it was mined from."""

    ranked: list[dict[str, Any]]
    corpora: list[str]
    language: str  # BCP 47


@dataclass(frozen=True)
class TermFormat:
    """A format: the text that it can hold, the function that writes it, and how many terms it can hold at most."""

    holds: re.Pattern[str]
    write: Callable[[Terminology, Path], None]
    most: int | None = None


def _columns(terms: Terminology) -> tuple[list[str], list[list[Any]]]:
    """(header, rows) of plain values: the words of a term, and of the path to it, joined by spaces; a column for each example."""
    plain = [c.name for c in TABLES["terms"].columns if c.name not in _NOT_PLAIN and not c.name.startswith("by_")]
    most = max((len(r["examples"] or []) for r in terms.ranked), default=0)
    header = [*plain, "parts", "path", *(f"example_{i + 1}" for i in range(most))]
    cells = []
    for row in terms.ranked:
        examples = list(row["examples"] or [])
        joined = [" ".join(row[c] or []) for c in ("parts", "path")]
        cells.append([*(row[c] for c in plain), *joined, *examples, *[None] * (most - len(examples))])
    return header, cells


def _csv(terms: Terminology, path: Path) -> None:
    """RFC 4180 in UTF-8 with a byte order mark, by which Excel knows UTF-8; a text that looks like a formula follows a '.

    Every text is in quotes: by default LibreOffice ends an unquoted cell at a semicolon too.
    """
    header, rows = _columns(terms)
    with open(path, "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(header)
        writer.writerows([[_harmless(value) for value in row] for row in rows])


def _harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers with six digits, which the table has in full."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return _FORMULA.sub("'", value) if isinstance(value, str) else value


def _xlsx(terms: Terminology, path: Path) -> None:
    """One sheet: the header frozen, with a filter; every string is stored as a string, whatever it looks like."""
    import xlsxwriter

    header, cells = _columns(terms)
    packed = io.BytesIO()  # on a full disk the library would leave an open file, which complains when it is collected
    with xlsxwriter.Workbook(packed, {"constant_memory": True}) as book:
        book.set_properties({"title": "Terms", "created": datetime(2000, 1, 1)})  # the same terms make the same file
        sheet = book.add_worksheet("terms")
        sheet.freeze_panes(1, 2)
        bold, figure = book.add_format({"bold": True}), book.add_format({"num_format": "0.000"})
        for column, name in enumerate(header):
            sheet.set_column(column, column, _width(name))
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(cells, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif isinstance(value, float) and value - value == 0:  # Excel has neither nan nor infinity
                    sheet.write_number(number, column, value, figure)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
        sheet.autofilter(0, 0, len(cells), len(header) - 1)
    path.write_bytes(packed.getbuffer())


def _width(column: str) -> int:
    return 60 if column.startswith("example") else {"term": 24, "parts": 24, "rank": 7}.get(column, len(column) + 4)


def _links(terms: Terminology) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """({term: its broader term}, pairs of related terms): from the words of each term, and from the longer term it is part of."""
    names = {r["term"] for r in terms.ranked}
    inside = {(r["term"], r["nested_in"]) for r in terms.ranked if r["nested_in"] in names}  # (part, whole)
    for row in terms.ranked:
        words = row["parts"] or []
        joiner = " " if row["term"] == " ".join(words) else ""
        ends = (written(words[i:], joiner) for i in range(1, len(words)))
        inside |= {(part, row["term"]) for part in (*words, *ends) if part in names and part != row["term"]}
    broader: dict[str, str] = {}
    for part, whole in inside:
        if whole.endswith(part) and len(part) > len(broader.get(whole, "")):
            broader[whole] = part
    return broader, {(part, whole) for part, whole in inside if not whole.endswith(part)}


def _figures(row: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {row[name]:.4g}" if isinstance(row[name], float) else f"{name} {row[name]}"
        for name in ("score", "domain_count", "general_count", "keyness", "log_ratio", "source")
        if row[name] is not None
    )


def _skos(terms: Terminology, path: Path) -> None:
    """A SKOS concept scheme in Turtle; the notation is the rank. W3C, SKOS Reference (2009)."""
    from rdflib import RDF, SKOS, XSD, Graph, Literal, URIRef

    graph = Graph()
    scheme = URIRef("urn:wajue:" + ":".join(quote(c, safe="") for c in terms.corpora))
    concept = {r["term"]: URIRef(f"{scheme}:term:{_iri(r['term'])}") for r in terms.ranked}
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, SKOS.prefLabel, Literal(", ".join(terms.corpora))))
    broader, related = _links(terms)
    for row in terms.ranked:
        term, this = row["term"], concept[row["term"]]
        graph.add((this, RDF.type, SKOS.Concept))
        graph.add((this, SKOS.inScheme, scheme))
        graph.add((this, SKOS.prefLabel, Literal(term, lang=terms.language)))
        graph.add((this, SKOS.notation, Literal(row["rank"], datatype=XSD.int)))
        graph.add((this, SKOS.editorialNote, Literal(_figures(row))))
        for example in row["examples"] or []:
            graph.add((this, SKOS.example, Literal(example, lang=terms.language)))
        if term in broader:
            graph.add((this, SKOS.broader, concept[broader[term]]))
            graph.add((concept[broader[term]], SKOS.narrower, this))
        else:
            graph.add((scheme, SKOS.hasTopConcept, this))
            graph.add((this, SKOS.topConceptOf, scheme))
    for part, whole in related:
        graph.add((concept[part], SKOS.related, concept[whole]))
        graph.add((concept[whole], SKOS.related, concept[part]))
    graph.serialize(path, format="turtle", encoding="utf-8")


def _iri(term: str) -> str:
    """The term as part of an IRI: letters of any script unchanged, everything else percent-encoded (RFC 3987)."""
    return "".join(c if c.isalnum() else quote(c, safe="-._") for c in term)


def _tbx(terms: Terminology, path: Path) -> None:
    """TBX-Basic in the style DCA, ISO 30042:2019: one concept for each term, its examples as contexts."""
    ids = {r["term"]: f"c{r['rank']}" for r in terms.ranked}
    broader, related = _links(terms)
    linked: dict[str, set[str]] = {t: {b} for t, b in broader.items()}
    for part, whole in related:
        linked.setdefault(whole, set()).add(part)
    root = ET.Element("tbx", {"type": "TBX-Basic", "style": "dca", "xml:lang": terms.language, "xmlns": _TBX})
    described = ET.SubElement(ET.SubElement(root, "tbxHeader"), "fileDesc")
    ET.SubElement(ET.SubElement(described, "titleStmt"), "title").text = f"Terms of {', '.join(terms.corpora)}"
    ET.SubElement(ET.SubElement(described, "sourceDesc"), "p").text = "Mined by wajue from raw text, without labels"
    body = ET.SubElement(ET.SubElement(root, "text"), "body")
    for row in terms.ranked:
        entry = ET.SubElement(body, "conceptEntry", {"id": ids[row["term"]]})
        ET.SubElement(entry, "descrip", {"type": "subjectField"}).text = ", ".join(terms.corpora)
        ET.SubElement(entry, "note").text = f"rank {row['rank']}, {_figures(row)}"
        for other in sorted(linked.get(row["term"], ())):
            ET.SubElement(entry, "ref", {"type": "crossReference", "target": ids[other]}).text = other
        section = ET.SubElement(ET.SubElement(entry, "langSec", {"xml:lang": terms.language}), "termSec")
        ET.SubElement(section, "term").text = row["term"]
        for example in row["examples"] or []:
            ET.SubElement(section, "descrip", {"type": "context"}).text = example
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


TERM_FORMATS = {
    "csv": TermFormat(_ANY, _csv),
    "xlsx": TermFormat(_XLSX_CELL, _xlsx, _XLSX_ROWS),
    "skos": TermFormat(_XML, _skos),
    "tbx": TermFormat(_XML, _tbx),
}
