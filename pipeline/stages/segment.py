"""Documents to words. In: documents and the lexicon. Out: tokens."""

from collections.abc import Callable, Iterator

import jieba
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.config import Config
from pipeline.segmenter import Segmenter

_SUGGESTED = 3  # jieba takes a mined word in where it beats its parts; a floor keeps rare ones from vanishing


def segment(documents: DataFrame, lexicon: DataFrame | None, *, config: Config) -> DataFrame:
    """tokens, by [segment] method. With `lexicon` or `jieba` starts one job: it collects the lexicon."""
    method = config.segment.method
    if method == "whitespace":
        # split drops no word: only white space, and the empty strings between
        words = F.filter(F.split(F.trim("text"), r"\s+"), lambda w: w != "")
        return documents.select("doc_id", "corpus", "role", words.alias("tokens"))
    assert lexicon is not None
    if method == "jieba":
        mined = [(r["word"], r["count"]) for r in lexicon.where("is_new and score > 0").select("word", "count").collect()]
        cut: Callable[[pa.StringArray], pa.Array] = _jieba(mined)
    else:
        rows = lexicon.select("word", "count", "log_prob").toArrow()
        cut = Segmenter.from_lexicon(rows, unknown_share=config.segment.unknown_share).tokens
    shared = documents.sparkSession.sparkContext.broadcast(cut)

    def apply(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = [batch.column("doc_id"), batch.column("corpus"), batch.column("role")]
            yield pa.RecordBatch.from_arrays([*columns, shared.value(batch.column("text"))], ["doc_id", "corpus", "role", "tokens"])

    types = "doc_id string, corpus string, role string, tokens array<string>"
    return documents.select("doc_id", "corpus", "role", "text").mapInArrow(apply, types)


class _jieba:  # noqa: N801  reads as the function that it is
    """Cut by jieba with the mined words added to its dictionary."""

    def __init__(self, mined: list[tuple[str, int]]) -> None:
        self.mined = mined
        self.tokenizer: jieba.Tokenizer | None = None

    def __getstate__(self) -> dict[str, object]:
        return {"mined": self.mined, "tokenizer": None}

    def __call__(self, texts: pa.StringArray) -> pa.Array:
        if self.tokenizer is None:
            jieba.setLogLevel(60)
            self.tokenizer = jieba.Tokenizer()
            for word, count in self.mined:
                self.tokenizer.add_word(word, max(count, self.tokenizer.suggest_freq(word, tune=False), _SUGGESTED))
        return pa.array([[w for w in self.tokenizer.cut(t) if not w.isspace()] for t in texts.to_pylist()], pa.list_(pa.string()))
