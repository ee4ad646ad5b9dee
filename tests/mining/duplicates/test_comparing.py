import numpy as np
import pyarrow as pa

from tests.mining.duplicates import texts as slow
from tests.mining.duplicates.test_search import SETTINGS
from wajue.mining.duplicates.comparing import edges, shingled
from wajue.mining.duplicates.elements import code_points, to_16_bits
from wajue.mining.duplicates.packed import PackedRows, text_arrays


def test_pairs_that_reach_the_threshold_are_edges_from_the_lower_position() -> None:
    texts = ["高压断路器怎么检修", "高压断路器怎么检修吗", "母线"]
    packed = text_arrays(to_16_bits(code_points(pa.array(texts)), of_words=False))
    sets = shingled({"position": np.array([9, 4, 1], np.uint64), **packed}, SETTINGS)
    found = PackedRows(iter([edges(sets, np.array([0, 0]), sets, np.array([1, 2]), SETTINGS)])).take("edges")
    assert (found["low"].tolist(), found["high"].tolist()) == ([4], [9])
    assert found["similarity"].tolist() == [slow.jaccard(texts[0], texts[1])]  # 8/9
