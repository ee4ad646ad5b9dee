"""A whole workspace written without Spark: small tables as the steps write them, for tests of what reads workspaces."""

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
SEGMENTED = {"corpus": [{"name": c, "role": r, "date": "when"} for c, r in (("power", "domain"), ("questions", "general"))]}


def rows_of(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of a table; a column that is not given is a plain value of its type."""
    plain = {pa.string(): "", pa.int64(): 1, pa.int32(): 1, pa.float64(): 1.0, pa.bool_(): False}
    schema = TABLES[table].schema
    full = [{f.name: r.get(f.name, plain.get(f.type)) for f in schema} for r in rows]
    return pa.Table.from_pylist(full, schema=schema)


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
            "config": config or SEGMENTED if step.name == "ingest" else {},
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
    rng = np.random.default_rng(1)
    names = WORDS + HOSTILE
    source = {"file": HOSTILE[0], "line": 3, "record": 3}
    document = {"corpus": "power", "role": "domain", "source": source, "changed_by": []}
    texts = [{**document, "doc_id": f"d{i}", "text": f"{w}的{w}"} for i, w in enumerate(names)]
    texts[0] = {**texts[0], "text": "主变 好", "changed_by": ["html"]}
    raw = [dict(t) for t in texts]
    raw[0] = {**raw[0], "text": "主变<script>alert(3)</script>好"}
    reject = {
        "corpus": "power",
        "step": "clean",
        "reason": "too_short",
        "detail": HOSTILE[1],
        "source": source,
        "duplicate_of": None,
    }
    rejects = [{**reject, "doc_id": f"r{i}", "text": t} for i, t in enumerate([*HOSTILE, None])]
    double = {
        **reject,
        "doc_id": "r9",
        "step": "dedup",
        "reason": "near_duplicate",
        "duplicate_of": "d3",
        "text": "几乎一样",
        "similarity": 0.9,
    }
    words = [
        {
            "word": w,
            "count": 100 - i,
            "used": 90 - i,
            "score": 30.0 - i / 3,
            "gain": 9.0,
            "pmi": 5.0,
            "is_new": True,
            "example": f"换了{w}再试",
        }
        for i, w in enumerate(names)
    ]
    words.append({**words[0], "word": "电压", "score": 99.0, "is_new": False})
    terms = [
        {"rank": i + 1, "term": w, "parts": [w] if i % 2 else list(w), "score": 7.0 - i / 10, "domain_count": 200 - i, "general_count": i % 5,
         "source": "contrast", "examples": [f"检查{w}是否完好", f"{w}，{w}"]}
        for i, w in enumerate(names)
    ]  # fmt: skip
    counts = [
        {"word": w, "role": role, "count": 50 + i} for i, w in enumerate(["我们", "可以", *names]) for role in ("domain", "general")
    ]
    singles = sorted({c for w in WORDS for c in w})
    vocabulary = [*names, *singles, "我们"]
    spread = rng.normal(size=(len(vocabulary), 8))
    vectors = parquet.vectors((spread + 3 * np.eye(8)[[i // 8 % 8 for i in range(len(vocabulary))]]).astype(np.float32))
    trained = pa.table(
        {"word": vocabulary, "count": pa.array(range(200, 200 - len(vocabulary), -1), pa.int64()), "vector": vectors}
    )
    candidates = [
        {"term": f"{h}的", "parts": ["的"], "domain_count": 30, "filtered_by": "sentence_character"} for h in [*HOSTILE, "之间"]
    ]
    when = [f"2024-{m:02d}" for m in range(1, 7)]
    periods = [{"role": "domain", "period": p, "reason": None, "documents": 5, "words": 1000} for p in when]
    periods.append({"role": "domain", "period": None, "reason": "no date", "documents": 7, "words": 50})
    by_period = [{"term": n, "role": "domain", "period": p, "count": 10 * (i + 1)} for n in HOSTILE for i, p in enumerate(when[2:])]
    labels = ("emerged", "rose", "faded", "burst")
    bits = {"faded": -3.0}
    moved = [
        {"term": n, "rank": 1, "role": "domain", "label": k, "since": "2024-03", "change": bits.get(k, 3.3), "z": 9.0, "burst": 20.0,
         "burst_first": "2024-05", "burst_last": HOSTILE[0]}
        for n, k in zip(HOSTILE, labels, strict=True)
    ]  # fmt: skip
    files = [
        {
            "corpus": c,
            "role": r,
            "file": f"{c}.json",
            "format": "json",
            "encoding": "utf-8",
            "bytes": 2_000_000,
            "records": n,
            "unreadable": 0,
        }
        for c, r, n in (("power", "domain", len(names) + 6), ("questions", "general", 0))
    ]
    return {
        "raw_documents": rows_of("raw_documents", raw),
        "ingest_rejects": rows_of("ingest_rejects", []),
        "files": rows_of("files", files),
        "clean_documents": rows_of("clean_documents", texts),
        "clean_rejects": rows_of("clean_rejects", rejects),
        "boilerplate": rows_of("boilerplate", [{"corpus": "power", "line": HOSTILE[0], "documents": 40, "kept_in": source}]),
        "documents": rows_of("documents", texts),
        "duplicates": rows_of("duplicates", [double]),
        "crowded_buckets": rows_of("crowded_buckets", []),
        "clauses": rows_of("clauses", []),
        "ngrams": rows_of("ngrams", [{"ngram": w, "n": 2} for w in names]),
        "lexicon": rows_of("lexicon", words),
        "tokens": rows_of(
            "tokens", [{**document, "doc_id": f"d{i}", "role": r, "tokens": t.split()} for i, (r, t) in enumerate(TOKENS)]
        ),
        "word_counts": rows_of("word_counts", counts),
        "candidates": rows_of("candidates", candidates),
        "vocabulary": rows_of("vocabulary", [{"word_id": i, "word": w, "count": 9} for i, w in enumerate(vocabulary)]),
        "sequences": rows_of("sequences", []),
        "sgns_words": trained,
        "jose_words": trained,
        "jose_documents": pa.table({"doc_id": ["d0"], "vector": vectors.slice(0, 1)}),
        "terms": rows_of("terms", terms),
        "periods": rows_of("periods", periods),
        "period_counts": rows_of("period_counts", by_period),
        "trends": rows_of("trends", moved),
    }
