import bz2
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from wajue.config import Corpus
from wajue.reading import decoding, json_array, records
from wajue.reading.records import Broken, Record


def read(data: bytes, name: str = "a.json", encoding: str = "utf-8", **settings: Any) -> list[Record | Broken]:
    corpus = Corpus(name="c", role="domain", paths=("x",), **settings)
    return list(records.read(io.BytesIO(data), name, corpus, encoding))


def told(found: list[Record | Broken]) -> list[Any]:
    """The fields of a record, the reason of a broken one."""
    return [r.fields if isinstance(r, Record) else r.reason for r in found]


def test_an_array_on_one_line_and_a_pretty_one_are_the_same() -> None:
    rows = [{"q": "高压，]}"}, {"q": 'a"b\\', "t": [1, {"x": []}]}, {}]
    flat = json.dumps(rows, ensure_ascii=False).encode()
    pretty = json.dumps(rows, ensure_ascii=False, indent=2).encode()
    assert told(read(flat)) == told(read(pretty)) == rows
    assert [r.line for r in read(pretty)] == [2, 5, 14]
    assert [r.number for r in read(flat)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", []),
        (b"", []),
        (b" \n", []),
        (b"[ \n ]\n", []),
        (b'[{"a":1},{"b":', [{"a": 1}, "truncated_file"]),
        (b'[{"a":1},', [{"a": 1}, "truncated_file"]),
        (b"[", ["truncated_file"]),
        (b'[{"a":1}, null, "x", 3, [1], {"b":2}]', [{"a": 1}, *["not_an_object"] * 4, {"b": 2}]),
        (b'[{"a": bad}, {"b":2}]', ["invalid_json", {"b": 2}]),
        (b'[{"a":1},]', [{"a": 1}, "invalid_json"]),
        (b'[{"a":1}] x', [{"a": 1}, "trailing_data"]),
        (b"x", ["invalid_json"]),
        (b'{"a":1}\n{"b":2}\n', [{"a": 1}, {"b": 2}]),  # .json that holds a record a line
        (b'[{"a":"\xff"},{"b":2}]', ["invalid_encoding", {"b": 2}]),
    ],
)
def test_json(data: bytes, expected: list[Any]) -> None:
    assert told(read(data)) == expected


def test_a_missing_quote_costs_one_element() -> None:
    data = '[\n{"q": "一"},\n{"q": "二},\n{"q": "三"},\n{"q": "四", "t": ["x},\n{"q": "五"}\n]'.encode()
    assert told(read(data)) == [{"q": "一"}, "invalid_json", {"q": "三"}, "invalid_json", {"q": "五"}]


def test_a_wrong_bracket_or_a_missing_comma_costs_no_other_element() -> None:
    data = b'[\n{"a": 1}},\n{"b": 2},\n{"c": ["x"},\n{"d": 4}\n{"e": 5},\n{"f": 6}\n]'
    assert told(read(data)) == ["invalid_json", {"b": 2}, "invalid_json", {"d": 4}, {"e": 5}, {"f": 6}]


def test_elements_are_found_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"q": "断路器" * i, "n": i} for i in range(30)]
    data = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    for size in (1, 7, 64):
        monkeypatch.setattr(decoding, "BLOCK", size)
        assert told(read(data)) == rows


def test_json_lines() -> None:
    data = b'{"a":1}\n\n  \nnot json\n[1]\n{"a":"\xff"}\r\n{"b":2}'
    found = read(data, "a.jsonl")
    assert told(found) == [{"a": 1}, "invalid_json", "not_an_object", "invalid_encoding", {"b": 2}]
    assert [r.line for r in found] == [1, 4, 5, 6, 7]
    assert [r.number for r in found] == [1, 2, 3, 4, 5]


def test_csv() -> None:
    data = '\ufeffa,b\n1,"x\ny"\n\n3\n"4","5,""6"""\n7,8,9\n'.encode()
    found = read(data, "a.csv")
    assert told(found) == [
        {"a": "1", "b": "x\ny"},
        "wrong_column_count",
        {"a": "4", "b": '5,"6"'},
        "wrong_column_count",
    ]
    assert [r.line for r in found] == [2, 5, 6, 7]
    assert told(read(b'a\n"open', "a.csv")) == ["invalid_csv"]


def test_a_stray_quote_costs_one_line() -> None:
    data = b'a,b\n1,2\n"3,4\n5,6\n"x"y,7\n8,9\n'
    found = read(data, "a.csv")
    assert told(found) == [{"a": "1", "b": "2"}, "invalid_csv", {"a": "5", "b": "6"}, "invalid_csv", {"a": "8", "b": "9"}]
    assert [r.line for r in found] == [2, 3, 4, 5, 6]
    assert isinstance(found[1], Broken) and found[1].raw == '"3,4'


def test_in_tsv_a_quote_may_be_a_plain_character() -> None:
    data = b'a\tb\n1\t"2\n"3"\t"4\t5"\n6\t7"8\n"9\t0\n'
    assert told(read(data, "a.tsv")) == [
        {"a": "1", "b": '"2'},
        {"a": "3", "b": "4\t5"},
        {"a": "6", "b": '7"8'},
        {"a": '"9', "b": "0"},
    ]


def test_text_a_line_or_a_file_a_document() -> None:
    assert told(read("一\n\n 二\r\n".encode(), "a.txt")) == [{"text": "一"}, {"text": " 二"}]
    assert told(read("一\n二".encode(), "a.txt", unit="file")) == [{"text": "一\n二"}]


def test_wikidoc() -> None:
    data = (
        '<doc id="1" url="u" title="题">\n题\n\n正文\n</doc>\nstray\n<doc id="2" title="空">\n空\n</doc>\n<doc id="3">\n半'.encode()
    )
    found = read(data, "wiki_00", format="wikidoc")
    assert told(found) == [
        {"id": "1", "url": "u", "title": "题", "text": "\n正文"},
        "outside_doc",
        {"id": "2", "title": "空", "text": ""},
        "truncated_file",
    ]


def test_markdown_and_html_give_their_text() -> None:
    [markdown] = read("# 题\n\n<p>一</p>\n\n* **二**\n".encode(), "a.md")
    assert isinstance(markdown, Record) and markdown.fields["text"].split() == ["题", "一", "二"]
    [page] = read(b"<html><script>x</script><p>a</p></html>", "a.html")
    assert isinstance(page, Record) and page.fields["text"].split() == ["a"]


@pytest.mark.parametrize(
    ("extension", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".zst", zstandard.ZstdCompressor().compress)]
)
def test_compressed_files_and_their_truncation(extension: str, pack: Any) -> None:
    lines = "\n".join(f"第{i}行{hash(str(i)) % 997}" for i in range(2000)).encode()
    packed = pack(lines)
    assert len(read(packed, f"a.txt{extension}")) == 2000
    assert len(read(packed + pack(lines), f"a.txt{extension}")) == 3999  # two members, joined in the middle of a line
    found = read(packed[: len(packed) // 2], f"a.txt{extension}")
    assert isinstance(found[-1], Broken) and found[-1].reason == "truncated_file"
    assert all(isinstance(r, Record) for r in found[:-1])
    damaged = read(b"\x1f\x8bnonsense", f"a.txt{extension}")
    assert told(damaged) == ["truncated_file"]


def test_parquet_and_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"q": ["一", None], "t": [["x"], []]}), path)
    data = path.read_bytes()
    assert told(read(data, "a.parquet")) == [{"q": "一", "t": ["x"]}, {"q": None, "t": []}]
    assert told(read(data[:-5], "a.parquet")) == ["truncated_file"]


def test_gb18030_with_bad_bytes_costs_one_line() -> None:
    data = "好\n坏".encode("gb18030") + b"\xff\n" + "好".encode("gb18030")
    assert told(read(data, "a.txt", "gb18030")) == [{"text": "好"}, "invalid_encoding", {"text": "好"}]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16"])
def test_the_encoding_is_guessed(encoding: str) -> None:
    text = "這個問題應該怎麼辦呢，電腦壞了" if encoding == "big5hkscs" else "患者高血压怎么办，应该吃什么药"
    assert decoding.guess_encoding((text * 20).encode(encoding)) == encoding


def test_a_few_bad_bytes_do_not_change_the_guess() -> None:
    assert decoding.guess_encoding("患者高血压怎么办".encode() * 40 + b"\xff") == "utf-8"
    big5 = ("這個問題應該怎麼辦呢，電腦壞了\n" * 40).encode("big5hkscs")
    assert decoding.guess_encoding(big5[:-2]) == "big5hkscs"


def test_a_line_longer_than_any_record(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (decoding, json_array):
        monkeypatch.setattr(module, "MAX_RECORD", 50)
    monkeypatch.setattr(decoding, "BLOCK", 10)
    long = b"x" * 200
    assert told(read(b"a\n" + long, "a.txt")) == [{"text": "a"}, "too_long"]
    assert told(read(long + b"\r\nb\n" + long + b"\n\nc", "a.txt")) == ["too_long", {"text": "b"}, "too_long", {"text": "c"}]
    assert told(read(b'{"text": "' + long + b'"}\n{"text": "b"}\n', "a.jsonl")) == ["too_long", {"text": "b"}]
    assert told(read(b"text,x\n" + long + b",1\nb,2\n", "a.csv")) == ["too_long", {"text": "b", "x": "2"}]
    assert told(read(b'[{"text": "a"},\n{"text": "' + long + b'"}]', "a.json")) == [{"text": "a"}, "truncated_file"]
    monkeypatch.setattr(records, "MAX_RECORD", 50)
    assert told(read(b'text,x\n"' + b"a\n" * 40 + b"b,2\n", "a.csv"))[0] == "invalid_csv"
    wiki = b'<doc id="1" title="t">\nt\n' + b"abc\n" * 40 + b'</doc>\n<doc id="2" title="t">\nt\nb\n</doc>\n'
    assert told(read(wiki, "wiki_00", format="wikidoc")) == ["too_long", {"id": "2", "title": "t", "text": "b"}]
    assert told(read(b"abc\n" * 40, "a.txt", unit="file")) == ["too_long"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, zstandard.ZstdCompressor().compress])
def test_what_expands_without_end_is_cut_and_never_held(pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pack(b"\0" * 50_000_000)
    name = {b"\x1f\x8b": "a.gz", b"BZ": "a.bz2"}.get(packed[:2], "a.zst")
    monkeypatch.setattr(decoding, "_EXPANDED", 60_000_000)
    sizes: list[int] = []
    with pytest.raises(decoding.Cut, match="expands to more than 200 times its size"):
        for block in decoding.blocks(io.BytesIO(packed * 3), name):
            sizes.append(len(block))
    assert sum(sizes) < 110_000_000 and max(sizes) < 36_000_000
    assert sum(len(block) for block in decoding.blocks(io.BytesIO(packed), name)) == 50_000_000


def test_a_parquet_value_that_stands_in_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    value = "断路器" * 100_000
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": pa.DictionaryArray.from_arrays(pa.array([0, None] * 5000, pa.int32()), [value])}), sink)
    assert len(sink.getvalue()) < 100_000
    monkeypatch.setattr(decoding, "_EXPANDED", 40_000_000)
    before = pa.total_allocated_bytes()
    corpus = Corpus(name="c", role="domain", paths=("x",))
    found = records.read(io.BytesIO(sink.getvalue()), "a.parquet", corpus, "utf-8")
    assert next(found).fields == {"text": value}  # type: ignore[union-attr]
    assert pa.total_allocated_bytes() - before < 60_000_000, "not all 10,000 rows of a batch at once, 4.5 GB"
    *others, last = found
    assert len(others) < 200 and last.reason == "truncated_file"  # type: ignore[union-attr]


def test_fields() -> None:
    record = {"a": {"b": "x", "c": [{"d": "y"}, {"d": "z"}]}, "a.b": "dotted", "n": 3, "l": ["p", "q"], "0": None}
    assert records.text_of(record, ("a.b",)) == ("dotted", None)  # a field of that very name comes first
    assert records.text_of(record, ("a.c.d", "l")) == ("y\nz\np\nq", None)
    for path, reason in (
        ("x", "missing_field"),
        ("0", "null_field"),
        ("n", "wrong_type"),
        ("a", "wrong_type"),
        ("n.m", "missing_field"),
    ):
        assert records.text_of(record, (path,))[1][0] == reason  # type: ignore[index]


NAMES = st.sampled_from(
    ["a.json", "a.jsonl", "a.csv", "a.tsv", "a.txt", "a.md", "a.html", "a.parquet", "a.gz", "a.bz2", "a.zst", "a.json.gz"]
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\ \n\tab1高<doc>/=', max_size=120).map(str.encode), NAMES)
def test_no_bytes_crash_the_readers_and_numbers_have_no_gap(data: bytes, name: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        found = read(data, name, encoding)
        assert [r.number for r in found] == list(range(1, len(found) + 1))
        assert all(r.line >= 1 for r in found)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=5), max_size=3), max_size=5), st.data())
def test_an_array_cut_anywhere_keeps_what_is_whole_and_says_what_is_missing(
    rows: list[dict[str, str]], data: st.DataObject
) -> None:
    whole = json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")
    cut = data.draw(st.integers(1, len(whole) - 1))
    found = told(read(whole[:cut], format="json"))
    assert found[-1] == "truncated_file"
    kept = found[:-1]
    assert all(k == r or k == "invalid_encoding" for k, r in zip(kept, rows, strict=False))
