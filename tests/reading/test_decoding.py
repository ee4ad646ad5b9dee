import bz2
import gzip
import io
from collections import Counter
from pathlib import Path
from typing import Any

import jieba
import opencc
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


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16"])
def test_the_encoding_is_guessed(encoding: str) -> None:
    text = "這個問題應該怎麼辦呢，電腦壞了" if encoding == "big5hkscs" else "患者高血压怎么办，应该吃什么药"
    assert decoding.guess_encoding((text * 20).encode(encoding)) == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("联通", "gb18030"), ("断路器", "gb18030"), ("id,设备\n1,2\n", "gb18030"), ("斷路器", "big5hkscs"), ("電腦", "big5hkscs")],
)
def test_a_few_characters_are_enough(text: str, encoding: str) -> None:
    assert decoding.guess_encoding(text.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["断路器拒动，2020年检修\n", "電網"])
def test_utf_16_without_its_mark_is_guessed_where_it_is_chinese(text: str, encoding: str) -> None:
    assert decoding.guess_encoding((text * 20).encode(encoding)) == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("変圧器は夏に油の温度が上がりやすいので、", "shift_jis"),
        ("変圧器は夏に油の温度が上がりやすいので、", "euc_jp"),
        ("трансформатор летом быстро нагревается ", "cp1251"),
        ("трансформатор летом быстро нагревается ", "koi8_r"),
        ("변압기는 여름에 기름의 온도가 쉽게 올라가므로 정기적으로 점검해야 한다. ", "euc_kr"),
        ("변압기는 여름에 기름의 온도가 쉽게 올라가므로 정기적으로 점검해야 한다. ", "johab"),
        ("ο μετασχηματιστής θερμαίνεται γρήγορα το καλοκαίρι ", "iso8859_7"),
        ("หม้อแปลงไฟฟ้าร้อนเร็วในฤดูร้อน ", "tis_620"),
        ("השנאי מתחמם מהר בקיץ ", "iso8859_8"),
    ],
)
def test_what_no_encoding_makes_chinese_of_is_unknown(text: str, encoding: str) -> None:
    assert decoding.guess_encoding((text * 20).encode(encoding)) == decoding.UNKNOWN


def test_the_commonest_characters_are_those_of_jiebas_dictionary() -> None:
    counts: Counter[str] = Counter()
    for line in Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        for character in word:
            counts[character] += int(count)
    commonest = "".join(character for character, _ in counts.most_common(200))
    assert frozenset(commonest + opencc.OpenCC("s2t").convert(commonest)) == decoding._COMMONEST


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs"])
def test_a_list_of_names_is_chinese(encoding: str) -> None:
    names = [
        "断路器",
        "隔离开关",
        "避雷器",
        "绝缘子",
        "穿墙套管",
        "氧化锌",
        "熔断器",
        "电抗器",
        "母线",
        "阻波器",
        "互感器",
        "瓷瓶",
        "铜排",
    ]
    text = "\n".join(names * 2)
    text = opencc.OpenCC("s2t").convert(text) if encoding == "big5hkscs" else text
    assert decoding.guess_encoding(text.encode(encoding)) == encoding


def test_a_few_bad_bytes_do_not_change_the_guess() -> None:
    assert decoding.guess_encoding("患者高血压怎么办".encode() * 40 + b"\xff") == "utf-8"
    big5 = ("這個問題應該怎麼辦呢，電腦壞了\n" * 40).encode("big5hkscs")
    assert decoding.guess_encoding(big5[:-2]) == "big5hkscs"


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
