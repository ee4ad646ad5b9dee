from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from tests.mining.lexicon.test_lexicon_candidates import mined
from wajue.arrays import cells, sums
from wajue.mining.lexicon import lexicon_tasks

CLAUSES = ["断路器断路", "器断路器", "路断路器断"]


def broadcast(value: Any) -> Any:
    return SimpleNamespace(value=value)


def codes(share: float = 1.0) -> list[pa.RecordBatch]:
    batch = pa.record_batch({"clauses": ["\n".join(CLAUSES)]})
    return list(lexicon_tasks.encode(mined().alphabet, share)(iter([batch])))


def encoded_clauses(share: float) -> list[list[int]]:
    code = cells.gather(codes(share), "code", np.uint16)
    return [part[part > 0].tolist() for part in np.split(code, np.flatnonzero(code == 0)) if part.any()]


def test_a_sample_takes_whole_clauses_and_always_the_same() -> None:
    every, some = encoded_clauses(1.0), encoded_clauses(0.5)
    assert list(map(len, every)) == list(map(len, CLAUSES))
    assert some == encoded_clauses(0.5) and all(clause in every for clause in some) and encoded_clauses(1e-18) == []


def test_expected_counts_add_up_over_tasks() -> None:
    candidates = mined().candidates
    weights, earners = broadcast(candidates.weights(spelled=False)), broadcast(candidates.earners)
    counts = lexicon_tasks.ExpectedCounts(len(candidates.codes), candidates.longest, weights, earners, candidates.scale)
    whole = counts.count(iter(codes()))
    assert len(whole) == counts.size
    assert np.array_equal(counts.count(iter([*codes(), *codes()])), 2 * whole)
    expected = counts.parts(whole)
    assert len(expected.word) == len(candidates.codes) and expected.log_likelihood < 0
    assert expected.word[mined().ids_of(["断路器"])[0]] > 0


def test_the_best_cut_is_counted_and_shown() -> None:
    found = mined()
    word = int(found.ids_of(["断路器"])[0])
    wanted = np.arange(len(found.word_rows)) == word
    apply = lexicon_tasks.cut(broadcast(found.candidates.decoding()), broadcast(wanted), found.candidates.longest, slices=1)
    made = list(apply(iter(codes())))
    used = sums.whole_sum(pa.Table.from_batches(made).select(["slice", "index", "sums"]), len(wanted))
    assert used[word] == 3  # once in each clause
    showing = [batch.select(list(lexicon_tasks.SHOWING)) for batch in made]
    [*shown] = lexicon_tasks.examples(np.array([word]), found.alphabet)(iter(showing))
    examples = [r for batch in shown for r in batch.to_pylist()]
    assert [r["candidate_id"] for r in examples] == [word] and examples[0]["example"] in CLAUSES
    assert not any(batch.num_rows for batch in lexicon_tasks.examples(np.array([-5]), found.alphabet)(iter(showing)))
