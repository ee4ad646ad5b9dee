import numpy as np
import pyarrow as pa
import pytest

from wajue.config import Config, Corpus, NewWords
from wajue.errors import ConfigError
from wajue.mining import lexicon_candidates

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


def config(**new_words: object) -> Config:
    return Config(corpus=(Corpus(name="d", role="domain", paths=("x",)),), new_words=NewWords(**new_words))


def test_long_ngrams_need_entropy_or_a_verdict() -> None:
    [batch] = NGRAMS.to_batches()
    nothing, accepted = pa.array([], pa.string()), pa.array(["断路器坏了吗"])
    assert "断路器坏了吗" not in lexicon_candidates.possible_words(batch, nothing, 0.7).column("ngram").to_pylist()
    assert lexicon_candidates.possible_words(batch, accepted, 0.7).num_rows == batch.num_rows


def test_candidates_do_not_depend_on_the_order_of_the_ngrams() -> None:
    one, other = (lexicon_candidates.from_ngrams(table, config()) for table in (NGRAMS, NGRAMS.take([5, 3, 1, 0, 2, 4])))
    for mined in (one, other):
        assert [mined.ngrams.column("ngram")[i].as_py() for i in mined.word_rows.tolist()] == [
            one.ngrams.column("ngram")[i].as_py() for i in one.word_rows.tolist()
        ]
        assert sorted(mined.ngrams.column("ngram")[i].as_py() for i in mined.symbol_rows.tolist()) == ["器", "断", "路"]
        ids = mined.ids_of(["断路器", "从未", "断路"])
        assert ids[1] == -1 and np.array_equal(mined.candidates.count[ids[[0, 2]]], [38, 40])
        assert mined.unknown({"断路器"}).sum() == 0  # 断路器 is known, and no other n-gram has entropy enough
        assert mined.unknown(set()).nonzero()[0].tolist() == [ids[0]]


def test_verdicts_are_taken_over_and_weighed() -> None:
    mined = lexicon_candidates.from_ngrams(NGRAMS, config(accept=("断路 90", "从未出现"), reject=("断路器",)))
    accepted, rejected = mined.ids_of(["断路", "断路器"])
    assert mined.candidates.accepted.nonzero()[0].tolist() == [accepted] and mined.candidates.rejected[rejected]
    total = mined.candidates.expected.sum() + mined.candidates.symbol_expected.sum()
    log_probability = lexicon_candidates.weigh_accepted(mined, config(accept=("断路 90", "从未出现")))
    assert log_probability["断路"] == pytest.approx(np.log(90 / total)) and mined.candidates.expected[accepted] == 90
    assert log_probability["从未出现"] < log_probability["断路"]


def test_a_word_cannot_be_accepted_and_rejected() -> None:
    with pytest.raises(ConfigError, match="断路"):
        lexicon_candidates.from_ngrams(NGRAMS, config(accept=("断路 3",), reject=("断路",)))
