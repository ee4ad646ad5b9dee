"""A whole workspace written without Spark, as the steps write it, for tests of what reads workspaces; tests/tiny.py has small ones."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from wajue import dag
from wajue.schemas import FORMAT_VERSION, TABLES
from wajue.store import parquet
from wajue.store.workspace import Workspace

TOKENS = [("general", "别 人 的 主变 。"), ("domain", "停电 。 先 把 主变 修 好 ， ？ 好"), ("domain", "， 换 了 主变 再 试")]
HOSTILE = ["<script>alert(1)</script>", "</script><img src=x onerror=alert(2)>", "{{ 7 * 7 }}{% x %}", '&lt;b&gt;&#39;"\u2028<!--']
WORDS = [f"{a}{b}" for a in "主配母油线断箱站" for b in "变联枕夹路器网关"]  # 64
SEGMENTED = {
    "corpus": [{"name": c, "role": r, "paths": [c], "date": "when"} for c, r in (("power", "domain"), ("questions", "general"))]
}
FIELDS = ("grids", HOSTILE[1])
WITH_FIELDS = {"corpus": [*SEGMENTED["corpus"], *({"name": f, "role": "domain", "field": f, "paths": [f]} for f in FIELDS)]}


def rows_of(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of a table; a column that is not given is a plain value of its type."""
    plain = {pa.string(): "", pa.int64(): 1, pa.int32(): 1, pa.float64(): 1.0, pa.bool_(): False}
    schema = TABLES[table].schema
    full = [{f.name: r.get(f.name, plain.get(f.type)) for f in schema} for r in rows]
    return pa.Table.from_pylist(full, schema=schema)


def as_text(workspace: Workspace, *names: str) -> dict[str, list[str]]:
    """The rows of each table, sorted; of `clauses`, whose rows are packed as the tasks had them, the lines."""
    found = {}
    for name in names:
        assert workspace.fault(name) is None
        rows = parquet.read(workspace, name).to_pylist()
        if name == "clauses":
            rows = [{"role": row["role"], "clause": line} for row in rows for line in row["clauses"].split("\n")]
        found[name] = sorted(json.dumps(row, ensure_ascii=False, sort_keys=True, default=str) for row in rows)
    return found


def write(folder: Path, tables: dict[str, pa.Table], config: dict[str, Any] | None = None) -> Workspace:
    """A workspace of these tables, each with the manifest of the step that writes it."""
    workspace = Workspace(str(folder))
    workspace.prepare()
    writers = {t: step for step in dag.STEPS for t in step.writes}
    manifests = {}
    for i, (name, rows) in enumerate(tables.items()):
        parquet.write(rows, workspace, name)
        step = writers[name]
        manifests[name] = {
            "table": name,
            "format_version": FORMAT_VERSION,
            "step": step.name,
            "config": config or SEGMENTED if step.reads_files else config or WITH_FIELDS if step.by_field else {},
            "versions": {"wajue": "0.1.0"},
            "rows_in": rows.num_rows,
            "rows_out": rows.num_rows,
            "seconds": 1.5 + i,
            "cpu_seconds": 2.5 + i,
            "peak_rss_bytes": 10**9,
            "finished": "2026-11-21T20:00:00+00:00",
        }
        if step.trainer:
            manifests[name] |= {"losses": [4.0, float("nan"), None, 2.5, 2.0], "train_seconds": 3.0, "words_per_second": 1_000_000}
            manifests[name]["config"] = {step.name: {"epochs": 5, "dim": 8}}
        if name == "clean_documents":
            manifests[name]["changed"] = {"html": 1}
    workspace.finish(manifests)
    workspace.close()
    return workspace


def tables() -> dict[str, pa.Table]:
    """All tables that the report reads; the hostile texts stand in every column that a corpus or a config decides."""
    return _of_documents() | _of_words() | _of_terms() | _of_vectors() | _of_trends()


NAMES = WORDS + HOSTILE  # the words, each also a term
SOURCE = {"file": HOSTILE[0], "line": 3, "record": 3}
DOCUMENT = {"corpus": "power", "role": "domain", "source": SOURCE, "changed_by": []}
QUALITY = {"line_length": 7.5, "latin_share": 0.0, "digit_share": 0.0, "mark_share": 1.0, "repeated_share": 0.5}
PASSAGE = {"corpus": "power", "passage": HOSTILE[0], "characters": 90, "documents": 30, "kept_in": SOURCE}
EMPTY = ("ingest_rejects", "crowded_buckets", "signatures", "clauses", "variants")


def _of_documents() -> dict[str, pa.Table]:
    """68 documents of 74 records: 5 are too short, 1 is a near-duplicate; cleaning changed the first document."""
    clean = [{**DOCUMENT, "doc_id": f"d{i}", "text": f"{w}的{w}", "han_share": i % 4 / 4, **QUALITY} for i, w in enumerate(NAMES)]
    clean[0] |= {"text": "主变 好", "changed_by": ["html"]}
    raw = [{**clean[0], "text": "主变<script>alert(3)</script>好"}, *clean[1:]]
    reject = {"corpus": "power", "step": "clean", "reason": "too_short", "detail": HOSTILE[1], "source": SOURCE}
    short = [{**reject, "doc_id": f"r{i}", "text": text, "duplicate_of": None} for i, text in enumerate([*HOSTILE, None])]
    double = {**reject, "doc_id": "r9", "step": "dedup", "reason": "near_duplicate", "text": "几乎一样", "duplicate_of": "d3"}
    file = {"format": "json", "encoding": "utf-8", "bytes": 2_000_000, "unreadable": 0}
    corpora = (("power", "domain", len(NAMES) + 6), ("questions", "general", 0))
    return {
        "raw_documents": rows_of("raw_documents", raw),
        "files": rows_of("files", [file | {"corpus": c, "role": r, "file": f"{c}.json", "records": n} for c, r, n in corpora]),
        "clean_documents": rows_of("clean_documents", clean),
        "clean_rejects": rows_of("clean_rejects", short),
        "boilerplate": rows_of("boilerplate", [{"corpus": "power", "line": HOSTILE[0], "documents": 40, "kept_in": SOURCE}]),
        "documents": rows_of("documents", clean),
        "duplicates": rows_of("duplicates", [double | {"similarity": 0.9}]),
        "repeated_passages": rows_of("repeated_passages", [PASSAGE]),
    } | {table: rows_of(table, []) for table in EMPTY}


def _of_words() -> dict[str, pa.Table]:
    """68 new words, the best with score 30, each next one a third less; one known word with a higher score."""
    figures = {"gain": 9.0, "pmi": 5.0, "is_new": True, "role": "domain"}
    lexicon = [
        {"word": w, "count": 100 - i, "used": 90 - i, "score": 30.0 - i / 3, "example": f"换了{w}再试", **figures}
        for i, w in enumerate(NAMES)
    ]
    lexicon.append({**lexicon[0], "word": "电压", "score": 99.0, "is_new": False})
    tokens = [
        {**DOCUMENT, "doc_id": f"d{i}", "role": role, "tokens": text.split(), "perplexity": 45.0}
        for i, (role, text) in enumerate(TOKENS)
    ]
    counted = enumerate(["我们", "可以", *NAMES])
    counts = [{"word": w, "role": role, "count": 50 + i} for i, w in counted for role in ("domain", "general")]
    return {
        "ngrams": rows_of("ngrams", [{"ngram": w, "n": 2} for w in NAMES]),
        "lexicon": rows_of("lexicon", lexicon),
        "tokens": rows_of("tokens", tokens),
        "word_counts": rows_of("word_counts", counts),
    }


def _of_terms() -> dict[str, pa.Table]:
    """68 terms, of one part and of two by turns; five candidates that a form rule dropped."""
    terms = [
        {"rank": i + 1, "term": w, "parts": [w] if i % 2 else list(w), "score": 7.0 - i / 10, "domain_count": 200 - i, "general_count": i % 5,
         "is_listed": True, "source": "contrast", "examples": [f"检查{w}是否完好", f"{w}，{w}"]}
        for i, w in enumerate(NAMES)
    ]  # fmt: skip
    dropped = {"parts": ["的"], "domain_count": 30, "filtered_by": "sentence_character"}
    candidates = [{"term": f"{text}的", **dropped} for text in [*HOSTILE, "之间"]]
    named = {"from_term": NAMES[0], "to_term": "transformer", "kind": "gloss", "score": 0.5, "count": 1, "example": HOSTILE[0]}
    return {
        "candidates": rows_of("candidates", candidates),
        "terms": rows_of("terms", terms),
        "term_relations": rows_of("term_relations", [named]),
        "field_terms": rows_of("field_terms", [_of_field(f, i) for f in range(len(FIELDS)) for i in range(20)]),
    }


def _of_field(field: int, i: int) -> dict[str, Any]:
    """The term of a field at a rank: of the first field the last of all names, of the second those before them; ten times as frequent."""
    return {
        "field": FIELDS[field], "rank": i + 1, "term": NAMES[-1 - i - 20 * field], "parts": ["主"], "field_count": 1_000 - i,
        "log_ratio": 3.32, "is_listed": i < 18, "against": "fields", "examples": [],
        "counts": [{"field": FIELDS[0], "count": 0, "per_million": 0.0}, {"field": FIELDS[1], "count": 9, "per_million": 9.0}],
    }  # fmt: skip


def _of_vectors() -> dict[str, pa.Table]:
    """Vectors of all names, of the characters in them and of one general word, in eight groups; both models have the same."""
    rng = np.random.default_rng(1)
    strings = [*NAMES, *sorted({c for w in WORDS for c in w}), "我们"]
    spread = rng.normal(size=(len(strings), 8)) + 3 * np.eye(8)[[i // 8 % 8 for i in range(len(strings))]]
    vectors = parquet.vectors(spread.astype(np.float32))
    counts = pa.array(range(200, 200 - len(strings), -1), pa.int64())
    trained = pa.table({"word": strings, "count": counts, "vector": vectors})
    return {
        "vocabulary": rows_of("vocabulary", [{"word_id": i, "word": w, "count": 9} for i, w in enumerate(strings)]),
        "sequences": rows_of("sequences", []),
        "sgns_words": trained,
        "jose_words": trained,
        "jose_documents": pa.table({"doc_id": ["d0"], "vector": vectors.slice(0, 1)}),
        "topics": rows_of(
            "topics", [{"topic": 1, "parent": None, "label": HOSTILE[0], "terms": HOSTILE, "documents": ["d0"], "vector": [1.0]}]
        ),
        "topic_words": pa.table({"word": strings, "vector": vectors}),
        "document_topics": rows_of("document_topics", [{"doc_id": "d0", "topic": 1}]),
        "topic_trends": rows_of("topic_trends", [{"topic": 1, "kind": "tag", "value": HOSTILE[1], "surprise": 20.0}]),
    }


def _of_trends() -> dict[str, pa.Table]:
    """Six months; one term of each label, absent in the first two months and then 10, 20, 30, 40 times among 1000 words."""
    months = [f"2024-{m:02d}" for m in range(1, 7)]
    periods = [{"role": "domain", "corpus": "power", "period": p, "reason": None, "documents": 5, "words": 1000} for p in months]
    periods.append({"role": "domain", "corpus": "power", "period": None, "reason": "no date", "documents": 7, "words": 50})
    counts = [
        {"term": n, "role": "domain", "corpus": "power", "period": p, "count": 10 * (i + 1)}
        for n in HOSTILE
        for i, p in enumerate(months[2:])
    ]
    labels = {"emerged": 3.3, "rose": 3.3, "faded": -3.0, "burst": 3.3}  # and the change in bits
    moved = [
        {"term": n, "rank": 1, "role": "domain", "label": label, "since": "2024-03", "change": bits, "z": 9.0, "burst": 20.0,
         "burst_first": "2024-05", "burst_last": HOSTILE[0]}
        for n, (label, bits) in zip(HOSTILE, labels.items(), strict=True)
    ]  # fmt: skip
    return {
        "periods": rows_of("periods", periods),
        "period_counts": rows_of("period_counts", counts),
        "trends": rows_of("trends", moved),
    }
