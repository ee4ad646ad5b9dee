from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import functions as F

from tests.frames import contrast, segment, terms, word_counts
from tests.stages.texts import BOTH, documents, empty_lexicon, power
from wajue.config import Config
from wajue.errors import WajueError

Load = Callable[..., Config]
pytestmark = pytest.mark.spark


def test_terms_with_their_evidence(spark: Any, load: Load) -> None:
    texts = [(c, role, f"昨天下午{text}") for c, role, text in power(200)]  # an example has eight characters at least
    frame = documents(spark, texts).withColumn("date", F.format_string("2024-%03d", F.pmod(F.hash("doc_id"), F.lit(50))))
    config = load('[segment]\nmethod = "jieba"\n[terms]\nscore = "log_odds"\nexamples = 2\n', corpus=BOTH)
    tokens = segment(frame, empty_lexicon(spark), None, config=config).persist()
    candidates = contrast(tokens, word_counts(tokens, config=config), config=config).persist()
    rows = terms(candidates, tokens, None, config=config).collect()
    assert [r.rank for r in rows] == list(range(1, len(rows) + 1))
    assert [r.score for r in rows] == sorted((r.log_odds for r in rows), reverse=True)
    term = next(r for r in rows if r.term == "断路器")
    holders = sorted((r.date, r.doc_id) for r in tokens.collect() if r.role == "domain" and "断路器" in r.tokens)
    assert (term.first_document, term.last_document) == (holders[0][1], holders[-1][1])
    assert len(term.examples) == 2 and all("断路器" in e for e in term.examples)
    assert term.log_ratio_low < term.log_ratio < term.log_ratio_high and term.path is None
    total = sum(len([w for w in r.tokens if w.isalnum()]) for r in tokens.collect() if r.role == "domain")
    assert term.domain_per_million == pytest.approx(term.domain_count * 1e6 / total)
    dropped = min(r.term for r in candidates.where("filtered_by is not null").collect())
    assert dropped not in {r.term for r in rows}  # but a reviewer's verdict goes before every rule
    verdicts = load(f'[terms]\nreject = ["断路器"]\naccept = ["{dropped}"]\n', corpus=BOTH)
    assert {"断路器", dropped} & {r.term for r in terms(candidates, tokens, None, config=verdicts).collect()} == {dropped}
    stopped = load('[terms]\nstop_words = ["断路器"]\n', corpus=BOTH)
    assert not [t for r in terms(candidates, tokens, None, config=stopped).collect() for t in r.parts if t == "断路器"]
    with pytest.raises(WajueError, match="sgns"):
        terms(candidates, tokens, None, config=load('[terms]\nscore = "similarity"\n', corpus=BOTH))


def test_seeds_lead_to_their_like_and_the_path_is_kept(spark: Any, load: Load) -> None:
    config = load('[segment]\nmethod = "jieba"\n[contrast]\nmin_count = 2\n[terms]\nseeds = ["断路器"]\n', corpus=BOTH)
    texts = [("d", "domain", "断路器。母线。" * 3), ("q", "general", "母线。" * 60 + "吃饭。" * 3)]
    tokens = segment(documents(spark, texts), empty_lexicon(spark), None, config=config)
    candidates = contrast(tokens, word_counts(tokens, config=config), config=config)
    vectors = spark.createDataFrame(
        [("断路器", 3, [1.0, 0.1]), ("母线", 63, [0.9, 0.2]), ("吃饭", 3, [-1.0, 0.0])],
        "word string, count long, vector array<float>",
    )
    rows = {r.term: r for r in terms(candidates, tokens, vectors, config=config).collect()}
    assert rows["断路器"].source == "contrast" and "吃饭" not in rows
    assert rows["母线"].source == "expansion" and list(rows["母线"].path) == ["断路器", "母线"]  # general text uses it more
