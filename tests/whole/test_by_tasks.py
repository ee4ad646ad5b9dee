"""The stages from documents to candidates where tasks read and write files themselves, against the same through Spark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.frames import by_tasks
from tests.stages.texts import BOTH, as_set, documents, power
from wajue.config import Config
from wajue.runner.spark_step import STAGES
from wajue.spark.flow import Flow

Load = Callable[..., Config]
pytestmark = pytest.mark.spark


def test_tasks_that_read_and_write_for_themselves_make_the_same_tables(
    spark: Any, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums go through files as well."""
    config = load("[new_words]\nsample = 6000\n[vocabulary]\nmin_count = 2\n", corpus=BOTH)
    texts = documents(spark, power())

    def tables(texts: Any) -> list[Any]:
        clauses, grams = STAGES["ngrams"](texts, config=config)
        lexicon = Flow(STAGES["new_words"](clauses, grams, config=config).persist())
        tokens = STAGES["segment"](texts, lexicon, grams, config=config)
        tokens = Flow(tokens.frame) if texts.scratch_folder is None else by_tasks(tokens.frame, tmp_path, "tokens")
        counts = Flow(STAGES["word_counts"](tokens, config=config).persist())
        words, sequences = STAGES["vocabulary"](tokens, counts, config=config)
        candidates = STAGES["contrast"](tokens, counts, config=config)
        return [
            as_set(t.frame if isinstance(t, Flow) else t) for t in (grams, lexicon, tokens, counts, words, sequences, candidates)
        ]

    through_spark = tables(Flow(texts))
    monkeypatch.setattr("wajue.arrays.sums._DRIVER_BYTES", 0)
    assert tables(by_tasks(texts, tmp_path, "documents")) == through_spark
