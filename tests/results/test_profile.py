from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from wajue import Workspace
from wajue.errors import WajueError
from wajue.results.profile import TITLES, profile

TEXTS = [  # (role, date, text as tokens)
    ("domain", "2021-01-05", "检修 主变 以前 应当 先 停电 并且 挂接 地线 。"),
    ("domain", "2021-02-05", "他们 检修 主变 以前 没有 停电 也 没有 验电 。"),
    ("domain", None, "请 检修 主变 ， 再 检修 母线 。"),
    ("general", "2021-01-09", "今天 天气 很 好 。"),
]


@pytest.fixture
def mined(tmp_path: Path) -> Workspace:
    tables: dict[str, list[dict[str, Any]]] = {
        "documents": [], "tokens": [], "word_counts": [], "terms": [], "periods": [], "lexicon": [{"word": "主变", "used": 3}],
        "sgns_words": [{"word": w, "count": 3, "vector": v} for w, v in (("主变", [1.0, 0.0]), ("母线", [0.8, 0.6]))],
    }  # fmt: skip
    for i, (role, date, text) in enumerate(TEXTS):
        shared = {"doc_id": f"d{i}", "corpus": f"c_{role}", "role": role, "date": date}
        tables["documents"].append(shared | {"text": text.replace(" ", "")})
        tables["tokens"].append(shared | {"tokens": text.split(), "breaks": []})
    tables["word_counts"] = [{"word": w, "role": "domain", "count": n} for w, n in (("检修", 4), ("停电", 2), ("以前", 2))]
    tables["periods"] = [{"role": "domain", "corpus": "c_domain", "period": f"2021-0{m}", "words": 100} for m in (1, 2, 3)]
    tables["terms"] = [
        {"rank": 1, "term": "检修主变", "parts": ["检修", "主变"], "is_listed": True, "domain_count": 3, "general_count": 0}
    ]
    tables["candidates"] = [{"term": "检修主变", "parts": ["检修", "主变"]}, {"term": "SF6 主变", "parts": ["主变"]}]
    tables["term_relations"] = [
        {"from_term": "检修主变", "to_term": "主变", "kind": "broader", "score": 0.5},
        {"from_term": "主变", "to_term": "主变压器", "kind": "alias", "score": 0.5, "example": "主变又称主变压器"},
    ]
    tables["variants"] = [{"word": "住变", "variant_of": "主变", "reason": "same reading", "similarity": 0.3, "count": 2}]
    return tiny.workspace(tmp_path / "w", {}, **tables)


def test_everything_about_a_word(mined: Workspace) -> None:
    shown = profile(mined, "主变")
    assert set(TITLES) == set(shown._fields) - {"word"}
    assert [tuple(r.values())[:4] for r in shown.counts.to_pylist()] == [
        ("domain", "c_domain", 3, 3),
        ("general", "c_general", 0, 0),
    ]
    assert [tuple(r.values()) for r in shown.periods.to_pylist()] == [
        ("domain", "c_domain", "2021-01", 1, 10_000.0),
        ("domain", "c_domain", "2021-02", 1, 10_000.0),
        ("domain", "c_domain", "2021-03", 0, 0.0),
    ]
    beside = {(r["side"], r["span"], r["collocate"]): r["count"] for r in shown.collocates.to_pylist()}
    assert beside["left", "adjacent", "检修"] == 3 and beside["right", "window", "停电"] == 2
    assert shown.frames.to_pylist() == [{"frame": "检修～", "count": 3, "document_count": 3}]
    assert shown.terms.column("term").to_pylist() == ["检修主变"]
    assert shown.neighbours.column("word").to_pylist() == ["母线"]
    assert [tuple(r.values())[:3] for r in shown.relations.to_pylist()] == [
        ("alias", "主变", "主变压器"), ("broader", "检修主变", "主变"), ("same reading", "住变", "主变"),
    ]  # fmt: skip
    assert all("主变" in s for s in shown.examples.column("sentence").to_pylist()) and shown.examples.num_rows == 3


def test_a_term_of_several_tokens(mined: Workspace) -> None:
    shown = profile(mined, "检修主变")
    assert shown.counts.column("count").to_pylist() == [3, 0] and shown.parts.column("word").to_pylist() == ["主变"]
    assert shown.neighbours.num_rows == 0  # it has no vector


@pytest.mark.parametrize(("asked", "shown"), [("sf6主变", "SF6 主变"), ("检修 主变", "检修主变")])
def test_spaces_and_capitals_do_not_matter(mined: Workspace, asked: str, shown: str) -> None:
    assert profile(mined, asked).word == shown


def test_what_is_no_word_is_told(mined: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WajueError, match="变以 occurs, but never as a word of its own"):
        profile(mined, "变以")
    with pytest.raises(WajueError, match="主变的: in no document; the lexicon has 主变"):
        profile(mined, "主变的")
    with pytest.raises(WajueError, match="no table 'tokens' yet"):
        profile(tiny.workspace(tmp_path / "v", {}, documents=[]), "主变")
