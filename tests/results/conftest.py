"""Workspaces of a few rows: one to query, one to export from."""

from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from tests.results.samples import LEXICON, MATRIX, NESTED, REJECT, RELATIONS, TERMS, VECTORS, WORDS
from wajue.results import query
from wajue.results.export import export
from wajue.store.workspace import Workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("it's a [folder]*")
    return tiny.workspace(folder / "w", lexicon=LEXICON, clean_rejects=[REJECT])


@pytest.fixture
def connection(workspace: Workspace) -> Any:
    with query.connect(workspace) as opened:
        yield opened


@pytest.fixture(scope="session")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    vectors = [{"word": w, "count": n, "vector": v} for (w, n), v in zip(VECTORS, MATRIX.tolist(), strict=True)]
    figures = dict.fromkeys(("keyness", "log_ratio", "log_odds", "burst", "npmi"), -1.2345678901)
    return tiny.workspace(
        tmp_path_factory.mktemp("w") / "w",
        {
            "lexicon": {"new_words": {"min_score": 8.0, "accept": ["导线 50", "more.txt"]}},
            "raw_documents": {"corpus": [{"name": "power", "role": "domain"}, {"name": "news", "role": "general"}]},
        },
        lexicon=[{"word": w, "count": n, "score": s, "is_new": w != "手机", "role": "domain"} for w, n, s in WORDS],
        terms=[
            {
                "is_listed": True,
                "rank": i,
                "term": t,
                "parts": p,
                "examples": e,
                "score": 1 / i,
                "domain_count": 30 // i,
                "general_count": 1,
            }
            | {"source": "contrast", "nested_in": NESTED.get(t), "path": ["断路器", t] if t == "操作机构" else None, **figures}
            for i, (t, p, e) in reversed(list(enumerate(TERMS, 1)))
        ],
        term_relations=RELATIONS,
        documents=[{"doc_id": "d1", "role": "domain", "text": "…", "source": {"file": "a.md", "line": 7, "record": 2}}],
        raw_documents=[],
        sgns_words=vectors,
        jose_words=vectors[::-1],
        jose_documents=[{"doc_id": "d1", "vector": [1.0, 2.0]}, {"doc_id": "d2", "vector": [3.0, 4.0]}],
    )


@pytest.fixture
def exported(mined: Workspace, tmp_path: Path) -> Any:
    def run(form: str, **options: Any) -> Path:
        export(mined, form, tmp_path / "new" / form, **options)
        return tmp_path / "new" / form

    return run
