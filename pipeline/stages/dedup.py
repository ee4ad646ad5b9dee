"""One document for each text. In: clean_documents. Out: documents, duplicates with the document kept in their place,
the crowded buckets, in which not every pair was compared, the passages that several documents had, and the signatures by which
later documents are compared with these.

Equal texts first: width, case, white space and punctuation make no difference. Then near-duplicates, by MinHash banding and
the true Jaccard similarity of the texts' shingles (mining/duplicates). Of texts that resemble each other the first is kept:
domain before general, then the order of the corpora in the config, of the files, of the records. So a general corpus that
contains the domain's texts does not hide them from the contrast. Documents of earlier workspaces ([dedup] against) stand before
all others, and are never dropped; their signatures are read, not their texts, where they were made by the same settings.

Passages come last, if they are asked for ([dedup] passage_length): among the documents that are kept, those of earlier
workspaces left out, each stays in the first one that has it (mining/duplicates/repeated_passages).

The plan, whose steps start jobs:

1. sign the documents; of earlier ones, those are sought out that share a band or a text with them. The files of both, ranked
   in the order of preference, number the documents, and their bytes tell how many buckets keep a task within memory;
2. the search of mining/duplicates/search.py. Its verdicts come back twice: as rows, and as a bit for each position;
3. by these bits the documents are parted from the duplicates, which alone are joined to the verdicts;
4. with passage_length: count windows, count those again that are repeated, take them out of the documents.
"""

import functools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession

from wajue import schemas
from wajue.arrays.cells import MOST_BUCKETS, gather
from wajue.config import Config, Dedup
from wajue.errors import RowsWouldChange
from wajue.mining.duplicates import choosing, matching, positions, repeated_passages, search, sharing, signing
from wajue.mining.duplicates.packed import PACKED
from wajue.mining.duplicates.positions import RankedFile
from wajue.mining.duplicates.settings import RECORD_BITS, Settings
from wajue.mining.duplicates.signatures import banding
from wajue.mining.duplicates.signing import COMPARED, NAMED
from wajue.spark import functions as F
from wajue.spark.column_types import ddl
from wajue.spark.flow import Flow
from wajue.spark.session import memory_of_one_task
from wajue.spark.tables import Elsewhere

_BROADCAST = 1_000_000  # dropped documents, some 200 MB in each executor; more are joined by sorting
_BUCKET_WINDOWS, _BYTES_OF_HAN = 8_000_000, 3  # windows that one task sorts; bytes of a character, of which Latin text has more
_MOST_WANTED = 2_000_000  # documents whose keys every task gets: 100 MB
_FILES = pa.schema([("first_position", pa.int64()), ("shown_corpus", pa.string()), ("file", pa.string())])


def dedup(
    clean_documents: Flow,
    *,
    config: Config,
    earlier: tuple[Elsewhere, ...] = (),
    added: Flow | None = None,
    signatures: Flow | None = None,
    duplicates: Flow | None = None,
) -> tuple[Flow | DataFrame, ...]:
    """(documents, duplicates, crowded_buckets, repeated_passages, signatures), each row of clean_documents in one of the first two.

    Starts jobs: the plan above. earlier: documents of the workspaces in [dedup] against, or their signatures, in the order of
    preference. added: the rows of clean_documents on which there is something to decide, the others having got these `signatures`
    and `duplicates`; raises RowsWouldChange if what was decided of those might be otherwise now.
    """
    ours = clean_documents if added is None else added
    spark = ours.source.sparkSession
    if not config.dedup.exact:
        return ours, *(_empty(spark, t) for t in ("duplicates", "crowded_buckets", "repeated_passages", "signatures"))
    if signatures is not None:
        _must_stay_as_they_are(ours, signatures, config)
        earlier = (*earlier, Elsewhere("", "signatures", signatures))
    settings = _settings(config)
    sources = _signed(ours, earlier, settings)
    files = _ranked_files([source["sizes"].frame for source in sources], [other.name for other in earlier], config)
    settings, known = _sized(settings, files, memory_of_one_task(spark)), spark.sparkContext.broadcast(positions.Positions(files))
    signed = [source["signatures"] for source in sources]
    verdicts = _search(signed, known, settings, _listed(duplicates if signatures else None)).persist(StorageLevel.DISK_ONLY)
    crowded = _crowded(verdicts, may_be=signatures is None)
    decisions = spark.sparkContext.broadcast(_decisions(verdicts))
    parted = ours.map(positions.part(known, decisions), ddl(positions.PARTED)).materialized()
    kept = _kept(parted["kept"].frame, signed, known, decisions)
    reasons = _reasons(verdicts, kept, files, duplicates.frame if duplicates else None)
    dropped = parted["dropped"].frame.join(reasons, "position").select(*_reject_columns(F.col("reason")))
    if not config.dedup.passage_length:
        return parted["documents"], dropped, crowded, _empty(spark, "repeated_passages"), signed[0]
    shortened = _without_passages(parted["documents"], known, files, config.dedup)
    dropped = dropped.unionByName(_rejected(shortened["dropped"].frame))
    return shortened["documents"], dropped, crowded, shortened["repeated_passages"], signed[0]


def _must_stay_as_they_are(added: Flow, signatures: Flow, config: Config) -> None:
    """Raises RowsWouldChange unless the files that were added stand behind those of the signatures."""
    if config.dedup.passage_length:
        raise RowsWouldChange("[dedup] passage_length: passages are counted over all documents, so all are compared again")
    rank_of = _ranks(config)
    new, old = (
        sorted(
            (rank_of[r["corpus"]], r["corpus"], r["file"]) for r in rows.frame.select("corpus", "source.file").distinct().collect()
        )
        for rows in (added, signatures)
    )
    if new and old and new[0] <= old[-1]:
        raise RowsWouldChange(
            f"{new[0][2]} stands before {old[-1][2]} in the order of preference, and may displace what was kept: all documents "
            "are compared again"
        )


def _empty(spark: SparkSession, table: str) -> DataFrame:
    return spark.createDataFrame(schemas.TABLES[table].schema.empty_table())


def _signed(clean_documents: Flow, earlier: tuple[Elsewhere, ...], settings: Settings) -> list[dict[str, Flow]]:
    """signing.SIZED by kind: of this workspace's documents, then of those of each earlier one that may be like one of them."""
    types, texts = ddl(signing.SIZED), clean_documents.select(*NAMED, "text")
    ours = texts.map(signing.sign_with_sizes(settings), types).materialized()
    sources = [ours]
    wanted = _wanted(ours["signatures"], settings) if earlier else None
    for other in earlier:
        # what a task writes goes to this workspace, not to the one that is read
        theirs = replace(other.flow, scratch_folder=clean_documents.scratch_folder)
        if other.table != "signatures":
            theirs = theirs.select(*NAMED, "text").map(signing.sign(settings), ddl(signing.SIGNED))
        elif other.name:  # this workspace's own need their dropped documents, too: what is like them goes the same way
            theirs = theirs.map(positions.without(_listed(other.dropped)), ddl(signing.SIGNED))
        if wanted is not None:
            theirs = theirs.map(sharing.sharing(wanted, settings), ddl(signing.SIGNED))
        sources.append(theirs.map(signing.with_sizes, types).materialized())
    return sources


def _listed(documents: Flow | None) -> Any:
    """positions.Listed of the rows of these documents, broadcast; None of none."""
    if documents is None:
        return None
    listed = positions.Listed(documents.select("corpus", "source").to_arrow())
    return documents.source.sparkSession.sparkContext.broadcast(listed)


def _wanted(ours: Flow, settings: Settings) -> Any:
    """sharing.Keys of our documents, broadcast; None where they are so many that most others share one."""
    if ours.frame.count() > _MOST_WANTED:
        return None
    keys = sharing.gathered(ours.map(sharing.keys(settings), sharing.KEYS).frame.toArrow())
    return ours.source.sparkSession.sparkContext.broadcast(keys)


def _ranks(config: Config) -> dict[str, int]:
    """The rank of each corpus in the order of preference."""
    order = sorted(config.corpus, key=lambda c: c.role != "domain")
    return {c.name: rank for rank, c in enumerate(order)}


def _ranked_files(sizes: list[DataFrame], names: list[str], config: Config) -> list[RankedFile]:
    """The files of all sources, in the order of preference; names: of the earlier workspaces, "" for what this one had before."""
    rank_of, files = _ranks(config), []
    for number, parts in enumerate(sizes):
        name = names[number - 1] if number else ""
        sums = [F.sum(c).alias(c) for c in ("documents", "bytes")]
        for r in parts.groupBy("corpus", "file").agg(*sums).collect():
            corpus = r["corpus"]
            preference = number - 1 - len(names) if name else rank_of[corpus]
            shown = f"{name}, {corpus}" if name else corpus
            files.append(RankedFile(preference, shown, r["file"], number, corpus, r["documents"], r["bytes"]))
    return sorted(files)


def _settings(config: Config) -> Settings:
    """What is known before the documents are."""
    rules = config.dedup
    bands, rows_per_band = banding(rules.threshold)
    return Settings(
        threshold=rules.threshold,
        shingle_size=rules.shingle_size,
        bands=rules.bands or bands,
        rows_per_band=rules.rows_per_band or rows_per_band,
        max_bucket=rules.max_bucket,
        buckets=1,
        near=rules.near,
        of_words=config.segment.method == "whitespace",
    )


def _sized(settings: Settings, files: list[RankedFile], memory: int) -> Settings:
    documents, size = sum(f.documents for f in files), sum(f.bytes for f in files)
    return settings.sized(documents, size, memory=memory, earlier_files=sum(f.source > 0 for f in files))


def _search(sources: list[Flow], known: Any, settings: Settings, gone: Any | None) -> DataFrame:
    """choosing.VERDICTS; sources: signing.SIGNED; known: positions.Positions, broadcast; gone: positions.Listed, broadcast, of the
    documents of the last source that this workspace dropped before.
    """
    types, last = ddl(positions.COMPARED_HERE), len(sources) - 1
    signed = [
        source.select(*COMPARED).map(positions.compared(known, number, gone if number == last else None), types)
        for number, source in enumerate(sources)
    ]
    if settings.one_bucket:
        return _union(signed).in_one_task().map(search.in_one_task(settings), choosing.VERDICTS).frame
    packed = _union([s.map(matching.scatter(settings), PACKED) for s in signed])
    for one_pass in search.PASSES:
        packed = packed.exchanged(settings.buckets, "bucket").map(one_pass(settings), PACKED)
    return packed.frame.repartition(1).mapInArrow(choosing.decide(settings.first_droppable), choosing.VERDICTS)


def _without_passages(documents: Flow, known: Any, files: list[RankedFile], rules: Dedup) -> dict[str, Flow]:
    """repeated_passages.PARTED, by kind; known: positions.Positions, broadcast."""
    length, least = rules.passage_length, rules.passage_documents
    texts = documents.select("corpus", "source", "text").map(positions.with_positions(known, 0), "text string, position long")
    characters = sum(f.bytes for f in files) / _BYTES_OF_HAN
    buckets = min(max(1, math.ceil(characters / _BUCKET_WINDOWS)), MOST_BUCKETS)
    hashes = texts.map(repeated_passages.scatter(length, buckets), repeated_passages.HASHES).exchanged(buckets, "bucket")
    found = hashes.map(repeated_passages.repeated(least), "hash binary").frame.toArrow()
    context = documents.source.sparkSession.sparkContext
    repeated = context.broadcast(np.sort(gather(found.to_batches(), "hash", np.uint64)))
    again = texts.map(repeated_passages.occurrences(repeated, length, buckets), repeated_passages.OCCURRENCES)
    kept = again.exchanged(buckets, "bucket").map(repeated_passages.keepers(least), repeated_passages.KEEPERS).frame.toArrow()
    keepers = context.broadcast(repeated_passages.gathered(kept))
    return documents.map(repeated_passages.without(known, keepers, length), ddl(repeated_passages.PARTED)).materialized()


def _rejected(dropped: DataFrame) -> DataFrame:
    """Rows of duplicates: documents of which no passage is theirs alone."""
    nothing = {"position": "long", "duplicate_of": "string", "similarity": "double", "exact": "boolean"}
    columns = {name: F.lit(None).cast(of) for name, of in nothing.items()}
    detail = F.lit("all of its text stands in passages that other documents keep")
    return dropped.withColumns(columns | {"detail": detail}).select(*_reject_columns(F.lit(repeated_passages.RULE)))


def _union(flows: list[Flow]) -> Flow:
    """The rows of all."""
    if len(flows) == 1:
        return flows[0]
    return Flow(
        functools.reduce(lambda one, other: one.unionByName(other), [f.frame for f in flows]),
        scratch_folder=flows[0].scratch_folder,
        types=flows[0].types,
    )


def _decisions(verdicts: DataFrame) -> positions.Decisions:
    """The bits of choosing.VERDICTS; few, 24 bytes for 64 positions of which one is dropped or kept for another."""
    bits = verdicts.where("block is not null").select(*positions.Decisions._fields).orderBy("block").toArrow()
    return positions.Decisions(*(column.to_numpy() for column in bits.columns))


def _crowded(verdicts: DataFrame, *, may_be: bool) -> DataFrame:
    """The rows of crowded_buckets. Raises RowsWouldChange if there are any that may not be."""
    crowded = verdicts.where("members is not null").select("members", "compared")
    if not may_be and crowded.count():
        raise RowsWouldChange("a bucket is so full now that other documents of it are compared: all are compared again")
    return crowded


def _kept(ours: DataFrame, signed: list[Flow], known: Any, decisions: Any) -> DataFrame:
    """positions.KEPT of all sources; ours: of this workspace's documents. known, decisions: broadcast."""
    for number, theirs in enumerate(signed[1:], 1):
        ours = ours.unionByName(theirs.select(*NAMED).map(positions.kept(known, decisions, number), positions.KEPT).frame)
    return ours


def _reasons(verdicts: DataFrame, kept: DataFrame, files: list[RankedFile], before: DataFrame | None) -> DataFrame:
    """(position, duplicate_of, similarity, reason, detail): what is to be said of each document that is dropped.

    kept: positions.KEPT of all sources; before: what was said of those that this workspace dropped before, whose copies go where
    they went.
    """
    listed = [(rank << RECORD_BITS, f.shown_corpus, f.name) for rank, f in enumerate(files)]
    table = pa.Table.from_pylist([dict(zip(_FILES.names, row, strict=True)) for row in listed], _FILES)
    first_positions = verdicts.sparkSession.createDataFrame(table)
    record = F.col("kept") % (1 << RECORD_BITS)
    dropped = verdicts.where("position is not null").select("position", "kept", "similarity", "exact").join(kept, "kept")
    dropped = dropped.withColumn("first_position", F.col("kept") - record).join(F.broadcast(first_positions), "first_position")
    reason = F.when(F.col("exact"), "exact_duplicate").otherwise("near_duplicate").alias("reason")
    reasons = dropped.select("kept", "position", "duplicate_of", "similarity", reason, _detail(record).alias("detail"))
    if before is not None:
        said = ("duplicate_of", "similarity", "reason", "detail")
        theirs = before.select(F.col("doc_id").alias("copied"), *(F.col(c).alias(f"{c}_of_copied") for c in said))
        # a document of an earlier workspace may have the id of one that was dropped here
        is_ours = F.col("kept") >= sum(f.preference < 0 for f in files) << RECORD_BITS
        copies = reasons.join(theirs, is_ours & (F.col("duplicate_of") == F.col("copied")), "left")
        first = F.col("copied").isNotNull()
        reasons = copies.select("position", *(F.when(first, F.col(f"{c}_of_copied")).otherwise(F.col(c)).alias(c) for c in said))
    reasons = reasons.drop("kept")
    return F.broadcast(reasons) if verdicts.count() <= _BROADCAST else reasons


def _detail(record: Column) -> Column:
    """What the document kept has in common with the one dropped, and where it stands."""
    same = F.lit("but for width, case, white space and punctuation the text of")
    like = F.concat(F.lit("Jaccard similarity "), F.format_number("similarity", 3), F.lit(" to"))
    corpus = F.concat("shown_corpus", F.lit(":"))
    return F.concat_ws(" ", F.when(F.col("exact"), same).otherwise(like), corpus, "file", F.lit("record"), record)


def _reject_columns(reason: Column) -> list[Column | str]:
    return [
        "doc_id",
        "corpus",
        F.lit("dedup").alias("step"),
        reason.alias("reason"),
        "detail",
        "duplicate_of",
        "similarity",
        "source",
        F.substring("text", 1, schemas.MAX_REJECT_TEXT).alias("text"),
    ]
