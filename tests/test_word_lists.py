"""Every word list is read alike, whoever wrote it and on what system."""

from pathlib import Path

import pytest

from wajue import word_lists
from wajue.errors import ConfigError
from wajue.mining.text.symbols import MAX_CLAUSE
from wajue.word_lists import Entry

LIST = "# 词表\n断路器\n\n circuit breaker \nT 细胞受体\n1#主变\n"


@pytest.mark.parametrize(
    "data",
    [
        LIST.encode(),
        b"\xef\xbb\xbf" + LIST.encode(),
        LIST.replace("\n", "\r\n").encode(),
        LIST.replace("\n", "\r").encode(),
        LIST.encode("gb18030"),
        LIST.encode("utf-16"),
    ],
    ids=["utf-8", "mark", "crlf", "cr", "gbk", "utf-16"],
)
def test_a_line_is_an_entry(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(data)
    assert word_lists.entries(["list.txt", "母线", " "], tmp_path) == [
        ("断路器", f"{path}, line 2"),
        ("circuit breaker", f"{path}, line 4"),
        ("T 细胞受体", f"{path}, line 5"),
        ("1#主变", f"{path}, line 6"),
        ("母线", "'母线'"),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("断路器\n".encode() + b"\xff\n", "line 2: neither UTF-8 nor GB18030"),
        ("斷路器與變壓器的維護\n".encode("big5"), "line 1: neither UTF-8 nor GB18030"),
        ("断路器".encode("utf-16-le"), "neither UTF-8"),
        (b"a\0b", "NUL"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "list.txt").write_bytes(data)
    with pytest.raises(ConfigError, match=said):
        word_lists.entries(["list.txt"], tmp_path)


@pytest.mark.parametrize(
    ("text", "word", "count"),
    [
        ("断路器", "断路器", None),
        ("断路器 500", "断路器", 500),
        ("断路器\t2.5", "断路器", 2.5),
        ("断路器 500 nz", "断路器", 500),
        ("circuit breaker", "circuit breaker", None),
        ("circuit breaker 3", "circuit breaker", 3),
        ("T 细胞受体", "T 细胞受体", None),
        ("维生素 C", "维生素 C", None),
        ("维生素 c\t9", "维生素 c", 9),
        ("+86", "+86", None),
    ],
)
def test_a_count_may_stand_after_a_word(text: str, word: str, count: float | None) -> None:
    assert word_lists.counted(Entry(text, "here")) == (word, count)
    assert word_lists.without_count(Entry(text, "here")) == word


@pytest.mark.parametrize(
    "text", ["断路器 0", "断路器 -3", "断路器 1e999", "断路器 nan", "断路器 3x", "断路器 many", "断路器\tmany"]
)
def test_a_count_is_above_0(text: str) -> None:
    with pytest.raises(ConfigError, match=r"here: '.*' after the word '断路器' is no count"):
        word_lists.counted(Entry(text, "here"))


def test_a_word_is_as_long_as_segmentation_can_bear() -> None:
    assert word_lists.LONGEST == MAX_CLAUSE
    word_lists.check_length("断" * 64, "here")
    word_lists.check_length("断路器" + "x" * 100, "here")  # a run of letters is one symbol
    with pytest.raises(ConfigError, match="here: 65 symbols"):
        word_lists.check_length("断" * 65, "here")
