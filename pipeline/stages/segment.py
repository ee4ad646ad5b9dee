"""Documents to words. In: documents and the lexicon. Out: tokens."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import jieba
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.config import Config
from pipeline.segmenter import Segmenter

_CARRIED = ("doc_id", "corpus", "role", "date")
_SUGGESTED = 3  # jieba takes a mined word in where it beats its parts; a floor keeps rare ones from vanishing
_WORD = re.compile(r"[^ \t\n\x0b\f\r]+")
Cut = Callable[[pa.StringArray], tuple[pa.Array, pa.Array | None]]  # (tokens, where each begins, if that is asked for)


def segment(documents: DataFrame, lexicon: DataFrame | None, *, config: Config) -> DataFrame:
    """tokens, by [segment] method. With `lexicon` or `jieba` starts one job: it collects the lexicon."""
    rules = config.segment
    if rules.method == "whitespace" and not rules.offsets:
        # without a hop to Python; split drops no word: only white space, and the empty strings between
        words = F.filter(F.split(F.trim("text"), r"\s+"), lambda w: w != "").alias("tokens")
        return documents.select(*_CARRIED, words, F.lit(None).cast("array<int>").alias("starts"))
    if rules.method == "whitespace":
        cut: Cut = _whitespace
    elif rules.method == "jieba":
        assert lexicon is not None
        accepted = list(config.weights(config.new_words.accept))
        mined = lexicon.where((F.col("is_new") & (F.col("score") >= config.new_words.min_score)) | F.col("word").isin(accepted))
        cut = _jieba([(r["word"], r["count"]) for r in mined.select("word", "count").collect()])
    else:
        assert lexicon is not None
        rows = lexicon.select("word", "count", "log_prob").toArrow()
        cut = partial(_lattice, Segmenter.from_lexicon(rows, unknown_share=rules.unknown_share), rules.offsets)
    shared = documents.sparkSession.sparkContext.broadcast(cut)

    def apply(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            tokens, starts = shared.value(batch.column("text"))
            if starts is None or not rules.offsets:
                starts = pa.nulls(batch.num_rows, pa.list_(pa.int32()))
            kept = [batch.column(name) for name in _CARRIED]
            yield pa.RecordBatch.from_arrays([*kept, tokens, starts], [*_CARRIED, "tokens", "starts"])

    types = ", ".join(f"{name} string" for name in _CARRIED) + ", tokens array<string>, starts array<int>"
    return documents.select(*_CARRIED, "text").mapInArrow(apply, types)


def _lattice(segmenter: Segmenter, offsets: bool, texts: pa.StringArray) -> tuple[pa.Array, pa.Array | None]:
    return segmenter.tokens_and_starts(texts) if offsets else (segmenter.tokens(texts), None)


def _spans(spans: list[list[tuple[str, int]]]) -> tuple[pa.Array, pa.Array]:
    """(tokens, starts) of (word, start) in each text."""
    tokens = pa.array([[w for w, _ in text] for text in spans], pa.list_(pa.string()))
    return tokens, pa.array([[s for _, s in text] for text in spans], pa.list_(pa.int32()))


def _whitespace(texts: pa.StringArray) -> tuple[pa.Array, pa.Array]:
    return _spans([[(m[0], m.start()) for m in _WORD.finditer(t)] for t in texts.to_pylist()])


class _jieba:  # noqa: N801  reads as the function that it is
    """Cut by jieba with the mined words added to its dictionary."""

    def __init__(self, mined: list[tuple[str, int]]) -> None:
        self.mined = mined
        self.tokenizer: jieba.Tokenizer | None = None

    def __getstate__(self) -> dict[str, object]:
        return {"mined": self.mined, "tokenizer": None}

    def __call__(self, texts: pa.StringArray) -> tuple[pa.Array, pa.Array]:
        if self.tokenizer is None:
            jieba.setLogLevel(60)
            self.tokenizer = jieba.Tokenizer()
            for word, count in self.mined:
                self.tokenizer.add_word(word, max(count, self.tokenizer.suggest_freq(word, tune=False), _SUGGESTED))
        return _spans([[(w, s) for w, s, _ in self.tokenizer.tokenize(t) if not w.isspace()] for t in texts.to_pylist()])
