"""The stages from clean text to sequences, on a small made-up text, and their indifference to partitions."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.sql import functions as F

from tests import reference
from tests.frames import by_tasks, contrast, new_words, ngrams, segment, terms, vocabulary, word_counts
from tests.stages.test_dedup import BOTH, DOCUMENTS
from wajue.config import Config
from wajue.errors import ConfigError, WajueError
from wajue.mining import jieba_dictionary
from wajue.mining.alphabet import Alphabet
from wajue.runner.spark_step import STAGES
from wajue.spark.flow import Flow

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


def test_the_planted_words_are_found_whatever_the_partitions(spark: Any, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load()
    found = []
    for partitions, seed in ((1, 1), (3, 2), (17, 3)):
        if partitions == 17:  # as of a corpus that is too large to be collected, or added up, at once
            monkeypatch.setattr("wajue.spark.flow._COLLECTED", 1000)
            monkeypatch.setattr("wajue.arrays.sums._DRIVER_BYTES", 0)
        texts = power()
        random.Random(seed).shuffle(texts)
        clauses, grams = ngrams(documents(spark, texts).repartition(partitions), config=config)
        words = new_words(clauses, grams, config=config)
        found.append(as_set(words))
        if partitions == 3:
            assert {r.word for r in words.limit(4).collect()} == set(PLANTED)
    assert found[0] == found[1] == found[2]


def test_tasks_that_read_and_write_for_themselves_find_the_same(
    spark: Any, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole line through files, sums through files as well, against the line through Spark."""
    config = load("[new_words]\nsample = 6000\n[vocabulary]\nmin_count = 2\n", corpus=BOTH)
    texts = documents(spark, power())

    def line(texts: Any) -> list[Any]:
        clauses, grams = STAGES["ngrams"](texts, config=config)
        lexicon = Flow(STAGES["new_words"](clauses, grams, config=config).persist())
        tokens = STAGES["segment"](texts, lexicon, config=config)
        tokens = Flow(tokens.frame) if texts.scratch_folder is None else by_tasks(tokens.frame, tmp_path, "tokens")
        counts = Flow(STAGES["word_counts"](tokens, config=config).persist())
        words, sequences = STAGES["vocabulary"](tokens, counts, config=config)
        candidates = STAGES["contrast"](tokens, counts, config=config)
        return [
            as_set(t.frame if isinstance(t, Flow) else t) for t in (grams, lexicon, tokens, counts, words, sequences, candidates)
        ]

    through_spark = line(Flow(texts))
    monkeypatch.setattr("wajue.arrays.sums._DRIVER_BYTES", 0)
    assert line(by_tasks(texts, tmp_path, "documents")) == through_spark


def test_verdicts_are_honoured(spark: Any, load: Load) -> None:
    config = load(
        '[new_words]\nknown = "none"\nreject = ["母线"]\naccept = ["线坏", "从未出现", "坏断 90", "IPv6地址", "3.5毫米"]\n'
    )
    clauses, grams = ngrams(documents(spark, power()), config=config)
    lexicon = new_words(clauses, grams, config=config)
    words = {r.word: r for r in lexicon.collect()}
    assert "母线" not in words and words["断路器"].is_new
    assert {"线坏", "从未出现", "坏断", "IPv6地址", "IPv6", "3.5毫米"} <= set(words)
    # a weight is a count: 90 of all uses of words
    assert np.isclose(words["坏断"].log_prob, np.log(90 / sum(r.used for r in words.values())), atol=0.1)
    # what is accepted without a weight is cut out whole, wherever it came from
    [row] = segment(documents(spark, [("d", "domain", "看从未出现的IPv6地址线坏")]), lexicon, config=config).collect()
    assert {"从未出现", "IPv6地址", "线坏"} <= set(row.tokens)


def test_a_word_cannot_be_accepted_and_rejected(spark: Any, load: Load) -> None:
    config = load('[new_words]\nreject = ["母线"]\naccept = ["母线 3"]\n')
    clauses, grams = ngrams(documents(spark, power(20)), config=config)
    with pytest.raises(ConfigError, match="母线"):
        new_words(clauses, grams, config=config)


def test_new_words_are_shown_with_a_clause(spark: Any, load: Load) -> None:
    texts = power()
    config = load("[new_words]\nexamples = 2\n")
    clauses, grams = ngrams(documents(spark, texts), config=config)
    rows = new_words(clauses, grams, config=config).collect()
    shown = [r for r in rows if r.example]
    assert [r.word for r in shown] == [r.word for r in rows if r.is_new and len(r.word) > 1][:2]
    whole = {clause for _, _, t in texts for clause in t.split("。")}
    assert all(r.word in r.example and r.example in whole for r in shown)


def test_a_sample_finds_what_is_frequent(spark: Any, load: Load) -> None:
    clauses, grams = ngrams(documents(spark, power()), config=load())
    every = {r.word: r for r in new_words(clauses, grams, config=load()).collect()}
    some = {r.word: r for r in new_words(clauses, grams, config=load("[new_words]\nsample = 1500\n")).collect()}
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


def test_where_tokens_begin(spark: Any, load: Load) -> None:
    lexicon = new_words(*ngrams(documents(spark, power()), config=load()), config=load())
    frame = documents(spark, [("d", "domain", " 𠮷 断路器、SF6气体，坏 了"), ("d", "domain", "")])
    for method in ("lexicon", "jieba", "whitespace"):
        rows = segment(frame, lexicon, config=load(f'[segment]\noffsets = true\nmethod = "{method}"\n')).collect()
        for row, text in zip(rows, [" 𠮷 断路器、SF6气体，坏 了", ""], strict=True):
            assert all(text[s : s + len(t)] == t for t, s in zip(row.tokens, row.starts, strict=True))
            assert "".join(row.tokens) == text.replace(" ", "")
    assert segment(frame, lexicon, config=load()).collect()[0].starts is None


def test_from_text_to_terms(spark: Any, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wajue.stages.vocabulary._FILE_TOKENS", 500)  # several files
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
    assert sequences.rdd.getNumPartitions() > 2
    rows = sequences.collect()
    assert [r.doc_id for r in rows] == sorted(r.doc_id for r in rows)
    by_id = {r.doc_id: r.ids for r in rows}
    for row in tokens.collect():
        assert by_id[row.doc_id] == [ids[w] for w in row.tokens if w in ids]
    candidates = {r.term: r for r in contrast(tokens, counts, config=config).collect()}
    term = candidates["断路器"]
    assert term.domain_count == word["count"] and term.general_count == 0 and term.filtered_by is None and term.keyness > 0
    assert term.domain_documents == word.document_count


def test_terms_with_their_evidence(spark: Any, load: Load) -> None:
    texts = [(c, role, f"昨天下午{text}") for c, role, text in power(200)]  # an example has eight characters at least
    frame = documents(spark, texts).withColumn("date", F.format_string("2024-%03d", F.pmod(F.hash("doc_id"), F.lit(50))))
    config = load('[segment]\nmethod = "jieba"\n[terms]\nscore = "log_odds"\nexamples = 2\n', corpus=BOTH)
    nothing = spark.createDataFrame([], "word string, count long, score double, is_new boolean")
    tokens = segment(frame, nothing, config=config).persist()
    candidates = contrast(tokens, word_counts(tokens, config=config), config=config).persist()
    rows = terms(candidates, tokens, None, config=config).collect()
    assert [r.rank for r in rows] == list(range(1, len(rows) + 1))
    assert [r.score for r in rows] == sorted((r.log_odds for r in rows), reverse=True)
    term = next(r for r in rows if r.term == "断路器")
    held = sorted((r.date, r.doc_id) for r in tokens.collect() if r.role == "domain" and "断路器" in r.tokens)
    assert (term.first_document, term.last_document) == (held[0][1], held[-1][1])
    assert len(term.examples) == 2 and all("断路器" in e for e in term.examples)
    assert term.log_ratio_low < term.log_ratio < term.log_ratio_high and term.path is None
    total = sum(len([w for w in r.tokens if w.isalnum()]) for r in tokens.collect() if r.role == "domain")
    assert term.domain_per_million == pytest.approx(term.domain_count * 1e6 / total)
    dropped = min(r.term for r in candidates.where("filtered_by is not null").collect())
    assert dropped not in {r.term for r in rows}  # but a reviewer's verdict goes before every rule
    verdicts = load(f'[terms]\nreject = ["断路器"]\naccept = ["{dropped}"]\n', corpus=BOTH)
    assert {"断路器", dropped} & {r.term for r in terms(candidates, tokens, None, config=verdicts).collect()} == {dropped}
    with pytest.raises(WajueError, match="sgns"):
        terms(candidates, tokens, None, config=load('[terms]\nscore = "similarity"\n', corpus=BOTH))


def test_seeds_lead_to_their_like_and_the_path_is_kept(spark: Any, load: Load) -> None:
    config = load('[segment]\nmethod = "jieba"\n[contrast]\nmin_count = 2\n[terms]\nseeds = ["断路器"]\n', corpus=BOTH)
    texts = [("d", "domain", "断路器。母线。" * 3), ("q", "general", "母线。" * 60 + "吃饭。" * 3)]
    nothing = spark.createDataFrame([], "word string, count long, score double, is_new boolean")
    tokens = segment(documents(spark, texts), nothing, config=config)
    candidates = contrast(tokens, word_counts(tokens, config=config), config=config)
    words = spark.createDataFrame(
        [("断路器", 3, [1.0, 0.1]), ("母线", 63, [0.9, 0.2]), ("吃饭", 3, [-1.0, 0.0])],
        "word string, count long, vector array<float>",
    )
    rows = {r.term: r for r in terms(candidates, tokens, words, config=config).collect()}
    assert rows["断路器"].source == "contrast" and "吃饭" not in rows
    assert rows["母线"].source == "expansion" and list(rows["母线"].path) == ["断路器", "母线"]  # general text uses it more


def test_a_dictionary_stands_for_general_text(spark: Any, load: Load) -> None:
    config = load('[segment]\nmethod = "jieba"\n[contrast]\nmin_count = 2\nbackground = "jieba"\n')
    assert not config.has_role("general")
    nothing = spark.createDataFrame([], "word string, count long, score double, is_new boolean")
    tokens = segment(documents(spark, [("d", "domain", "断路器，可以，断路器，可以。")]), nothing, config=config)
    found = {r.term: r for r in contrast(tokens, word_counts(tokens, config=config), config=config).collect()}
    known = jieba_dictionary.frequencies()
    assert found["断路器"].general_count == known["断路器"] < known["可以"] == found["可以"].general_count
    assert found["断路器"].general_per_million == pytest.approx(known["断路器"] * 1e6 / sum(known.values()))


def test_the_other_ways_to_segment(spark: Any, load: Load) -> None:
    frame = documents(spark, [("d", "domain", "the  cat\tsat 断路器")])
    [row] = segment(frame, None, config=load('[segment]\nmethod = "whitespace"\n')).collect()
    assert row.tokens == ["the", "cat", "sat", "断路器"]
    lexicon = spark.createDataFrame(
        [("噼里啪断", 9, 9.0, True), ("爱噼", 9, 7.0, True)], "word string, count long, score double, is_new boolean"
    )
    [row] = segment(
        documents(spark, [("d", "domain", "我爱噼里啪断 吗")]), lexicon, config=load('[segment]\nmethod = "jieba"\n')
    ).collect()
    assert row.tokens == ["我", "爱", "噼里啪断", "吗"]
