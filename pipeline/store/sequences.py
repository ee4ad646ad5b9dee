"""The table `sequences` as blocks of word ids, read ahead while the trainer works: memory for three blocks, however large it is."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wajue.store.workspace import Workspace

BLOCK_TOKENS = 2_000_000  # 8 MB; the documents of a block are shuffled
_PIECES = 8  # a block is read in so many
_READ_BYTES = 1 << 20

Block = tuple[np.ndarray, np.ndarray, np.ndarray]
_END = object()


class _Group(NamedTuple):
    path: str
    row_group: int
    rows: int
    tokens: int
    first_row: int


@dataclass(frozen=True)
class Sequences:
    """The row groups of the table, from the Parquet footers. rows, tokens: of all."""

    workspace: Workspace
    groups: tuple[_Group, ...]
    block_tokens: int = BLOCK_TOKENS

    @classmethod
    def open(cls, workspace: Workspace, block_tokens: int = BLOCK_TOKENS) -> "Sequences":
        """Raises WajueError if the table is missing or damaged."""
        workspace.must_have("sequences")
        groups: list[_Group] = []
        row = 0
        files, _ = workspace.files
        for path in workspace.parquet_files("sequences"):
            try:
                with files.open_input_file(path) as source:
                    found = pq.ParquetFile(source).metadata
            except (pa.ArrowException, OSError) as error:
                raise workspace.damaged("sequences", error) from None
            ids = next(i for i in range(found.num_columns) if found.schema.column(i).path.startswith("ids."))
            for index in range(found.num_row_groups):
                group = found.row_group(index)
                groups.append(_Group(path, index, group.num_rows, group.column(ids).num_values, row))
                row += group.num_rows
        return cls(workspace, tuple(groups), block_tokens)

    @property
    def rows(self) -> int:
        """Documents."""
        return sum(g.rows for g in self.groups)

    def doc_ids(self) -> Iterator[pa.Array]:
        """The doc_id of every row, in the order of the rows, a piece at a time."""
        for group in self.groups:
            for batch in self._batches(group, "doc_id", 100_000):
                yield batch.column(0)

    def blocks(self, epoch: int, first: int) -> Iterator[Block]:
        """(ids int32, offsets int64, rows int64) of some block_tokens each, from block `first` on, in an order of the epoch's own.

        Row groups are shuffled. The next block is read by a thread of its own; what it raises is raised here.
        """
        ahead: queue.Queue[object] = queue.Queue(maxsize=1)
        stop = threading.Event()

        def put(item: object) -> bool:
            while not stop.is_set():
                try:
                    ahead.put(item, timeout=0.1)
                    return True
                except queue.Full:
                    continue
            return False

        def read() -> None:
            try:
                for number, block in enumerate(self._read(epoch)):
                    if stop.is_set() or (number >= first and not put(block)):
                        return
                put(_END)
            except BaseException as error:
                put(error)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        try:
            while (item := ahead.get()) is not _END:
                if isinstance(item, BaseException):
                    raise item
                yield item  # type: ignore[misc]
        finally:
            stop.set()
            thread.join()

    def _read(self, epoch: int) -> Iterator[Block]:
        kept: list[Block] = []
        tokens = 0
        for place in np.random.default_rng([epoch, len(self.groups)]).permutation(len(self.groups)):
            group = self.groups[place]
            row = group.first_row
            size = max(1, group.rows * self.block_tokens // (_PIECES * max(group.tokens, 1)))
            for batch in self._batches(group, "ids", min(size, max(group.rows, 1))):
                column = batch.column(0)
                ids = column.flatten().to_numpy(zero_copy_only=False)
                offsets = column.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
                kept.append((ids, offsets - offsets[0], np.arange(row, row + len(column))))
                row += len(column)
                tokens += len(ids)
                if tokens >= self.block_tokens:
                    yield _joined(kept)
                    kept, tokens = [], 0
        if kept:
            yield _joined(kept)

    def _batches(self, group: _Group, column: str, rows: int) -> Iterator[pa.RecordBatch]:
        files, _ = self.workspace.files
        try:
            with files.open_input_file(group.path) as source:
                table = pq.ParquetFile(source, buffer_size=_READ_BYTES, pre_buffer=False)
                yield from table.iter_batches(rows, row_groups=[group.row_group], columns=[column], use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise self.workspace.damaged("sequences", error) from None


def _joined(pieces: list[Block]) -> Block:
    starts = np.cumsum([0] + [len(ids) for ids, _, _ in pieces])
    ids = np.concatenate([ids for ids, _, _ in pieces]).astype(np.int32, copy=False)
    offsets = np.concatenate([np.zeros(1, np.int64)] + [o[1:] + s for (_, o, _), s in zip(pieces, starts, strict=False)])
    return ids, offsets, np.concatenate([rows for _, _, rows in pieces])
