"""Topics, those within them, and their course over time."""

from pathlib import Path

from tests import workspaces
from tests.workspaces import rows_of
from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.topics import topics

# expected: so that documents over expected are the share; of the topics 1 and 2 in the group 4, and of 3, which stands alone
SPREAD = [
    {"topic": 1, "value": "2024-01", "documents": 1, "share": 1.0},
    {"topic": 4, "value": "2024-01", "documents": 1, "share": 1.0},
    {"topic": 2, "value": "2024-02", "documents": 1, "share": 0.5},
    {"topic": 4, "value": "2024-02", "documents": 1, "share": 0.5},
    {"topic": 3, "value": "2024-02", "documents": 1, "share": 0.5},
    {"topic": 3, "value": "mails", "kind": "corpus", "documents": 1, "share": 0.5, "surprise": 20.0},
    {"topic": 3, "value": "notes", "kind": "corpus", "documents": 1, "share": 0.1, "surprise": -20.0},
]


def test_topics_stand_in_their_groups_and_have_a_course(tmp_path: Path) -> None:
    names = {1: ("母线", 3), 2: ("油枕", 4), 3: ("发票", None), 4: ("变电站", None), 0: ("", None)}
    listed = [{"topic": t, "label": n, "parent": p, "size": t, "terms": [n], "documents": ["a"]} for t, (n, p) in names.items()]
    listed[0]["parent"], listed[1]["parent"] = 4, 4
    dates = {"a": "2024-01-05", "b": "2024-02-07", "c": "2024-02-09", "d": None}
    documents = [{"doc_id": d, "corpus": "c", "role": "domain", "text": f"文 {d}", "date": date} for d, date in dates.items()]
    placed = [{"doc_id": d, "topic": t} for d, t in {"a": 1, "b": 2, "c": 3, "d": 3}.items()]
    tables = {
        "documents": rows_of("documents", documents), "topics": rows_of("topics", listed), "document_topics": rows_of("document_topics", placed),
        "topic_trends": rows_of("topic_trends", [{"kind": "period", "surprise": 0.0, "expected": 1 / spread["share"], **spread} for spread in SPREAD]),
    }  # fmt: skip
    facts = topics(Tables(workspaces.write(tmp_path / "w", tables)), {})
    group, alone = facts["topics"]
    assert (group["label"], [t["label"] for t in group["within"]], alone["label"]) == ("变电站", ["母线", "油枕"], "发票")
    assert (group["colour"], alone["colour"], group["within"][0]["colour"]) == (0, 1, None)
    assert [each["value"] for each in alone["more_in"]] == ["mails"] and group["more_in"] == []
    assert group["line"] == [1.0, 0.5] and alone["line"] == [0.0, 1.0] and group["within"][0]["line"] == [1.0, 0.0]
    assert facts["documents_in_none"] == 0 and group["examples"] == ["文 a"]


def test_no_topics_are_an_empty_section(tmp_path: Path) -> None:
    workspace = workspaces.write(tmp_path / "w", {"files": workspaces.tables()["files"]})
    assert topics(Tables(workspace), {}) == {"topics": [], "documents_in_none": 0}
