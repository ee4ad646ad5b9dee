"""Files to documents. In: the files of every corpus. Out: raw_documents, ingest_rejects for what could not be read, and
files: what was in each.

Each file is streamed by one task (reading/corpus_reader.py); small files share a task, and a large one that all would wait for
is read in pieces (reading/pieces.py). A file on a Hadoop file system is handed to the task whole, and must be smaller than 2 GB.
"""

import os
import socket

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession

from wajue import schemas
from wajue.arrays import cells
from wajue.arrays.cells import Batches
from wajue.config import Config, Corpus
from wajue.errors import RowsWouldChange
from wajue.reading import corpus_reader, pieces, repeated_ids
from wajue.reading.corpora import CorpusFile
from wajue.spark import functions as F
from wajue.spark.column_types import ddl
from wajue.spark.flow import Flow

_BUCKET_BYTES = 1 << 30  # of files, in which there may be ten million records; their identities are held by one task
_BROADCAST = 1_000_000  # ids that clash, some 100 MB in each executor; more are joined by sorting
_TASK_BYTES = 64 << 20  # of files: so many tasks even where few cores are at hand, as others may come
_PIECE_BYTES = 32 << 20  # of a file
_MOST_SHARES = 1.5  # of the bytes that each process reads, in one file: to find the borders of pieces takes a twentieth of reading
_FILE_COST = 4096  # bytes that opening a file is worth
Planned = list[tuple[CorpusFile, pieces.Piece]]


def ingest(
    spark: SparkSession,
    files: list[CorpusFile],
    *,
    config: Config,
    before: DataFrame | None = None,
    scratch_folder: str | None = None,
) -> tuple[Flow | DataFrame, ...]:
    """(raw_documents, ingest_rejects, files) of these files. Of records with one id and different texts the first is kept.

    before: raw_documents of other files, read earlier, to which these are to be added. Raises RowsWouldChange if those rows do
    not stay as they are. scratch_folder: see Flow. Starts two jobs: the files are read; and, where records have ids, their
    identities are compared. Rows are joined only if an id may stand with different texts.
    """
    corpora = {c.name: c for c in config.corpus}
    host = socket.gethostname()
    buckets = min(1 + sum(f.size for f in files) // _BUCKET_BYTES, cells.MOST_BUCKETS)

    def read(batches: Batches) -> Batches:
        return corpus_reader.read(batches, corpora, buckets, host)

    planned = _in_pieces(files, corpora, spark.sparkContext.defaultParallelism)
    made = Flow(_plan(spark, planned), scratch_folder=scratch_folder).map(read, ddl(corpus_reader.READ)).materialized()
    kept, rejects, summaries = (made[table] for table in ("raw_documents", "ingest_rejects", "files"))
    if len(planned) > len(files):
        summaries = Flow(_added(summaries.frame), scratch_folder=scratch_folder)
    with_ids = [c.name for c in config.corpus if c.id]
    # the identities of the records read earlier are not known: then every id is looked at
    suspects = _suspects(made["identities"].frame, buckets) if with_ids and before is None else None
    if not with_ids or (suspects is not None and not suspects.count()):
        return kept, rejects, summaries
    first, repeated = _without_repeated_ids(kept.frame, suspects, with_ids, before)
    return first, rejects.frame.unionByName(repeated), summaries


def _in_pieces(files: list[CorpusFile], corpora: dict[str, Corpus], processes: int) -> Planned:
    """The files; in pieces those that hold so much more than a process's share of the bytes that all would wait for them."""
    most = max(2 * _PIECE_BYTES, _MOST_SHARES * sum(f.size for f in files) / processes)
    return [
        (file, piece)
        for file in files
        for piece in (
            pieces.pieces(file, corpora[file.corpus], _PIECE_BYTES)
            if file.size > most and not file.remote
            else [pieces.Piece(0, file.size)]
        )
    ]


def _plan(spark: SparkSession, planned: Planned) -> DataFrame:
    """What each task reads; the content of files on a Hadoop file system, which Python cannot open."""
    local = [(f, p) for f, p in planned if not f.remote]
    sizes = [p.end - p.begin for _, p in local]
    task = _tasks(sizes, max(4 * spark.sparkContext.defaultParallelism, sum(sizes) // _TASK_BYTES))
    plan = spark.createDataFrame(_listed(local, task)).repartitionById(max(task, default=0) + 1, "task")
    remote = [(f, p) for f, p in planned if f.remote]
    return plan.unionByName(_remote_plan(spark, remote)) if remote else plan


def _listed(planned: Planned, task: list[int]) -> pa.Table:
    """Rows of corpus_reader.PLANNED, without content."""
    listed = [
        {
            "task": t,
            "corpus": f.corpus,
            "name": f.name,
            "location": os.fsencode(f.location),
            "encoding": f.encoding,
            "bytes": f.size,
        }
        | {"begin": p.begin, "end": p.end, "format": p.format, **p.extent._asdict()}
        for t, (f, p) in zip(task, planned, strict=True)
    ]
    return pa.Table.from_pylist(listed, corpus_reader.PLANNED)


def _tasks(sizes: list[int], most: int) -> list[int]:
    """A task number for each file or piece, the sizes of the tasks (bytes) as even as these allow."""
    loads = [0] * max(1, min(most, len(sizes)))
    task = [0] * len(sizes)
    for i in sorted(range(len(sizes)), key=lambda i: (-sizes[i], i)):
        task[i] = min(range(len(loads)), key=loads.__getitem__)
        loads[task[i]] += sizes[i] + _FILE_COST
    return task


def _added(summaries: DataFrame) -> DataFrame:
    """Rows of `files`: of each piece to of each file. Its first piece alone says what holds for the file."""
    numbers = {"records", "unreadable"}
    names = [c for c in summaries.columns if c not in ("corpus", "role", "file")]
    sums = [(F.sum(c) if c in numbers else F.max(c)).alias(c) for c in names]
    return summaries.groupBy("corpus", "role", "file").agg(*sums).select(summaries.columns)


def _remote_plan(spark: SparkSession, planned: Planned) -> DataFrame:
    names = spark.createDataFrame(_listed(planned, [0] * len(planned))).drop("content")
    contents = spark.read.format("binaryFile").load(sorted({f.location for f, _ in planned}))
    # Hadoop shows file:///a as file:/a; the names go by the path alone, which is unique within one file system
    path = F.regexp_replace(F.col("location").cast("string"), r"^(\w+):/*", "$1:/")
    return names.join(
        contents.select(F.regexp_replace("path", r"^(\w+):/*", "$1:/").alias("path"), "content"), path == F.col("path")
    ).select(*names.columns, "content")


def _suspects(identities: DataFrame, buckets: int) -> DataFrame:
    """The keys of the ids that may stand with different texts, which are few."""

    def compare(batches: Batches) -> Batches:
        keys = repeated_ids.clashing(cells.gather(batches, "identities", np.uint64, 2))
        yield pa.RecordBatch.from_arrays([pa.array(keys, pa.string())], names=["key"])

    return identities.repartitionById(buckets, "bucket").mapInArrow(compare, "key string").persist(StorageLevel.DISK_ONLY)


def _text_hash() -> Column:
    """Texts that differ by control characters only are the same."""
    return F.xxhash64(F.regexp_replace("text", r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", ""))


def _without_repeated_ids(
    kept: DataFrame, suspects: DataFrame | None, with_ids: list[str], before: DataFrame | None
) -> tuple[DataFrame, DataFrame]:
    """(raw_documents, ingest_rejects): rejected are records whose id stood before with another text.

    suspects: None, or the keys of the ids to look at; with_ids: the corpora whose records have ids.
    """
    few = suspects is not None and suspects.count() <= _BROADCAST
    texts = kept.where(F.col("corpus").isin(with_ids))
    if suspects is not None:
        key = F.substring("doc_id", 1, repeated_ids.DIGITS)
        texts = texts.join(F.broadcast(suspects) if few else suspects, key == F.col("key"), "left_semi")
    clashes = _clashes(texts, before.where(F.col("corpus").isin(with_ids)) if before is not None else None)
    joined = kept.join(F.broadcast(clashes) if few else clashes, "doc_id", "left")
    marked = joined.withColumn("clash", F.col("first_hash").isNotNull() & (_text_hash() != F.col("first_hash")))
    marked = marked if few else marked.persist(StorageLevel.DISK_ONLY)  # to sort it once, not for each table
    return marked.where("NOT clash").select(kept.columns), marked.where("clash").select(*_reject_columns())


def _clashes(texts: DataFrame, before: DataFrame | None) -> DataFrame:
    """(doc_id, first_hash) of the ids that stand with different texts; first_hash: of the text that stands first.

    Raises RowsWouldChange if a text among `before`, those read earlier, is no longer the first.
    """
    identified = ("doc_id", _text_hash().alias("text_hash"), F.struct("source.file", "source.record").alias("position"))
    hashes = texts.select(*identified, F.lit(False).alias("old"))
    if before is not None:
        met = before.join(hashes.select("doc_id").distinct(), "doc_id", "left_semi")
        hashes = hashes.unionByName(met.select(*identified, F.lit(True).alias("old")))
    by_id = hashes.groupBy("doc_id").agg(
        F.min_by("text_hash", "position").alias("first_hash"),
        F.min("text_hash").alias("least_hash"),
        F.max("text_hash").alias("greatest_hash"),
        F.min_by("old", "position").alias("first_is_old"),
        F.max("old").alias("any_is_old"),
    )
    clashes = by_id.where("least_hash <> greatest_hash").persist(StorageLevel.DISK_ONLY)
    if before is not None and clashes.where("any_is_old AND NOT first_is_old").limit(1).count():
        raise RowsWouldChange("a new record stands before an old one of its id, with another text: all files are read again")
    return clashes.select("doc_id", "first_hash")


def _reject_columns() -> list[Column | str]:
    return [
        "doc_id",
        "corpus",
        F.lit("ingest").alias("step"),
        F.lit("repeated_id").alias("reason"),
        F.lit("the id stood before with another text; the first one is kept").alias("detail"),
        F.col("doc_id").alias("duplicate_of"),
        "source",
        F.substring("text", 1, schemas.MAX_REJECT_TEXT).alias("text"),
    ]
