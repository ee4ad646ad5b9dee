"""Documents to tokens. In: documents and the lexicon. Out: tokens."""

import logging

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue.arrays.cells import Batches
from wajue.config import Config
from wajue.mining.tokens import tokenizers
from wajue.mining.tokens.breaks import breaks
from wajue.mining.tokens.segmenter import Segmenter
from wajue.spark.flow import Flow, types_of

log = logging.getLogger(__name__)

_CUTS = {  # which words a method always cuts, and at what
    "lexicon": (tokenizers.cut_by_lexicon, "a mark, a space or a long number"),
    "jieba": (tokenizers.cut_by_jieba, "a mark or a space at which jieba cuts"),
}
_CARRIED = ("doc_id", "corpus", "role", "date")


def segment(documents: Flow, lexicon: Flow | None, *, config: Config) -> Flow:
    """tokens, cut as [segment] method says. With `lexicon` or `jieba` starts one job, which collects the lexicon."""
    tokenizer = documents.source.sparkSession.sparkContext.broadcast(_tokenizer(lexicon, config))
    offsets, spaces = config.segment.offsets, config.segment.method != "whitespace"

    def cut(batches: Batches) -> Batches:
        for batch in batches:
            tokens, starts = tokenizer.value(batch.column("text"))
            if starts is None or not offsets:
                starts = pa.nulls(batch.num_rows, pa.list_(pa.int32()))
            carried = [batch.column(name) for name in _CARRIED]
            ends = breaks(batch.column("text"), tokens, spaces=spaces)
            yield pa.RecordBatch.from_arrays([*carried, tokens, ends, starts], [*_CARRIED, "tokens", "breaks", "starts"])

    return documents.select(*_CARRIED, "text").map(cut, types_of("tokens"))


def _tokenizer(lexicon: Flow | None, config: Config) -> tokenizers.Tokenizer:
    rules = config.segment
    if rules.method == "whitespace":
        return tokenizers.by_whitespace(offsets=rules.offsets)
    assert lexicon is not None  # only text that is segmented already has none
    cut_always, marks = _CUTS[rules.method]
    for word in cut_always(list(config.weights(config.new_words.accept))):
        log.warning("[new_words] accept: %s is never cut out whole, it holds %s", word, marks)
    if rules.method == "jieba":
        return tokenizers.Jieba(_mined_words(lexicon.frame, config))
    table = lexicon.frame.select("word", "count", "log_prob").toArrow()
    return tokenizers.by_lexicon(Segmenter.from_lexicon(table, unknown_share=rules.unknown_share), offsets=rules.offsets)


def _mined_words(lexicon: DataFrame, config: Config) -> list[tuple[str, int]]:
    """(word, count) of the new words that score well enough, and of those that [new_words] accept names."""
    accepted = list(config.weights(config.new_words.accept))
    is_good = F.col("is_new") & (F.col("score") >= config.new_words.min_score)
    mined = lexicon.where(is_good | F.col("word").isin(accepted)).select("word", "count")
    return [(r["word"], r["count"]) for r in mined.collect()]
