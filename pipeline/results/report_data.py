"""What a workspace holds, as plain data for people to look at. In: a workspace, whole or not. Out: dicts and lists.

Tables come by DuckDB (pipeline/results/query.py), times and losses from the manifests. What has not been written is None or empty,
and `missing` says why. Examples are chosen by the documents' ids, which are hashes: the same ones in every run.
"""

import difflib
import io
import json
import math
import re
from typing import Any

import duckdb
import numpy as np

from wajue import dag, schemas
from wajue.config import Config
from wajue.results import query, query_output, semantic_map
from wajue.store import parquet
from wajue.store.workspace import Workspace

Rows = list[dict[str, Any]]

WORDS = 5000  # new words shown, and terms; with their examples some 2 MB
MAPPED = 2000  # points of the map; t-SNE takes some 4 s for them
BACKGROUND = 80  # words that are no terms, drawn for comparison, in each half octave of frequency
POOL = 100_000  # most frequent words among which neighbours are looked for
NEIGHBOURS = 10
TRENDS = 12  # words and terms shown of each trend
EXAMPLES = 4  # of every reason and of every rule of cleaning
SENTENCES = 3  # in which a new word is shown
_SEARCHED = 50_000  # documents of either role in which they are looked for
_AROUND = 12  # tokens on either side, from which the sentence is cut
_SENTENCE_END = re.compile(r"[。！？!?；;\n]+")
_EDGES = "，、：,: "  # not shown at either end of a sentence
_EXCERPT = 240  # characters of an example
_PERSONAL = re.compile(r"\d{6,}|\d{3,4}[ -]\d{4}[ -]?\d{3,4}|[A-Za-z0-9_.+-]+(?=@)")
_MARGIN = 20  # characters shown before a change


class Findings:
    """One workspace, asked by topic."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.connection: duckdb.DuckDBPyConnection = query.connect(workspace)
        self.manifests = {t: m for t in schemas.TABLES if (m := workspace.manifest(t)) is not None}

    def rows(self, sql: str) -> Rows:
        """The rows of a query, as JSON would have them."""
        sink = io.BytesIO()
        query_output.write(query.stream(self.connection, sql), "json", sink)
        found: Rows = json.loads(sink.getvalue())
        return found

    def has(self, *tables: str) -> bool:
        """Are these tables whole?"""
        return all(t in self.manifests for t in tables)

    def count(self, table: str) -> int | None:
        """Rows of a table, or None if it is not there."""
        return self.manifests[table].get("rows_out") if self.has(table) else None

    def settings(self) -> dict[str, Any]:
        """The sections of the config that the steps were run with."""
        found: dict[str, Any] = {}
        for manifest in self.manifests.values():
            found |= manifest.get("config", {})
        return found

    def missing(self) -> dict[str, str]:
        """{step: why it has no result}: a key of the texts, `missing.KEY`."""
        settings = self.settings()
        out: dict[str, str] = {}
        for step in dag.STEPS:
            if not self.has(*step.writes):
                out[step.name] = "not_trained" if step.trainer else "not_yet"
        roles = {c["role"] for c in settings.get("corpus", [])}
        for role in ("general", "domain"):
            if roles and role not in roles:
                out |= {s: f"no_{role}" for s in ("contrast", "terms") if s in out}
        if "trends" in out and roles and not any(c.get("date") or c.get("date_in_path") for c in settings["corpus"]):
            out["trends"] = "no_dates"
        if settings.get("segment", {}).get("method") == "whitespace":
            out |= {s: "segmented" for s in ("ngrams", "new_words") if s in out}
        return out

    def corpora(self) -> Rows:
        """Each corpus: files, records, what each step dropped, documents and characters kept."""
        found = self.rows("""
            SELECT corpus, any_value(role) AS role, count(*) AS files, sum(bytes) AS bytes, sum(records) AS records
            FROM files GROUP BY corpus ORDER BY min(role), corpus""")
        kept = {
            r["corpus"]: r
            for r in self.rows("SELECT corpus, count(*) AS n, sum(length(text)) AS characters FROM documents GROUP BY corpus")
        }
        dropped: dict[tuple[str, str], int] = {
            (r["corpus"], r["step"]): r["n"] for r in self.rows("SELECT corpus, step, count(*) AS n FROM rejects GROUP BY ALL")
        }
        missing, none_kept = self.missing(), {"n": 0, "characters": 0}
        for row in found:
            for step in ("ingest", "clean", "dedup"):
                row[step] = None if step in missing else dropped.get((row["corpus"], step), 0)
            left = {"n": None, "characters": None} if "dedup" in missing else kept.get(row["corpus"], none_kept)
            row |= {"kept": left["n"], "characters": left["characters"]}
        return found

    def rejects(self) -> Rows:
        """Each reason for which something was dropped: step, count, and examples, with the document kept in their place."""
        found = self.rows(f"""
            SELECT step, reason, count(*) AS count,
                   min_by({{corpus: corpus, detail: detail, text: text, kept: duplicate_of, source: source}},
                          concat(doc_id, source.file, '/', source.record), {EXAMPLES}) AS examples
            FROM rejects GROUP BY step, reason ORDER BY step, count DESC, reason""")
        wanted = sorted({e["kept"] for row in found for e in row["examples"] if e["kept"]})
        texts = {r["doc_id"]: r["text"] for r in self._documents(wanted)}
        for row in found:
            for example in row["examples"]:
                example["text"] = _excerpt(example["text"])
                example["kept"] = _excerpt(texts.get(example["kept"] or ""))
                example["detail"] = masked(example["detail"] or "")
        order = {name: i for i, name in enumerate(dag.NAMES)}
        return sorted(found, key=lambda r: order.get(r["step"], len(order)))

    def _documents(self, wanted: list[str]) -> Rows:
        ids = ", ".join(f"'{w}'" for w in wanted if re.fullmatch(r"\w+", w))
        return self.rows(f"SELECT doc_id, text FROM documents WHERE doc_id IN ({ids})") if ids else []

    def changes(self) -> Rows:
        """Each rule of cleaning: how many documents it changed, and examples, before and after."""
        counts: dict[str, int] = self.manifests.get("clean_documents", {}).get("changed", {})
        found = self.rows(f"""
            WITH rules AS (SELECT doc_id, corpus, unnest(changed_by) AS rule, length(text) AS size, len(changed_by) AS others
                           FROM clean_documents),
            chosen AS (SELECT rule, unnest(min_by({{doc_id: doc_id, corpus: corpus}},
                              format('{{:03d}}{{:09d}}{{}}', others, abs(size - 40), doc_id), {EXAMPLES}), recursive := true)
                       FROM rules GROUP BY rule)
            SELECT rule, corpus, before, after FROM chosen JOIN changes USING (doc_id, corpus) ORDER BY rule, doc_id""")
        return [
            {
                "rule": rule,
                "count": count,
                "examples": [
                    {"corpus": r["corpus"], "pieces": changed(r["before"] or "", r["after"] or "")}
                    for r in found
                    if r["rule"] == rule
                ],
            }
            for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]

    def boilerplate(self) -> Rows:
        """The lines that were taken out of most documents."""
        return self.rows(
            f"SELECT corpus, line[:{_EXCERPT}] AS line, documents FROM boilerplate ORDER BY documents DESC, line LIMIT 8"
        )

    def words(self) -> Rows:
        """The new words, the best first, each with sentences that hold it: its clause in the lexicon, then others."""
        found = self.rows(f"""
            SELECT row_number() OVER (ORDER BY score DESC, word) AS rank, * EXCLUDE (is_new) FROM lexicon
            WHERE is_new ORDER BY rank LIMIT {WORDS}""")
        others = self._sentences()
        for row in found:
            clause = row.pop("example")
            sentences = [s for s in others.get(row["word"], []) if clause is None or clause not in s]
            row["examples"] = ([clause] if clause else []) + sentences[: SENTENCES - bool(clause)]
        return found

    def _sentences(self) -> dict[str, list[str]]:
        """{new word: sentences of different documents, the domain's first}; those with the least doc_id of the searched ones."""
        searched = " UNION ALL ".join(
            f"(SELECT doc_id, role, tokens FROM tokens WHERE role = '{role}' LIMIT {_SEARCHED})" for role in ("domain", "general")
        )
        rows = self.rows(f"""
            WITH shown AS (SELECT word FROM lexicon WHERE is_new ORDER BY score DESC, word LIMIT {WORDS}),
            searched AS ({searched}),
            placed AS (SELECT doc_id, role, unnest(tokens) AS word, generate_subscripts(tokens, 1) AS i FROM searched),
            held AS (SELECT word, role, doc_id, min(i) AS i FROM placed SEMI JOIN shown USING (word) GROUP BY ALL),
            chosen AS (SELECT word, unnest(min_by({{doc_id: doc_id, i: i}}, role || doc_id, {SENTENCES}), recursive := true)
                       FROM held GROUP BY word)
            SELECT word, array_to_string(tokens[greatest(i - {_AROUND}, 1):i - 1], '') AS before,
                   array_to_string(tokens[i + 1:i + {_AROUND}], '') AS after
            FROM chosen JOIN searched USING (doc_id) ORDER BY word, role || doc_id""")
        found: dict[str, list[str]] = {}
        for row in rows:
            before, after = _SENTENCE_END.split(row["before"])[-1], _SENTENCE_END.split(row["after"])[0]
            sentences = found.setdefault(row["word"], [])
            if (sentence := masked(f"{before}{row['word']}{after}").strip(_EDGES)) not in sentences:
                sentences.append(sentence)
        return found

    def lexicon(self) -> dict[str, int]:
        """How many words there are, new ones, and new ones with a good score."""
        return self.rows("""
            SELECT count(*) AS words, count(*) FILTER (is_new) AS new, count(*) FILTER (is_new AND score >= 8) AS good
            FROM lexicon""")[0]

    def terms(self) -> Rows:
        """The domain terms, the best first."""
        return self.rows(f"SELECT * FROM terms ORDER BY rank LIMIT {WORDS}")

    def filtered(self) -> Rows:
        """Each rule that kept candidates from the terms: count, and the most frequent of them."""
        return self.rows("""
            SELECT filtered_by AS rule, count(*) AS count, max_by(term, domain_count * 1e9 - length(term), 12) AS examples
            FROM candidates WHERE filtered_by IS NOT NULL GROUP BY rule ORDER BY count DESC, rule""")

    def trends(self) -> list[tuple[str, Rows]]:
        """(label, its clearest words and terms), each with its share in every period as `line`, of 0 to 1, the highest.

        Of the domain; where nothing of it has a date, of the general corpora. Where there are terms they are shown alone.
        """
        found = self.rows(f"""
            WITH shown AS (SELECT *, row_number() OVER (
                    PARTITION BY label ORDER BY if(label = 'burst', burst, abs(z)) DESC, term) AS n
                FROM trends WHERE role = (SELECT min(role) FROM trends) AND label <> 'steady' AND length(term) > 1
                AND (rank IS NOT NULL OR NOT EXISTS (FROM trends WHERE rank IS NOT NULL)))
            SELECT s.*, list(coalesce(c.count, 0) / greatest(p.words, 1) ORDER BY p.period) AS line
            FROM shown s JOIN periods p ON p.role = s.role AND p.period IS NOT NULL
            LEFT JOIN period_counts c ON c.role = s.role AND c.term = s.term AND c.period = p.period
            WHERE n <= {TRENDS} GROUP BY ALL ORDER BY n""")
        for row in found:
            row["line"] = [share / max(row["line"]) for share in row["line"]]
        grouped = [(label, [r for r in found if r["label"] == label]) for label in ("emerged", "rose", "faded", "burst")]
        return [(label, rows) for label, rows in grouped if rows]

    def periods(self) -> tuple[str, str, int] | None:
        """(first, last, how many documents without one) of the domain's periods, or None if there is none."""
        row = self.rows("""
            SELECT min(period) AS first, max(period) AS last, coalesce(sum(documents) FILTER (period IS NULL), 0) AS without
            FROM periods WHERE role = (SELECT min(role) FROM periods WHERE period IS NOT NULL)""")[0]
        return (row["first"], row["last"], int(row["without"])) if row["first"] else None

    def frequency(self) -> dict[str, Any]:
        """Words of both sides: the totals, and some that are no terms, [word, domain count, general count].

        They are drawn so that all frequencies are shown alike, however many words share the low ones.
        """
        totals = {r["role"]: r["n"] for r in self.rows("SELECT role, sum(count) AS n FROM word_counts GROUP BY role")}
        others = self.rows(f"""
            WITH counts AS (
                SELECT word, coalesce(sum(count) FILTER (role = 'domain'), 0) AS domain,
                       coalesce(sum(count) FILTER (role = 'general'), 0) AS general
                FROM word_counts WHERE length(word) > 1 AND regexp_matches(word, '^[\\p{{L}}]+$')
                  AND word NOT IN (SELECT term FROM terms) GROUP BY word),
            drawn AS (SELECT *, row_number() OVER (PARTITION BY floor(2 * log2(domain + general)) ORDER BY md5(word)) AS draw
                      FROM counts WHERE domain + general >= 4)
            SELECT word, domain, general FROM drawn WHERE draw <= {BACKGROUND} ORDER BY domain + general DESC, word""")
        return {"totals": totals, "others": [[r["word"], r["domain"], r["general"]] for r in others]}

    def frequent(self) -> list[str]:
        """The most frequent words, single symbols left out."""
        found = self.rows(f"SELECT word FROM vocabulary WHERE length(word) > 1 ORDER BY word_id LIMIT {MAPPED}")
        return [r["word"] for r in found]

    def training(self) -> Rows:
        """The curve of each trainer: losses, evenly spaced over its work."""
        rows = []
        for step in dag.STEPS:
            if step.trainer and self.has(*step.writes):
                manifest = self.manifests[step.writes[0]]
                facts = {k: manifest.get(k) for k in ("train_seconds", "words_per_second")}
                section = manifest.get("config", {}).get(step.name, {})
                facts["losses"] = [x for x in manifest.get("losses", []) if x is not None and math.isfinite(x)]
                rows.append({"name": step.name, "epochs": section.get("epochs"), "dim": section.get("dim"), **facts})
        return rows

    def steps(self) -> Rows:
        """Each step of the pipeline: what it wrote, and what that took; or why it did not."""
        missing, rows = self.missing(), []
        for step in dag.STEPS:
            first = self.manifests.get(step.writes[0], {}) if step.name not in missing else {}
            facts = {k: first.get(k) for k in ("seconds", "cpu_seconds", "peak_rss_bytes", "rows_in", "finished")}
            written = [{"table": t, "rows": self.count(t)} for t in step.writes]
            rows.append({"name": step.name, "missing": missing.get(step.name), "written": written, **facts})
        return rows

    def changed_settings(self) -> list[tuple[str, str, str]]:
        """(section, setting, value as TOML has it) where a step was not run with the default."""
        found = []
        for section, values in self.settings().items():
            if section != "corpus" and section in Config.model_fields:
                defaults = Config.model_fields[section].get_default(call_default_factory=True).model_dump(mode="json")
                found += [
                    (section, k, json.dumps(v, ensure_ascii=False)) for k, v in values.items() if k in defaults and v != defaults[k]
                ]
        return found

    def versions(self) -> dict[str, str]:
        """Of what decided the output."""
        return next((m["versions"] for m in reversed(self.manifests.values()) if "versions" in m), {})

    def map(self, names: list[str], parts: list[list[str]]) -> dict[str, Any] | None:
        """Places, clusters and neighbours of the names that have a vector; None without vectors, or for next to no names.

        A name of several words has the sum of its words' unit vectors, as in the ranking of terms.
        """
        table = next((t for t in ("sgns_words", "jose_words") if self.has(t)), None)
        if table is None:
            return None
        rows = parquet.read(self.workspace, table, ["word", "count", "vector"]).sort_by(
            [("count", "descending"), ("word", "ascending")]
        )
        words = rows.column("word").to_pylist()
        vectors = semantic_map.unit(parquet.matrix(rows))
        place = {w: i for i, w in enumerate(words)}
        known = [i for i, p in enumerate(parts) if p and all(w in place for w in p)][:MAPPED]
        if len(known) < 3:
            return None
        units = semantic_map.unit(np.stack([vectors[[place[w] for w in parts[i]]].sum(axis=0) for i in known]))
        at = semantic_map.coordinates(units)
        cluster, centrality = semantic_map.clusters(units)
        longest = max(len(parts[i]) for i in known)
        near, cosine = semantic_map.neighbours(units, vectors[:POOL], NEIGHBOURS + longest)
        found = [
            [(words[j], round(float(c), 3)) for j, c in zip(near[k], cosine[k], strict=True) if words[j] not in parts[i]][
                :NEIGHBOURS
            ]
            for k, i in enumerate(known)
        ]
        members = [np.flatnonzero(cluster == c) for c in range(int(cluster.max()) + 1)]
        leading = [m[: max(12, len(m) // 3)] for m in members]  # a cluster is named by what is central to it, and ranks well
        return {
            "table": table,
            "points": [
                [names[i], round(float(x), 4), round(float(y), 4), int(c)] for i, (x, y), c in zip(known, at, cluster, strict=True)
            ],
            "neighbours": found,
            "clusters": [m[np.argsort(-centrality[m], kind="stable")[:12]].tolist() for m in leading],
        }


def _excerpt(text: str | None) -> str | None:
    return text if text is None else masked(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…")


def masked(text: str) -> str:
    """Text without what reaches a person, since pages are passed on: of long numbers and e-mail names the first character stays."""
    return _PERSONAL.sub(lambda found: found[0][0] + "•" * (len(found[0]) - 1), text)


def changed(before: str, after: str) -> list[tuple[str, str]]:
    """(kind, text) pieces of a text and what became of it, about the first change: kept, removed or added."""
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    start = max(0, same - _MARGIN)
    old, new = before[start : start + _EXCERPT], after[start : start + _EXCERPT]
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    cut = len(before) > start + _EXCERPT or len(after) > start + _EXCERPT
    while cut and len(codes) > 2 and codes[-1][0] != "equal":
        codes.pop()  # the ends of the excerpts differ because they were cut, not because cleaning changed them
    pieces = [("kept", "…")] if start else []
    for tag, i, j, k, m in codes:
        if tag == "equal":
            pieces.append(("kept", old[i:j]))
        else:
            pieces += [("removed", old[i:j])] if i < j else []
            pieces += [("added", new[k:m])] if k < m else []
    return [(kind, masked(piece)) for kind, piece in ([*pieces, ("kept", "…")] if cut else pieces)]
