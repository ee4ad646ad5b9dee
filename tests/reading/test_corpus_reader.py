import gc
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.reading.samples import zipped
from wajue.config import Corpus
from wajue.errors import WajueError
from wajue.reading import corpus_reader, extents

CORPORA = {
    "a": Corpus(name="a", role="domain", paths=("*",), id="id"),
    "b": Corpus(name="b", role="general", paths=("*",)),
}


def plan(folder: Path, files: list[tuple[str, str, bytes | None]]) -> pa.RecordBatch:
    """Files of (corpus, name, content); without a content, the file is in the folder."""
    rows = [
        {"corpus": c, "name": n, "location": bytes(folder / n), "encoding": "utf-8", "bytes": 1, "content": content}
        | extents.WHOLE._asdict()
        for c, n, content in files
    ]
    return pa.RecordBatch.from_pylist(rows, corpus_reader.PLANNED)


def read(batch: pa.RecordBatch) -> dict[str, list[Any]]:
    table = pa.Table.from_batches(list(corpus_reader.read(iter([batch]), CORPORA, 3, socket.gethostname())))
    return {kind: [r for r in table.column(kind).to_pylist() if r] for kind in table.column_names}


def test_rows_of_four_kinds(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"id": "1", "text": "断路器"}\nbroken\n', encoding="utf-8")
    files = [("a", "x.jsonl", None), ("a", "missing.jsonl", None), ("b", "y.txt", "一行\n两行\n".encode())]
    rows = read(plan(tmp_path, files))
    assert [(r["corpus"], r["role"], r["text"]) for r in rows["raw_documents"]] == [
        ("a", "domain", "断路器"),
        ("b", "general", "一行"),
        ("b", "general", "两行"),
    ]
    assert [(r["reason"], r["source"]["file"]) for r in rows["ingest_rejects"]] == [
        ("invalid_json", "x.jsonl"),
        ("unreadable_file", "missing.jsonl"),
    ]
    assert [(r["file"], r["records"], r["unreadable"]) for r in rows["files"]] == [
        ("x.jsonl", 2, 1),
        ("missing.jsonl", 1, 1),
        ("y.txt", 2, 0),
    ]
    assert [len(r["identities"]) for r in rows["identities"]] == [16]  # b has no ids


def test_a_member_of_an_archive_is_a_file(tmp_path: Path) -> None:
    data = zipped({"x.jsonl": b'{"id": 1, "text": "a"}\n{"id": 2}\n', "y.psd": b"8BPS\0\1\0\0", "z.txt": b"z\n"})
    rows = read(plan(tmp_path, [("a", "m.zip", data)]))
    assert [(r["source"]["file"], r["source"]["record"], r["text"]) for r in rows["raw_documents"]] == [
        ("m.zip/x.jsonl", 1, "a"),
        ("m.zip/z.txt", 1, "z"),
    ]
    assert [(r["source"]["file"], r["reason"], r["detail"]) for r in rows["ingest_rejects"]] == [
        ("m.zip/x.jsonl", "missing_field", "no field 'text'; there are: id"),
        ("m.zip/y.psd", "unknown_format", "a Photoshop image"),
    ]
    assert [(r["file"], r["format"], r["records"], r["unreadable"], r["bytes"]) for r in rows["files"]] == [
        ("m.zip/x.jsonl", "jsonl", 2, 1, None),
        ("m.zip/y.psd", None, 1, 1, None),
        ("m.zip/z.txt", "text", 1, 0, None),
        ("m.zip", "zip", 0, 0, 1),
    ]


def test_pieces_that_cannot_be_read_are_known_by_their_first_records(tmp_path: Path) -> None:
    plans = [plan(tmp_path, [("b", "gone.txt", None)]).to_pylist()[0] | {"number": n, "line": n, "first": n == 1} for n in (1, 70)]
    rows = read(pa.RecordBatch.from_pylist(plans, corpus_reader.PLANNED))
    assert [(r["source"]["record"], r["source"]["line"]) for r in rows["ingest_rejects"]] == [(1, 1), (70, 70)]
    assert len({r["doc_id"] for r in rows["ingest_rejects"]}) == 2


def test_batches_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_reader, "_BATCH_ROWS", 2)
    batch = plan(tmp_path, [("b", "y.txt", "一\n二\n三\n四\n五\n".encode())])
    assert len(read(batch)["raw_documents"]) == 5


def test_what_another_host_found_has_to_be_here(tmp_path: Path) -> None:
    batch = plan(tmp_path, [("a", "missing.jsonl", None)])
    with pytest.raises(WajueError, match=f"missing.jsonl is not there on {socket.gethostname()}: a corpus without ://"):
        list(corpus_reader.read(iter([batch]), CORPORA, 3, "another"))


def test_the_worker_gets_its_garbage_collector_back(tmp_path: Path) -> None:
    at_first, before = gc.get_threshold(), (700, 10, 10)
    gc.set_threshold(*before)
    within = []

    def batches() -> Iterator[pa.RecordBatch]:
        within.append(gc.get_threshold())
        yield plan(tmp_path, [("b", "y.txt", "一行".encode())])

    list(corpus_reader.read(batches(), CORPORA, 1, ""))
    after = gc.get_threshold()
    gc.set_threshold(*at_first)
    assert within[0][0] > before[0] and after == before
