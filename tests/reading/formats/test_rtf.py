import pytest

from tests.reading.read import read, told

HEAD = rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 \'cb\'ce;}}{\*\generator x;}\f0 "


def test_characters_as_the_standard_and_as_others_write_them() -> None:
    escaped = "".join(f"\\'{byte:02x}" for byte in "断路器".encode("gbk")).encode()
    data = HEAD + escaped + rb"\b \u25298?\u21160?\b0\par " + "主变".encode("gbk") + rb"\line x\par}"
    assert told(read(data, "a.rtf")) == [{"text": "断路器拒动\n主变\nx"}]


def test_cells_are_apart() -> None:
    data = HEAD + rb"\trowd\cellx100\cellx200 a\cell b\cell\row c\par}"
    assert told(read(data, "a.rtf")) == [{"text": "a\tb\nc"}]


@pytest.mark.parametrize("data", [HEAD + b"a\\par", b"", b"a"])
def test_what_does_not_end_or_begin_is_damaged(data: bytes) -> None:
    assert told(read(data, "a.rtf")) == ["damaged_file"]
