"""Files to documents. In: the files of every corpus. Out: raw_documents, and ingest_rejects for what could not be read.

Each file is streamed by one task (pipeline/records.py); small files share a task. A file on a Hadoop file system is handed
to the task whole, and must be smaller than 2 GB.
"""

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipeline import records, schemas
from pipeline.config import Config, Corpus
from pipeline.corpora import CorpusFile

_BATCH_ROWS, _BATCH_CHARACTERS = 10_000, 16_000_000
_PARSED = pa.schema([*schemas.TABLES["raw_documents"].schema, ("reason", pa.string()), ("detail", pa.string())])
_SPARK_TYPES = (
    "doc_id string, corpus string, role string, text string, url string, tags array<string>, date string, "
    "source struct<file: string, line: bigint, record: bigint>, reason string, detail string"
)
_PLAN = "task int, corpus string, name string, location string, encoding string"


def doc_id(corpus: str, identity: str | None, file: str, number: int) -> str:
    """The stable id of a record: 80 bits of BLAKE2b, in hexadecimal."""
    key = f"{corpus}\0id\0{identity}" if identity is not None else f"{corpus}\0at\0{file}\0{number}"
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def _string(value: Any) -> str | None:
    """A scalar as a string; None for nothing, a blank, or not a number."""
    if value is None or isinstance(value, dict | list) or value != value:
        return None
    return str(value) if str(value).strip() else None


def _optional(fields: dict[str, Any], path: str | None) -> Any:
    try:
        return records.field(fields, path) if path else None
    except KeyError:
        return None


def _tags(value: Any) -> list[str] | None:
    if value is None:
        return None
    return [str(v) for v in value if v is not None] if isinstance(value, list) else [str(value)]


def row(found: records.Record | records.Broken, corpus: Corpus, file: str) -> dict[str, Any]:
    """The row of one record, kept or not."""
    base: dict[str, Any] = dict.fromkeys(_PARSED.names)
    source = {"file": file, "line": found.line, "record": found.number}
    base |= {"corpus": corpus.name, "role": corpus.role, "source": source}
    if isinstance(found, records.Broken):
        base["doc_id"] = doc_id(corpus.name, None, file, found.number)
        return base | {"text": found.raw[: schemas.MAX_REJECT_TEXT], "reason": found.reason, "detail": found.detail}
    paths = corpus.text if corpus_has_fields(corpus, file) else ("text",)
    text, fault = records.text_of(found.fields, paths)
    base["doc_id"] = doc_id(corpus.name, _string(_optional(found.fields, corpus.id)), file, found.number)
    base["url"] = _string(_optional(found.fields, corpus.url))
    base["tags"] = _tags(_optional(found.fields, corpus.tags))
    base["date"] = _string(_optional(found.fields, corpus.date))
    base["text"] = text
    if fault is None:
        try:
            text.encode()
        except UnicodeEncodeError:
            fault = "invalid_encoding", "the text holds half a surrogate pair"
            base["text"] = text.encode("utf-8", "replace").decode()
    if fault:
        base |= {"reason": fault[0], "detail": fault[1], "text": base["text"] or str(found.fields)[: schemas.MAX_REJECT_TEXT]}
    return base


def corpus_has_fields(corpus: Corpus, file: str) -> bool:
    """Does the format name its fields, so that [[corpus]] text applies?"""
    kind = records.detect_format(file) if corpus.format == "auto" else corpus.format
    return kind not in ("text", "markdown", "html", "wikidoc")


def _rows(stream: Any, file: str, encoding: str, corpus: Corpus) -> Iterator[dict[str, Any]]:
    if encoding == "auto":
        encoding = records.sample_encoding(stream, file)
        stream.seek(0)
    for found in records.read(stream, file, corpus, encoding):
        yield row(found, corpus, file)


def _parse(batches: Iterator[pa.RecordBatch], corpora: dict[str, Corpus]) -> Iterator[pa.RecordBatch]:
    pending: list[dict[str, Any]] = []
    size = 0
    for batch in batches:
        for file in batch.to_pylist():
            content = file.get("content")
            try:
                stream: Any = io.BytesIO(content) if content is not None else open(file["location"], "rb")  # noqa: SIM115
            except OSError as error:
                broken = records.Broken(1, 1, "unreadable_file", str(error))
                pending.append(row(broken, corpora[file["corpus"]], file["name"]))
                continue
            with stream:
                for parsed in _rows(stream, file["name"], file["encoding"], corpora[file["corpus"]]):
                    pending.append(parsed)
                    size += len(parsed["text"] or "")
                    if len(pending) >= _BATCH_ROWS or size >= _BATCH_CHARACTERS:
                        yield pa.RecordBatch.from_pylist(pending, _PARSED)
                        pending, size = [], 0
    if pending:
        yield pa.RecordBatch.from_pylist(pending, _PARSED)


def _tasks(files: list[CorpusFile], most: int) -> list[int]:
    """A task number for each file, the sizes of the tasks as even as whole files allow."""
    loads = [0] * max(1, min(most, len(files)))
    task = [0] * len(files)
    for i in sorted(range(len(files)), key=lambda i: (-files[i].size, i)):
        task[i] = min(range(len(loads)), key=loads.__getitem__)
        loads[task[i]] += files[i].size + 4096
    return task


def _plan(spark: SparkSession, files: list[CorpusFile]) -> DataFrame:
    most = 4 * spark.sparkContext.defaultParallelism
    local = [f for f in files if not f.remote]
    task = _tasks(local, most)
    rows = [(t, f.corpus, f.name, f.location, f.encoding) for t, f in zip(task, local, strict=True)]
    plan = spark.createDataFrame(rows, _PLAN)
    return plan.repartitionById(max(task, default=0) + 1, "task").withColumn("content", F.lit(None).cast("binary"))


def _remote_plan(spark: SparkSession, files: list[CorpusFile]) -> DataFrame:
    names = spark.createDataFrame([(f.corpus, f.name, f.location, f.encoding) for f in files], _PLAN.split(", ", 1)[1])
    contents = spark.read.format("binaryFile").load(sorted({f.location for f in files}))
    # Hadoop shows file:///a as file:/a; the names go by the path alone, which is unique within one file system
    path = F.regexp_replace("location", r"^(\w+):/*", "$1:/")
    return names.join(
        contents.select(F.regexp_replace("path", r"^(\w+):/*", "$1:/").alias("path"), "content"), path == F.col("path")
    ).select(F.lit(0).alias("task"), *names.columns, "content")


def ingest(spark: SparkSession, files: list[CorpusFile], *, config: Config) -> tuple[DataFrame, DataFrame]:
    """(raw_documents, ingest_rejects) of all files. Of records with one id and different texts the first is kept."""
    corpora = {c.name: c for c in config.corpus}
    plan = _plan(spark, files)
    if remote := [f for f in files if f.remote]:
        plan = plan.unionByName(_remote_plan(spark, remote))
    parsed = plan.mapInArrow(lambda batches: _parse(batches, corpora), _SPARK_TYPES)
    parsed = parsed.persist(StorageLevel.DISK_ONLY)
    if named := [c.name for c in config.corpus if c.id]:
        parsed = _without_repeated_ids(parsed, named).persist(StorageLevel.DISK_ONLY)
    kept = parsed.where("reason is null").drop("reason", "detail")
    rejects = parsed.where("reason is not null").select(
        "doc_id",
        "corpus",
        F.lit("ingest").alias("step"),
        "reason",
        "detail",
        F.when(F.col("reason") == "repeated_id", F.col("doc_id")).alias("duplicate_of"),
        "source",
        F.substring("text", 1, schemas.MAX_REJECT_TEXT).alias("text"),
    )
    return kept, rejects


def _text_hash() -> Column:
    """Texts that differ by control characters only are the same."""
    return F.xxhash64(F.regexp_replace("text", r"[\p{Cc}&&[^\t\n]]", ""))


def _without_repeated_ids(parsed: DataFrame, named: list[str]) -> DataFrame:
    place = F.struct("source.file", "source.record")
    texts = parsed.where(F.col("reason").isNull() & F.col("corpus").isin(named)).select(
        "doc_id", _text_hash().alias("text_hash"), place.alias("place")
    )
    clashes = (
        texts.groupBy("doc_id")
        .agg(F.min_by("text_hash", "place").alias("first_hash"), F.min("text_hash").alias("a"), F.max("text_hash").alias("b"))
        .where("a <> b")
        .select("doc_id", "first_hash")
    )
    joined = parsed.join(clashes, "doc_id", "left")
    clash = F.col("reason").isNull() & F.col("first_hash").isNotNull() & (_text_hash() != F.col("first_hash"))
    detail = F.lit("the id stood before with another text; the first one is kept")
    return joined.select(
        *[c for c in _PARSED.names if c not in ("reason", "detail")],
        F.when(clash, "repeated_id").otherwise(F.col("reason")).alias("reason"),
        F.when(clash, detail).otherwise(F.col("detail")).alias("detail"),
    )
