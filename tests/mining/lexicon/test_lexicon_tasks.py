from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from tests.mining.lexicon.test_lexicon_candidates import mined
from wajue.arrays import cells, sums
from wajue.mining.lexicon import cut_counts, lexicon_tasks
from wajue.mining.lexicon.cut_counts import Count

CLAUSES = ["断路器断路", "器断路器", "路断路器断"]


def broadcast(value: Any) -> Any:
    return SimpleNamespace(value=value)


def codes(share: float = 1.0) -> list[pa.RecordBatch]:
    batch = pa.record_batch({"clauses": ["\n".join(CLAUSES[:2]), CLAUSES[2]], "role": ["domain", "both"]})
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


def test_substitution_evidence_adds_up_over_tasks() -> None:
    candidates = mined().candidates
    add_up = lexicon_tasks.evidence(broadcast(candidates.earners), candidates.symbol_count, len(candidates.codes))
    whole = add_up(iter(codes()))
    assert np.array_equal(add_up(iter([*codes(), *codes()])), 2 * whole)
    assert np.flatnonzero(whole).tolist() == mined().ids_of(["断路"]).tolist()  # 器 stands behind it, and 器 and 路 before


def test_the_best_cut_is_counted_and_shown() -> None:
    found = mined()
    final = found.final_words(set())
    candidate = found.ids_of(["断路器"])[0]
    [word] = np.flatnonzero(found.candidates.active == candidate)
    made = list(lexicon_tasks.cut(broadcast(final), slices=1)(iter(codes())))
    counts = cut_counts.no_counts(len(final.wanted))
    added = sums.whole_sum(pa.Table.from_batches(made).select(["slice", "index", "sums"]), counts.size).reshape(counts.shape)
    # once in each clause, the third of which stands in both roles
    assert [added[row, word] for row in (Count.USES, Count.DOMAIN, Count.GENERAL)] == [3, 3, 1]
    showing = [batch.select(list(lexicon_tasks.SHOWING)) for batch in made]
    examples = list(lexicon_tasks.examples(np.array([word]), found.alphabet)(iter(showing)))
    rows = [r for batch in examples for r in batch.to_pylist()]
    assert {(r["number"], r["role"]) for r in rows} == {(word, "domain"), (word, "general")}
    assert {r["example"] for r in rows if r["role"] == "general"} == {CLAUSES[2]}
    assert all(r["example"] in CLAUSES for r in rows)
    assert not any(batch.num_rows for batch in lexicon_tasks.examples(np.array([-5]), found.alphabet)(iter(showing)))
