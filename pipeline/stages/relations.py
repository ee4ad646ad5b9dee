"""Relations between terms. In: documents, candidates, terms. Out: term_relations."""

import pyarrow as pa
from pyspark.sql import DataFrame

from wajue.config import Config
from wajue.mining.relations import mentions, relation_table, term_forms
from wajue.mining.relations.naming import Names
from wajue.mining.tokens import jieba_dictionary
from wajue.spark import functions as F
from wajue.spark.flow import Flow


def relations(documents: Flow, candidates: Flow, terms: Flow, *, config: Config) -> DataFrame:
    """term_relations. Starts jobs:

    1. collect the candidates that no rule of form bars, and the terms;
    2. one pass over the domain's documents: what they say of names, counted.
    """
    passed = candidates.frame.where("filtered_by IS NULL").select("term", "domain_count").toArrow()
    known = dict(zip(passed.column("term").to_pylist(), passed.column("domain_count").to_pylist(), strict=True))
    listed = terms.frame.where("is_listed").select(*term_forms.COLUMNS).toArrow()
    read = documents.select("doc_id", "role", "text").map(mentions.find, mentions.MENTIONS).frame
    keys = ("kind", "before", "named", "is_bounded")
    shortest = F.min(F.struct(F.length("example").alias("length"), "example", "doc_id"))
    counted = read.groupBy(*keys).agg(F.count("*").alias("count"), shortest.alias("shortest"))
    counted = counted.select(*keys, "count", "shortest.example", "shortest.doc_id")
    told = [relation_table.Counted(**row) for row in counted.toArrow().to_pylist()]
    names = Names(known, jieba_dictionary.tags())
    rows = relation_table.relations(told, names)
    rows += term_forms.from_forms(listed.to_pylist(), names) + relation_table.of_reviewers(config.term_variants, known)
    table = pa.Table.from_pylist([row._asdict() for row in rows], relation_table.SCHEMA)
    return documents.source.sparkSession.createDataFrame(table).coalesce(1)
