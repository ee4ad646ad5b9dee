import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.mining.duplicates import texts as slow
from tests.mining.duplicates.test_elements import TEXTS
from wajue.mining.duplicates.elements import code_points
from wajue.mining.duplicates.shingles import Shingling, jaccard, shingle_sets


@given(TEXTS, st.integers(1, 5), st.sampled_from([0.01, 0.5, 0.8, 1.0]))
def test_jaccard_is_that_of_the_sets(texts: list[str], size: int, least: float) -> None:
    sets = shingle_sets(code_points(pa.array(texts, pa.string())), Shingling(size, packed=size <= 3))
    i, j = (a.ravel() for a in np.indices((len(texts), len(texts))))
    for a, b, similarity in zip(i, j, jaccard(sets, i, sets, j, least), strict=True):
        if len(texts[a]) >= size and len(texts[b]) >= size:
            true = slow.jaccard(texts[a], texts[b], size)
            assert similarity == (true if true >= least else 0)


def test_a_set_is_sorted_and_holds_each_shingle_once() -> None:
    texts = ["断路器断路", "断" * 60, "".join(map(chr, range(0x4E00, 0x4E64)))]  # few, one 59 times, many
    sets = shingle_sets(code_points(pa.array(texts)), Shingling(2, packed=True))
    assert sets.sizes.tolist() == [3, 1, 99]
    for k in range(3):
        values = sets.values[sets.offsets[k] : sets.offsets[k + 1]]
        assert values.tolist() == sorted(ord(s[0]) << 21 | ord(s[1]) for s in slow.shingles(texts[k], 2))
