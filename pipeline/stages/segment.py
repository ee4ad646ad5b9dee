"""Documents to tokens. In: documents, the lexicon, and the n-grams among which coarse units are. Out: tokens."""

import logging

import pyarrow as pa
from pyspark.sql import DataFrame

from wajue.arrays.cells import Batches
from wajue.config import Config
from wajue.mining.tokens import tokenizers
from wajue.mining.tokens.breaks import spacing
from wajue.mining.tokens.granularity import holding_together
from wajue.mining.tokens.segmenter import Segmenter
from wajue.schemas import TABLES
from wajue.spark import functions as F
from wajue.spark.flow import Flow, types_of

log = logging.getLogger(__name__)

_CUTS = {  # which words a method always cuts, and at what
    "lexicon": (tokenizers.cut_by_lexicon, "a mark, a space or a long number"),
    "jieba": (tokenizers.cut_by_jieba, "a mark or a space at which jieba cuts"),
}
_CARRIED = ("doc_id", "corpus", "role", "date")
_MADE = ("tokens", "breaks", "gaps", "starts", "pieces", "grades", "perplexity")


def segment(documents: Flow, lexicon: Flow | None, ngrams: Flow | None, *, config: Config) -> Flow:
    """tokens, cut as [segment] says. Starts jobs: with `lexicon` and `jieba` one that collects the lexicon, with `lexicon` another
    one, which collects the n-grams that hold together.
    """
    tokenizer = documents.source.sparkSession.sparkContext.broadcast(_tokenizer(lexicon, ngrams, config))
    offsets, spaces = config.segment.offsets, config.segment.method != "whitespace"
    schema = TABLES["tokens"].schema

    def cut(batches: Batches) -> Batches:
        for batch in batches:
            made = tokenizer.value(batch.column("text"))
            white_space = spacing(batch.column("text"), made.tokens, spaces=spaces)
            starts = made.starts if offsets else None
            of_texts = (made.tokens, *white_space, starts, made.pieces, made.grades, made.perplexity)
            columns = {
                name: pa.nulls(batch.num_rows, schema.field(name).type) if values is None else values
                for name, values in zip(_MADE, of_texts, strict=True)
            }
            yield pa.RecordBatch.from_pydict({name: batch.column(name) for name in _CARRIED} | columns)

    return documents.select(*_CARRIED, "text").map(cut, types_of("tokens"))


def _tokenizer(lexicon: Flow | None, ngrams: Flow | None, config: Config) -> tokenizers.Tokenizer:
    rules = config.segment
    if rules.method == "whitespace":
        return tokenizers.by_whitespace(offsets=rules.offsets)
    assert lexicon is not None  # only text that is segmented already has none
    cut_always, marks = _CUTS[rules.method]
    for word in cut_always(list(config.word_verdicts[0])):
        log.warning("[new_words] accept: %s is never cut out whole, it holds %s", word, marks)
    if rules.method == "jieba":
        return tokenizers.Jieba(_mined_words(lexicon.frame, config))
    table = lexicon.frame.select("word", "count", "log_prob", "used").toArrow()
    segmenter = Segmenter.from_lexicon(
        table, unknown_share=rules.unknown_share, granularity=rules.granularity, units=None if ngrams is None else _units(ngrams)
    )
    return tokenizers.by_lexicon(segmenter, offsets=rules.offsets)


def _units(ngrams: Flow) -> pa.Array:
    """The n-grams that hold together."""

    def choose(batches: Batches) -> Batches:
        return (holding_together(batch).select(["ngram"]) for batch in batches)

    return ngrams.map(choose, "ngram string").to_arrow().column("ngram").combine_chunks()


def _mined_words(lexicon: DataFrame, config: Config) -> list[tuple[str, int]]:
    """(word, count) of the new words that score well enough, and of those that [new_words] accept names."""
    accepted = list(config.word_verdicts[0])
    is_good = F.col("is_new") & (F.col("score") >= config.new_words.min_score)
    mined = lexicon.where(is_good | F.col("word").isin(accepted)).select("word", "count")
    return [(r["word"], r["count"]) for r in mined.collect()]
