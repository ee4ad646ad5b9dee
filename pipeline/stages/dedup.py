"""One document for each text. In: clean_documents. Out: documents, and duplicates with the document kept in their place.

Of equal texts the first is kept: domain before general, then the order of the corpora in the config, of the files, of the
records. So a general corpus that contains the domain's texts does not hide them from the contrast.
"""

from pyspark import StorageLevel
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pipeline import schemas
from pipeline.config import Config


def dedup(clean_documents: DataFrame, *, config: Config) -> tuple[DataFrame, DataFrame]:
    """(documents, duplicates), every row of clean_documents in one of them."""
    order = sorted(range(len(config.corpus)), key=lambda i: (config.corpus[i].role != "domain", i))
    position = F.create_map(*[F.lit(v) for rank, i in enumerate(order) for v in (config.corpus[i].name, rank)])
    if config.dedup.exact:
        # a 128-bit hash of the text: shorter to shuffle and compare than the text
        same = Window.partitionBy(F.md5("text")).orderBy(position[F.col("corpus")], "source.file", "source.record")
        marked = clean_documents.select("*", F.first("doc_id").over(same).alias("kept"), F.row_number().over(same).alias("nth"))
        marked = marked.persist(StorageLevel.DISK_ONLY)
    else:
        marked = clean_documents.select("*", F.col("doc_id").alias("kept"), F.lit(1).alias("nth"))
    documents = marked.where("nth = 1").drop("kept", "nth")
    duplicates = marked.where("nth > 1").select(
        "doc_id",
        "corpus",
        F.lit("dedup").alias("step"),
        F.lit("exact_duplicate").alias("reason"),
        F.lit("the same text after cleaning").alias("detail"),
        F.col("kept").alias("duplicate_of"),
        "source",
        F.substring("text", 1, schemas.MAX_REJECT_TEXT).alias("text"),
    )
    return documents, duplicates
