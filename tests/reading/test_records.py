import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reading.read import read, told
from wajue import config
from wajue.reading import decoding, detection, json_array
from wajue.reading.formats import FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


def test_the_page_of_formats_lists_each_with_its_extensions() -> None:
    rows = {
        name: files for names, files in re.findall(r"^\| (`.*?) \| (.*?) \|", PAGE, re.M) for name in re.findall(r"`(\w+)`", names)
    }
    rows.pop("format")
    assert rows.keys() == FORMATS.keys()
    for name, row in FORMATS.items():
        assert set(row.extensions) <= set(re.findall(r"\.\w+", rows[name])), name


def test_a_config_may_ask_for_each_format() -> None:
    assert set(get_args(config.Format)) == {"auto", *FORMATS}, "name a new format in config.Format, too"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.json", "json"), ("b.JSONL.GZ", "jsonl"), ("c.d/e.md", "markdown"), ("f.zst", "text"), ("g", "text"), ("h.log", "text")],
)
def test_a_format_goes_by_the_extension(name: str, expected: str) -> None:
    assert detection.by_name(name) == expected


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
    assert told(read(b'text,x\n"' + b"a\n" * 40 + b"b,2\n", "a.csv"))[0] == "invalid_csv"
    wiki = b'<doc id="1" title="t">\nt\n' + b"abc\n" * 40 + b'</doc>\n<doc id="2" title="t">\nt\nb\n</doc>\n'
    assert told(read(wiki, "wiki_00", format="wikidoc")) == ["too_long", {"id": "2", "title": "t", "text": "b"}]
    assert told(read(b"abc\n" * 40, "a.txt", unit="file")) == ["too_long"]


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
