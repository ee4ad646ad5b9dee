import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.text.alphabet import Alphabet
from wajue.mining.text.symbols import BREAK, RARE, is_han_text, pseudo_characters


@pytest.mark.parametrize(("text", "expected"), [("断路器", True), ("〇", True), ("𠮷", False), ("B超", False), ("", True)])
def test_han_of_the_basic_plane(text: str, expected: bool) -> None:
    assert is_han_text(text) == expected


def test_numbers_of_few_digits_are_symbols_and_longer_ones_breaks() -> None:
    code = Alphabet().units(pa.array(["110和2008"])).code
    assert code.tolist() == [RARE, ord("和"), BREAK, BREAK]  # the last closes the text


def test_pseudo_characters_are_whole_runs() -> None:
    assert pseudo_characters(Alphabet().units(pa.array(["做B超查PD-1", "𠮷"]))).to_pylist() == ["B", "PD-1", "𠮷"]


@given(st.lists(st.text(alphabet="好的B1-. ，𠮷\u3000é\u200b"), max_size=5))
def test_units_cover_everything_but_white_space(texts: list[str]) -> None:
    units = Alphabet(("B",)).units(pa.array(texts, pa.string()))
    data = units.data.tobytes()
    covered = b"".join(data[a:b] for a, b in zip(units.start, units.stop, strict=True))
    assert covered.decode() == "".join(c for t in texts for c in t if not c.isspace())
    assert np.count_nonzero(units.stop == units.start) >= len(texts)
