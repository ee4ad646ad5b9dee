import pickle

import pyarrow as pa
import pytest

from wajue.mining.tokens import tokenizers

TEXTS = pa.array([" the  cat\tsat\n", "", "断路器 坏了", "   "])


@pytest.mark.parametrize("offsets", [False, True])
def test_white_space_cuts(offsets: bool) -> None:
    tokens, starts, *_ = tokenizers.by_whitespace(offsets=offsets)(TEXTS)
    assert tokens.to_pylist() == [["the", "cat", "sat"], [], ["断路器", "坏了"], []]
    assert starts is None if not offsets else starts.to_pylist() == [[1, 6, 10], [], [0, 4], []]


def test_jieba_knows_the_mined_words_even_after_pickling() -> None:
    jieba = tokenizers.Jieba([("噼里啪断", 1)])
    for cut in (jieba, pickle.loads(pickle.dumps(jieba))):
        tokens, starts, *_ = cut(pa.array(["我爱噼里啪断 吗"]))
        assert tokens.to_pylist() == [["我", "爱", "噼里啪断", "吗"]] and starts.to_pylist() == [[0, 1, 2, 7]]


def test_words_that_are_always_cut() -> None:
    words = ["断路器", "3.5毫米", "A/D", "C++", "circuit breaker"]
    assert tokenizers.cut_by_jieba(words) == ["A/D", "circuit breaker"]
    assert tokenizers.cut_by_lexicon(words) == ["3.5毫米", "circuit breaker"]
