"""How often each word occurs in each role. In: tokens. Out: word_counts."""

from pyspark.sql import DataFrame

from wajue.config import Config
from wajue.mining.tokens import token_counts
from wajue.spark import functions as F
from wajue.spark.flow import Flow


def word_counts(tokens: Flow, *, config: Config) -> DataFrame:
    """word_counts. Each task adds up its own counts before Spark shuffles them."""
    counted = tokens.select("role", "tokens").by_dictionary("tokens").map(token_counts.count, token_counts.COUNTED)
    sums = [F.sum(c).alias(c) for c in token_counts.SUMS]
    return counted.frame.groupBy("word", "role").agg(*sums)
