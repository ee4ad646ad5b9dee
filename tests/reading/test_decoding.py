import bz2
import gzip
import io
from collections.abc import Iterator
from typing import Any

import pytest
import zstandard

from tests.reading.read import read, told
from wajue.reading import decoding
from wajue.reading.formats.reader import Broken, Record


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


def test_a_stream_that_goes_forward_gives_what_comes_before_a_cut() -> None:
    packed = gzip.compress(bytes(range(256)) * 20)
    stream = decoding.Forward(io.BytesIO(packed[:-9]), "a.gz")
    read = bytearray()
    with pytest.raises(decoding.Cut, match="ends before its end mark"):
        while piece := stream.read(100):
            read += piece
    assert read and (bytes(range(256)) * 20).startswith(read)


@pytest.mark.parametrize("cut", [1, 9, 10])
def test_a_stream_that_is_cut_before_its_first_byte_is_not_empty(cut: int) -> None:
    with pytest.raises(decoding.Cut, match="end mark"):
        decoding.Forward(io.BytesIO(gzip.compress(b"one")[:cut]), "a.gz").read()


def test_the_beginning_of_a_stream_is_left_there() -> None:
    stream = io.BytesIO(gzip.compress("断路器".encode()))
    start = decoding.beginning(stream)
    assert stream.tell() == 0 and decoding.unpacked_beginning(start, "a.gz").decode() == "断路器"
    assert decoding.unpacked_beginning(b"\x1f\x8bx", "a.gz") == b""
    one_way = io.BufferedReader(_OneWay(b"abc"))
    assert decoding.beginning(one_way) == b"abc" == one_way.read()


class _OneWay(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_bytes_that_do_not_decode() -> None:
    assert decoding.is_invalid(b"\xff", "utf-8") and not decoding.is_invalid("断".encode()[:2], "utf-8"), "it may go on"


def noted(data: bytes, encoding: str, *, block: int = 1 << 20) -> tuple[str, list[str]]:
    notes: list[str] = []
    blocks = (data[i : i + block] for i in range(0, len(data), block))
    return "".join(decoding.text_blocks(blocks, encoding, notes.append)), sorted(set(notes))


@pytest.mark.parametrize("block", [1, 2, 1 << 20])
def test_files_hold_more_than_their_encoding(block: int) -> None:
    wider = "gb2312 read as gb18030, which has more characters"
    assert noted("朱镕基".encode("gbk"), "gb2312", block=block) == ("朱镕基", [wider])
    assert noted("价格".encode("gbk") + b"\x805", "gb18030", block=block) == ("价格€5", ["the byte 80 read as €"])
    assert noted(b"\x81", "gb18030")[0] == decoding.INVALID and not decoding.is_invalid(b"\x80", "gb2312")
    assert noted("恒".encode("big5hkscs"), "big5", block=block)[0] == "恒"
    marks = "byte order marks at lines taken out"
    assert noted("\ufeff一\n\ufeff二\ufeff三".encode(), "utf-8", block=block) == ("一\n二\ufeff三", [marks])
    assert noted("一".encode(), "utf-8", block=block) == ("一", [])


@pytest.mark.parametrize(("name", "pack"), [("a.txt", bytes), ("a.txt.gz", gzip.compress)])
def test_the_first_block_is_the_largest(name: str, pack: Any) -> None:
    data = "第一行\n".encode() * (decoding.BLOCK // 4)
    first, *others = decoding.blocks(io.BytesIO(pack(data)), name)
    assert len(first) >= decoding.BLOCK > 4 * max(map(len, others)) and b"".join((first, *others)) == data


def test_a_line_end_of_two_characters_may_be_parted() -> None:
    assert list(decoding.lines(iter(["a\rb\r", "\nc", "\r", "d\r"]))) == ["a", "b", "c", "d"]

    def cut() -> Iterator[str]:
        yield "a\rb\r"
        raise decoding.Cut("cut")

    lines = decoding.lines(cut())
    assert [next(lines), next(lines)] == ["a", "b"]
    with pytest.raises(decoding.Cut):
        next(lines)
