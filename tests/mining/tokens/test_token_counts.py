from collections import Counter

import pyarrow as pa
import pytest

from wajue.mining.tokens import token_counts

DOCUMENTS = [("domain", ["断路器", "坏", "断路器", "。"]), ("general", ["坏", "SF6", "—"]), ("domain", ["坏"]), ("domain", [])]


def batch(documents: list[tuple[str, list[str]]]) -> pa.RecordBatch:
    roles, tokens = zip(*documents, strict=True)
    return pa.record_batch({"role": pa.array(roles), "tokens": pa.array(tokens, pa.list_(pa.string()))})


@pytest.mark.parametrize("most", [2_000_000, 3, 1])  # rows that a task keeps
def test_words_are_counted_by_role(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(token_counts, "_MOST_ROWS", most)
    counts, documents = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for made in token_counts.count(iter([batch(DOCUMENTS[:2]), batch(DOCUMENTS[2:])])):
        for row in made.to_pylist():
            counts[row["word"], row["role"]] += row["count"]
            documents[row["word"], row["role"]] += row["document_count"]
    assert counts == {("断路器", "domain"): 2, ("坏", "domain"): 2, ("坏", "general"): 1, ("SF6", "general"): 1}
    assert documents == {("断路器", "domain"): 1, ("坏", "domain"): 2, ("坏", "general"): 1, ("SF6", "general"): 1}


def test_no_batch_gives_no_row() -> None:
    assert list(token_counts.count(iter([]))) == []
