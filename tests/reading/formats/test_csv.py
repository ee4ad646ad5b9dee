import csv

from tests.reading.read import read, told
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
