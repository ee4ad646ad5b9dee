import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.frames import new_words, ngrams, segment
from tests.stages.conftest import Mined
from tests.stages.texts import PLANTED, as_set, documents, power
from wajue.config import Config
from wajue.errors import ConfigError, WajueError
from wajue.stages import new_words as stage

Load = Callable[..., Config]
pytestmark = pytest.mark.spark


def test_the_planted_words_are_found_whatever_the_partitions(spark: Any, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load()
    lexicons = []
    for partitions, seed in ((1, 1), (17, 3)):
        if partitions == 17:  # as of a corpus that is too large to be collected, or added up, at once
            monkeypatch.setattr("wajue.spark.flow._COLLECTED", 1000)
            monkeypatch.setattr("wajue.arrays.sums._DRIVER_BYTES", 0)
        texts = power()
        random.Random(seed).shuffle(texts)
        clauses, grams = ngrams(documents(spark, texts).repartition(partitions), config=config)
        lexicon = new_words(clauses, grams, config=config)
        lexicons.append(as_set(lexicon))
        if partitions == 1:
            assert {r.word for r in lexicon.limit(4).collect()} == set(PLANTED)
    assert lexicons[0] == lexicons[1]


def test_verdicts_are_honoured(spark: Any, load: Load, mined: Mined) -> None:
    config = load(
        '[new_words]\nknown = "none"\nreject = ["母线"]\naccept = ["线坏", "从未出现", "坏断 90", "IPv6地址", "3.5毫米"]\n'
    )
    lexicon = new_words(mined.clauses, mined.ngrams, config=config)
    words = {r.word: r for r in lexicon.collect()}
    assert "母线" not in words and words["断路器"].is_new
    assert {"线坏", "从未出现", "坏断", "IPv6地址", "IPv6", "3.5毫米"} <= set(words)
    # a weight is a count: 90 of all uses of words
    assert np.isclose(words["坏断"].log_prob, np.log(90 / sum(r.used for r in words.values())), atol=0.1)
    # what is accepted without a weight is cut out whole, wherever it came from
    [row] = segment(documents(spark, [("d", "domain", "看从未出现的IPv6地址线坏")]), lexicon, None, config=config).collect()
    assert {"从未出现", "IPv6地址", "线坏"} <= set(row.tokens)


def test_a_word_cannot_be_accepted_and_rejected(load: Load, mined: Mined) -> None:
    config = load('[new_words]\nreject = ["母线"]\naccept = ["母线 3"]\n')
    with pytest.raises(ConfigError, match="母线"):
        new_words(mined.clauses, mined.ngrams, config=config)


def test_too_little_text_is_said(load: Load, mined: Mined) -> None:
    with pytest.raises(WajueError, match="too little text"):
        new_words(mined.clauses, mined.ngrams.where("false"), config=load())


def test_new_words_are_shown_with_a_clause(load: Load, mined: Mined) -> None:
    rows = new_words(mined.clauses, mined.ngrams, config=load("[new_words]\nexamples = 2\n")).collect()
    shown = [r for r in rows if r.example]
    assert [r.word for r in shown] == [r.word for r in rows if r.is_new and len(r.word) > 1][:2]
    whole = {clause for _, _, t in power() for clause in t.split("。")}
    assert all(r.word in r.example and r.example in whole for r in shown)


def test_a_sample_finds_what_is_frequent(load: Load, mined: Mined) -> None:
    every = {r.word: r for r in mined.lexicon.collect()}
    some = {r.word: r for r in new_words(mined.clauses, mined.ngrams, config=load("[new_words]\nsample = 1500\n")).collect()}
    assert set(PLANTED) <= set(some)
    for word in PLANTED:  # all clauses are cut in the end, whatever the rounds looked at
        assert some[word].used == every[word].used


def test_words_of_letters_digits_and_characters(spark: Any, load: Load) -> None:
    planted = ["B超", "5G", "PD-1", "维生素B12", "IPv6地址", "2型糖尿病", "𠮷野家"]
    rng, around = random.Random(5), "看见听说买了修好打开关上想要没有找到需要坏新旧多少大小快慢"
    texts = []
    for i in range(600):
        side = ["".join(rng.choice(around) for _ in range(2)) for _ in range(2)]
        texts.append(("d", "domain", f"{side[0]}{planted[i % 7]}{side[1]}。{rng.randint(10, 99)}个{rng.choice(around)}"))
    config = load()
    clauses, grams = ngrams(documents(spark, texts), config=config)
    counted = {r.ngram: r["count"] for r in grams.collect()}
    assert all(counted[w] >= 80 for w in planted)
    lexicon = {r.word for r in new_words(clauses, grams, config=config).collect()}
    assert set(planted) <= lexicon
    assert not any(w[0].isdigit() and w.endswith("个") for w in lexicon)  # counted things are no words


def test_which_words_are_known(load: Load, tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("断路器 5\n\n母线\n", encoding="utf-8")
    assert stage._known_words(load('[new_words]\nknown = "none"\n')) == set()
    assert "可以" in stage._known_words(load())
    assert stage._known_words(load('[new_words]\nknown = "w.txt"\n')) == {"断路器", "母线"}
