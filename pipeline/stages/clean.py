"""Raw text to clean text. In: raw_documents. Out: clean_documents with the rules that changed each, clean_rejects with the
rule that dropped each, and the lines that were taken for boilerplate.
"""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame

from wajue.arrays.cells import Batches
from wajue.cleaning import documents, passages
from wajue.cleaning.documents import Boilerplate
from wajue.config import Clean, Config
from wajue.errors import RowsWouldChange
from wajue.spark import functions as F
from wajue.spark.column_types import ddl
from wajue.spark.flow import Flow

_LINE_SHOWN = 1_000  # characters of a line of boilerplate
_SOLID = r"[^ \t\n\x0b\f\r]"  # \S, which is not the same for all: the vertical tab is no space for DuckDB
_SEVERAL_LINES = "corpus string, source struct<file: string, line: bigint, record: bigint>, text string"


def clean(
    raw_documents: Flow, *, config: Config, added: Flow | None = None, boilerplate: Flow | None = None
) -> tuple[Flow, Flow, DataFrame]:
    """(clean_documents, clean_rejects, boilerplate), every row of raw_documents in one of the first two. Starts two jobs:

    1. count in how many documents of its corpus each line stands;
    2. apply the rules; documents that are kept and documents that are dropped come from one reading.

    added: those rows of raw_documents that are to be cleaned, the others having been cleaned with this `boilerplate`. Raises
    RowsWouldChange if the lines that are boilerplate, or the documents that keep them, are others now.
    """
    repeated = _repeated_lines(raw_documents, config.clean).persist(StorageLevel.DISK_ONLY)
    kept_in = _kept_in(repeated, "first")
    if boilerplate is not None:
        _check_unchanged(kept_in, _kept_in(boilerplate.frame, "kept_in"))
    settings, han_rules = config.clean, config.segment.method != "whitespace"
    flagged = config.words(settings.flagged)

    def judge(batches: Batches) -> Batches:
        for batch in batches:
            yield from documents.judge(batch, settings, kept_in, flagged=flagged, han_rules=han_rules)

    judged = (raw_documents if added is None else added).map(judge, ddl(documents.JUDGED)).materialized()
    line = F.substring("line", 1, _LINE_SHOWN).alias("line")
    lines = repeated.select("corpus", line, "documents", F.col("first").alias("kept_in"))
    return judged["clean_documents"], judged["clean_rejects"], lines


def _kept_in(lines: DataFrame, source: str) -> Boilerplate:
    """Collected; source: the column that names the document which keeps a line."""
    return {(r["corpus"], r["line"]): (r[source]["file"], r[source]["record"]) for r in lines.collect()}


def _check_unchanged(now: Boilerplate, before: Boilerplate) -> None:
    if now != before or any(len(line) >= _LINE_SHOWN for _, line in now):  # of a longer line the table has the beginning only
        raise RowsWouldChange("the lines taken for boilerplate are others now that there are more documents: all are cleaned again")


def _repeated_lines(raw_documents: Flow, settings: Clean) -> DataFrame:
    """(corpus, line, documents, first): lines of documents of several lines that stand in too many of them."""
    several = raw_documents.select("corpus", "source", "text").map(_of_several_lines(settings), _SEVERAL_LINES).frame
    if not settings.boilerplate_share:
        return several.where("false").select(
            "corpus", F.col("text").alias("line"), F.lit(0).cast("long").alias("documents"), F.col("source").alias("first")
        )
    lines = several.select("corpus", "source", F.explode(_long_lines(settings.boilerplate_length)).alias("line"))
    lines = lines.withColumn("hash", F.xxhash64("line"))
    # the hashes alone are counted; the lines are looked up again for the few that are repeated
    counts = lines.groupBy("corpus", "hash").agg(F.count("*").alias("documents"))
    repeated = (
        counts.where(F.col("documents") >= settings.boilerplate_documents)
        .join(F.broadcast(_corpus_sizes(raw_documents)), "corpus")
        .where(F.col("documents") > settings.boilerplate_share * F.col("size"))
    )
    return (
        lines.where(F.rlike("line", F.lit(_SOLID)))
        .join(F.broadcast(repeated), ["corpus", "hash"])
        .groupBy("corpus", "line", "documents")
        .agg(F.min_by("source", F.struct("source.file", "source.record")).alias("first"))
    )


def _long_lines(least: int) -> Column:
    """The distinct lines of a text that have at least so many characters, trimmed."""
    trimmed = F.array_distinct(F.transform(F.split("text", F.lit("\n")), lambda line: F.trim(line)))
    return F.filter(trimmed, lambda line: F.length(line) >= least)


def _of_several_lines(settings: Clean) -> Callable[[Batches], Batches]:
    """Documents of several lines, without the passages that cleaning drops."""

    def select(batches: Batches) -> Batches:
        for batch in batches:
            several = batch.filter(pc.match_substring(batch.column("text"), "\n"))
            if pc.any(pc.match_substring(several.column("text"), passages.BEGIN)).as_py():
                texts, _ = documents.without_passages(several.column("text"), settings)
                several = several.set_column(several.schema.get_field_index("text"), "text", pa.array(texts, pa.string()))
            yield several

    return select


def _corpus_sizes(raw_documents: Flow) -> DataFrame:
    """(corpus, size): the documents of each corpus."""

    def count(batches: Batches) -> Batches:
        for batch in batches:
            counts = pc.value_counts(batch.column("corpus"))
            yield pa.RecordBatch.from_arrays([counts.field("values"), counts.field("counts")], ["corpus", "size"])

    counted = raw_documents.select("corpus").map(count, "corpus string, size long").frame
    return counted.groupBy("corpus").agg(F.sum("size").alias("size"))
