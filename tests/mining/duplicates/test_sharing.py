from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from tests.mining.duplicates.test_search import SETTINGS, kept_for, search
from tests.mining.duplicates.texts import documents, questions
from wajue.mining.duplicates import sharing
from wajue.mining.duplicates.settings import Settings
from wajue.mining.duplicates.sharing import Keys
from wajue.mining.duplicates.signing import bands_of, hashes_of, sign


def signed(texts: list[str], settings: Settings = SETTINGS) -> pa.RecordBatch:
    [batch] = sign(settings)(iter([documents(texts)]))
    return batch


def keys_of(texts: list[str], settings: Settings = SETTINGS) -> Keys:
    return sharing.gathered(pa.Table.from_batches(list(sharing.keys(settings)(iter([signed(texts, settings)])))))


def test_what_shares_a_band_or_a_text_is_found_and_nothing_else() -> None:
    few, many = questions(30, 3), questions(600, 4) + ["怎么办？"]
    known, theirs = keys_of([*few, "怎么办"]), signed(many)
    of_few, of_many = bands_of(signed([*few, "怎么办"]), SETTINGS), bands_of(theirs, SETTINGS)
    folded = {*hashes_of(signed([*few, "怎么办"])).folded_high.tolist()}
    expected = [
        bool({*row.tolist()} & {*of_few.ravel().tolist()}) or h in folded
        for row, h in zip(of_many, hashes_of(theirs).folded_high.tolist(), strict=True)
    ]
    found = sharing.shares(of_many, hashes_of(theirs).folded_high, known, sharing.table_of(known))
    assert found.tolist() == expected and found[-1] and 0 < sum(expected) < 600


def test_equal_texts_alone_and_nothing_at_all() -> None:
    settings = replace(SETTINGS, near=False)
    known = SimpleNamespace(value=keys_of(["断路器检修"], settings))
    [shared] = sharing.sharing(known, settings)(iter([signed(["断路器，检修", "断路器检"], settings)]))
    assert shared.column("doc_id").to_pylist() == ["d0"]
    nothing = Keys(np.zeros(0, np.uint32), np.zeros(0, np.uint64))
    assert not sharing.shares(np.ones((2, 3), np.uint32), np.ones(2, np.uint64), nothing, sharing.table_of(nothing)).any()


@pytest.mark.parametrize("buckets", [1, 3])
@pytest.mark.parametrize("max_bucket", [1000, 3])
def test_the_verdicts_are_those_of_a_search_among_all(buckets: int, max_bucket: int) -> None:
    """What shares nothing changes nothing, crowded buckets included."""
    texts = questions(900, 5)
    earlier, ours = texts[:800], texts[800:]
    settings = replace(SETTINGS, buckets=buckets, max_bucket=max_bucket, first_droppable=len(earlier))
    known, theirs = keys_of(ours), signed(earlier)
    shared = sharing.shares(bands_of(theirs, SETTINGS), hashes_of(theirs).folded_high, known, sharing.table_of(known))
    left = np.flatnonzero(~shared)
    without = [t if shared[i] else chr(0x5000 + i) * 9 for i, t in enumerate(earlier)]  # a text like no other in its place
    among_all, among_few = search(earlier + ours, settings), search(without + ours, settings)
    assert kept_for(among_few) == kept_for(among_all) != {} and len(left) > 100
    crowded = [sorted((r["members"], r["compared"]) for r in rows if r["members"]) for rows in (among_all, among_few)]
    assert crowded[0] == crowded[1] and bool(crowded[0]) == (max_bucket == 3)
