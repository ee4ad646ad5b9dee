"""Which names are drawn, and from which vectors."""

from pathlib import Path

from tests import workspaces
from wajue.results.report_sections.map import map as map_section
from wajue.results.report_sections.tables import Tables


def test_spherical_vectors_stand_in_for_skip_gram_and_words_for_terms(tmp_path: Path) -> None:
    kept = ("raw_documents", "ingest_rejects", "files", "vocabulary", "jose_words", "jose_documents")
    tables = Tables(workspaces.write(tmp_path / "w", {t: rows for t, rows in workspaces.tables().items() if t in kept}))
    drawn = map_section(tables, {"terms": [], "words": [{"word": "主变"}, {"word": "无向量"}]})["map"]
    names = [name for name, *_ in drawn["points"]]
    assert (drawn["table"], drawn["of"]) == ("jose_words", "words") and names[0] == "主变" and "无向量" not in names
    assert "我们" in names and not [name for name in names if len(name) == 1]


def test_too_few_names_make_no_map(whole: Tables) -> None:
    facts = map_section(whole, {"terms": [{"term": "主变", "parts": ["主变"]}, {"term": "无", "parts": ["无向量"]}], "words": []})
    assert facts == {"map": None, "vectors": True}
