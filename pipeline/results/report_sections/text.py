"""The section of what was dropped and changed: the corpora, the reasons for rejects, the rules of cleaning, repeated lines,
what the documents are like.

Examples are chosen by the documents' ids, which are hashes: every run shows the same ones.
"""

import re

from wajue import dag
from wajue.results.report_sections.excerpts import EXCERPT, changed, excerpt, masked
from wajue.results.report_sections.tables import Facts, Rows, Tables

_EXAMPLES = 4  # of each reason and of each rule of cleaning
_SHARES = ("han_share", "latin_share", "digit_share", "mark_share", "repeated_share")
_BARS = 20  # of a histogram
# where the bars of a histogram begin; line_length in characters
_LINE_LENGTHS = (0, 2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 400, 800)
_PERPLEXITIES = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 120, 140, 170, 200, 250, 300, 500, 1000, 3000)


def text(tables: Tables, facts: Facts) -> Facts:
    """`corpora`, `rejects` with the count of the most frequent reason, `changes`, `boilerplate`, `passages`, `quality`."""
    dropped = _rejects(tables)
    return {
        "corpora": _corpora(tables),
        "rejects": dropped,
        "most_rejects": max((r["count"] for r in dropped), default=1),
        "changes": _changes(tables),
        "boilerplate": _boilerplate(tables),
        "passages": _passages(tables),
        "quality": _quality(tables),
    }


def _corpora(tables: Tables) -> Rows:
    """Each corpus: its files, its records, what each step dropped, and the documents and characters that were kept."""
    corpora = tables.select("""
        SELECT corpus, any_value(role) AS role, count(*) AS files, sum(bytes) AS bytes, sum(records) AS records
        FROM files GROUP BY corpus ORDER BY min(role), corpus""")
    documents = tables.select("SELECT corpus, count(*) AS n, sum(length(text)) AS characters FROM documents GROUP BY corpus")
    kept = {r["corpus"]: r for r in documents}
    rejects = tables.select("SELECT corpus, step, count(*) AS n FROM rejects GROUP BY ALL")
    dropped: dict[tuple[str, str], int] = {(r["corpus"], r["step"]): r["n"] for r in rejects}
    missing, none_kept = tables.missing(), {"n": 0, "characters": 0}
    for row in corpora:
        for step in ("ingest", "clean", "dedup"):
            row[step] = None if step in missing else dropped.get((row["corpus"], step), 0)
        left = {"n": None, "characters": None} if "dedup" in missing else kept.get(row["corpus"], none_kept)
        row |= {"kept": left["n"], "characters": left["characters"]}
    return corpora


def _rejects(tables: Tables) -> Rows:
    """Each reason for which records were dropped: its step, a count, and examples, with the document that was kept instead."""
    reasons = tables.select(f"""
        SELECT step, reason, count(*) AS count,
               min_by({{corpus: corpus, detail: detail, text: text, kept: duplicate_of, source: source}},
                      concat(doc_id, source.file, '/', source.record), {_EXAMPLES}) AS examples
        FROM rejects GROUP BY step, reason ORDER BY step, count DESC, reason""")
    kept = _texts(tables, {e["kept"] for row in reasons for e in row["examples"] if e["kept"]})
    for row in reasons:
        for example in row["examples"]:
            example["text"] = excerpt(example["text"])
            example["kept"] = excerpt(kept.get(example["kept"] or ""))
            example["detail"] = masked(example["detail"] or "")
    order = {name: i for i, name in enumerate(dag.NAMES)}
    return sorted(reasons, key=lambda r: order.get(r["step"], len(order)))


def _texts(tables: Tables, doc_ids: set[str]) -> dict[str, str]:
    """{doc_id: text}"""
    listed = ", ".join(f"'{doc_id}'" for doc_id in sorted(doc_ids) if re.fullmatch(r"\w+", doc_id))
    documents = tables.select(f"SELECT doc_id, text FROM documents WHERE doc_id IN ({listed})") if listed else []
    return {r["doc_id"]: r["text"] for r in documents}


def _changes(tables: Tables) -> Rows:
    """Each rule of cleaning: how many documents it changed, and examples: short documents that few other rules changed."""
    counts: dict[str, int] = tables.manifests.get("clean_documents", {}).get("changed", {})
    examples = tables.select(f"""
        WITH rules AS (SELECT doc_id, corpus, unnest(changed_by) AS rule, length(text) AS size, len(changed_by) AS others
                       FROM clean_documents),
        chosen AS (SELECT rule, unnest(min_by({{doc_id: doc_id, corpus: corpus}},
                          format('{{:03d}}{{:09d}}{{}}', others, abs(size - 40), doc_id), {_EXAMPLES}), recursive := true)
                   FROM rules GROUP BY rule)
        SELECT rule, corpus, before, after FROM chosen JOIN changes USING (doc_id, corpus) ORDER BY rule, doc_id""")
    of_rule: dict[str, Rows] = {}
    for row in examples:
        pieces = changed(row["before"] or "", row["after"] or "")
        of_rule.setdefault(row["rule"], []).append({"corpus": row["corpus"], "pieces": pieces})
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"rule": rule, "count": count, "examples": of_rule.get(rule, [])} for rule, count in by_count]


def _boilerplate(tables: Tables) -> Rows:
    """The lines that were taken out of most documents."""
    return tables.select(
        f"SELECT corpus, line[:{EXCERPT}] AS line, documents FROM boilerplate ORDER BY documents DESC, line LIMIT 8"
    )


def _passages(tables: Tables) -> Rows:
    """The passages that were taken out of most documents."""
    return tables.select(
        f"SELECT corpus, passage[:{EXCERPT}] AS line, documents FROM repeated_passages ORDER BY documents DESC, passage LIMIT 8"
    )


def _quality(tables: Tables) -> Rows:
    """Of each figure of cleaning/quality.py, and of perplexity, a histogram over the documents.

    `bars` from `start` with the `count` in each, its `height` beside the highest one, and the share of all documents `below`
    it: what a threshold there would drop.
    """
    shares = dict.fromkeys(_SHARES, tuple(i / _BARS for i in range(_BARS)))
    counted = _histograms(tables, "documents", {"line_length": _LINE_LENGTHS} | shares)
    counted |= _histograms(tables, "tokens", {"perplexity": _PERPLEXITIES})
    histograms: Rows = []
    for name, count_from in counted.items():
        total, highest, below = sum(count_from.values()), max(count_from.values()), 0
        if not total:
            continue
        bars = []
        for start, count in count_from.items():
            bars.append({"start": start, "count": count, "height": count / highest, "below": below / total})
            below += count
        histograms.append({"name": name, "bars": bars})
    return histograms


def _histograms(tables: Tables, table: str, starts: dict[str, tuple[float, ...]]) -> dict[str, dict[float, int]]:
    """Of each of the columns of a table how many rows have a value from each of its starts up to the next one."""
    bars = ", ".join(
        " + ".join(f"({column} >= {start}::FLOAT)::INTEGER" for start in of_column[1:]) + f" AS {column}"
        for column, of_column in starts.items()
    )
    sets = ", ".join(f"({column})" for column in starts)
    counts = tables.select(f"SELECT {sets}, count(*) AS n FROM (SELECT {bars} FROM {table}) GROUP BY GROUPING SETS ({sets})")
    count_of = {(column, row[column]): row["n"] for row in counts for column in starts if row[column] is not None}
    return {
        column: {start: count_of.get((column, i), 0) for i, start in enumerate(of_column)} for column, of_column in starts.items()
    }
