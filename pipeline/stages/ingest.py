"""Files to documents. In: the files of every corpus. Out: raw_documents, ingest_rejects for what could not be read, and
files: what was in each.

Each file is streamed by one task (pipeline/records.py); small files share a task. A file on a Hadoop file system is handed
to the task whole, and must be smaller than 2 GB.
"""

import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipeline import decoding, records, schemas
from pipeline.config import Config, Corpus
from pipeline.corpora import CorpusFile

_BATCH_ROWS, _BATCH_CHARACTERS = 10_000, 4_000_000
_FILE = pa.struct(
    [(n, pa.string()) for n in ("format", "encoding")] + [(n, pa.int64()) for n in ("bytes", "records", "unreadable")]
)
_PARSED = pa.schema([*schemas.TABLES["raw_documents"].schema, ("reason", pa.string()), ("detail", pa.string()), ("summary", _FILE)])
_SPARK_TYPES = (
    "doc_id string, corpus string, role string, text string, url string, tags array<string>, date string, "
    "source struct<file: string, line: bigint, record: bigint>, reason string, detail string, "
    "summary struct<format: string, encoding: string, bytes: bigint, records: bigint, unreadable: bigint>"
)
_PLAN = "task int, corpus string, name string, location string, encoding string, bytes bigint"


class _Row(NamedTuple):
    """One row of _PARSED, a record kept or not; of `corpus` and `role` a batch has its own."""

    doc_id: str | None
    text: str | None
    url: str | None
    tags: list[str] | None
    date: str | None
    source: tuple[str, int, int]
    reason: str | None = None
    detail: str | None = None
    summary: dict[str, Any] | None = None


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


def _date_in_path(corpus: Corpus, file: str) -> str | None:
    found = re.search(corpus.date_in_path, file) if corpus.date_in_path else None
    return (found[1] if found.re.groups else found[0]) if found else None


def _tags(value: Any) -> list[str] | None:
    if value is None:
        return None
    return [str(v) for v in value if v is not None] if isinstance(value, list) else [str(value)]


def _row(found: records.Record | records.Broken, corpus: Corpus, file: str, paths: tuple[str, ...]) -> _Row:
    source = (file, found.line, found.number)
    if isinstance(found, records.Broken):
        identity = doc_id(corpus.name, None, file, found.number)
        return _Row(identity, found.raw[: schemas.MAX_REJECT_TEXT], None, None, None, source, found.reason, found.detail)
    text, fault = records.text_of(found.fields, paths)
    if fault is None:
        try:
            text.encode()
        except UnicodeEncodeError:
            fault = "invalid_encoding", "the text holds half a surrogate pair"
            text = text.encode("utf-8", "replace").decode()
    reason, detail = fault or (None, None)
    if fault:
        text = text or str(found.fields)[: schemas.MAX_REJECT_TEXT].encode("utf-8", "replace").decode()
    return _Row(
        doc_id(corpus.name, _string(_optional(found.fields, corpus.id)), file, found.number),
        text,
        _string(_optional(found.fields, corpus.url)),
        _tags(_optional(found.fields, corpus.tags)),
        _string(_optional(found.fields, corpus.date)) or _date_in_path(corpus, file),
        source,
        reason,
        detail,
    )


def corpus_has_fields(corpus: Corpus, file: str) -> bool:
    """Does the format name its fields, so that [[corpus]] text applies?"""
    return records.format_of(corpus, file) not in ("text", "markdown", "html", "wikidoc")


def _rows(stream: Any, file: str, encoding: str, size: int, corpus: Corpus) -> Iterator[_Row]:
    """The rows of one file, then one that sums it up."""
    if encoding == "auto":
        encoding = decoding.sample_encoding(stream, file)
        stream.seek(0)
    paths = corpus.text if corpus_has_fields(corpus, file) else ("text",)
    number = unreadable = 0
    for found in records.read(stream, file, corpus, encoding):
        parsed = _row(found, corpus, file, paths)
        number, unreadable = number + 1, unreadable + (parsed.reason is not None)
        yield parsed
    summary = {"format": records.format_of(corpus, file), "encoding": encoding, "bytes": size}
    yield _summary(file, summary | {"records": number, "unreadable": unreadable})


def _summary(file: str, facts: dict[str, Any]) -> _Row:
    return _Row(None, None, None, None, None, (file, 0, 0), summary=facts)


def _unreadable(file: str, corpus: Corpus, error: OSError) -> Iterator[_Row]:
    yield _row(records.Broken(1, 1, "unreadable_file", str(error)), corpus, file, ())
    yield _summary(file, {"records": 1, "unreadable": 1})


def _file_rows(file: dict[str, Any], corpus: Corpus) -> Iterator[_Row]:
    content, name = file["content"], file["name"]
    try:
        stream: Any = io.BytesIO(content) if content is not None else open(file["location"], "rb")  # noqa: SIM115
    except OSError as error:
        yield from _unreadable(name, corpus, error)
        return
    with stream:
        yield from _rows(stream, name, file["encoding"], file["bytes"], corpus)


def _batch(rows: list[_Row], corpus: Corpus) -> pa.RecordBatch:
    columns = dict(zip(_Row._fields, zip(*rows, strict=True), strict=True))
    arrays = {name: pa.array(columns[name], _PARSED.field(name).type) for name in _Row._fields if name != "source"}
    arrays |= {name: pa.array([value] * len(rows), pa.string()) for name, value in (("corpus", corpus.name), ("role", corpus.role))}
    places = [
        pa.array(p, t) for p, t in zip(zip(*columns["source"], strict=True), (pa.string(), pa.int64(), pa.int64()), strict=True)
    ]
    arrays["source"] = pa.StructArray.from_arrays(places, fields=list(schemas.SOURCE))
    return pa.RecordBatch.from_arrays([arrays[name] for name in _PARSED.names], schema=_PARSED)


def _parse(batches: Iterator[pa.RecordBatch], corpora: dict[str, Corpus]) -> Iterator[pa.RecordBatch]:
    pending: list[_Row] = []
    size, of = 0, ""
    for batch in batches:
        for file in batch.to_pylist():
            if pending and file["corpus"] != of:
                yield _batch(pending, corpora[of])
                pending, size = [], 0
            of = file["corpus"]
            for parsed in _file_rows(file, corpora[of]):
                pending.append(parsed)
                size += len(parsed.text or "")
                if len(pending) >= _BATCH_ROWS or size >= _BATCH_CHARACTERS:
                    yield _batch(pending, corpora[of])
                    pending, size = [], 0
    if pending:
        yield _batch(pending, corpora[of])


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
    rows = [(t, f.corpus, f.name, f.location, f.encoding, f.size) for t, f in zip(task, local, strict=True)]
    plan = spark.createDataFrame(rows, _PLAN)
    return plan.repartitionById(max(task, default=0) + 1, "task").withColumn("content", F.lit(None).cast("binary"))


def _remote_plan(spark: SparkSession, files: list[CorpusFile]) -> DataFrame:
    names = spark.createDataFrame([(f.corpus, f.name, f.location, f.encoding, f.size) for f in files], _PLAN.split(", ", 1)[1])
    contents = spark.read.format("binaryFile").load(sorted({f.location for f in files}))
    # Hadoop shows file:///a as file:/a; the names go by the path alone, which is unique within one file system
    path = F.regexp_replace("location", r"^(\w+):/*", "$1:/")
    return names.join(
        contents.select(F.regexp_replace("path", r"^(\w+):/*", "$1:/").alias("path"), "content"), path == F.col("path")
    ).select(F.lit(0).alias("task"), *names.columns, "content")


class Displaced(Exception):
    """A record to be added stands before one of the same id that was read earlier, and has another text."""


def ingest(
    spark: SparkSession, files: list[CorpusFile], *, config: Config, before: DataFrame | None = None
) -> tuple[DataFrame, DataFrame, DataFrame]:
    """(raw_documents, ingest_rejects, files) of these files. Of records with one id and different texts the first is kept.

    before: raw_documents of other files, read earlier, to which these are to be added; then, where records have ids, starts a
    job, and raises Displaced if these rows do not stay as they are.
    """
    corpora = {c.name: c for c in config.corpus}
    plan = _plan(spark, files)
    if remote := [f for f in files if f.remote]:
        plan = plan.unionByName(_remote_plan(spark, remote))
    parsed = plan.mapInArrow(lambda batches: _parse(batches, corpora), _SPARK_TYPES)
    parsed = parsed.persist(StorageLevel.DISK_ONLY)
    if named := [c.name for c in config.corpus if c.id]:
        parsed = _without_repeated_ids(parsed, named, before).persist(StorageLevel.DISK_ONLY)
    summaries = parsed.where("summary is not null").select("corpus", "role", F.col("source.file").alias("file"), "summary.*")
    kept = parsed.where("reason is null and summary is null").drop("reason", "detail", "summary")
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
    return kept, rejects, summaries


def _text_hash() -> Column:
    """Texts that differ by control characters only are the same."""
    return F.xxhash64(F.regexp_replace("text", r"[\p{Cc}&&[^\t\n]]", ""))


def _without_repeated_ids(parsed: DataFrame, named: list[str], before: DataFrame | None) -> DataFrame:
    place = F.struct("source.file", "source.record")
    told = ("doc_id", _text_hash().alias("text_hash"), place.alias("place"))
    texts = parsed.where(F.col("reason").isNull() & F.col("corpus").isin(named)).select(*told, F.lit(False).alias("old"))
    if before is not None:
        met = before.where(F.col("corpus").isin(named)).join(texts.select("doc_id").distinct(), "doc_id", "left_semi")
        texts = texts.unionByName(met.select(*told, F.lit(True).alias("old")))
    hashes = [F.min_by("text_hash", "place").alias("first_hash"), F.min("text_hash").alias("a"), F.max("text_hash").alias("b")]
    olds = [F.min_by("old", "place").alias("first_old"), F.max("old").alias("any_old")]
    clashes = texts.groupBy("doc_id").agg(*hashes, *olds).where("a <> b").persist(StorageLevel.DISK_ONLY)
    if before is not None and clashes.where("any_old AND NOT first_old").limit(1).count():
        raise Displaced
    clashes = clashes.select("doc_id", "first_hash")
    joined = parsed.join(clashes, "doc_id", "left")
    clash = F.col("reason").isNull() & F.col("first_hash").isNotNull() & (_text_hash() != F.col("first_hash"))
    detail = F.lit("the id stood before with another text; the first one is kept")
    return joined.select(
        *[c for c in _PARSED.names if c not in ("reason", "detail")],
        F.when(clash, "repeated_id").otherwise(F.col("reason")).alias("reason"),
        F.when(clash, detail).otherwise(F.col("detail")).alias("detail"),
    )
