"""Streams of word ids from Parquet, with nothing in memory but a bounded buffer."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wajue.arrays.text_blocks import Block
from wajue.errors import WajueError
from wajue.schemas import FORMAT_VERSION
from wajue.store import sequences
from wajue.store.sequences import Sequences
from wajue.store.workspace import Workspace

DOCUMENTS = 4000


def written(folder: Path, *, uri: bool = False, row_group: int = 130) -> tuple[Workspace, list[list[int]]]:
    """A finished table in two files; document i holds i % 11 words, all of them i."""
    texts = [[i] * (i % 11) for i in range(DOCUMENTS)]
    place = folder / "sequences"
    place.mkdir()
    (place / "_step.json").write_text(json.dumps({"format_version": FORMAT_VERSION}))
    for part, begin in enumerate(range(0, DOCUMENTS, DOCUMENTS // 2)):
        rows = range(begin, begin + DOCUMENTS // 2)
        table = pa.table(
            {
                "doc_id": [f"d{i}" for i in rows],
                "corpus": ["c"] * len(rows),
                "ids": pa.array([texts[i] for i in rows], pa.list_(pa.int32())),
            }
        )
        pq.write_table(table, place / f"part-{part}.parquet", row_group_size=row_group)
    return Workspace(folder.as_uri() if uri else str(folder)), texts


@pytest.mark.parametrize("uri", [False, True])
def test_an_epoch_holds_every_document_once_in_blocks_of_a_tenth(tmp_path: Path, uri: bool) -> None:
    workspace, texts = written(tmp_path, uri=uri)
    tokens = sum(map(len, texts))
    stream = Sequences.open(workspace, block_tokens=tokens // 10)
    assert stream.document_count == DOCUMENTS
    found: dict[int, list[int]] = {}
    largest = 0
    for ids, offsets, rows, _ in stream.blocks(0, 0):
        assert ids.dtype == np.int32 and offsets[0] == 0 and offsets[-1] == len(ids) and len(offsets) == len(rows) + 1
        found |= {int(row): ids[a:b].tolist() for row, a, b in zip(rows, offsets, offsets[1:], strict=False)}
        largest = max(largest, len(ids))
    assert found == dict(enumerate(texts))
    assert largest < tokens / 10 * 1.2
    assert [d for piece in stream.doc_ids() for d in piece.to_pylist()] == [f"d{i}" for i in range(DOCUMENTS)]


def test_the_order_belongs_to_the_epoch_and_blocks_can_be_left_out(tmp_path: Path) -> None:
    stream = Sequences.open(written(tmp_path)[0], block_tokens=2000)
    first, again, other = ([b.doc_indices.tolist() for b in stream.blocks(epoch, 0)] for epoch in (0, 0, 1))
    assert first == again != other
    assert [b.doc_indices.tolist() for b in stream.blocks(0, 3)] == first[3:]
    assert list(stream.blocks(0, 1000)) == []


def test_one_large_row_group_is_read_in_blocks_too(tmp_path: Path) -> None:
    stream = Sequences.open(written(tmp_path, row_group=10**6)[0], block_tokens=2000)
    sizes = [len(b.word_ids) for b in stream.blocks(0, 0)]
    assert len(sizes) > 8 and max(sizes) < 2600


def test_a_reader_that_is_left_stops_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Sequences.open(written(tmp_path)[0], block_tokens=500)
    made = 0
    joined = sequences.joined

    def counted(pieces: list[Block]) -> Block:
        nonlocal made
        made += 1
        return joined(pieces)

    monkeypatch.setattr(sequences, "joined", counted)
    reader = stream.blocks(0, 0)
    next(reader)
    reader.close()  # type: ignore[attr-defined]
    assert made <= 4


def test_damage_is_told_in_the_reading_thread_and_raised_in_the_other(tmp_path: Path) -> None:
    workspace, _ = written(tmp_path)
    stream = Sequences.open(workspace)
    path = tmp_path / "sequences" / "part-1.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(WajueError, match=r"table sequences .* is damaged"):
        list(stream.blocks(0, 0))
    with pytest.raises(WajueError, match=r"table sequences .* is damaged"):
        Sequences.open(workspace)
