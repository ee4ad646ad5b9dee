"""Files to documents. In: the files of every corpus. Out: raw_documents, ingest_rejects for what could not be read, and
files: what was in each.

Each file is streamed by one task (pipeline/reading/records.py); small files share a task. A file on a Hadoop file system is handed
to the task whole, and must be smaller than 2 GB.
"""

import gc
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from wajue import schemas
from wajue.arrays import cells
from wajue.config import Config, Corpus
from wajue.reading import decoding, documents, records, repeated_ids
from wajue.reading.corpora import CorpusFile
from wajue.spark.flow import Flow, ddl

_BATCH_ROWS, _BATCH_CHARACTERS = 10_000, 4_000_000
_COLLECT = 50_000  # records make no cycles: to look for some among them, as Python does, took half the time of reading
_BUCKET_BYTES = 1 << 30  # of files, in which there may be ten million records; their identities are held by one task
_BROADCAST = 1_000_000  # ids that clash, some 100 MB in each executor; more are joined by sorting
# the identities of records whose corpus has an id, packed: what shows whether an id stands with different texts
_READ = pa.schema(
    [
        *schemas.kinds("raw_documents", "ingest_rejects", "files"),
        ("identities", pa.struct([("bucket", pa.int32()), ("identities", pa.binary())])),
    ]
)
_PLAN = "task int, corpus string, name string, location string, encoding string, bytes bigint"


def corpus_has_fields(corpus: Corpus, file: str) -> bool:
    """Does the format name its fields, so that [[corpus]] text applies?"""
    return records.format_of(corpus, file) not in ("text", "markdown", "html", "wikidoc")


class _Reader:
    """Rows of the files of one corpus, in batches, and notes between them."""

    def __init__(self, corpus: Corpus, buckets: int) -> None:
        self._corpus, self._buckets = corpus, buckets
        self._rows, self._characters = documents.empty(), 0

    def file(self, file: dict[str, Any]) -> Iterator[pa.RecordBatch]:
        """What is in one file, then a row that sums it up."""
        content, name = file["content"], file["name"]
        try:
            stream: Any = io.BytesIO(content) if content is not None else open(file["location"], "rb")  # noqa: SIM115
        except OSError as error:
            yield from self._add(documents.of_broken(records.Broken(1, 1, "unreadable_file", str(error)), self._corpus, name))
            yield self._summary(name, {"records": 1, "unreadable": 1})
            return
        with stream:
            yield from self._read(stream, name, file["encoding"], file["bytes"])

    def _read(self, stream: Any, file: str, encoding: str, size: int) -> Iterator[pa.RecordBatch]:
        if encoding == "auto":
            encoding = decoding.sample_encoding(stream, file)
            stream.seek(0)
        corpus = self._corpus
        paths = corpus.text if corpus_has_fields(corpus, file) else ("text",)
        number = unreadable = 0
        for found in records.runs(stream, file, corpus, encoding):
            if isinstance(found, records.Broken):
                new = documents.of_broken(found, corpus, file)
            else:
                new = documents.of_records(found, corpus, file, paths)
            number, unreadable = number + len(new.reason), unreadable + len(new.reason) - new.reason.count(None)
            yield from self._add(new)
        facts = {"format": records.format_of(corpus, file), "encoding": encoding, "bytes": size}
        yield self._summary(file, facts | {"records": number, "unreadable": unreadable})

    def _add(self, new: documents.Columns) -> Iterator[pa.RecordBatch]:
        self._rows.extend(new)
        self._characters += sum(map(len, new.text))
        if len(self._rows.text) >= _BATCH_ROWS or self._characters >= _BATCH_CHARACTERS:
            yield from self.rest()

    def rest(self) -> Iterator[pa.RecordBatch]:
        """The rows that were not given yet, and their identities if records have ids."""
        if not self._rows.text:
            return
        batch = _batch(self._rows, self._corpus)
        self._rows, self._characters = documents.empty(), 0
        is_kept = batch.column("reason").is_null()
        kept = batch.filter(is_kept)
        yield cells.one_of(_READ, "raw_documents", kept)
        dropped = batch.filter(pc.invert(is_kept))
        shown = pc.utf8_slice_codeunits(dropped.column("text"), 0, schemas.MAX_REJECT_TEXT)
        dropped = dropped.set_column(dropped.schema.get_field_index("text"), "text", shown)
        yield cells.one_of(_READ, "ingest_rejects", dropped)
        if self._corpus.id:
            found = repeated_ids.pairs(kept.column("doc_id"), kept.column("text"))
            for bucket, chosen in cells.by_hash(found[:, 0], self._buckets):
                packed = cells.block({"bucket": np.int32(bucket)}, {"identities": found[chosen]})
                yield cells.one_of(_READ, "identities", packed)

    def _summary(self, file: str, facts: dict[str, Any]) -> pa.RecordBatch:
        row = {"corpus": self._corpus.name, "role": self._corpus.role, "file": file, **facts}
        return cells.one_of(_READ, "files", pa.RecordBatch.from_pylist([row], schemas.TABLES["files"].schema))


def _batch(found: documents.Columns, corpus: Corpus) -> pa.RecordBatch:
    """All columns of raw_documents, and of ingest_rejects what these lack."""
    size = len(found.text)
    others = {"tags": schemas.TABLES["raw_documents"].schema.field("tags").type} | {f.name: f.type for f in schemas.SOURCE}
    arrays = {name: pa.array(values, others.get(name, pa.string())) for name, values in found._asdict().items()}
    arrays["source"] = pa.StructArray.from_arrays([arrays.pop(f.name) for f in schemas.SOURCE], fields=list(schemas.SOURCE))
    arrays |= {name: pa.repeat(value, size) for name, value in (("corpus", corpus.name), ("role", corpus.role), ("step", "ingest"))}
    arrays["duplicate_of"] = pa.nulls(size, pa.string())
    return pa.RecordBatch.from_pydict(arrays)


def _parse(batches: Iterator[pa.RecordBatch], corpora: dict[str, Corpus], buckets: int) -> Iterator[pa.RecordBatch]:
    gc.set_threshold(_COLLECT)
    reader, of = None, ""
    for batch in batches:
        for file in batch.to_pylist():
            if reader is None or file["corpus"] != of:
                yield from reader.rest() if reader else ()
                of = file["corpus"]
                reader = _Reader(corpora[of], buckets)
            yield from reader.file(file)
    yield from reader.rest() if reader else ()


def _clashing(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The identities of one bucket -> the keys of ids that may stand with different texts."""
    keys = repeated_ids.clashing(cells.gather(batches, "identities", np.uint64, 2))
    yield pa.RecordBatch.from_arrays([pa.array(keys, pa.string())], names=["key"])


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
    spark: SparkSession,
    files: list[CorpusFile],
    *,
    config: Config,
    before: DataFrame | None = None,
    scratch_folder: str | None = None,
) -> tuple[Flow | DataFrame, ...]:
    """(raw_documents, ingest_rejects, files) of these files. Of records with one id and different texts the first is kept.

    before: raw_documents of other files, read earlier, to which these are to be added; then raises Displaced if these rows do
    not stay as they are. scratch_folder: see Flow. Starts two jobs: the files are read; and, where records have ids, their
    identities are compared. Rows are joined only if an id may stand with different texts.
    """
    corpora = {c.name: c for c in config.corpus}
    plan = _plan(spark, files)
    if remote := [f for f in files if f.remote]:
        plan = plan.unionByName(_remote_plan(spark, remote))
    buckets = min(1 + sum(f.size for f in files) // _BUCKET_BYTES, cells.MOST_BUCKETS)
    found = (
        Flow(plan, scratch_folder=scratch_folder).map(lambda batches: _parse(batches, corpora, buckets), ddl(_READ)).materialized()
    )
    kept, rejects, summaries = (found[table] for table in ("raw_documents", "ingest_rejects", "files"))
    named = [c.name for c in config.corpus if c.id]
    # the identities of those read earlier are not known
    suspects = _suspects(found["identities"].frame, buckets) if named and before is None else None
    if not named or (suspects is not None and not suspects.count()):
        return kept, rejects, summaries
    first, repeated = _apart(kept.frame, suspects, named, before)
    return first, rejects.frame.unionByName(repeated), summaries


def _text_hash() -> Column:
    """Texts that differ by control characters only are the same."""
    return F.xxhash64(F.regexp_replace("text", r"[\p{Cc}&&[^\t\n]]", ""))


def _apart(kept: DataFrame, suspects: DataFrame | None, named: list[str], before: DataFrame | None) -> tuple[DataFrame, DataFrame]:
    """(raw_documents, ingest_rejects): rejected are those whose id stood before with another text.

    suspects: None, or the keys of the ids to look at; named: the corpora whose records have ids.
    """
    place = F.struct("source.file", "source.record")
    told = ("doc_id", _text_hash().alias("text_hash"), place.alias("place"))
    texts = kept.where(F.col("corpus").isin(named))
    few = suspects is not None and suspects.count() <= _BROADCAST
    if suspects is not None:
        key = F.substring("doc_id", 1, repeated_ids.DIGITS)
        texts = texts.join(F.broadcast(suspects) if few else suspects, key == F.col("key"), "left_semi")
    texts = texts.select(*told, F.lit(False).alias("old"))
    if before is not None:
        met = before.where(F.col("corpus").isin(named)).join(texts.select("doc_id").distinct(), "doc_id", "left_semi")
        texts = texts.unionByName(met.select(*told, F.lit(True).alias("old")))
    hashes = [F.min_by("text_hash", "place").alias("first_hash"), F.min("text_hash").alias("a"), F.max("text_hash").alias("b")]
    olds = [F.min_by("old", "place").alias("first_old"), F.max("old").alias("any_old")]
    clashes = texts.groupBy("doc_id").agg(*hashes, *olds).where("a <> b").persist(StorageLevel.DISK_ONLY)
    if before is not None and clashes.where("any_old AND NOT first_old").limit(1).count():
        raise Displaced
    clashes = clashes.select("doc_id", "first_hash")
    joined = kept.join(F.broadcast(clashes) if few else clashes, "doc_id", "left")
    clash = F.col("first_hash").isNotNull() & (_text_hash() != F.col("first_hash"))
    marked = joined.withColumn("clash", clash)
    marked = marked if few else marked.persist(StorageLevel.DISK_ONLY)  # to sort it once, not for each table
    repeated = marked.where("clash").select(
        "doc_id",
        "corpus",
        F.lit("ingest").alias("step"),
        F.lit("repeated_id").alias("reason"),
        F.lit("the id stood before with another text; the first one is kept").alias("detail"),
        F.col("doc_id").alias("duplicate_of"),
        "source",
        F.substring("text", 1, schemas.MAX_REJECT_TEXT).alias("text"),
    )
    return marked.where("NOT clash").select(kept.columns), repeated


def _suspects(found: DataFrame, buckets: int) -> DataFrame:
    """The keys of the ids that may stand with different texts, which are few: what is compared is packed."""
    return found.repartitionById(buckets, "bucket").mapInArrow(_clashing, "key string").persist(StorageLevel.DISK_ONLY)
