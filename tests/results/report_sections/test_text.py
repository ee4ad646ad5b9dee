"""Corpora, rejects, changes, repeated lines, and what the documents are like."""

from tests.workspaces import HOSTILE
from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.text import text


def test_what_was_dropped_and_changed(whole: Tables) -> None:
    facts = text(whole, {})
    power, questions = facts["corpora"]
    # 74 records, of which 5 were too short and 1 a near-duplicate
    assert [power[k] for k in ("records", "ingest", "clean", "dedup", "kept")] == [74, 0, 5, 1, 68]
    assert [questions[k] for k in ("records", "kept", "characters")] == [0, 0, 0]
    short, double = facts["rejects"]
    assert (short["reason"], short["count"], facts["most_rejects"]) == ("too_short", 5, 5)
    assert {e["text"] for e in short["examples"]} <= {*HOSTILE, None}
    assert double["examples"][0]["kept"] is not None and double["examples"][0]["text"] == "几乎一样"
    [html] = facts["changes"]
    assert (html["rule"], html["count"]) == ("html", 1) and ("removed", "<script>alert(3)</script>") in html["examples"][0][
        "pieces"
    ]
    assert [line["line"] for line in facts["boilerplate"]] == HOSTILE[:1]
    assert [(p["line"], p["documents"]) for p in facts["passages"]] == [(HOSTILE[0], 30)]


def test_what_a_threshold_would_drop(whole: Tables) -> None:
    lines, han, *_, marks, repeated, perplexity = text(whole, {})["quality"]
    assert [r["name"] for r in (lines, han, marks, repeated)] == ["line_length", "han_share", "mark_share", "repeated_share"]
    assert [(b["start"], b["count"], b["below"]) for b in han["bars"] if b["count"]] == [
        (i / 4, 17, i / 4) for i in range(4)
    ]  # 68 documents of four shares
    assert [(b["start"], b["count"], b["height"]) for b in lines["bars"] if b["count"]] == [(6, 68, 1.0)]
    assert marks["bars"][-1]["count"] == repeated["bars"][10]["count"] == 68
    assert [(b["start"], b["below"]) for b in perplexity["bars"] if b["count"]] == [(40, 0.0)]
