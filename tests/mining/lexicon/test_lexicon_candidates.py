import numpy as np
import pyarrow as pa
import pytest

from wajue.errors import ConfigError
from wajue.mining.lexicon import lexicon_candidates
from wajue.mining.lexicon.lexicon_candidates import NgramCandidates, Verdicts

NGRAMS = pa.table(
    {
        "ngram": ["断", "断路", "路", "器", "断路器", "断路器坏了吗"],
        "n": pa.array([1, 2, 1, 1, 3, 6], pa.int32()),
        "count": [50, 40, 45, 60, 38, 5],
        "pmi": pa.array([None, 4.0, None, None, 4.5, 2.0]),
        "left_entropy": [2.0, 0.1, 0.0, 1.5, 2.0, 0.2],
        "right_entropy": [1.0, 0.2, 1.0, 1.5, 2.0, 0.2],
    }
)


def mined(
    ngrams: pa.Table = NGRAMS, accept: dict[str, float | None] | None = None, reject: list[str] | None = None
) -> NgramCandidates:
    return lexicon_candidates.from_ngrams(ngrams, Verdicts(accept or {}, reject or []), branching_entropy=0.69)


def test_long_ngrams_need_entropy_or_a_verdict() -> None:
    [batch] = NGRAMS.to_batches()
    nothing, accepted = pa.array([], pa.string()), pa.array(["断路器坏了吗"])
    assert "断路器坏了吗" not in lexicon_candidates.possible_words(batch, nothing, 0.7).column("ngram").to_pylist()
    assert lexicon_candidates.possible_words(batch, accepted, 0.7).num_rows == batch.num_rows


def test_candidates_do_not_depend_on_the_order_of_the_ngrams() -> None:
    one, other = (mined(table) for table in (NGRAMS, NGRAMS.take([5, 3, 1, 0, 2, 4])))
    figures = dict(zip(NGRAMS.column("ngram").to_pylist(), NGRAMS.column("pmi").to_pylist(), strict=True))
    for each in (one, other):
        strings = each.alphabet.strings(each.candidates.codes).to_pylist()
        assert strings == one.alphabet.strings(one.candidates.codes).to_pylist() and set(strings) == {
            "断路",
            "断路器",
            "断路器坏了吗",
        }
        assert {s: figures[s] for s in strings} == dict(zip(strings, each.pmi.tolist(), strict=True))
        assert sorted(each.symbols.column("ngram").to_pylist()) == ["器", "断", "路"]
        ids = each.ids_of(["断路器", "从未", "断路"])
        assert ids[1] == -1 and np.array_equal(each.candidates.count[ids[[0, 2]]], [38, 40])
        assert each.candidates.active.tolist() == [ids[0]]  # no other n-gram has entropy enough


def test_the_final_words_are_those_in_the_lexicon() -> None:
    found = mined()
    for known, wanted in ((set(), [True]), ({"断路器"}, [False]), (None, [False])):
        final = found.final_words(known)
        assert final.wanted.tolist() == wanted and final.longest == 6
    share = found.candidates.single_share
    assert np.array_equal(final.is_bound, share < 0.5) and len(share) == 65536


def test_verdicts_are_taken_over_and_weighed() -> None:
    accept = {"断路": 90.0, "从未出现": None}
    both = mined(accept=accept, reject=["断路器"])
    accepted, rejected = both.ids_of(["断路", "断路器"])
    assert both.candidates.accepted.nonzero()[0].tolist() == [accepted] and both.candidates.rejected[rejected]
    total = both.candidates.expected.sum() + both.candidates.symbol_expected.sum()
    log_probability = lexicon_candidates.weigh_accepted(both, accept)
    assert log_probability["断路"] == pytest.approx(np.log(90 / total)) and both.candidates.expected[accepted] == 90
    assert log_probability["从未出现"] < log_probability["断路"]


def test_a_word_cannot_be_accepted_and_rejected() -> None:
    with pytest.raises(ConfigError, match="断路"):
        mined(accept={"断路": 3.0}, reject=["断路"])
