"""The table `sequences` as blocks of word ids, read ahead while the trainer works: memory for three blocks, however large it is."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from wajue.arrays.text_blocks import Block, joined
from wajue.store.workspace import Workspace

BLOCK_TOKENS = 2_000_000  # 8 MB; the documents of a block are shuffled
_PIECES = 8  # a block is read in so many
_READ_BYTES = 1 << 20
_END = object()


class _RowGroup(NamedTuple):
    """A row group of a Parquet file; one row is one document."""

    path: str
    number: int  # in the file
    documents: int
    tokens: int
    first_document: int  # its number in the table


@dataclass(frozen=True)
class Sequences:
    """The row groups of the table, from the Parquet footers."""

    workspace: Workspace
    groups: tuple[_RowGroup, ...]
    block_tokens: int = BLOCK_TOKENS

    @classmethod
    def open(cls, workspace: Workspace, block_tokens: int = BLOCK_TOKENS) -> "Sequences":
        """Raises WajueError if the table is missing or damaged."""
        workspace.must_have("sequences")
        files, _ = workspace.files
        groups: list[_RowGroup] = []
        first = 0
        for path in workspace.parquet_files("sequences"):
            try:
                in_file = _row_groups(files, path, first)
            except (pa.ArrowException, OSError) as error:
                raise workspace.damaged("sequences", error) from None
            groups += in_file
            first += sum(g.documents for g in in_file)
        return cls(workspace, tuple(groups), block_tokens)

    @property
    def document_count(self) -> int:
        """How many documents the table has."""
        return sum(g.documents for g in self.groups)

    def doc_ids(self) -> Iterator[pa.Array]:
        """The doc_id of every document, in the order of the table, a piece at a time."""
        for group in self.groups:
            for batch in self._batches(group, "doc_id", 100_000):
                yield batch.column(0)

    def blocks(self, epoch: int, first: int) -> Iterator[Block]:
        """Blocks of some block_tokens each, from block `first` on, in an order of the epoch's own: row groups are shuffled.

        The next block is read by a thread of its own; what it raises is raised here.
        """
        ahead: queue.Queue[object] = queue.Queue(maxsize=1)
        stop = threading.Event()
        thread = threading.Thread(target=self._read_ahead, args=(epoch, first, ahead, stop), daemon=True)
        thread.start()
        try:
            while (item := ahead.get()) is not _END:
                if isinstance(item, BaseException):
                    raise item
                yield item  # type: ignore[misc]
        finally:
            stop.set()
            thread.join()

    def _read_ahead(self, epoch: int, first: int, ahead: "queue.Queue[object]", stop: threading.Event) -> None:
        """Put blocks into a queue, then _END or what was raised, until all are read or nobody wants more."""
        try:
            for number, block in enumerate(self._read(epoch)):
                if stop.is_set() or (number >= first and not _put(ahead, block, stop)):
                    return
            _put(ahead, _END, stop)
        except BaseException as error:
            _put(ahead, error, stop)

    def _read(self, epoch: int) -> Iterator[Block]:
        pieces: list[Block] = []
        tokens = 0
        for index in np.random.default_rng([epoch, len(self.groups)]).permutation(len(self.groups)):
            group = self.groups[index]
            first = group.first_document
            size = max(1, group.documents * self.block_tokens // (_PIECES * max(group.tokens, 1)))
            for batch in self._batches(group, "ids", min(size, max(group.documents, 1))):
                pieces.append(_block(batch.column(0), first))
                first += batch.num_rows
                tokens += pieces[-1].all_tokens
                if tokens >= self.block_tokens:
                    yield joined(pieces)
                    pieces, tokens = [], 0
        if pieces:
            yield joined(pieces)

    def _batches(self, group: _RowGroup, column: str, size: int) -> Iterator[pa.RecordBatch]:
        files, _ = self.workspace.files
        try:
            with files.open_input_file(group.path) as source:
                table = pq.ParquetFile(source, buffer_size=_READ_BYTES, pre_buffer=False, page_checksum_verification=True)
                yield from table.iter_batches(size, row_groups=[group.number], columns=[column], use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise self.workspace.damaged("sequences", error) from None


def _row_groups(files: fs.FileSystem, path: str, first_document: int) -> list[_RowGroup]:
    """The row groups of a file, whose first document has this number."""
    with files.open_input_file(path) as source:
        footer = pq.ParquetFile(source).metadata
    ids = next(i for i in range(footer.num_columns) if footer.schema.column(i).path.startswith("ids."))
    groups = []
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        groups.append(_RowGroup(path, number, group.num_rows, group.column(ids).num_values, first_document))
        first_document += group.num_rows
    return groups


def _put(ahead: "queue.Queue[object]", item: object, stop: threading.Event) -> bool:
    """Wait until there is room for an item. Returns False if nobody wants it any more."""
    while not stop.is_set():
        try:
            ahead.put(item, timeout=0.1)
            return True
        except queue.Full:
            continue
    return False


def _block(lists: pa.Array, first_document: int) -> Block:
    """Lists of word ids as documents, the first of which has this number."""
    word_ids = lists.flatten().to_numpy(zero_copy_only=False)
    offsets = lists.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
    doc_indices = np.arange(first_document, first_document + len(lists))
    return Block(word_ids, offsets - offsets[0], doc_indices, len(word_ids))
