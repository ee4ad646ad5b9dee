from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from wajue import schemas
from wajue.mining.duplicates import positions
from wajue.mining.duplicates.positions import Decisions, Positions, RankedFile
from wajue.mining.duplicates.settings import RECORD_BITS
from wajue.mining.duplicates.signing import SIGNED

FILES = [
    RankedFile(-1, "old, d", "a.txt", 1, "d", 2, 9),
    RankedFile(0, "d", "a.txt", 0, "d", 2, 9),
    RankedFile(0, "d", "b.txt", 0, "d", 1, 9),
]


def documents(names: list[tuple[str, str, int]]) -> pa.RecordBatch:
    schema = schemas.TABLES["documents"].schema
    rows = [
        dict.fromkeys(schema.names)
        | {"doc_id": f"{file}{record}", "corpus": corpus, "text": "断路器", "source": {"file": file, "line": 1, "record": record}}
        for corpus, file, record in names
    ]
    return pa.RecordBatch.from_pylist(rows, schema)


def test_positions_follow_the_ranks_of_files_and_then_the_records() -> None:
    batch = documents([("d", "b.txt", 1), ("d", "a.txt", 2), ("d", "a.txt", 1)])
    first, second = 1 << RECORD_BITS, 2 << RECORD_BITS
    assert Positions(FILES).of(batch, 0).tolist() == [second + 1, first + 2, first + 1]
    assert Positions(FILES).of(batch.slice(1), 1).tolist() == [2, 1]
    with pytest.raises(KeyError):
        Positions(FILES).of(batch, 1)  # the earlier workspace has no b.txt


def test_bits_are_found_by_their_position() -> None:
    decisions = Decisions(np.array([1, 9]), np.array([1 << 3, 0]), np.array([0, -(1 << 63)]))
    dropped, kept_for = decisions.of(np.array([64 + 3, 64 + 4, 3, 9 * 64 + 63, 5000]))
    assert dropped.to_pylist() == [True, False, False, False, False]
    assert kept_for.to_pylist() == [False, False, False, True, False]


def test_documents_are_parted_from_those_that_are_dropped() -> None:
    known, batch = SimpleNamespace(value=Positions(FILES)), documents([("d", "a.txt", 1), ("d", "a.txt", 2)])
    first = 1 << RECORD_BITS
    decisions = SimpleNamespace(value=Decisions(np.array([first >> 6]), np.array([1 << 2]), np.array([1 << 1])))
    made = pa.Table.from_batches(list(positions.part(known, decisions)(iter([batch]))))
    kinds = {kind: [r for r in made.column(kind).to_pylist() if r] for kind in made.column_names}
    assert [d["doc_id"] for d in kinds["documents"]] == ["a.txt1"]
    assert [(d["position"], d["doc_id"]) for d in kinds["dropped"]] == [(first + 2, "a.txt2")]
    assert kinds["kept"] == [{"kept": first + 1, "duplicate_of": "a.txt1"}]
    [kept] = positions.kept(known, decisions, 0)(iter([batch]))
    assert kept.to_pylist() == kinds["kept"]


def test_signatures_are_marked() -> None:
    known, first = SimpleNamespace(value=Positions(FILES)), 1 << RECORD_BITS
    decisions = SimpleNamespace(value=Decisions(np.array([first >> 6]), np.array([1 << 2]), np.array([1 << 1])))
    rows = [{"doc_id": f"a{i}", "corpus": "d", "source": {"file": "a.txt", "record": i}, "is_kept": True} for i in (1, 2)]
    signed = pa.RecordBatch.from_pylist(rows, SIGNED)
    [marked] = positions.marked(known, decisions)(iter([signed]))
    assert marked.schema.names == SIGNED.names and marked.column("is_kept").to_pylist() == [True, False]
    [positioned] = positions.with_positions(known, 0)(iter([signed]))
    assert positioned.column("position").to_pylist() == [first + 1, first + 2] and "source" not in positioned.schema.names
