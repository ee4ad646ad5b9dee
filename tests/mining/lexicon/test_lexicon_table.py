import numpy as np
import pytest

from tests.mining.lexicon.test_lexicon_candidates import mined
from wajue.mining.lexicon import cut_counts, lexicon_table
from wajue.mining.lexicon.cut_counts import Count
from wajue.mining.lexicon.lexicon_candidates import NgramCandidates


def counts_of(candidates: NgramCandidates, **uses: tuple[int, ...]) -> np.ndarray:
    """Counts in which each of these words has the figures given, in the order of `Count`."""
    counts = cut_counts.no_counts(len(candidates.candidates.active))
    for word, figures in uses.items():
        counts[:, np.searchsorted(candidates.candidates.active, candidates.ids_of([word]))] = np.array(figures)[:, None]
    return counts


def test_words_then_symbols_with_what_tells_them_apart() -> None:
    candidates = mined()
    counts = counts_of(candidates, 断路器=(30, 20, 12, 3, 6))
    counts[: Count.LEFT, len(candidates.candidates.active) + ord("断")] = 4
    table = lexicon_table.build(candidates, counts, {"断路"})
    rows = {r["word"]: r for r in table.to_pylist()}
    assert set(rows) == {"断路器", "断", "路", "器"}  # 断路 was never used
    word = rows["断路器"]
    assert (word["number"], word["used"], word["count"], word["domain_count"], word["general_count"]) == (0, 30, 38, 20, 12)
    assert word["remainder_share"] == pytest.approx(6 / 30) and word["is_new"]
    assert rows["断"]["number"] == -1 and rows["断"]["score"] == 0 and rows["断"]["used"] == 4
    assert lexicon_table.shown(table, 5).tolist() == [0] and lexicon_table.shown(table, 0).tolist() == []


def test_the_example_is_the_domains_if_it_has_one() -> None:
    candidates = mined()
    table = lexicon_table.build(candidates, counts_of(candidates, 断路器=(30, 20, 12, 3, 6)), set())
    for examples, shown in (
        ({(0, "domain"): "甲", (0, "general"): "乙"}, ("甲", "乙")),
        ({(0, "general"): "乙"}, ("乙", "乙")),
        ({(0, "domain"): "甲"}, ("甲", None)),
    ):
        rows = {r["word"]: r for r in lexicon_table.with_examples(table, examples).to_pylist()}
        assert (rows["断路器"]["example"], rows["断路器"]["general_example"]) == shown
        assert rows["断"]["example"] is None


def test_accepted_words_that_never_reach_the_floor_are_listed() -> None:
    candidates = mined()
    table = lexicon_table.with_examples(lexicon_table.build(candidates, counts_of(candidates), set()), {})
    rows = lexicon_table.with_accepted(table, {"IPv6地址": -3.0, "断": -1.0}, known={"IPv6地址"}).to_pylist()
    added = {r["word"]: r for r in rows[table.num_rows :]}
    assert set(added) == {"IPv6地址", "IPv6"}  # the letters and digits are a symbol of their own
    assert added["IPv6地址"]["log_prob"] == -3.0 and not added["IPv6地址"]["is_new"] and added["IPv6地址"]["is_latin"]
    assert added["IPv6"]["log_prob"] == pytest.approx(min(table.column("log_prob").to_pylist()))
    assert lexicon_table.with_accepted(table, {}, set()) is table
