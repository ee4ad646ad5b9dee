import numpy as np
import pyarrow as pa

from wajue.mining.duplicates.elements import code_points, to_16_bits
from wajue.mining.duplicates.packed import PackedRows, elements_of, pack, taken, text_arrays


def test_rows_come_back_by_kind_and_once() -> None:
    node = np.array([1, 2**63], np.uint64)
    rows = [pack(4, "nodes", node=node), pack(4, "pairs", low=node, high=node), pack(4, "nodes", node=node[:1])]
    packed = PackedRows(iter(rows))
    assert packed.bucket == 4 and "nodes" in packed and "bands" not in packed
    nodes = packed.take("nodes")
    assert nodes["node"].tolist() == [1, 2**63, 1] and len(nodes["similarity"]) == 0
    assert "nodes" not in packed and len(packed.take("nodes")["node"]) == 0
    assert list(packed.take_rows("pairs")) == rows[1:2]


def test_texts_are_taken_from_a_row() -> None:
    texts = ["断路器", "", "𠮷野家"]
    arrays = {"position": np.arange(3, dtype=np.uint64), **text_arrays(to_16_bits(code_points(pa.array(texts)), of_words=False))}
    chosen = taken(arrays, np.array([2, 0]))
    assert chosen["position"].tolist() == [2, 0]
    assert "".join(map(chr, elements_of(chosen, of_words=False).values)) == "𠮷野家断路器"
