"""Parquet. Each row is a record with its columns as fields.

A row group that cannot be read costs the rows from where it stops: they are one Broken, and the next group is read.
"""

import itertools
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wajue.config import Corpus
from wajue.reading import decoding
from wajue.reading.decoding import Cut
from wajue.reading.formats.reader import Broken, Outcome, Record, Source

# what Arrow raises for damage, and for values that Python has no form for; KeyError: an unknown time zone
_ARROW_FAULTS = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError)
_MOST_GROUP_ROWS = 1 << 40  # a damaged file may state any number, and line numbers must stay within 64 bits
_STRINGS = (pa.string(), pa.binary(), pa.large_string())
_EXPANDED = 1 << 24  # bytes of strings in as many rows as are looked at together
_BATCH_ROWS, _NESTED_BATCH_ROWS = 10_000, 500  # nested columns cannot be read as dictionaries, so they may expand more


def read(source: Source) -> Iterator[Outcome]:
    """The rows of the file. Raises Cut if they expand as no text does."""
    stream, size = source.seekable()
    try:
        file, schema = _opened(stream)
    except _ARROW_FAULTS as error:
        yield Broken(1, 1, "truncated_file", f"not readable as Parquet: {_first_line(error)}")
        return
    yield from _Rows(file, schema, source.corpus, decoding.most_expanded(size)).all()


def _opened(stream: BinaryIO) -> tuple[pq.ParquetFile, pa.Schema]:
    """One value may stand in millions of rows and take the room of one: string columns stay dictionaries until `_expanded`."""
    python_file = pa.PythonFile(stream, mode="r")
    schema = pq.read_schema(python_file)
    strings = [f.name for f in schema if f.type in _STRINGS]
    return pq.ParquetFile(python_file, page_checksum_verification=True, read_dictionary=strings), schema


class _Rows:
    """The rows of one file. most: bytes that they may come to."""

    def __init__(self, file: pq.ParquetFile, schema: pa.Schema, corpus: Corpus, most: int) -> None:
        paths = [p for p in (*corpus.text, corpus.id, corpus.url, corpus.tags, corpus.date) if p]
        self._wanted = {*paths, *(p.split(".", 1)[0] for p in paths)}
        # all columns where one of the text is missing: the reject then names those that there are
        complete = set(schema.names) >= {p.split(".", 1)[0] for p in corpus.text}
        self._columns = [n for n in schema.names if n in self._wanted] if complete else schema.names
        nested = any(pa.types.is_nested(schema.field(n).type) for n in self._columns)
        self._batch_rows = _NESTED_BATCH_ROWS if nested else _BATCH_ROWS
        self._file = file
        self._most, self._bytes = most, 0
        self._number = 0  # records so far

    def all(self) -> Iterator[Outcome]:
        """The rows of all groups, and a Broken for those that are lost."""
        metadata = self._file.metadata
        start = 0  # rows of the groups before, whether read or lost
        for group in range(self._file.num_row_groups):
            stated = min(max(metadata.row_group(group).num_rows, 0), _MOST_GROUP_ROWS)
            done = yield from self._group(group, start, stated)
            start += max(stated, done)
        if start != metadata.num_rows:
            detail = f"the file speaks of {metadata.num_rows} rows, its row groups of {start}"
            yield Broken(self._number + 1, start + 1, "unreadable_rows", detail)

    def _group(self, group: int, start: int, stated: int) -> Generator[Outcome, None, int]:
        """The rows of a group; returns how many of the rows stated were read."""
        done, detail = 0, "its pages hold no more"
        try:
            for batch in self._file.iter_batches(self._batch_rows, row_groups=[group], columns=self._columns):
                for row in itertools.chain.from_iterable(map(self._python_rows, _expanded(batch))):
                    done += 1
                    self._number += 1
                    yield Record(self._number, start + done, row) if isinstance(row, dict) else self._broken(row, start + done)
        except _ARROW_FAULTS as error:
            detail = _first_line(error)
        if done < stated:  # Arrow skips a page of unknown kind without an error
            self._number += 1
            lost = f"{stated - done} of {stated} rows of row group {group} are lost: {detail}"
            yield Broken(self._number, start + done + 1, "unreadable_rows", lost)
        return done

    def _python_rows(self, piece: pa.RecordBatch) -> list[dict[str, Any] | Exception]:
        self._bytes += piece.nbytes
        if self._bytes > self._most:
            raise Cut(decoding.EXPANDS)
        return _rows(piece, self._wanted)

    def _broken(self, error: Exception, line: int) -> Broken:
        reason = "invalid_encoding" if isinstance(error, UnicodeDecodeError) else "unreadable_rows"
        return Broken(self._number, line, reason, _first_line(error))


def _expanded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of about _EXPANDED bytes, with plain columns in the place of dictionaries."""
    sizes: np.ndarray = np.zeros(batch.num_rows, np.int64)
    coded = [i for i, c in enumerate(batch.columns) if pa.types.is_dictionary(c.type) and c.type.value_type in _STRINGS]
    for i in coded:
        lengths = pc.binary_length(batch.column(i).dictionary).cast(pa.int64()).take(batch.column(i).indices)
        sizes += lengths.fill_null(0).to_numpy(zero_copy_only=False)
    piece = np.cumsum(sizes) // _EXPANDED
    bounds = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), batch.num_rows]
    for begin, end in itertools.pairwise(bounds):
        columns = batch.slice(begin, end - begin).columns
        for i in coded:
            columns[i] = columns[i].dictionary_decode()
        yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _rows(batch: pa.RecordBatch, wanted: set[str]) -> list[dict[str, Any] | Exception]:
    """The rows. Where a value has no Python form: the columns that are wanted alone, and an error for a row without one."""
    try:
        return batch.to_pylist()
    except _ARROW_FAULTS:
        batch = batch.select([i for i, name in enumerate(batch.schema.names) if name in wanted])
        return [_row(batch.slice(i, 1)) for i in range(batch.num_rows)]


def _row(batch: pa.RecordBatch) -> dict[str, Any] | Exception:
    try:
        return batch.to_pylist()[0]
    except _ARROW_FAULTS as error:
        return error


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
