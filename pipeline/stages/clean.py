"""Raw text to clean text. In: raw_documents. Out: clean_documents with the rules that changed each, clean_rejects with the
rule that dropped each, and the lines that were taken for boilerplate.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue import schemas
from wajue.arrays import cells
from wajue.cleaning import rules as cleaning_rules
from wajue.config import Clean, Config
from wajue.spark.flow import Flow, ddl

_LINES_SHOWN = 1_000  # characters of a line of boilerplate
_JUDGED = schemas.kinds("clean_documents", "clean_rejects")
_SEVERAL = "corpus string, source struct<file: string, line: bigint, record: bigint>, text string"
Boilerplate = dict[tuple[str, str], tuple[str, int]]  # (corpus, line): (file, record) of the document that keeps it


def clean(raw_documents: Flow, *, config: Config) -> tuple[Flow, Flow, DataFrame]:
    """(clean_documents, clean_rejects, boilerplate), every row of raw_documents in one of the first two. Starts two jobs:

    1. count in how many documents of its corpus each line stands;
    2. apply the rules; what is kept and what is dropped come of one reading.
    """
    repeated = _repeated_lines(raw_documents, config.clean).persist(StorageLevel.DISK_ONLY)
    return _cleaned(raw_documents, repeated, _as_boilerplate(repeated), config)


def added(raw_documents: Flow, rows: Flow, boilerplate: DataFrame, *, config: Config) -> tuple[Flow, Flow, DataFrame] | None:
    """What `clean` gives for some rows of raw_documents, and all boilerplate; None if the other rows would no longer be cleaned
    as they were: the lines that are taken for boilerplate, or the documents that keep them, are no longer those listed.

    Starts the same jobs.
    """
    repeated = _repeated_lines(raw_documents, config.clean).persist(StorageLevel.DISK_ONLY)
    now = _as_boilerplate(repeated)
    then = {(r["corpus"], r["line"]): (r["kept_in"]["file"], r["kept_in"]["record"]) for r in boilerplate.collect()}
    if now != then or any(len(line) >= _LINES_SHOWN for _, line in now):  # of longer lines the table has the beginning only
        return None
    return _cleaned(rows, repeated, now, config)


def _as_boilerplate(repeated: DataFrame) -> Boilerplate:
    return {(r["corpus"], r["line"]): (r["first"]["file"], r["first"]["record"]) for r in repeated.collect()}


def _cleaned(raw_documents: Flow, repeated: DataFrame, boilerplate: Boilerplate, config: Config) -> tuple[Flow, Flow, DataFrame]:
    rules, han_rules = config.clean, config.segment.method != "whitespace"

    def apply(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _clean(batch, rules, boilerplate, han_rules=han_rules)

    judged = raw_documents.map(apply, ddl(_JUDGED)).materialized()
    shown = repeated.select(
        "corpus", F.substring("line", 1, _LINES_SHOWN).alias("line"), "documents", F.col("first").alias("kept_in")
    )
    return judged["clean_documents"], judged["clean_rejects"], shown


def _repeated_lines(raw_documents: Flow, rules: Clean) -> DataFrame:
    """(corpus, line, documents, first): lines of documents of several lines that stand in too many of them."""
    several = raw_documents.select("corpus", "source", "text").map(_of_several_lines, _SEVERAL).frame
    if not rules.boilerplate_share:
        return several.where("false").select(
            "corpus", F.col("text").alias("line"), F.lit(0).cast("long").alias("documents"), F.col("source").alias("first")
        )
    trimmed = F.array_distinct(F.transform(F.split("text", F.lit("\n")), lambda line: F.trim(line)))
    long = F.filter(trimmed, lambda line: F.length(line) >= rules.boilerplate_length)
    each = several.select("corpus", "source", F.explode(long).alias("line")).withColumn("hash", F.xxhash64("line"))
    sizes = (
        raw_documents.select("corpus")
        .map(_counted, "corpus string, size long")
        .frame.groupBy("corpus")
        .agg(F.sum("size").alias("size"))
    )
    # the hashes alone are counted; the lines are looked up again for the few that are repeated
    repeated = (
        each.groupBy("corpus", "hash")
        .agg(F.count("*").alias("documents"))
        .where(F.col("documents") >= rules.boilerplate_documents)
        .join(F.broadcast(sizes), "corpus")
        .where(F.col("documents") > rules.boilerplate_share * F.col("size"))
    )
    place = F.struct("source.file", "source.record")
    return (
        each.where(F.rlike("line", F.lit(r"\S")))
        .join(F.broadcast(repeated), ["corpus", "hash"])
        .groupBy("corpus", "line", "documents")
        .agg(F.min_by("source", place).alias("first"))
    )


def _of_several_lines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch.filter(pc.match_substring(batch.column("text"), "\n"))


def _counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """How many rows there are of each corpus, batch by batch."""
    for batch in batches:
        counts = pc.value_counts(batch.column("corpus"))
        yield pa.RecordBatch.from_arrays([counts.field("values"), counts.field("counts")], ["corpus", "size"])


def _clean(batch: pa.RecordBatch, rules: Clean, boilerplate: Boilerplate, *, han_rules: bool) -> Iterator[pa.RecordBatch]:
    """Those that are kept, then those that are not; a column for each of _JUDGED."""
    raw = batch.column("text")
    texts = raw.to_pylist()
    shorter = _without_boilerplate(batch, texts, boilerplate) if boilerplate else np.zeros(len(texts), bool)
    found = cleaning_rules.clean(texts, rules, han_rules=han_rules)
    changed = found.changed | shorter.astype(np.uint32) << np.uint32(cleaning_rules.CHANGES.index("boilerplate"))
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    columns["text"] = pa.array(found.texts, pa.string())
    columns["raw_text"] = raw if rules.keep_raw_text else pa.nulls(len(raw), pa.string())
    columns["changed_by"] = _names(changed)
    columns["step"] = pa.repeat("clean", len(raw))
    columns["reason"] = pa.array(found.reasons, pa.string())
    columns["detail"] = pa.array(found.details, pa.string())
    columns["duplicate_of"] = pa.nulls(len(raw), pa.string())
    kept = columns["reason"].is_null()
    rows = pa.RecordBatch.from_pydict(columns)
    yield cells.one_of(_JUDGED, "clean_documents", rows.filter(kept))
    dropped = rows.set_column(rows.schema.get_field_index("text"), "text", raw).filter(pc.invert(kept))
    shown = pc.utf8_slice_codeunits(dropped.column("text"), 0, schemas.MAX_REJECT_TEXT)
    yield cells.one_of(_JUDGED, "clean_rejects", dropped.set_column(dropped.schema.get_field_index("text"), "text", shown))


def _without_boilerplate(batch: pa.RecordBatch, texts: list[str], boilerplate: Boilerplate) -> np.ndarray:
    """Take the lines out of the texts, but for the first document that has one; returns which texts lost any."""
    lost = np.zeros(len(texts), bool)
    corpora, sources = batch.column("corpus"), batch.column("source")
    for i, raw in enumerate(texts):
        if "\n" not in raw:
            continue
        corpus, source = corpora[i].as_py(), sources[i].as_py()
        here = (source["file"], source["record"])
        lines = raw.split("\n")
        kept = [line for line in lines if boilerplate.get((corpus, line.strip(" ")), here) == here]
        if len(kept) < len(lines):
            texts[i], lost[i] = "\n".join(kept), True
    return lost


def _names(changed: np.ndarray) -> pa.ListArray:
    """The names of the rules whose bits are set, a list a text."""
    bits = (changed[:, None] >> np.arange(len(cleaning_rules.CHANGES), dtype=np.uint32)) & 1
    offsets = np.concatenate(([0], np.cumsum(bits.sum(axis=1)))).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(np.array(cleaning_rules.CHANGES, object)[np.nonzero(bits)[1]], pa.string()))
