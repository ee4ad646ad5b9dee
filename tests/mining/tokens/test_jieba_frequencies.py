"""The least frequency with which jieba cuts a word out: checked by jieba itself."""

import math

import jieba
import pytest

from wajue.mining.tokens import jieba_dictionary
from wajue.mining.tokens.jieba_frequencies import least_frequencies

# made of the most frequent words there are, and of one another; of characters; known; known but never cut out; with Latin
WORDS = ["我们的中国", "我们的", "是不是在", "在中国", "汇控柜", "断路器", "手机", "不是在", "SF6断路器"]


def test_by_hand() -> None:
    # T = 1000 + f(甲乙) + f(甲乙丙); 甲乙 has to beat 甲|乙, f * T >= 100 * 50, so f >= 4.98 with T = 1005
    # 甲乙丙 has to beat 甲乙|丙, f * T >= 5 * 20 = 100 (and 甲|乙|丙): f = 1 suffices
    assert least_frequencies(["甲乙丙", "甲乙"], {"甲": 100, "乙": 50, "丙": 20, "丁": 830}) == {"甲乙丙": 1, "甲乙": 5}
    # an unknown character counts as 1: 1 * T >= 1 * 100
    assert least_frequencies(["戊甲"], {"甲": 100, "丁": 900}) == {"戊甲": 1}


def test_every_word_is_cut_out_and_with_less_it_is_not() -> None:
    known = jieba_dictionary.frequencies()
    least = least_frequencies(WORDS, known)
    assert list(least) == WORDS
    tokenizer = jieba_dictionary.tokenizer(least)
    assert all(tokenizer.lcut(w, HMM=False) == [w] == tokenizer.lcut(w) for w in WORDS)
    assert {w for w in WORDS if least[w] > known.get(w, 1)} >= {"我们的", "是不是在", "在中国"}
    for word, frequency in least.items():
        if frequency > max(1, known.get(word, 0)):
            tokenizer.FREQ[word] = frequency - 1
            assert tokenizer.lcut(word, HMM=False) != [word]
            tokenizer.FREQ[word] = frequency


def test_a_known_word_keeps_its_frequency_and_the_order_does_not_matter() -> None:
    known = jieba_dictionary.frequencies()
    least = least_frequencies(WORDS, known)
    assert least["手机"] == known["手机"]
    assert least_frequencies(WORDS[::-1], known) == least


def test_it_is_what_jieba_suggests_but_for_the_total() -> None:
    words = ["是不是在", "在中国"]  # neither is a part of the other
    suggested = jieba_dictionary.tokenizer()
    for word, frequency in least_frequencies(words, jieba_dictionary.frequencies()).items():
        # jieba asks for one more than the whole part of f * T, and for words that it knows for what they have
        assert math.isclose(suggested.suggest_freq(word), frequency, rel_tol=1e-4, abs_tol=1)


def test_jieba_itself_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def touched(*_: object) -> None:
        raise AssertionError("the tokenizer that everybody shares")

    monkeypatch.setattr(jieba.dt, "initialize", touched)
    monkeypatch.setattr(jieba.dt, "add_word", touched)
    before = jieba.dt.total, len(jieba.dt.FREQ)
    jieba_dictionary.tokenizer(least_frequencies(WORDS, jieba_dictionary.frequencies()))
    assert (jieba.dt.total, len(jieba.dt.FREQ)) == before
