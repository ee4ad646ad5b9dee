"""The stages from clean text to sequences, on a small made-up text, and their indifference to partitions."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline.config import Config
from pipeline.discovery import Candidates
from pipeline.stages.contrast import contrast
from pipeline.stages.new_words import new_words
from pipeline.stages.ngrams import ngrams
from pipeline.stages.segment import segment
from pipeline.stages.vocabulary import vocabulary
from pipeline.stages.word_counts import word_counts
from pipeline.symbols import Alphabet
from tests import reference
from tests.stages.test_dedup import BOTH, DOCUMENTS

Load = Callable[..., Config]
pytestmark = pytest.mark.spark

PLANTED = ["断路器", "母线", "主变压器", "SF6气体"]


def documents(spark: Any, texts: list[tuple[str, str, str]]) -> Any:
    rows = [(f"{c}{i}", c, role, t, None, [], None, None, None, (f"{c}.txt", i + 1, i + 1)) for i, (c, role, t) in enumerate(texts)]
    return spark.createDataFrame(rows, DOCUMENTS)


def power(n: int = 400) -> list[tuple[str, str, str]]:
    rng = random.Random(3)
    before, after = "看见听说买了修好打开关上想要没有找到需要".strip(), "坏好新旧多少大小快慢"
    texts = []
    for _ in range(n):
        parts = ["".join(rng.choice(before) for _ in range(2)), rng.choice(PLANTED), "".join(rng.choice(after) for _ in range(2))]
        texts.append(("d", "domain", "".join(parts) + "。" + rng.choice(after)))
        texts.append(("q", "general", "".join(rng.choice(before + after) for _ in range(6))))
    return texts


def as_set(frame: Any) -> set[str]:
    return {str(r) for r in frame.collect()}


def test_ngrams_equal_the_reference(spark: Any, load: Load) -> None:
    texts = power(60)
    clauses, found = ngrams(documents(spark, texts), config=load("[ngrams]\nmin_count = 2\nmax_length = 5\nbuckets = 5\n"))
    strings = sorted(clause for r in clauses.collect() for clause in r.clauses.split("\n"))
    assert len(strings) == len(set(strings))
    import pyarrow as pa

    code = Alphabet(("SF6",)).units(pa.array(strings)).code.tolist()
    expected = reference.ngrams(code, 5, 2)
    names = {chr(c): c for c in set(code) if c > 0x3000} | {"SF6": 2}
    rows = {tuple(names[s] for s in _symbols(r.ngram)): r for r in found.collect()}
    assert set(rows) == set(expected)
    for gram, (count, pmi, left, right) in expected.items():
        row = rows[gram]
        assert (row["count"], row.n) == (count, len(gram))
        assert np.allclose((row.left_entropy, row.right_entropy), (left, right))
        assert row.pmi is None if pmi is None else np.isclose(row.pmi, pmi)


def _symbols(ngram: str) -> list[str]:
    return (
        list(ngram.replace("SF6", "\0")) if "SF6" not in ngram else [s if s != "\0" else "SF6" for s in ngram.replace("SF6", "\0")]
    )


def test_the_planted_words_are_found_whatever_the_partitions(spark: Any, load: Load) -> None:
    config = load()
    found = []
    for partitions, seed in ((1, 1), (3, 2), (17, 3)):
        texts = power()
        random.Random(seed).shuffle(texts)
        clauses, grams = ngrams(documents(spark, texts).repartition(partitions), config=config)
        found.append(as_set(new_words(clauses, grams, config=config)))
        if partitions == 3:
            top = [r.word for r in new_words(clauses, grams, config=config).limit(4).collect()]
            assert set(top) == set(PLANTED)
    assert found[0] == found[1] == found[2]


def test_verdicts_are_honoured(spark: Any, load: Load) -> None:
    config = load('[new_words]\nknown = "none"\nreject = ["母线"]\naccept = ["线坏", "从未出现"]\n')
    clauses, grams = ngrams(documents(spark, power()), config=config)
    words = {r.word: r for r in new_words(clauses, grams, config=config).collect()}
    assert "母线" not in words and {"线坏", "从未出现"} <= set(words) and words["断路器"].is_new


def test_from_text_to_terms(spark: Any, load: Load) -> None:
    config = load("[vocabulary]\nmin_count = 2\n", corpus=BOTH)
    frame = documents(spark, power())
    clauses, grams = ngrams(frame, config=config)
    lexicon = new_words(clauses, grams, config=config)
    tokens = segment(frame, lexicon, config=config)
    texts = {r.doc_id: r.text for r in frame.collect()}
    assert all("".join(r.tokens) == texts[r.doc_id] for r in tokens.collect())
    counts = word_counts(tokens, config=config)
    word = counts.where("word = '断路器' and role = 'domain'").collect()[0]
    assert word["count"] == word.document_count == sum("断路器" in t for t in texts.values())
    assert counts.where("word = '。'").count() == 0
    words, sequences = vocabulary(tokens, counts, config=config)
    ids = {r.word: r.word_id for r in words.collect()}
    assert sorted(ids.values()) == list(range(len(ids)))
    rows = sequences.collect()
    assert [r.doc_id for r in rows] == sorted(r.doc_id for r in rows)
    by_id = {r.doc_id: r.ids for r in rows}
    for row in tokens.collect():
        assert by_id[row.doc_id] == [ids[w] for w in row.tokens if w in ids]
    candidates = {r.term: r for r in contrast(tokens, counts, config=config).collect()}
    term = candidates["断路器"]
    assert term.domain_count == word["count"] and term.general_count == 0 and term.filtered_by is None and term.keyness > 0
    assert term.domain_documents == word.document_count


def test_the_other_ways_to_segment(spark: Any, load: Load) -> None:
    frame = documents(spark, [("d", "domain", "the  cat\tsat 断路器")])
    [row] = segment(frame, None, config=load('[segment]\nmethod = "whitespace"\n')).collect()
    assert row.tokens == ["the", "cat", "sat", "断路器"]
    lexicon = spark.createDataFrame([("噼里啪断", 9, 1.0, True)], "word string, count long, score double, is_new boolean")
    [row] = segment(
        documents(spark, [("d", "domain", "我爱噼里啪断 吗")]), lexicon, config=load('[segment]\nmethod = "jieba"\n')
    ).collect()
    assert row.tokens == ["我", "爱", "噼里啪断", "吗"]


def test_the_start_lexicon_is_gated_by_entropy() -> None:
    codes = np.array([[2, 3], [4, 5]], np.uint16)
    ones = np.ones(2)
    candidates = Candidates(codes, 9 * ones, np.array([1.0, 0.1]), ones, np.full(65536, 1.0), np.zeros(65536))
    assert candidates.expected.tolist() == [9, 0]
