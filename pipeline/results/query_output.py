"""Rows of a query for programs (CSV, JSON, Parquet) and for people (a table). In: Arrow rows. Out: bytes, or a table to print."""

import csv
import io
import itertools
import json
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text

from wajue.console import printable

_LONG = 300  # characters of a value of a row that is shown upright
_WIDEST = 1_000_000  # columns, more than any row of a table needs that could be shown as one


def write(reader: pa.RecordBatchReader, style: str, sink: BinaryIO) -> None:
    """Write the rows in one of the styles of `WRITERS`, one batch after the other."""
    WRITERS[style](reader, sink)
    sink.flush()


def _write_csv(reader: pa.RecordBatchReader, sink: BinaryIO) -> None:
    for batch in itertools.chain([None], reader):
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([reader.schema.names] if batch is None else [[_csv_cell(v) for v in r] for r in _tuples(batch)])
        sink.write(text.getvalue().encode())


def dicts(rows: pa.RecordBatch | pa.Table) -> list[dict[str, Any]]:
    """The rows as JSON has them."""
    names = _distinct(rows.schema.names)
    return [dict(zip(names, map(plain, values), strict=True)) for values in _tuples(rows)]


def _write_json(reader: pa.RecordBatchReader, sink: BinaryIO) -> None:
    before = "[\n"
    for batch in reader:
        for row in dicts(batch):
            sink.write((before + json.dumps(row, ensure_ascii=False)).encode())
            before = ",\n"
    sink.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _write_parquet(reader: pa.RecordBatchReader, sink: BinaryIO) -> None:
    names = _distinct(reader.schema.names)
    schema = pa.schema([f.with_name(n) for f, n in zip(reader.schema, names, strict=True)])
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))


WRITERS: dict[str, Callable[[pa.RecordBatchReader, BinaryIO], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _write_parquet,
}
STYLES = ("table", *WRITERS)  # what --format takes


class Rendered:
    """Rows to print: a table where the console is wide enough for every value, else a block for each row, long texts cut."""

    def __init__(self, rows: pa.Table) -> None:
        self._columns = [printable(name) for name in rows.schema.names]
        self._shown = [[printable(_shown(v)) for v in values] for values in _tuples(rows)]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._table()
        needed = Measurement.get(console, options.update(max_width=_WIDEST), table).maximum
        if needed <= options.max_width:
            yield table
        else:
            yield from self._upright()

    def _table(self) -> RichTable:
        shown = RichTable(box=box.ROUNDED)
        for name in self._columns:
            shown.add_column(Text(name))
        for values in self._shown:
            # Text: a corpus may hold [b] and :smile:, which rich would take for markup
            shown.add_row(*map(Text, values))
        return shown

    def _upright(self) -> Iterator[RichTable | Text]:
        """A line for each value, its column before it."""
        for number, values in enumerate(self._shown, 1):
            yield Text(f"row {number}", style="bold")
            block = RichTable.grid(padding=(0, 2))
            block.add_column(no_wrap=True)
            block.add_column(overflow="fold")
            for name, value in zip(self._columns, values, strict=True):
                block.add_row(Text(f"  {name}"), Text(_cut(value)))
            yield block


def _cut(text: str) -> str:
    """The text, or its beginning and its length where it is long."""
    return text if len(text) <= _LONG else f"{text[:_LONG]} ... ({len(text):,} characters)"


def render(rows: pa.Table) -> Rendered:
    """The rows to print; floats with four digits."""
    return Rendered(rows)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"
    if isinstance(value, list) and value and isinstance(value[0], float):
        return f"[{', '.join(map(_shown, value))}]"
    return _csv_cell(value)


def _tuples(batch: pa.RecordBatch | pa.Table) -> Iterator[tuple[Any, ...]]:
    """The rows as tuples, not dicts: two columns may have the same name."""
    return zip(*[batch.column(i).to_pylist() for i in range(batch.num_columns)], strict=True)


def _distinct(names: list[str]) -> list[str]:
    """Column names, each different: a, a becomes a, a_2."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return distinct


def _csv_cell(value: Any) -> str:
    """A value as CSV has it: nothing for null, JSON for lists and objects."""
    value = plain(value)
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A value as JSON has it: no NaN, and no type beyond strings, numbers, lists and objects."""
    if isinstance(value, bool | str | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
