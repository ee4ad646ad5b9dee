import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.text.alphabet import ALL, Alphabet
from wajue.mining.text.symbols import BREAK, RARE, is_han_text, plain_parts, pseudo_characters


@pytest.mark.parametrize(("text", "expected"), [("断路器", True), ("〇", True), ("𠮷", False), ("B超", False), ("", True)])
def test_han_of_the_basic_plane(text: str, expected: bool) -> None:
    assert is_han_text(text) == expected


def test_numbers_of_few_digits_are_symbols_and_longer_ones_breaks() -> None:
    code = ALL.units(pa.array(["110和2008"])).code
    assert code.tolist() == [RARE, ord("和"), BREAK, BREAK]  # the last closes the text


def test_pseudo_characters_are_whole_runs() -> None:
    assert pseudo_characters(ALL.units(pa.array(["做B超查PD-1", "𠮷"]))).to_pylist() == ["B", "PD-1", "𠮷"]


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("对Ⅱ段母线", ["Ⅱ"]),
        ("SF₆断路器和Ca²⁺、10²、注²", ["SF₆", "Ca²⁺", "10"]),
        ("查C-反应蛋白，α-受体，5-羟色胺", ["C-", "α-", "5-"]),
        ("核因子-κB、北京-3号", ["-κB", "3"]),
        ("A/D转换、AT&T、TCP/IP、男/女、2/3", ["A/D", "AT&T", "TCP/IP", "2", "3"]),
        ("学C++和C#及Na+通道，a+b", ["C++", "C#", "Na+", "a+b"]),
        ("用.NET、Node.js写.完", [".NET", "Node.js"]),
        ("投1#主变、#2机组、#话题#", ["1#", "#2"]),
        ("迈克尔·乔丹和迈克尔•乔丹", ["·", "•"]),
        ("2020-01-05，3-5天，¥100，#", ["01", "05", "3", "5", "100"]),
        ("T 细胞", ["T"]),
    ],
)
def test_marks_that_may_belong_to_a_pseudo_character(text: str, symbols: list[str]) -> None:
    assert pseudo_characters(ALL.units(pa.array([text]))).to_pylist() == symbols
    alone = pa.array(symbols, pa.string())
    assert pseudo_characters(ALL.units(alone)).to_pylist() == symbols, "what was read is read so again"
    code = Alphabet(tuple(dict.fromkeys(symbols))).units(pa.array([text])).code
    assert np.isin(code, (BREAK, RARE), invert=True).sum() >= len(symbols) and RARE not in code


def test_a_mark_is_a_break_where_the_marked_symbol_has_no_code() -> None:
    text = pa.array(["查C-反应A/D"])
    assert Alphabet(("C", "A", "D")).units(text).code.tolist() == [ord("查"), 2, BREAK, ord("反"), ord("应"), 3, BREAK, 4, BREAK]
    assert Alphabet(("C-", "A/D")).units(text).code.tolist() == [ord("查"), 2, ord("反"), ord("应"), 3, BREAK]


@pytest.mark.parametrize(
    ("symbol", "parts"),
    [
        ("A/D", ["A", "D"]),
        ("C++", ["C"]),
        ("C-", ["C"]),
        ("-κB", ["κB"]),
        (".NET", ["NET"]),
        ("PD-1", ["PD-1"]),
        ("α-MSH", ["α-MSH"]),
        ("·", []),
    ],
)
def test_the_parts_of_a_marked_symbol(symbol: str, parts: list[str]) -> None:
    assert plain_parts(symbol) == parts


@given(st.lists(st.text(alphabet="好的B1-. ，𠮷\u3000é\u200b"), max_size=5))
def test_units_cover_everything_but_white_space(texts: list[str]) -> None:
    units = Alphabet(("B",)).units(pa.array(texts, pa.string()))
    data = units.data.tobytes()
    covered = b"".join(data[a:b] for a, b in zip(units.start, units.stop, strict=True))
    assert covered.decode() == "".join(c for t in texts for c in t if not c.isspace())
    assert np.count_nonzero(units.stop == units.start) >= len(texts)
