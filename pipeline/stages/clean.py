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

from pipeline import schemas, text
from pipeline.config import Clean, Config

_LINES_SHOWN = 1_000  # characters of a line of boilerplate
Boilerplate = dict[tuple[str, str], tuple[str, int]]  # (corpus, line): (file, record) of the document that keeps it


def clean(raw_documents: DataFrame, *, config: Config) -> tuple[DataFrame, DataFrame, DataFrame]:
    """(clean_documents, clean_rejects, boilerplate), every row of raw_documents in one of the first two.

    Starts one job, before the rules are applied: it counts in how many documents of its corpus each line stands.
    """
    repeated = _repeated_lines(raw_documents, config.clean).persist(StorageLevel.DISK_ONLY)
    return _cleaned(raw_documents, repeated, _as_boilerplate(repeated), config)


def added(
    raw_documents: DataFrame, rows: DataFrame, boilerplate: DataFrame, *, config: Config
) -> tuple[DataFrame, DataFrame, DataFrame] | None:
    """What `clean` gives for some rows of raw_documents, and all boilerplate; None if the other rows would no longer be cleaned
    as they were: the lines that are taken for boilerplate, or the documents that keep them, are no longer those listed.

    Starts the same job.
    """
    repeated = _repeated_lines(raw_documents, config.clean).persist(StorageLevel.DISK_ONLY)
    now = _as_boilerplate(repeated)
    then = {(r["corpus"], r["line"]): (r["kept_in"]["file"], r["kept_in"]["record"]) for r in boilerplate.collect()}
    if now != then or any(len(line) >= _LINES_SHOWN for _, line in now):  # of longer lines the table has the beginning only
        return None
    return _cleaned(rows, repeated, now, config)


def _as_boilerplate(repeated: DataFrame) -> Boilerplate:
    return {(r["corpus"], r["line"]): (r["first"]["file"], r["first"]["record"]) for r in repeated.collect()}


def _cleaned(
    raw_documents: DataFrame, repeated: DataFrame, boilerplate: Boilerplate, config: Config
) -> tuple[DataFrame, DataFrame, DataFrame]:
    rules, han_rules = config.clean, config.segment.method != "whitespace"

    def apply(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield _clean(batch, rules, boilerplate, han_rules=han_rules)

    fields = ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in raw_documents.schema)
    types = f"{fields}, raw_text string, changed_by array<string>, reason string, detail string, rejected_text string"
    judged = raw_documents.mapInArrow(apply, types).persist(StorageLevel.DISK_ONLY)
    kept = judged.where("reason is null").drop("reason", "detail", "rejected_text")
    rejects = judged.where("reason is not null").select(
        "doc_id",
        "corpus",
        F.lit("clean").alias("step"),
        "reason",
        "detail",
        F.lit(None).cast("string").alias("duplicate_of"),
        "source",
        F.substring("rejected_text", 1, schemas.MAX_REJECT_TEXT).alias("text"),
    )
    shown = repeated.select(
        "corpus", F.substring("line", 1, _LINES_SHOWN).alias("line"), "documents", F.col("first").alias("kept_in")
    )
    return kept, rejects, shown


def _repeated_lines(raw_documents: DataFrame, rules: Clean) -> DataFrame:
    """(corpus, line, documents, first): lines of documents of several lines that stand in too many of them."""
    if not rules.boilerplate_share:
        empty = raw_documents.where("false")
        return empty.select(
            "corpus", F.col("text").alias("line"), F.lit(0).cast("long").alias("documents"), F.col("source").alias("first")
        )
    several = raw_documents.where(F.contains("text", F.lit("\n")))
    trimmed = F.array_distinct(F.transform(F.split("text", F.lit("\n")), lambda line: F.trim(line)))
    long = F.filter(trimmed, lambda line: F.length(line) >= rules.boilerplate_length)
    each = several.select("corpus", "source", F.explode(long).alias("line")).withColumn("hash", F.xxhash64("line"))
    sizes = raw_documents.groupBy("corpus").agg(F.count("*").alias("size"))
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


def _clean(batch: pa.RecordBatch, rules: Clean, boilerplate: Boilerplate, *, han_rules: bool) -> pa.RecordBatch:
    raw = batch.column("text")
    texts = raw.to_pylist()
    shorter = _without_boilerplate(batch, texts, boilerplate) if boilerplate else np.zeros(len(texts), bool)
    found = text.clean(texts, rules, han_rules=han_rules)
    changed = found.changed | shorter.astype(np.uint32) << np.uint32(text.CHANGES.index("boilerplate"))
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    columns["text"] = pa.array(found.texts, pa.string())
    columns["raw_text"] = raw if rules.keep_raw_text else pa.nulls(len(raw), pa.string())
    columns["changed_by"] = _names(changed)
    columns["reason"] = pa.array(found.reasons, pa.string())
    columns["detail"] = pa.array(found.details, pa.string())
    columns["rejected_text"] = pc.if_else(columns["reason"].is_valid(), raw, None)
    return pa.RecordBatch.from_pydict(columns)


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
    bits = (changed[:, None] >> np.arange(len(text.CHANGES), dtype=np.uint32)) & 1
    offsets = np.concatenate(([0], np.cumsum(bits.sum(axis=1)))).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(np.array(text.CHANGES, object)[np.nonzero(bits)[1]], pa.string()))
