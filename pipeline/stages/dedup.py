"""One document for each text. In: clean_documents. Out: documents, duplicates with the document kept in their place, and
the crowded buckets, in which not every pair was compared.

Equal texts first: width, case, white space and punctuation make no difference. Then near-duplicates, by MinHash banding and
the true Jaccard similarity of the texts' shingles (pipeline/minhash.py, pipeline/duplicates.py). Of texts that resemble each
other the first is kept: domain before general, then the order of the corpora in the config, of the files, of the
records. So a general corpus that contains the domain's texts does not hide them from the contrast. Documents of earlier
workspaces ([dedup] against) stand before all others, and are never dropped.
"""

import math

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipeline import duplicates, minhash, schemas
from pipeline.config import Config

_BUCKET_BYTES, _BUCKET_ROWS = 1 << 27, 700_000  # of text and of documents in one task, which holds them in memory
_BROADCAST = 2_000_000  # dropped documents, some 400 MB in each executor; more are joined by sorting
_RECORDS = 40  # bits of a record's number in a place
_KEEPER = ("doc_id", "corpus", "source")  # what is told of the document that is kept


def dedup(
    clean_documents: DataFrame, *, config: Config, earlier: DataFrame | None = None
) -> tuple[DataFrame, DataFrame, DataFrame]:
    """(documents, duplicates, crowded_buckets), every row of clean_documents in one of the first two.

    earlier: the documents of the workspaces in [dedup] against. Starts two jobs:

    1. list the files with their documents and bytes: ranked in the order of preference they number the documents, and the
       bytes tell how many buckets keep a task within memory;
    2. the search of pipeline/duplicates.py; what it drops, if it is not too much, is sent to all executors as it is joined to
       the documents.
    """
    if not config.dedup.exact:
        kept = [F.col(c).alias(f"kept_{c}") for c in _KEEPER]
        none = clean_documents.where("false").select("*", F.lit(True).alias("exact"), F.lit(1.0).alias("similarity"), *kept)
        crowded = clean_documents.sparkSession.createDataFrame([], "members long, compared long")
        return clean_documents, none.select(*_reject_columns()), crowded
    everything = _in_order(clean_documents, config, earlier)
    files = everything.groupBy("preference", "corpus", "source.file").agg(
        F.count("*").alias("documents"), F.sum(F.octet_length("text")).alias("bytes")
    )
    listed = sorted(files.collect(), key=lambda r: (r["preference"], r["file"]))
    settings = _settings(config, listed, clean_documents.sparkSession.sparkContext.defaultParallelism)
    ranks = clean_documents.sparkSession.createDataFrame(
        [(r["preference"], r["file"], rank << _RECORDS) for rank, r in enumerate(listed)], "preference int, file string, base long"
    )
    numbered = everything.join(
        F.broadcast(ranks), (everything["preference"] == ranks["preference"]) & (F.col("source.file") == ranks["file"])
    ).select(everything["*"], (F.col("base") + F.col("source.record")).alias("place"))
    found = _search(numbered.select("text", "place"), settings)
    dropped = found.where("place is not null").select("place", "kept", "similarity", "exact")
    small = dropped.count() <= _BROADCAST
    if small:
        dropped = F.broadcast(dropped)
    ours = numbered.where(F.col("place") >= settings.first_place)
    gone_places = dropped.select("place")
    documents = ours.join(F.broadcast(gone_places) if small else gone_places, "place", "left_anti").select(clean_documents.columns)
    keepers = numbered.select(F.col("place").alias("kept"), *[F.col(c).alias(f"kept_{c}") for c in _KEEPER])
    told = keepers.join(dropped, "kept")
    gone = ours.join(F.broadcast(told) if small else told, "place")
    return documents, gone.select(*_reject_columns()), found.where("members is not null").select("members", "compared")


def _in_order(clean_documents: DataFrame, config: Config, earlier: DataFrame | None) -> DataFrame:
    """All documents with their corpus's `preference`, from 0; negative for those of earlier workspaces."""
    order = sorted(config.corpus, key=lambda c: c.role != "domain")
    rank = F.create_map(*[F.lit(v) for i, c in enumerate(order) for v in (c.name, i)])
    ours = clean_documents.withColumn("preference", rank[F.col("corpus")])
    return ours if earlier is None else ours.unionByName(earlier)


def _settings(config: Config, files: list, parallelism: int) -> duplicates.Settings:
    rules, words = config.dedup, config.segment.method == "whitespace"
    bands, rows = minhash.banding(rules.threshold)
    needed = max(sum(f["bytes"] or 0 for f in files) / _BUCKET_BYTES, sum(f["documents"] for f in files) / _BUCKET_ROWS)
    return duplicates.Settings(
        threshold=rules.threshold,
        shingle_size=rules.shingle_size,
        bands=rules.bands or bands,
        rows_per_band=rules.rows_per_band or rows,
        most=rules.max_bucket,
        buckets=min(parallelism * max(1, math.ceil(needed / parallelism)), duplicates.MOST_BUCKETS),
        first_place=sum(f["preference"] < 0 for f in files) << _RECORDS,
        near=rules.near,
        words=words,
    )


def _search(texts: DataFrame, settings: duplicates.Settings) -> DataFrame:
    """duplicates.DROPPED: every document to be dropped, and the crowded buckets."""
    found = texts.mapInArrow(duplicates.scatter(settings), duplicates.PACKED)
    for step in (duplicates.match, duplicates.attach, duplicates.verify):
        found = found.repartitionById(settings.buckets, "bucket").mapInArrow(step(settings), duplicates.PACKED)
    return found.repartition(1).mapInArrow(duplicates.solve(settings), duplicates.DROPPED).persist(StorageLevel.DISK_ONLY)


def _reject_columns() -> list[Column]:
    shown = F.concat_ws(
        " ", F.concat("kept_corpus", F.lit(":")), F.col("kept_source.file"), F.lit("record"), F.col("kept_source.record")
    )
    same = F.concat(F.lit("but for width, case, white space and punctuation the text of "), shown)
    like = F.concat(F.lit("Jaccard similarity "), F.format_number("similarity", 3), F.lit(" to "), shown)
    return [
        F.col("doc_id"),
        F.col("corpus"),
        F.lit("dedup").alias("step"),
        F.when(F.col("exact"), "exact_duplicate").otherwise("near_duplicate").alias("reason"),
        F.when(F.col("exact"), same).otherwise(like).alias("detail"),
        F.col("kept_doc_id").alias("duplicate_of"),
        F.col("similarity"),
        F.col("source"),
        F.substring("text", 1, schemas.MAX_REJECT_TEXT).alias("text"),
    ]
