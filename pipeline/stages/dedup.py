"""One document for each text. In: clean_documents. Out: documents, duplicates with the document kept in their place, and
the crowded buckets, in which not every pair was compared.

Equal texts first: width, case, white space and punctuation make no difference. Then near-duplicates, by MinHash banding and
the true Jaccard similarity of the texts' shingles (mining/duplicates). Of texts that resemble each
other the first is kept: domain before general, then the order of the corpora in the config, of the files, of the
records. So a general corpus that contains the domain's texts does not hide them from the contrast. Documents of earlier
workspaces ([dedup] against) stand before all others, and are never dropped.
"""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from wajue import schemas
from wajue.arrays import cells
from wajue.arrays.cells import MOST_BUCKETS
from wajue.config import Config
from wajue.mining.duplicates import choosing, matching, search
from wajue.mining.duplicates.packed import PACKED
from wajue.mining.duplicates.settings import RECORD_BITS, Settings
from wajue.mining.duplicates.signatures import banding
from wajue.spark.flow import Flow, ddl, types_of

_BROADCAST = 1_000_000  # dropped documents, some 200 MB in each executor; more are joined by sorting
_BUCKET_BYTES, _BUCKET_ROWS = 100 << 20, 1_500_000  # of text and of documents in one task, which holds them in memory
_TOLD = ("doc_id", "corpus", "source", "text")  # of a document that is dropped
_BASES = "base long, of string, file string"
_KEPT_FOR = "kept long, duplicate_of string"
_PARTED = pa.schema(
    [
        *schemas.kinds("documents"),
        ("dropped", pa.struct([("place", pa.int64()), *(schemas.TABLES["documents"].schema.field(c) for c in _TOLD)])),
        ("kept_for", pa.struct([("kept", pa.int64()), ("duplicate_of", pa.string())])),
    ]
)


class _File(NamedTuple):
    """A file, in the order of preference, which is negative for those of earlier workspaces; source: whose it is, 0 for ours."""

    preference: int
    shown: str
    name: str
    source: int
    corpus: str
    documents: int
    bytes: int


class _Marks(NamedTuple):
    """For the 64 places from 64 * block a bit each, as choosing.VERDICTS has them, the blocks in order (all int64)."""

    block: np.ndarray
    dropped: np.ndarray
    kept_for: np.ndarray

    def of(self, place: np.ndarray) -> tuple[pa.BooleanArray, pa.BooleanArray]:
        """(is it dropped, is one dropped for it) of each place (int64 [n])."""
        at = np.searchsorted(self.block, place >> 6)
        there = np.append(self.block, -1)[at] == place >> 6
        dropped, kept_for = (pa.array(there & (np.append(bits, 0)[at] >> (place & 63) & 1 == 1)) for bits in self[1:])
        return dropped, kept_for


def dedup(
    clean_documents: Flow, *, config: Config, earlier: tuple[tuple[str, Flow], ...] = ()
) -> tuple[Flow, DataFrame, DataFrame]:
    """(documents, duplicates, crowded_buckets), every row of clean_documents in one of the first two.

    earlier: names and documents of the workspaces in [dedup] against, the first first in the order of preference. Starts jobs:

    1. list the files with their documents and bytes: ranked in the order of preference they number the documents, and the
       bytes tell how many buckets keep a task within memory;
    2. the search of pipeline/mining/duplicates/search.py. What it finds comes back twice: as rows, and as a bit for each place;
    3. by these bits the documents are parted from the duplicates, which alone are joined to what was found.
    """
    spark = clean_documents.source.sparkSession
    if not config.dedup.exact:
        nothing = spark.createDataFrame([], types_of("duplicates"))
        return clean_documents, nothing, spark.createDataFrame([], "members long, compared long")
    sources = [clean_documents, *(documents for _, documents in earlier)]
    files = _files(sources, [name for name, _ in earlier], config)
    places = spark.sparkContext.broadcast(_Places([(f.source, f.corpus, f.name) for f in files]))
    found = _search(sources, places, _settings(config, files)).persist(StorageLevel.DISK_ONLY)
    marked = found.where("block is not null").select("block", "dropped", "kept_for").orderBy("block").toArrow()
    marks = spark.sparkContext.broadcast(_Marks(*(column.to_numpy() for column in marked.columns)))
    ours = clean_documents.map(_part(places, marks), ddl(_PARTED)).materialized()
    kept_for = ours["kept_for"].frame
    for number, documents in enumerate(sources[1:], 1):
        kept = documents.select("doc_id", "corpus", "source").map(_kept_for(places, marks, number), _KEPT_FOR)
        kept_for = kept_for.unionByName(kept.frame)
    bases = spark.createDataFrame([(i << RECORD_BITS, f.shown, f.name) for i, f in enumerate(files)], _BASES)
    dropped = _dropped(found, kept_for, bases)
    dropped = F.broadcast(dropped) if found.count() <= _BROADCAST else dropped
    duplicates = ours["dropped"].frame.join(dropped, "place").select(*_reject_columns())
    return ours["documents"], duplicates, found.where("members is not null").select("members", "compared")


def _files(sources: list[Flow], names: list[str], config: Config) -> list[_File]:
    """The files of all sources, in the order of preference; names: of the earlier workspaces."""
    order = sorted(config.corpus, key=lambda c: c.role != "domain")
    rank = {c.name: i for i, c in enumerate(order)}
    found = []
    for number, documents in enumerate(sources):
        sizes = documents.select("corpus", "source", "text").map(_sizes, "corpus string, file string, documents long, bytes long")
        sums = [F.sum(c).alias(c) for c in ("documents", "bytes")]
        for r in sizes.frame.groupBy("corpus", "file").agg(*sums).collect():
            preference, of = (number - 1 - len(names), f"{names[number - 1]}, ") if number else (rank[r["corpus"]], "")
            found.append(_File(preference, of + r["corpus"], r["file"], number, r["corpus"], r["documents"], r["bytes"]))
    return sorted(found)


def _sizes(batches: cells.Batches) -> cells.Batches:
    """Documents and bytes of text of each file, batch by batch."""
    for batch in batches:
        columns = {"corpus": batch.column("corpus"), "file": pc.struct_field(batch.column("source"), "file")}
        columns["bytes"] = pc.binary_length(batch.column("text")).cast(pa.int64())
        sums = pa.table(columns).group_by(["corpus", "file"], use_threads=False).aggregate([("bytes", "count"), ("bytes", "sum")])
        yield from sums.rename_columns({"bytes_count": "documents", "bytes_sum": "bytes"}).to_batches()


class _Places:
    """Where the places of each file begin, the files being ranked; a file is (number of its source, corpus, name)."""

    def __init__(self, files: list[tuple[int, str, str]]) -> None:
        self._base = {file: rank << RECORD_BITS for rank, file in enumerate(files)}

    def of(self, batch: pa.RecordBatch, source: int) -> np.ndarray:
        """The place (int64) of each row."""
        corpus = pc.dictionary_encode(batch.column("corpus"))
        file = pc.dictionary_encode(pc.struct_field(batch.column("source"), "file"))
        pair = corpus.indices.to_numpy().astype(np.int64) * len(file.dictionary) + file.indices.to_numpy()
        pairs, inverse = np.unique(pair, return_inverse=True)
        names, files = corpus.dictionary.to_pylist(), file.dictionary.to_pylist()
        base = [self._base[source, names[p // len(files)], files[p % len(files)]] for p in pairs.tolist()]
        record = pc.struct_field(batch.column("source"), "record").to_numpy()
        place: np.ndarray = np.array(base, np.int64)[inverse] + record
        return place


def _settings(config: Config, files: list[_File]) -> Settings:
    rules, words = config.dedup, config.segment.method == "whitespace"
    bands, rows = banding(rules.threshold)
    needed = max(sum(f.bytes for f in files) / _BUCKET_BYTES, sum(f.documents for f in files) / _BUCKET_ROWS)
    return Settings(
        threshold=rules.threshold,
        shingle_size=rules.shingle_size,
        bands=rules.bands or bands,
        rows_per_band=rules.rows_per_band or rows,
        max_bucket=rules.max_bucket,
        buckets=min(max(1, math.ceil(needed)), MOST_BUCKETS),
        first_droppable=sum(f.preference < 0 for f in files) << RECORD_BITS,
        near=rules.near,
        of_words=words,
    )


def _search(sources: list[Flow], places: Any, settings: Settings) -> DataFrame:
    """choosing.VERDICTS."""
    texts = [
        documents.select("corpus", "source", "text").map(_placed(places, number), "text string, position long")
        for number, documents in enumerate(sources)
    ]
    if settings.one_bucket:
        return _together(texts).in_one_task().map(search.in_one_task(settings), choosing.VERDICTS).frame
    found = _together([t.map(matching.scatter(settings), PACKED) for t in texts])
    for one_pass in search.PASSES:
        found = found.exchanged(settings.buckets, "bucket").map(one_pass(settings), PACKED)
    return found.frame.repartition(1).mapInArrow(choosing.decide(settings.first_droppable), choosing.VERDICTS)


def _together(flows: list[Flow]) -> Flow:
    """The rows of all."""
    if len(flows) == 1:
        return flows[0]
    return Flow(
        functools.reduce(DataFrame.unionByName, [f.frame for f in flows]),
        scratch_folder=flows[0].scratch_folder,
        types=flows[0].types,
    )


def _placed(places: Any, source: int) -> Callable[[cells.Batches], cells.Batches]:
    """Documents -> (text, position)."""

    def apply(batches: cells.Batches) -> cells.Batches:
        for batch in batches:
            columns = [batch.column("text"), pa.array(places.value.of(batch, source))]
            yield pa.RecordBatch.from_arrays(columns, ["text", "position"])

    return apply


def _part(places: Any, marks: Any) -> Callable[[cells.Batches], cells.Batches]:
    """Our documents -> _PARTED."""

    def apply(batches: cells.Batches) -> cells.Batches:
        for batch in batches:
            place = places.value.of(batch, 0)
            dropped, kept_for = marks.value.of(place)
            yield cells.one_of(_PARTED, "documents", batch.filter(pc.invert(dropped)))
            rows = batch.append_column("place", pa.array(place))
            yield cells.one_of(_PARTED, "dropped", rows.filter(dropped))
            chosen = rows.filter(kept_for)
            kept = pa.record_batch({"kept": chosen.column("place"), "duplicate_of": chosen.column("doc_id")})
            yield cells.one_of(_PARTED, "kept_for", kept)

    return apply


def _kept_for(places: Any, marks: Any, source: int) -> Callable[[cells.Batches], cells.Batches]:
    """Documents of an earlier workspace -> _KEPT_FOR: those that one of ours is dropped for."""

    def apply(batches: cells.Batches) -> cells.Batches:
        for batch in batches:
            place = places.value.of(batch, source)
            _, kept_for = marks.value.of(place)
            columns = [pa.array(place).filter(kept_for), batch.column("doc_id").filter(kept_for)]
            yield pa.RecordBatch.from_arrays(columns, ["kept", "duplicate_of"])

    return apply


def _dropped(found: DataFrame, kept_for: DataFrame, bases: DataFrame) -> DataFrame:
    """What is to be said of each document that is dropped, by its place."""
    dropped = (
        found.where("position is not null")
        .select(F.col("position").alias("place"), "kept", "similarity", "exact")
        .join(kept_for, "kept")
    )
    record = F.col("kept") % (1 << RECORD_BITS)
    dropped = dropped.withColumn("base", F.col("kept") - record).join(F.broadcast(bases), "base")
    return dropped.select("place", "duplicate_of", "similarity", "exact", _detail(record).alias("detail"))


def _detail(record: Column) -> Column:
    """What the document kept has in common with the one dropped, and where it stands."""
    same = F.lit("but for width, case, white space and punctuation the text of")
    like = F.concat(F.lit("Jaccard similarity "), F.format_number("similarity", 3), F.lit(" to"))
    return F.concat_ws(
        " ", F.when(F.col("exact"), same).otherwise(like), F.concat("of", F.lit(":")), "file", F.lit("record"), record
    )


def _reject_columns() -> list[Column | str]:
    return [
        "doc_id",
        "corpus",
        F.lit("dedup").alias("step"),
        F.when(F.col("exact"), "exact_duplicate").otherwise("near_duplicate").alias("reason"),
        "detail",
        "duplicate_of",
        "similarity",
        "source",
        F.substring("text", 1, schemas.MAX_REJECT_TEXT).alias("text"),
    ]
