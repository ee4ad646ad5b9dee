"""Word ids. In: tokens and word_counts. Out: vocabulary, and sequences, the documents as word ids.

Sequences are ordered by doc_id. A doc_id is a hash, so this order is the same in every run, and is shuffled with regard to the
files. The trainers want that: text sorted by class leaks the class into the vectors.

Of a title of a dozen words, a rare one may be the one that tells what it is about. So where documents are short, the words below
min_count are read as their characters, which are words then, too, and are counted with them (docs/dev/experiments/topics.md).
"""

import logging

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from wajue.arrays.cells import Batches
from wajue.config import Config, Vocabulary
from wajue.errors import WajueError
from wajue.mining.tokens import word_sequences
from wajue.spark import functions as F
from wajue.spark.flow import Flow, types_of

log = logging.getLogger(__name__)

_FILE_TOKENS = 20_000_000  # the text alone decides how many files there are, since trainers shuffle what they read from them


def vocabulary(tokens: Flow, word_counts: Flow, *, config: Config) -> tuple[DataFrame, Flow]:
    """(vocabulary, sequences). Starts jobs:

    1. add up all tokens, which decides how many files of sequences there are, and count the documents;
    2. collect the most frequent words, and the characters of rare ones where these are split, and number them;
    3. (no job yet) encode the documents, and send them to the task that has all sequences of their file.
    """
    spark = tokens.source.sparkSession
    total = word_counts.frame.agg(F.sum("count")).collect()[0][0] or 0
    files = 1 + total // _FILE_TOKENS
    split = _split(config.vocabulary, total, tokens.source.count() if config.vocabulary.split_rare == "auto" else 0)
    numbered = _numbered_words(word_counts.frame, config.vocabulary, split=split)
    known_words = spark.sparkContext.broadcast(numbered.column("word").combine_chunks())

    def encode(batches: Batches) -> Batches:
        return (word_sequences.encode(batch, known_words.value, split=split) for batch in batches)

    documents = tokens.select("doc_id", "corpus", "tokens").by_dictionary("tokens").map(encode, types_of("sequences"))
    packed = documents.map(word_sequences.pack(files), word_sequences.PACKED).exchanged(files, "file")
    return spark.createDataFrame(numbered).coalesce(1), packed.map(word_sequences.in_order, types_of("sequences"))


def _split(rules: Vocabulary, token_count: int, document_count: int) -> bool:
    """Are rare words read as their characters? token_count: of all documents."""
    split = word_sequences.are_split(rules.split_rare, token_count, document_count)
    if split and rules.split_rare == "auto":
        log.info(
            "vocabulary: documents have %.0f words on average, so words that occur less than %d times are read as their Han "
            'characters; [vocabulary] split_rare = "never" leaves them out',
            token_count / max(document_count, 1),
            rules.min_count,
        )
    return split


def _numbered_words(word_counts: DataFrame, rules: Vocabulary, *, split: bool) -> pa.Table:
    """The rows of vocabulary, most frequent first, ties in the order of the words. Raises WajueError if there is none.

    A word that is left out for max_size is split, too, but its characters are not counted for it.
    """
    counts = word_counts.groupBy("word").agg(F.sum("count").alias("count"))
    often = F.col("count") >= rules.min_count
    frequent = counts.where(often).orderBy(F.desc("count"), "word").limit(rules.max_size).toArrow()
    if split:
        characters = Flow(counts.where(~often)).map(word_sequences.characters, word_sequences.COUNTS).frame
        added = pa.concat_tables([frequent, characters.groupBy("word").agg(F.sum("count").alias("count")).toArrow()])
        summed = added.group_by("word").aggregate([("count", "sum")]).rename_columns(["word", "count"])
        ordered = summed.sort_by([("count", "descending"), ("word", "ascending")])
        frequent = ordered.filter(pc.greater_equal(ordered["count"], rules.min_count)).slice(0, rules.max_size)
    if not frequent.num_rows:
        most = word_counts.agg(F.max("count")).collect()[0][0]
        raise WajueError(
            f"no word occurs [vocabulary] min_count = {rules.min_count} times, the most frequent {most or 0}; lower it"
        )
    return frequent.add_column(0, "word_id", pa.array(np.arange(frequent.num_rows, dtype=np.int32)))
