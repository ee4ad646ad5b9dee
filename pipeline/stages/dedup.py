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
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from pipeline import duplicates as search
from pipeline import minhash, schemas
from pipeline.blocks import MOST_BUCKETS
from pipeline.config import Config

_BROADCAST = 1_000_000  # dropped documents, some 200 MB in each executor; more are joined by sorting
_BUCKET_BYTES, _BUCKET_ROWS = 100 << 20, 1_500_000  # of text and of documents in one task, which holds them in memory


def dedup(
    clean_documents: DataFrame, *, config: Config, earlier: DataFrame | None = None
) -> tuple[DataFrame, DataFrame, DataFrame]:
    """(documents, duplicates, crowded_buckets), every row of clean_documents in one of the first two.

    earlier: the documents of the workspaces in [dedup] against. Starts two jobs:

    1. list the files with their documents and bytes: ranked in the order of preference they number the documents, and the
       bytes tell how many buckets keep a task within memory;
    2. the search of pipeline/duplicates.py. What it finds comes back twice: as rows, and as a bit for each place, so
       that the documents are parted from the duplicates, which alone are joined, by looking up a bit.
    """
    if not config.dedup.exact:
        empty = {"exact": F.lit(True), "similarity": F.lit(1.0), "detail": F.lit(""), "duplicate_of": F.lit("")}
        nothing = clean_documents.where("false").withColumns(empty).select(*_reject_columns())
        return clean_documents, nothing, clean_documents.sparkSession.createDataFrame([], "members long, compared long")
    everything = _in_order(clean_documents, config, earlier)
    files = everything.groupBy("preference", "corpus", "source.file").agg(
        F.count("*").alias("documents"), F.sum(F.octet_length("text")).alias("bytes")
    )
    listed = sorted(files.collect(), key=lambda r: (r["preference"], r["corpus"], r["file"]))
    settings = _settings(config, listed)
    ranks = [(r["preference"], r["corpus"], r["file"], rank << search.RECORD_BITS) for rank, r in enumerate(listed)]
    bases = clean_documents.sparkSession.createDataFrame(ranks, "preference int, of string, file string, base long")
    numbers = F.broadcast(bases.select(F.xxhash64("preference", "of", "file").alias("key"), "base"))  # one word, not three fields
    numbered = everything.withColumn("key", F.xxhash64("preference", "corpus", "source.file")).join(numbers, "key")
    numbered = numbered.withColumn("place", F.col("base") + F.col("source.record"))
    found = _search(numbered.select("text", "place"), settings).persist(StorageLevel.DISK_ONLY)
    marks = F.broadcast(found.where("block is not null").select("block", "dropped", "kept_for"))
    marked = numbered.withColumn("block", F.shiftright("place", 6)).join(marks, "block", "left")
    documents = marked.where(~_is_set("dropped") & (F.col("preference") >= 0)).select(clean_documents.columns)
    dropped = _dropped(found, marked, bases)
    dropped = F.broadcast(dropped) if found.count() <= _BROADCAST else dropped
    duplicates = marked.where(_is_set("dropped")).join(dropped, "place").select(*_reject_columns())
    return documents, duplicates, found.where("members is not null").select("members", "compared")


def _is_set(bits: str) -> Column:
    """Is the bit of the document's place set?"""
    return F.coalesce(F.getbit(bits, F.col("place").bitwiseAND(63).cast("int")), F.lit(0)) == 1


def _in_order(clean_documents: DataFrame, config: Config, earlier: DataFrame | None) -> DataFrame:
    """All documents with their corpus's `preference`, from 0; negative for those of earlier workspaces."""
    order = sorted(config.corpus, key=lambda c: c.role != "domain")
    rank = F.create_map(*[F.lit(v) for i, c in enumerate(order) for v in (c.name, i)])
    ours = clean_documents.withColumn("preference", rank[F.col("corpus")])
    return ours if earlier is None else ours.unionByName(earlier)


def _settings(config: Config, files: list[Row]) -> search.Settings:
    rules, words = config.dedup, config.segment.method == "whitespace"
    bands, rows = minhash.banding(rules.threshold)
    needed = max(sum(f["bytes"] or 0 for f in files) / _BUCKET_BYTES, sum(f["documents"] for f in files) / _BUCKET_ROWS)
    return search.Settings(
        threshold=rules.threshold,
        shingle_size=rules.shingle_size,
        bands=rules.bands or bands,
        rows_per_band=rules.rows_per_band or rows,
        most=rules.max_bucket,
        buckets=min(max(1, math.ceil(needed)), MOST_BUCKETS),
        first_place=sum(f["preference"] < 0 for f in files) << search.RECORD_BITS,
        near=rules.near,
        words=words,
    )


def _search(texts: DataFrame, settings: search.Settings) -> DataFrame:
    """search.FOUND."""
    if settings.alone:
        return texts.coalesce(1).mapInArrow(search.whole(settings), search.FOUND)
    found = texts.mapInArrow(search.scatter(settings), search.PACKED)
    for step in search.STEPS:
        found = found.repartitionById(settings.buckets, "bucket").mapInArrow(step(settings), search.PACKED)
    return found.repartition(1).mapInArrow(search.solve(settings), search.FOUND)


def _dropped(found: DataFrame, marked: DataFrame, bases: DataFrame) -> DataFrame:
    """What is to be said of each document that is dropped, by its place."""
    kept = marked.where(_is_set("kept_for")).select(F.col("place").alias("kept"), F.col("doc_id").alias("duplicate_of"))
    dropped = found.where("place is not null").select("place", "kept", "similarity", "exact").join(kept, "kept")
    record = F.col("kept") % (1 << search.RECORD_BITS)
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
