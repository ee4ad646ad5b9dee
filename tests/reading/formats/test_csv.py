import csv
import io

import pytest

from tests.reading.read import read, told
from wajue.config import Corpus
from wajue.reading import records
from wajue.reading.formats.reader import Broken


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


def test_the_limit_of_field_sizes_is_the_users_again() -> None:
    before = csv.field_size_limit()
    assert told(read(b"a,b\n" + b"x" * (before + 1) + b",2\n", "a.csv")) == [{"a": "x" * (before + 1), "b": "2"}]
    assert csv.field_size_limit() == before == 131_072  # Python's own


@pytest.mark.parametrize(
    ("data", "rows", "notes"),
    [
        ("a;b\n1,5;断\n2,5;路\n", [{"a": "1,5", "b": "断"}, {"a": "2,5", "b": "路"}], ["fields separated by ;"]),
        ("sep=;\na;b\n1;断\n", [{"a": "1", "b": "断"}], ["fields separated by ;"]),
        ('"SEP=|"\na|b\n1|断\n', [{"a": "1", "b": "断"}], ["fields separated by |"]),
        ("sep=,\na,b\n1,断\n", [{"a": "1", "b": "断"}], None),
        ("a\tb\n1\t断，路\n", [{"a": "1", "b": "断，路"}], ["fields separated by tabs"]),
        ('a,b\n1,"说\\"断\\"，好"\n', [{"a": "1", "b": '说"断"，好'}], ['quotes within quotes written \\"']),
        ('a,b\n1,"C:\\目录\\"\n', [{"a": "1", "b": "C:\\目录\\"}], None),  # RFC 4180: the backslash is one
        ("a\n断;路\n一;二\n", [{"a": "断;路"}, {"a": "一;二"}], None),
        ("a,b\n1;2,断\n3;4,路\n", [{"a": "1;2", "b": "断"}, {"a": "3;4", "b": "路"}], None),
    ],
)
def test_the_dialect_is_told_and_said(data: str, rows: list[dict[str, str]], notes: list[str] | None) -> None:
    corpus = Corpus(name="c", role="domain", paths=("x",))
    [part] = records.parts(io.BytesIO(data.encode()), "a.csv", corpus, "utf-8")
    read_rows = [r.fields for run in part.runs if isinstance(run, list) for r in run]
    assert read_rows == rows and part.facts.get("notes") == notes


def test_lines_are_counted_from_the_line_that_states_the_separator() -> None:
    found = read(b"sep=;\na;b\n1;2\n3\n", "a.csv")
    assert told(found) == [{"a": "1", "b": "2"}, "wrong_column_count"] and [r.line for r in found] == [3, 4]
