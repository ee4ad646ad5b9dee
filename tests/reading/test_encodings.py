from collections import Counter
from pathlib import Path

import jieba
import opencc
import pytest

from wajue.reading import encodings


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16", "utf-32"])
def test_the_encoding_is_guessed(encoding: str) -> None:
    text = "這個問題應該怎麼辦呢，電腦壞了" if encoding == "big5hkscs" else "患者高血压怎么办，应该吃什么药"
    assert encodings.guessed((text * 20).encode(encoding)) == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("联通", "gb18030"), ("断路器", "gb18030"), ("id,设备\n1,2\n", "gb18030"), ("斷路器", "big5hkscs"), ("電腦", "big5hkscs")],
)
def test_a_few_characters_are_enough(text: str, encoding: str) -> None:
    assert encodings.guessed(text.encode(encoding)) == encoding


@pytest.mark.parametrize("text", ["[]", "{}", "Bush hid the facts", "v1\r\n"])
def test_printed_ascii_is_no_utf_16(text: str) -> None:
    assert encodings.guessed(text.encode()) == "utf-8"  # [] would be 孝


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["断路器拒动，2020年检修\n", "電網"])
def test_utf_16_without_its_mark_is_guessed_where_it_is_chinese(text: str, encoding: str) -> None:
    assert encodings.guessed((text * 20).encode(encoding)) == encoding


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
    assert encodings.guessed((text * 20).encode(encoding)) == encodings.UNKNOWN


def test_the_commonest_characters_are_those_of_jiebas_dictionary() -> None:
    counts: Counter[str] = Counter()
    for line in Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        for character in word:
            counts[character] += int(count)
    commonest = "".join(character for character, _ in counts.most_common(200))
    assert frozenset(commonest + opencc.OpenCC("s2t").convert(commonest)) == encodings._COMMONEST


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
    assert encodings.guessed(text.encode(encoding)) == encoding


def test_a_few_bad_bytes_do_not_change_the_guess() -> None:
    assert encodings.guessed("患者高血压怎么办".encode() * 40 + b"\xff") == "utf-8"
    big5 = ("這個問題應該怎麼辦呢，電腦壞了\n" * 40).encode("big5hkscs")
    assert encodings.guessed(big5[:-2]) == "big5hkscs"
