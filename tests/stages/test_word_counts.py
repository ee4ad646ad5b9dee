import pytest

from tests.stages.conftest import Mined

pytestmark = pytest.mark.spark


def test_occurrences_and_documents_are_counted(mined: Mined) -> None:
    texts = [r.text for r in mined.documents.collect()]
    rows = {(r.word, r.role): (r["count"], r.document_count) for r in mined.word_counts.collect()}
    holding = sum("断路器" in text for text in texts)
    assert rows["断路器", "domain"] == (holding, holding) and ("断路器", "general") not in rows
    tokens = [(t, r.role) for r in mined.tokens.collect() for t in r.tokens]
    assert all(tokens.count(key) == count for key, (count, _) in rows.items())


def test_marks_are_no_words(mined: Mined) -> None:
    assert mined.word_counts.where("word = '。'").count() == 0
