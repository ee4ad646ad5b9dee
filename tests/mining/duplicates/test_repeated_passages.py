"""Passages that several documents have, beside a dictionary of all windows."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue import schemas
from wajue.mining.duplicates import repeated_passages as passages

BUCKETS = 3


def broadcast(value: Any) -> Any:
    return SimpleNamespace(value=value)


def parted(texts: list[str], length: int, least: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of each kind; documents stand in the order of preference."""
    order = np.arange(len(texts), dtype=np.int64)
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string()), "position": order})
    halves = [batch.slice(0, len(texts) // 2), batch.slice(len(texts) // 2)]
    hashes = list(passages.scatter(length, BUCKETS)(iter(halves)))
    found = pa.Table.from_batches(passages.repeated(least)(iter(hashes)))
    repeated = np.sort(np.frombuffer(b"".join(found.column("hash").to_pylist()), np.uint64))
    again = list(passages.occurrences(broadcast(repeated), length, BUCKETS)(iter(halves)))
    known = passages.gathered(pa.Table.from_batches(passages.keepers(least)(iter(again))))
    source = [{"file": "a", "line": i, "record": i} for i in range(len(texts))]
    rows = [{"doc_id": f"d{i}", "corpus": "c", "text": t, "changed_by": [], "source": source[i]} for i, t in enumerate(texts)]
    documents = pa.RecordBatch.from_pylist(rows, schemas.TABLES["documents"].schema)
    positions = broadcast(SimpleNamespace(of=lambda batch, number: order))
    made = list(passages.without(positions, broadcast(known), length)(iter([documents])))
    return {kind: [r[kind] for batch in made for r in batch.to_pylist() if r[kind]] for kind in passages.PARTED.names}


def slow(texts: list[str], length: int, least: int) -> list[list[bool]]:
    """Of each text, which of its characters lie in a window that an earlier document keeps."""
    holders: dict[str, set[int]] = {}
    for i, text in enumerate(texts):
        for k in range(len(text) - length + 1):
            holders.setdefault(text[k : k + length], set()).add(i)
    taken = [[False] * len(t) for t in texts]
    for i, text in enumerate(texts):
        for k in range(len(text) - length + 1):
            of_window = holders[text[k : k + length]]
            if len(of_window) >= least and min(of_window) != i:
                taken[i][k : k + length] = [True] * length
    return taken


@given(st.lists(st.text("甲乙丙", max_size=40), max_size=6), st.integers(1, 6), st.integers(2, 3))
def test_what_is_taken_is_what_a_dictionary_of_all_windows_takes(texts: list[str], length: int, least: int) -> None:
    made = parted(texts, length, least)
    rest = {r["doc_id"]: r["text"].replace("\n", "") for r in made["documents"]}
    for i, taken in enumerate(slow(texts, length, least)):
        left = "".join(c for c, gone in zip(texts[i], taken, strict=True) if not gone)
        if left or not any(taken):
            assert rest[f"d{i}"] == left
        else:
            assert f"d{i}" in {r["doc_id"] for r in made["dropped"]}
    assert len(made["documents"]) + len(made["dropped"]) == len(texts)


def test_a_passage_stays_in_the_first_document_wherever_it_begins() -> None:
    note = "本资料仅供内部学习使用不得转载"
    texts = [f"断路器的触头磨损了{note}", f"{note}母线的电压偏低", f"变压器油温{note}过高", note, "隔离开关"]
    made = parted(texts, 10, 2)
    assert [r["text"] for r in made["documents"]] == [texts[0], "母线的电压偏低", "变压器油温\n过高", "隔离开关"]
    assert [r["changed_by"] for r in made["documents"]] == [[], ["repeated_passages"], ["repeated_passages"], []]
    assert [r["text"] for r in made["dropped"]] == [note]
    [passage] = made["repeated_passages"]
    assert (passage["passage"], passage["characters"], passage["documents"]) == (note, len(note), 4)
    assert passage["kept_in"]["record"] == 0


@pytest.mark.parametrize("least", [2, 5])
def test_so_many_documents_must_hold_it(least: int) -> None:
    texts = [f"{c}这一段话在四篇文档里都有{c}" for c in "甲乙丙丁"]
    assert len(parted(texts, 8, least)["repeated_passages"]) == (least == 2)


def test_no_text_at_all() -> None:
    assert parted([], 5, 2) == {"documents": [], "dropped": [], "repeated_passages": []}
    assert parted(["", "短"], 5, 2)["repeated_passages"] == []
