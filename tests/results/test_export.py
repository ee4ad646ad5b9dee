"""Every format, read back by the tool that it is for."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import tiny
from wajue.errors import WajueError
from wajue.results.export import FORMATS, export
from wajue.results.formats.dictionaries import DICTIONARIES, Dictionary
from wajue.store.workspace import Workspace

# (word, count, score): the first is known, the last two are below the score of the run
WORDS = [("手机", 90, 20.0), ("汇控柜", 40, 19.0), ("SF6断路器", 9, 12.0), ("TNF-α", 8, 11.0), ("导线", 7, 2.0), ("不得更", 6, 1.0)]
EVIL = '=HYPERLINK("http://x","看")'
TERMS = [
    ("断路器", ["断路器"], ["断路器跳闸", "<b>断路器</b>&检修\n第二行"]),
    ("SF6断路器", ["SF6", "断路器"], [EVIL]),
    ("断路器操作机构", ["断路器", "操作", "机构"], None),
    ("操作机构", ["操作", "机构"], ["操作机构\x02卡涩"]),
    (EVIL, [EVIL], []),
    ("circuit breaker", ["circuit", "breaker"], None),
]
NESTED = {"操作机构": "断路器操作机构", "断路器": "断路器操作机构", "SF6断路器": "别的"}
VECTORS = [("断路器", 12), ("a b", 5), ("开\n关", 4), ("SF6断路器", 3), ("=1", 2)]
RNG = np.random.default_rng(7)
MATRIX = RNG.standard_normal((len(VECTORS), 5)).astype(np.float32)


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    vectors = [{"word": w, "count": n, "vector": v} for (w, n), v in zip(VECTORS, MATRIX.tolist(), strict=True)]
    figures = dict.fromkeys(("keyness", "log_ratio", "log_odds", "burst", "npmi"), -1.2345678901)
    return tiny.workspace(
        tmp_path_factory.mktemp("w") / "w",
        {
            "lexicon": {"new_words": {"min_score": 8.0, "accept": ["导线 50", "more.txt"]}},
            "raw_documents": {"corpus": [{"name": "power", "role": "domain"}, {"name": "news", "role": "general"}]},
        },
        lexicon=[{"word": w, "count": n, "score": s, "is_new": w != "手机"} for w, n, s in WORDS],
        terms=[
            {"rank": i, "term": t, "parts": p, "examples": e, "score": 1 / i, "domain_count": 30 // i, "general_count": 1}
            | {"source": "contrast", "nested_in": NESTED.get(t), "path": ["断路器", t] if t == "操作机构" else None, **figures}
            for i, (t, p, e) in reversed(list(enumerate(TERMS, 1)))
        ],
        raw_documents=[],
        sgns_words=vectors,
        jose_words=vectors[::-1],
        jose_documents=[{"doc_id": "d1", "vector": [1.0, 2.0]}, {"doc_id": "d2", "vector": [3.0, 4.0]}],
    )


@pytest.fixture
def exported(mined: Workspace, tmp_path: Path) -> Any:
    def run(form: str, **options: Any) -> Path:
        export(mined, form, tmp_path / "new" / form, **options)
        return tmp_path / "new" / form

    return run


BEST = ["断路器", "SF6断路器", "断路器操作机构", "操作机构"]  # the terms that a segmenter can cut out, by rank


def test_jieba_keeps_every_word_whole(exported: Any, caplog: pytest.LogCaptureFixture) -> None:
    import jieba

    with caplog.at_level("INFO", logger="wajue"):
        path = exported("jieba")
    assert "jieba: 6 words" in caplog.text
    assert "left out: 3 words with white space or other characters" in caplog.text  # TNF-α, the formula, the English
    assert "left out: 1 new words of a score below 8" in caplog.text  # 导线 is accepted
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"\S+ [1-9]\d* nz", line) for line in lines)
    words = [line.split()[0] for line in lines]
    assert words == [*BEST, "汇控柜", "导线"]
    jieba.setLogLevel(60)
    plain, mined = jieba.Tokenizer(), jieba.Tokenizer()
    mined.load_userdict(str(path))
    assert list(plain.cut("SF6断路器的汇控柜", HMM=False)) == ["SF6", "断路器", "的", "汇", "控", "柜"]
    assert list(mined.cut("SF6断路器的汇控柜", HMM=False)) == ["SF6断路器", "的", "汇控柜"]
    for word in words:
        assert list(mined.cut(word)) == [word] == list(mined.cut(word, HMM=False))


def test_jieba_frequencies_beat_frequent_parts(tmp_path: Path) -> None:
    import jieba

    words = ["我们的", "我们的中国", "是不是在", "在中国"]  # made of the most frequent words there are, and of one another
    workspace = tiny.workspace(tmp_path / "w", lexicon=[{"word": w, "count": 1, "score": 9.0, "is_new": True} for w in words])
    export(workspace, "jieba", tmp_path / "dict.txt")
    tokenizer = jieba.Tokenizer()
    assert all(list(tokenizer.cut(w)) != [w] for w in words)
    tokenizer.load_userdict(str(tmp_path / "dict.txt"))
    assert all(list(tokenizer.cut(w)) == [w] for w in words)


def test_hanlp_reads_word_nature_frequency(exported: Any) -> None:
    # CustomDictionary.txt: fields apart by white space, of which a word has none; nature and frequency in pairs
    lines = exported("hanlp").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["断路器 nz 31", "SF6断路器 nz 16"]
    assert all(re.fullmatch(r"\S+ [a-z]+ \d+", line) for line in lines)
    assert "TNF-α nz 8" in lines and len(lines) == 8


def test_ik_gets_words_in_the_case_of_its_text_too(exported: Any) -> None:
    raw = exported("ik").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\n") and b"\r" not in raw
    assert raw.decode().split("\n")[:-1] == ["断路器", "SF6断路器", "sf6断路器", *BEST[2:], "汇控柜", "导线"]


def test_pkuseg_cuts_the_words_out(exported: Any, tmp_path: Path) -> None:
    import spacy_pkuseg  # the kept-up fork of pkuseg; its dictionary code is the same

    path = exported("pkuseg")
    text = "我 爱 北京 天安门\n北京 是 中国 的 首都\n" * 5
    (tmp_path / "train.txt").write_text(text, encoding="utf-8")
    spacy_pkuseg.train(str(tmp_path / "train.txt"), str(tmp_path / "train.txt"), str(tmp_path / "model"), train_iter=1)
    segmenter = spacy_pkuseg.pkuseg(str(tmp_path / "model"), user_dict=str(path))
    cut = list(segmenter.cut("我爱SF6断路器和汇控柜"))
    assert "SF6断路器" in cut and "汇控柜" in cut


def test_min_score_decides_on_new_words(exported: Any) -> None:
    assert "不得更" in exported("ik", min_score=0).read_text(encoding="utf-8").split()
    assert exported("ik", min_score=99).read_text(encoding="utf-8").split() == [
        "断路器",
        "SF6断路器",
        "sf6断路器",
        *BEST[2:],
        "导线",
    ]


def test_gensim_loads_its_three_formats(exported: Any, caplog: pytest.LogCaptureFixture) -> None:
    from gensim.models import KeyedVectors

    keyed = KeyedVectors.load(str(exported("keyedvectors")))
    assert keyed.index_to_key == [w for w, _ in VECTORS] and (keyed.vectors == MATRIX).all()
    assert keyed.get_vecattr("断路器", "count") == 12
    assert [w for w, _ in keyed.most_similar("断路器", topn=9)]
    with caplog.at_level("INFO", logger="wajue"):
        text = KeyedVectors.load_word2vec_format(str(exported("word2vec")))
        binary = KeyedVectors.load_word2vec_format(str(exported("word2vec-bin")), binary=True)
    assert caplog.text.count("left out: 2 words with white space") == 2
    for loaded in (text, binary):
        assert loaded.index_to_key == ["断路器", "SF6断路器", "=1"]
        assert (loaded.vectors == MATRIX[[0, 3, 4]]).all()  # to the last bit, as text too


def test_safetensors_hold_words_counts_and_documents(exported: Any) -> None:
    from safetensors import safe_open
    from safetensors.numpy import load_file

    tensors = load_file(exported("safetensors"))
    assert set(tensors) == {"vectors", "counts", "words"}
    assert tensors["vectors"].dtype == np.float32 and (tensors["vectors"] == MATRIX).all()
    assert json.loads(tensors["words"].tobytes()) == [w for w, _ in VECTORS]
    path = exported("safetensors", model="jose")
    tensors = load_file(path)
    assert (tensors["vectors"] == MATRIX[::-1]).all() and tensors["counts"].tolist() == [n for _, n in VECTORS[::-1]]
    assert tensors["document_vectors"].tolist() == [[1, 2], [3, 4]] and json.loads(tensors["documents"].tobytes()) == ["d1", "d2"]
    with safe_open(path, "numpy") as file:
        assert file.metadata()["model"] == "jose"


def test_the_projector_gets_a_row_for_each_word(exported: Any) -> None:
    folder = exported("projector")
    assert sorted(p.name for p in folder.iterdir()) == ["metadata.tsv", "projector_config.pbtxt", "vectors.tsv"]
    metadata = (folder / "metadata.tsv").read_text(encoding="utf-8").splitlines()
    vectors = np.loadtxt(folder / "vectors.tsv", delimiter="\t", dtype=np.float32)
    assert metadata == ["word\tcount", "断路器\t12", "a b\t5", "SF6断路器\t3", "=1\t2"]
    assert (vectors == MATRIX[[0, 1, 3, 4]]).all()
    config = (folder / "projector_config.pbtxt").read_text()
    assert re.findall(r'(\w+_path): "(.+)"', config) == [("tensor_path", "vectors.tsv"), ("metadata_path", "metadata.tsv")]


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
    workspace = tiny.workspace(tmp_path / "w", terms=[row | {"general_count": 0, "source": "contrast"}], raw_documents=[])
    export(workspace, "csv", tmp_path / "terms.csv")
    raw = (tmp_path / "terms.csv").read_text(encoding="utf-8-sig")
    # Excel in German takes ; for ,: a quote that does not begin a cell is no quote to it
    assert not [cell for cell in re.split(r'[;\t\r\n]|,"', raw) if re.match(r'[ "]*[=+\-@]', cell)]
    # LibreOffice, as it comes, ends a cell at either, but not in quotes
    assert not re.search(r"[;\s]", re.sub(r'"(?:[^"]|"")*"', "", raw).strip().replace("\n", ""))
    [row] = csv.DictReader(io.StringIO(raw, newline=""))
    assert row["example_1"] == "查看;'=1+1" and [row[f"example_{n}"] for n in (4, 5)] == examples[3:]
    assert float(row["score"]) == 100000


def test_hanlp_is_given_no_frequency_that_java_cannot_hold(tmp_path: Path) -> None:
    rows = [{"word": "断路器", "count": 3_000_000_000, "score": 9.0, "is_new": True}]
    export(tiny.workspace(tmp_path / "w", lexicon=rows), "hanlp", tmp_path / "d.txt")
    assert (tmp_path / "d.txt").read_text(encoding="utf-8") == "断路器 nz 2147483647\n"


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


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_results_make_the_same_file_over_an_older_one(exported: Any, form: str) -> None:
    made = []
    for _ in range(2):
        path = exported(form)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        made.append([f.read_bytes() for f in files])
        for file in files:
            file.write_text("older")
    assert made[0] == made[1]
    assert not list(path.parent.rglob(".*"))  # nothing unfinished stays


def test_an_export_that_fails_leaves_what_was_there(mined: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("older")

    def errno_full() -> str:
        raise OSError(28, "No space left on device")

    (tmp_path / "empty").mkdir()
    lexicon = tiny.workspace(tmp_path / "w", lexicon=[], sgns_words=[])
    with pytest.raises(WajueError, match="--until terms writes it"):
        export(lexicon, "csv", tmp_path / "a.txt")
    with pytest.raises(WajueError, match="--until jose writes it"):
        export(lexicon, "word2vec", tmp_path / "a.txt", model="jose")
    with pytest.raises(WajueError, match="holds no vector"):
        export(lexicon, "word2vec", tmp_path / "a.txt")
    with pytest.raises(WajueError, match="is a folder"):
        export(mined, "csv", tmp_path / "empty")
    with pytest.raises(WajueError, match="cannot write"):
        export(mined, "csv", tmp_path / "a.txt" / "b.csv")
    with pytest.raises(WajueError, match="cannot write"):
        export(mined, "projector", tmp_path / "a.txt")
    full = Dictionary(re.compile(".*"), lambda counts: (errno_full() for _ in counts))
    monkeypatch.setitem(DICTIONARIES, "ik", full)
    with pytest.raises(WajueError, match=r"cannot write .*a\.txt: No space left"):
        export(mined, "ik", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "older" and sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "empty", "w"]


def test_a_lexicon_alone_makes_a_dictionary(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = [{"word": w, "count": n, "score": s, "is_new": True} for w, n, s in WORDS]
    workspace = tiny.workspace(tmp_path / "w", lexicon=rows)
    with caplog.at_level("INFO", logger="wajue"):
        export(workspace, "hanlp", tmp_path / "d.txt")
    assert "no table terms yet" in caplog.text
    assert (tmp_path / "d.txt").read_text(encoding="utf-8").split("\n")[0] == "手机 nz 90"
