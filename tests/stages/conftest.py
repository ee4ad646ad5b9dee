"""Tables of the made-up corpus `power`, made once: every stage's test looks at what its own stage does with them."""

from typing import Any, NamedTuple

import pytest

from tests.frames import new_words, ngrams, segment, word_counts
from tests.stages.texts import documents, power
from wajue.config import Config, Corpus


class Mined(NamedTuple):
    """DataFrames of local rows, so that nothing is computed twice."""

    documents: Any
    clauses: Any
    ngrams: Any
    lexicon: Any
    tokens: Any
    word_counts: Any


@pytest.fixture(scope="session")
def mined(spark: Any) -> Mined:
    config = Config(corpus=(Corpus(name="d", role="domain", paths=("x",)), Corpus(name="q", role="general", paths=("x",))))

    def local(frame: Any) -> Any:
        return spark.createDataFrame(frame.toArrow(), frame.schema)

    texts = documents(spark, power())
    clauses, grams = (local(t) for t in ngrams(texts, config=config))
    lexicon = local(new_words(clauses, grams, config=config))
    tokens = local(segment(texts, lexicon, None, config=config))
    return Mined(texts, clauses, grams, lexicon, tokens, local(word_counts(tokens, config=config)))
