"""Two workspaces: the same twice differs in nothing; what is planted is found, with why."""

from pathlib import Path
from typing import Any

import pytest

from tests import tiny, workspaces
from wajue import Workspace
from wajue.errors import WajueError
from wajue.results.compare import DIFFERENCES, KINDS, compare, lines


def made(folder: Path, **changes: Any) -> Workspace:
    """Four documents, words and terms, with changes to their rows and settings."""
    words = changes.get("words", {"断路器": 9, "汇控柜": 8, "母线槽": 7, "接地刀": 6})
    terms = changes.get("terms", {"断路器": 0.99, "汇控柜": 0.98, "母线槽": 0.97, "接地刀": 0.96})
    documents = changes.get("documents", ["d0", "d1", "d2", "d3"])
    return tiny.workspace(
        folder,
        {
            "ngrams": {"ngrams": {"min_count": changes.get("min_count", 3)}},
            "terms": {"terms": {"min_evidence": 0.95, "reject": changes.get("reject", [])}},
            "raw_documents": {"corpus": [{"name": "power", "role": "domain", "paths": changes.get("paths", ["a.txt"])}]},
        },
        raw_documents=[],
        files=[{"corpus": "power", "file": "a.txt", "records": 4}],
        documents=[{"doc_id": d, "text": f"文{d}"} for d in documents],
        clean_rejects=[
            {"doc_id": d, "step": "clean", "reason": "too_short", "detail": "2 characters"} for d in changes.get("dropped", [])
        ],
        ngrams=[{"ngram": w, "n": 3, "count": n} for w, n in words.items()],
        lexicon=[{"word": w, "count": n, "score": float(n), "is_new": True, "role": "domain"} for w, n in words.items()],
        candidates=[{"term": "主变的", "filtered_by": "sentence_character"}],
        terms=[
            {"term": t, "rank": i, "evidence": e, "is_listed": e >= 0.95, "domain_count": 5, "doubts": []}
            for i, (t, e) in enumerate(terms.items(), 1)
        ],
    )


@pytest.fixture
def a(tmp_path: Path) -> Workspace:
    return made(tmp_path / "a")


def differences(a: Workspace, b: Workspace, kind: str) -> list[tuple[Any, ...]]:
    return [tuple(r.values())[1:] for r in compare(a, b).to_pylist() if r["kind"] == kind]


def test_equal_workspaces_differ_in_nothing(a: Workspace, tmp_path: Path) -> None:
    assert compare(a, made(tmp_path / "b")).num_rows == 0 and compare(a, made(tmp_path / "b2")).schema == DIFFERENCES
    assert list(lines(compare(a, a), 5)) == ["no difference"]
    whole = workspaces.write(tmp_path / "w", workspaces.tables())
    assert compare(whole, workspaces.write(tmp_path / "v", workspaces.tables())).num_rows == 0


def test_settings_and_documents(a: Workspace, tmp_path: Path) -> None:
    b = made(tmp_path / "b", min_count=5, paths=["b.txt"], documents=["d0", "d1", "d9"], dropped=["d2"])
    assert differences(a, b, "setting") == [
        ("[[corpus]] power paths", "changed", "['a.txt']", "['b.txt']", None),
        ("[ngrams] min_count", "changed", "3", "5", None),
    ]
    gained, dropped, unread = differences(a, b, "document")
    assert gained[:2] == ("d9", "gained") and gained[4].startswith("in A: not read")
    assert dropped == ("d2", "lost", "文d2", None, "in B: clean drops it: too_short, 2 characters")
    assert unread[:2] == ("d3", "lost") and unread[4].startswith("in B: not read")


def test_words_and_terms_with_the_reason(a: Workspace, tmp_path: Path) -> None:
    b = made(
        tmp_path / "b",
        min_count=7,
        reject=["汇控柜"],
        words={"断路器": 9, "汇控柜": 8, "母线槽": 7},
        terms={"主变": 0.99, "断路器": 0.99, "母线槽": 0.5},
    )
    [lost] = differences(a, b, "word")
    assert lost[:3] == ("接地刀", "lost", "6") and "below [ngrams] min_count = 7" in lost[4]
    assert lost[4].endswith("changed: [ngrams] min_count")
    assert differences(a, b, "new word") == [("接地刀", "lost", "4", None, "in B: it is no word")]
    why = {item: (change, reason) for item, change, _, _, reason in differences(a, b, "term")}
    assert why["汇控柜"] == ("lost", "in B: [terms] reject names it; changed: [terms] reject")
    assert why["母线槽"][1].startswith("in B: its evidence is 0.500, below [terms] min_evidence = 0.95")
    assert why["接地刀"][1].startswith("in B: it is no run of whole words")
    assert why["主变"] == (
        "gained",
        "in A: it is no run of whole words that stands [contrast] min_count = 5 times in the domain; changed: [terms] reject",
    )
    assert "断路器" not in why  # second after another one came before it, but the first of those that both have


def test_what_moved_is_ranked_among_what_both_have(a: Workspace, tmp_path: Path) -> None:
    b = made(tmp_path / "b", terms={"接地刀": 0.99, "断路器": 0.99, "汇控柜": 0.98, "母线槽": 0.97})
    moved = {item: (before, after) for item, change, before, after, _ in differences(a, b, "term") if change == "moved"}
    assert moved == {"接地刀": ("4", "1"), "断路器": ("1", "2")}  # 2 -> 3 and 3 -> 4 are less than a factor of 2


def test_people_see_the_first_of_each_kind(a: Workspace, tmp_path: Path) -> None:
    b = made(tmp_path / "b", documents=[], dropped=["d0", "d1", "d2", "d3"])
    shown = list(lines(compare(a, b), 2))
    assert shown[0] == "documents lost: 4" and shown[1].startswith("  d0: 文d0 -> -; in B: clean drops it: too_short")
    assert shown[3] == "  and 2 more; --limit or --format csv shows them" and len(shown) == 4
    with pytest.raises(WajueError, match="no workspace"):
        compare(a, Workspace(str(tmp_path / "none")))
    assert {r["kind"] for r in compare(a, b).to_pylist()} <= set(KINDS)
