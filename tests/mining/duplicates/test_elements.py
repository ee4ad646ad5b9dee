import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.elements import code_points, from_16_bits, to_16_bits

TEXTS = st.lists(st.text(alphabet="断路器检修,，.3 5Aａ𠮷\n", max_size=12), max_size=12)


@given(TEXTS)
def test_code_points_and_utf16(texts: list[str]) -> None:
    elements = code_points(pa.array(texts, pa.string()))
    values, offsets = elements
    assert ["".join(map(chr, values[offsets[i] : offsets[i + 1]])) for i in range(len(texts))] == texts
    narrow = to_16_bits(elements, of_words=False)
    assert narrow.values.tobytes().decode("utf-16-le") == "".join(texts)
    back = from_16_bits(narrow, of_words=False)
    assert np.array_equal(back.values, values) and np.array_equal(back.offsets, offsets)


def test_hashed_words_survive_the_way_to_16_bits_and_back() -> None:
    words = Ragged(np.array([7, 2**32 - 1, 0], np.uint32), np.array([0, 2, 2, 3]))
    narrow = to_16_bits(words, of_words=True)
    assert narrow.values.dtype == np.uint16 and narrow.sizes.tolist() == [4, 0, 2]
    back = from_16_bits(narrow, of_words=True)
    assert np.array_equal(back.values, words.values) and np.array_equal(back.offsets, words.offsets)
