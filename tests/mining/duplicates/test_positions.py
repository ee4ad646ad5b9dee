from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from wajue import schemas
from wajue.mining.duplicates import positions
from wajue.mining.duplicates.positions import COMPARED_HERE, Decisions, Listed, Positions, RankedFile
from wajue.mining.duplicates.settings import RECORD_BITS
from wajue.mining.duplicates.signing import COMPARED, NAMED, SIGNED

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


def signed(documents: pa.RecordBatch) -> pa.RecordBatch:
    rows = [dict.fromkeys(SIGNED.names) | {c: row[c] for c in NAMED} for row in documents.to_pylist()]
    return pa.RecordBatch.from_pylist(rows, SIGNED)


def test_documents_that_were_dropped_before_are_told_by_file_and_record() -> None:
    listed = Listed(pa.Table.from_batches([documents([("d", "b.txt", 1)]), documents([("d", "a.txt", 2), ("d", "b.txt", 3)])]))
    batch = documents([("d", "a.txt", 2), ("d", "a.txt", 1), ("e", "a.txt", 2), ("d", "c.txt", 1), ("d", "b.txt", 3)])
    assert listed.among(batch).tolist() == [True, False, False, False, True]
    assert not Listed(documents([]).schema.empty_table()).among(batch).any()
    [kept] = positions.without(SimpleNamespace(value=listed))(iter([batch]))
    assert kept.schema == batch.schema and kept.column("doc_id").to_pylist() == ["a.txt1", "a.txt2", "c.txt1"]


def test_signatures_get_their_positions_and_whether_they_are_gone() -> None:
    known, first = SimpleNamespace(value=Positions(FILES)), 1 << RECORD_BITS
    gone = SimpleNamespace(value=Listed(pa.Table.from_batches([documents([("d", "a.txt", 2)])])))
    batch = signed(documents([("d", "a.txt", 1), ("d", "a.txt", 2)])).select(COMPARED)
    for given, are_gone in ((gone, [False, True]), (None, [False, False])):
        [compared] = positions.compared(known, 0, given)(iter([batch]))
        assert compared.schema.names == COMPARED_HERE.names and compared.column("position").to_pylist() == [first + 1, first + 2]
        assert compared.column("is_gone").to_pylist() == are_gone
