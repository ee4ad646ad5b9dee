import random
from dataclasses import replace

import numpy as np
import pytest

from tests.mining.duplicates.test_search import SETTINGS, kept_for, search
from wajue.mining.duplicates import leading


def variants(n: int, seed: int) -> list[str]:
    """Texts of so few characters that most resemble many others, some of them equal but for punctuation."""
    rng = random.Random(seed)
    texts = ["".join(rng.choice("平平仄仄○，") for _ in range(rng.randint(8, 40))) for _ in range(n)]
    return [*texts, *(text + "。" for text in texts[: n // 5])]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("max_bucket", [1000, 7])
@pytest.mark.parametrize("first_droppable", [0, 60])
def test_what_is_decided_is_what_all_pairs_decide(seed: int, max_bucket: int, first_droppable: int) -> None:
    texts = variants(300, seed)
    settings = replace(SETTINGS, max_bucket=max_bucket, first_droppable=first_droppable)
    in_one_task, of_pairs = (search(texts, replace(settings, buckets=buckets)) for buckets in (1, 3))
    assert kept_for(in_one_task) == kept_for(of_pairs) and len(kept_for(of_pairs)) > 150
    crowded = [sorted((r["members"], r["compared"]) for r in rows if r["members"]) for rows in (in_one_task, of_pairs)]
    assert crowded[0] == crowded[1] and bool(crowded[0]) == (max_bucket == 7)


def test_buckets_hold_each_text_once_and_only_those_asked_for() -> None:
    keys = np.array([[5, 7], [7, 7], [9, 5], [9, 1]], np.uint32)
    buckets = leading.buckets_of(keys, None)
    assert [buckets.members[a:b].tolist() for a, b in zip(buckets.starts, buckets.starts[1:], strict=False)] == [
        [0, 2],
        [0, 1],
        [2, 3],
    ]
    ours = leading.buckets_of(keys, np.array([7, 9], np.uint32))
    assert [ours.members[a:b].tolist() for a, b in zip(ours.starts, ours.starts[1:], strict=False)] == [[0, 1], [2, 3]]
    none = leading.buckets_of(np.zeros((1, 2), np.uint32)[:0], None)
    assert len(none.members) == 0 and none.starts.tolist() == [0]
