import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.choosing import Edges, decide, representatives
from wajue.mining.duplicates.packed import pack


def slow_representatives(n: int, edges: dict[tuple[int, int], float], always: list[bool], classes: list[list[int]]) -> list[int]:
    """Plain: each text in turn looks at those before it that were kept."""
    kept: list[int] = []
    for x in range(n):
        same = [y for c in classes if x in c for y in c if y < x and kept[y] == y]
        like = sorted((-s, low) for (low, high), s in edges.items() if high == x and kept[low] == low)
        kept.append(x if always[x] or not (same or like) else same[0] if same else like[0][1])
    return kept


@settings(max_examples=200)
@given(st.data())
def test_representatives_are_those_of_the_slow_way(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 12))
    pairs = [(a, b) for b in range(n) for a in range(b)]
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    edges = {p: data.draw(st.sampled_from([0.8, 0.9, 1.0])) for p in chosen}
    members = data.draw(st.permutations(range(n)))
    cut = data.draw(st.integers(0, n))
    classes = [c for c in (sorted(members[:cut]), sorted(members[cut : cut + 3])) if len(c) > 1]
    always = [data.draw(st.booleans()) for _ in range(n)]
    order = sorted(edges, key=lambda p: (p[1], p[0]))
    low, high = (np.array([p[side] for p in order], np.int64) for side in (0, 1))
    class_members = Ragged.of_sizes(
        np.array([m for c in classes for m in c], np.int64), np.array([len(c) for c in classes], np.int64)
    )
    kept, similarity, equal = representatives(
        Edges(low, high, np.array([edges[p] for p in order], np.float64)), class_members, np.array(always, bool)
    )
    assert kept.tolist() == slow_representatives(n, edges, always, classes)
    for x in np.flatnonzero(kept != np.arange(n)):
        assert kept[kept[x]] == kept[x]  # the one kept is kept
        assert equal[x] or similarity[x] == edges[kept[x], x]


def test_what_is_dropped_and_what_it_is_dropped_for_is_said_twice() -> None:
    positions = np.array([3, 70], np.uint64)
    edges = pack(0, "edges", low=positions[:1], high=positions[1:], similarity=np.array([0.9]))
    verdict, bits = (batch.to_pylist() for batch in decide(0)(iter([edges])))
    assert [(r["position"], r["kept"], r["similarity"], r["exact"]) for r in verdict] == [(70, 3, 0.9, False)]
    # position 3 is bit 3 of block 0, position 70 bit 6 of block 1
    assert [(r["block"], r["dropped"], r["kept_for"]) for r in bits] == [(0, 0, 8), (1, 64, 0)]
