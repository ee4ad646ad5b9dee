"""Documents to words. In: documents and the lexicon. Out: tokens."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import jieba
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F

from wajue.config import Config
from wajue.mining.segmenter import Segmenter
from wajue.spark.flow import Flow, types_of

_CARRIED = ("doc_id", "corpus", "role", "date")
_SUGGESTED = 3  # jieba takes a mined word in where it beats its parts; a floor keeps rare ones from vanishing
_WORD = re.compile(r"[^ \t\n\x0b\f\r]+")
Cut = Callable[[pa.StringArray], tuple[pa.Array, pa.Array | None]]  # (tokens, where each begins, if that is asked for)


def segment(documents: Flow, lexicon: Flow | None, *, config: Config) -> Flow:
    """tokens, by [segment] method. With `lexicon` or `jieba` starts one job: it collects the lexicon."""
    rules = config.segment
    if rules.method == "whitespace":
        cut: Cut = _whitespace if rules.offsets else _split
    elif rules.method == "jieba":
        assert lexicon is not None
        accepted = list(config.weights(config.new_words.accept))
        is_mined = (F.col("is_new") & (F.col("score") >= config.new_words.min_score)) | F.col("word").isin(accepted)
        mined = lexicon.frame.where(is_mined)
        cut = _jieba([(r["word"], r["count"]) for r in mined.select("word", "count").collect()])
    else:
        assert lexicon is not None
        rows = lexicon.frame.select("word", "count", "log_prob").toArrow()
        cut = partial(_lattice, Segmenter.from_lexicon(rows, unknown_share=rules.unknown_share), rules.offsets)
    shared = documents.source.sparkSession.sparkContext.broadcast(cut)

    def apply(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            tokens, starts = shared.value(batch.column("text"))
            if starts is None or not rules.offsets:
                starts = pa.nulls(batch.num_rows, pa.list_(pa.int32()))
            kept = [batch.column(name) for name in _CARRIED]
            yield pa.RecordBatch.from_arrays([*kept, tokens, starts], [*_CARRIED, "tokens", "starts"])

    return documents.select(*_CARRIED, "text").map(apply, types_of("tokens"))


def _lattice(segmenter: Segmenter, offsets: bool, texts: pa.StringArray) -> tuple[pa.Array, pa.Array | None]:
    return segmenter.tokens_and_starts(texts) if offsets else (segmenter.tokens(texts), None)


def _spans(spans: list[list[tuple[str, int]]]) -> tuple[pa.Array, pa.Array]:
    """(tokens, starts) of (word, start) in each text."""
    tokens = pa.array([[w for w, _ in text] for text in spans], pa.list_(pa.string()))
    return tokens, pa.array([[s for _, s in text] for text in spans], pa.list_(pa.int32()))


def _split(texts: pa.StringArray) -> tuple[pa.Array, None]:
    """The same words as `_whitespace`, without their places."""
    words = pc.ascii_split_whitespace(texts)
    flat, of = words.flatten(), pc.list_parent_indices(words).to_numpy()
    held = pc.not_equal(flat, "")  # before the first space, and after the last
    sizes = np.bincount(of[held.to_numpy(zero_copy_only=False)], minlength=len(texts))
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), flat.filter(held)), None


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
