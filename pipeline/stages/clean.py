"""Raw text to clean text. In: raw_documents. Out: clean_documents, and clean_rejects with the rule that dropped each."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline import schemas, text
from pipeline.config import Config


def clean(raw_documents: DataFrame, *, config: Config) -> tuple[DataFrame, DataFrame]:
    """(clean_documents, clean_rejects), every row of raw_documents in one of them."""
    rules, han_rules = config.clean, config.segment.method != "whitespace"

    def apply(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            raw = batch.column("text")
            results = text.clean(raw.to_pylist(), rules, han_rules=han_rules)
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            columns["text"] = pa.array([t for t, _ in results], pa.string())
            columns["raw_text"] = raw if rules.keep_raw_text else pa.nulls(len(raw), pa.string())
            columns["reason"] = pa.array([f[0] if f else None for _, f in results], pa.string())
            columns["detail"] = pa.array([f[1] if f else None for _, f in results], pa.string())
            columns["rejected_text"] = pa.array(
                [None if f is None else t for t, (_, f) in zip(raw.to_pylist(), results, strict=True)], pa.string()
            )
            yield pa.RecordBatch.from_pydict(columns)

    fields = ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in raw_documents.schema)
    types = f"{fields}, raw_text string, reason string, detail string, rejected_text string"
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
    return kept, rejects
