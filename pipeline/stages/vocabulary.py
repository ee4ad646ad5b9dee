"""Word ids. In: tokens and word_counts. Out: vocabulary, and sequences, the documents as word ids.

Sequences are ordered by doc_id. A doc_id is a hash, so this order is the same in every run, and is shuffled with regard to the
files. The trainers want that: text sorted by class leaks the class into the vectors.
"""

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue.arrays.cells import Batches
from wajue.config import Config, Vocabulary
from wajue.errors import WajueError
from wajue.mining.tokens import word_sequences
from wajue.spark.flow import Flow, types_of

_FILE_TOKENS = 20_000_000  # the text alone decides how many files there are, since trainers shuffle what they read from them


def vocabulary(tokens: Flow, word_counts: Flow, *, config: Config) -> tuple[DataFrame, Flow]:
    """(vocabulary, sequences). Starts jobs:

    1. collect the most frequent words, and number them;
    2. add up all tokens, which decides how many files of sequences there are;
    3. (no job yet) encode the documents, and send them to the task that has all sequences of their file.
    """
    spark = tokens.source.sparkSession
    numbered = _numbered_words(word_counts.frame, config.vocabulary)
    known_words = spark.sparkContext.broadcast(numbered.column("word").combine_chunks())
    files = 1 + (word_counts.frame.agg(F.sum("count")).collect()[0][0] or 0) // _FILE_TOKENS

    def encode(batches: Batches) -> Batches:
        return (word_sequences.encode(batch, known_words.value) for batch in batches)

    documents = tokens.select("doc_id", "corpus", "tokens").by_dictionary("tokens").map(encode, types_of("sequences"))
    packed = documents.map(word_sequences.pack(files), word_sequences.PACKED).exchanged(files, "file")
    return spark.createDataFrame(numbered).coalesce(1), packed.map(word_sequences.in_order, types_of("sequences"))


def _numbered_words(word_counts: DataFrame, rules: Vocabulary) -> pa.Table:
    """The rows of vocabulary, most frequent first, ties in the order of the words. Raises WajueError if there is none."""
    counts = word_counts.groupBy("word").agg(F.sum("count").alias("count")).where(F.col("count") >= rules.min_count)
    frequent = counts.orderBy(F.desc("count"), "word").limit(rules.max_size).toArrow()
    if not frequent.num_rows:
        most = word_counts.agg(F.max("count")).collect()[0][0]
        raise WajueError(
            f"no word occurs [vocabulary] min_count = {rules.min_count} times, the most frequent {most or 0}; lower it"
        )
    return frequent.add_column(0, "word_id", pa.array(np.arange(frequent.num_rows, dtype=np.int32)))
