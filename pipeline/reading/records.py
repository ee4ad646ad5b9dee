"""Files to records. In: the bytes of one file. Out: a record for every one it holds, or the reason why there is none.

Streams throughout: memory is one block and one record. A line or record that cannot be read is a `Broken`, with its line;
what follows it is read on. A file that ends too soon yields what is there, then one `Broken` for the missing tail.
"""

import csv
import io
import itertools
import re
import tempfile
from collections import deque
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from wajue.config import Corpus
from wajue.reading import decoding, json_array
from wajue.reading.decoding import COMPRESSIONS, INVALID, MAX_RECORD, Cut, Overlong
from wajue.reading.sandbox import Excessive, bounded

csv.field_size_limit(MAX_RECORD)


class Record(NamedTuple):
    """One record: its number and line (from 1), and its fields; text, markdown and html have the one field `text`."""

    number: int
    line: int
    fields: dict[str, Any]


class Broken(NamedTuple):
    """What could not be read: reason and detail; record number, line, and the raw text as far as it goes."""

    number: int
    line: int
    reason: str
    detail: str
    raw: str = ""


Found = list[Record] | Broken  # as readers give it: records that were read together, or what could not be read

_SHOWN = 10_000  # characters of what is too long
_INVALID_BYTES = INVALID.encode()
_RUN_ROWS, _RUN_CHARACTERS = 1_000, 1 << 20  # of records that are handed on together


def _too_long(number: int, line: int, raw: str) -> Broken:
    return Broken(number, line, "too_long", f"longer than {MAX_RECORD:,} characters", raw[:_SHOWN])


def _invalid(number: int, line: int, raw: str, encoding: str) -> Broken:
    if isinstance(raw, Overlong):
        return _too_long(number, line, raw.removesuffix(INVALID).replace(INVALID, "\ufffd"))
    return Broken(number, line, "invalid_encoding", f"not valid {encoding}", raw.replace(INVALID, "\ufffd"))


def _joined(text: str, lines: list[str]) -> str:
    """The text that was made of these lines, Overlong where one of them is."""
    return Overlong(text) if any(isinstance(line, Overlong) for line in lines) else text


def _text(lines: Iterator[str], encoding: str) -> Iterator[Record | Broken]:
    number = 0
    for at, line in enumerate(lines, 1):
        if line.strip(" \t\r\ufeff"):
            number += 1
            yield _invalid(number, at, line, encoding) if INVALID in line else Record(number, at, {"text": line})


def _json(number: int, line: int, raw: bytes | str, encoding: str) -> Record | Broken:
    """One JSON object."""
    shown = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    if INVALID in shown:
        return _invalid(number, line, shown, encoding)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Broken(number, line, "invalid_json", str(error), shown)
    if not isinstance(value, dict):
        return Broken(number, line, "not_an_object", f"a JSON {_json_type(value)}, not an object", shown)
    return Record(number, line, value)


def _json_type(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _json_lines(lines: Iterator[str], encoding: str) -> Iterator[Record | Broken]:
    number = 0
    for at, line in enumerate(lines, 1):
        if line.strip():
            number += 1
            yield _json(number, at, line, encoding)


def _json_array(texts: Iterator[str], encoding: str) -> Iterator[Found]:
    """The elements of one array, all that end in a block at once; one by one where a broken one is among them."""
    number = 1
    for run in json_array.runs(texts):
        if isinstance(run, json_array.Run) and (values := _objects(run)) is not None:
            yield list(map(Record, itertools.count(number), run.first_lines(), values))
            number += len(values)
            continue
        for line, raw, fault in run.elements() if isinstance(run, json_array.Run) else (run,):
            if fault:
                yield Broken(number, line, *fault, raw.decode("utf-8", "replace"))
            else:
                record = _json(number, line, raw, encoding)
                yield [record] if isinstance(record, Record) else record
            number += 1


def _objects(run: json_array.Run) -> list[dict[str, Any]] | None:
    """The elements, parsed together; None if one of them is no object, or broken: then their ends may be wrong, too."""
    if _INVALID_BYTES in run.raw:
        return None
    try:
        values = orjson.loads(b"[%b]" % run.raw[: run.ends[-1]])
    except orjson.JSONDecodeError:
        return None
    return values if len(values) == len(run.ends) and set(map(type, values)) == {dict} else None


_LONGEST_CSV = 5_000  # lines of one record; a stray quote would otherwise take in the rest of the file


def _delimited(lines: Iterator[str], encoding: str, delimiter: str, columns: tuple[str, ...]) -> Iterator[Record | Broken]:
    """CSV as RFC 4180 has it; TSV likewise, with tabs. The first record is the header, unless the columns are given.

    Where a quote does not close, the line that opened it is rejected and the lines after it are read anew; in TSV, whose
    quotes are often plain characters, that line is read as it stands.
    """
    ahead: deque[str] = deque()  # lines to be read anew
    header: list[str] | None = list(columns) or None
    number, at = 0, 1
    while True:
        held: list[str] = []
        row, fault = _csv_record(ahead, lines, held, delimiter)
        if row is None and fault is None:
            return
        wrong = fault is not None or (header is not None and len(row or ()) not in (0, len(header)))
        if wrong and delimiter == "\t":
            row, fault = held[0].split("\t"), None
        if (wrong and delimiter == "\t") or fault is not None:
            ahead.extendleft(reversed(held[1:]))
            held = held[:1]
        here, at = at, at + len(held)
        if fault is not None:
            number += 1
            yield Broken(number, here, "invalid_csv", fault, held[0])
            continue
        if not row or (len(row) == 1 and not row[0].strip() and (header is None or len(header) > 1)):
            continue
        if header is None:
            header = [name.strip().removeprefix("\ufeff") for name in row]
            continue
        number += 1
        shown = _joined(delimiter.join(row), held)
        if INVALID in shown:
            yield _invalid(number, here, shown, encoding)
        elif len(row) != len(header):
            yield Broken(number, here, "wrong_column_count", f"{len(row)} columns, the header has {len(header)}", shown)
        else:
            yield Record(number, here, dict(zip(header, row, strict=True)))


def _csv_record(ahead: deque[str], lines: Iterator[str], held: list[str], delimiter: str) -> tuple[list[str] | None, str | None]:
    """(fields, None), or (None, what is wrong), or (None, None) at the end; held gets the lines that were taken."""

    def feed() -> Iterator[str]:
        characters = 0
        while len(held) < _LONGEST_CSV and characters <= MAX_RECORD:
            line = ahead.popleft() if ahead else next(lines, None)
            if line is None:
                return
            held.append(line)
            characters += len(line)
            yield line.replace("\r", " ") + "\n"

    try:
        return next(csv.reader(feed(), delimiter=delimiter, strict=True), None), None
    except csv.Error as error:
        return None, f"{error}; a quote may be missing or stray" if held else str(error)


_DOC = re.compile(r"\s*<doc\b([^>]*)>\s*")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def _wikidoc(lines: Iterator[str], encoding: str) -> Iterator[Record | Broken]:
    """WikiExtractor's <doc id= url= title=> ... </doc>; fields id, url, title, text (without the title line)."""
    number, at, inside = 0, 1, False
    head: dict[str, str] = {}
    body: list[str] = []
    size = 0
    for here, line in enumerate(lines, 1):
        if opening := _DOC.fullmatch(line):
            if inside:
                yield Broken(number, at, "truncated_record", "<doc> without </doc>", "\n".join(body))
            number, at, inside, body, size = number + 1, here, True, [], 0
            head = dict(_ATTRIBUTE.findall(opening[1]))
        elif line.strip() == "</doc>" and inside:
            text = _joined("\n".join(body[1:] if body and body[0].strip() == head.get("title") else body), body)
            inside = False
            if size > MAX_RECORD:
                yield _too_long(number, at, text)
            else:
                yield _invalid(number, at, text, encoding) if INVALID in text else Record(number, at, {**head, "text": text})
        elif inside:
            size += len(line) + 1
            if size <= MAX_RECORD:
                body.append(line)
        elif line.strip():
            number += 1
            yield Broken(number, here, "outside_doc", "text outside <doc>", line)
    if inside:
        yield Broken(number, at, "truncated_file", "the file ends inside <doc>", "\n".join(body))


def html_text(source: str) -> str:
    """The text of an HTML document or fragment, a line a block."""
    tree = LexborHTMLParser(source)
    for node in tree.css("script, style, template, noscript"):
        node.decompose()
    return tree.body.text(separator="\n") if tree.body else ""


def markdown_text(source: str) -> str:
    """The text of a Markdown document, HTML in it included."""
    return html_text(MarkdownIt("commonmark", {"html": True}).enable("table").render(source))


_WHOLE = {"html": html_text, "markdown": markdown_text}
_LONGEST = {"html": 1 << 24, "markdown": 1 << 21}  # characters; Markdown takes up to 600 bytes for each
_SHORT, _FEW_TAGS = 100_000, 2_000  # a page of so many characters and tags takes 1 s and 200 MB at most, whatever it holds


def _whole(blocks: Iterator[str], encoding: str, corpus_format: str) -> Iterator[Record | Broken]:
    parts: list[str] = []
    size, longest = 0, _LONGEST.get(corpus_format, MAX_RECORD)
    try:
        for block in blocks:
            parts.append(block)
            size += len(block)
            if size > longest:
                said = f"a document longer than {longest:,} characters; with format = text it is read line by line"
                yield Broken(1, 1, "too_long", said, "".join(parts)[:_SHOWN])
                return
    except Cut as cut:
        yield Broken(1, 1, "truncated_file", str(cut), "".join(parts))
        return
    text = "".join(parts)
    if INVALID in text:
        line = text[: text.index(INVALID)].count("\n") + 1
        yield Broken(1, 1, "invalid_encoding", f"not valid {encoding}, first in line {line}", text.replace(INVALID, "\ufffd"))
    elif text.strip():
        convert = _WHOLE.get(corpus_format, str)
        try:
            harmless = convert is str or (len(text) <= _SHORT and text.count("<") <= _FEW_TAGS)
            yield Record(1, 1, {"text": convert(text) if harmless else bounded(convert, text)})
        except Excessive as excess:
            yield Broken(1, 1, "excessive_markup", str(excess), text[:_SHOWN])


# what Arrow raises for damage, and for values that Python has no form for; KeyError: an unknown time zone
_ARROW_FAULTS = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError)
_MOST_ROWS = 1 << 40  # of a row group: a damaged file may state any number, and line numbers must stay within 64 bits


def _parquet(stream: BinaryIO, corpus: Corpus) -> Iterator[Record | Broken]:
    """The rows; a row group that cannot be read is one Broken, from the row where it stops on, and the next one is read."""
    paths = [p for p in (*corpus.text, corpus.id, corpus.url, corpus.tags, corpus.date) if p]
    wanted = {*paths, *(p.split(".", 1)[0] for p in paths)}
    try:
        source = pa.PythonFile(stream, mode="r")
        schema = pq.read_schema(source)
        names, strings = schema.names, [f.name for f in schema if f.type in _STRINGS]
        # one value may stand in millions of rows, and take the room of one: such a column is expanded with its rows, not before
        file = pq.ParquetFile(source, page_checksum_verification=True, read_dictionary=strings)
    except _ARROW_FAULTS as error:
        yield Broken(1, 1, "truncated_file", f"not readable as Parquet: {_first_line(error)}")
        return
    columns = [n for n in names if n in wanted] if set(names) >= {p.split(".", 1)[0] for p in corpus.text} else names
    # nested ones cannot be read as dictionaries
    rows_at_once = 500 if any(pa.types.is_nested(schema.field(n).type) for n in columns) else 10_000
    number, start, given = 0, 0, 0
    most = decoding.most_expanded(stream.seek(0, io.SEEK_END))
    for group in range(file.num_row_groups):
        rows, done, said = min(max(file.metadata.row_group(group).num_rows, 0), _MOST_ROWS), 0, "its pages hold no more"
        try:
            batches = file.iter_batches(rows_at_once, row_groups=[group], columns=columns)
            for piece in (p for batch in batches for p in _expanded(batch)):
                given += piece.nbytes
                if given > most:
                    raise Cut(decoding.EXPANDS)
                for row in _parquet_rows(piece, wanted):
                    number, done = number + 1, done + 1
                    if isinstance(row, dict):
                        yield Record(number, start + done, row)
                    else:
                        reason = "invalid_encoding" if isinstance(row, UnicodeDecodeError) else "unreadable_rows"
                        yield Broken(number, start + done, reason, _first_line(row))
        except _ARROW_FAULTS as error:
            said = _first_line(error)
        if done < rows:  # Arrow skips a page of unknown kind without an error
            number += 1
            yield Broken(
                number, start + done + 1, "unreadable_rows", f"{rows - done} of {rows} rows of row group {group} are lost: {said}"
            )
        start += max(rows, done)
    if start != file.metadata.num_rows:
        said = f"the file speaks of {file.metadata.num_rows} rows, its row groups of {start}"
        yield Broken(number + 1, start + 1, "unreadable_rows", said)


_STRINGS = (pa.string(), pa.binary(), pa.large_string())
_EXPANDED = 1 << 24  # bytes of strings in as many rows as are looked at together


def _expanded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The rows, a bounded number of bytes at a time, with plain columns in the place of dictionaries."""
    size: np.ndarray = np.zeros(batch.num_rows, np.int64)
    coded = [i for i, c in enumerate(batch.columns) if pa.types.is_dictionary(c.type) and c.type.value_type in _STRINGS]
    for i in coded:
        lengths = pc.binary_length(batch.column(i).dictionary).cast(pa.int64()).take(batch.column(i).indices)
        size += lengths.fill_null(0).to_numpy(zero_copy_only=False)
    group = np.cumsum(size) // _EXPANDED
    bounds = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), batch.num_rows]
    for begin, end in itertools.pairwise(bounds):
        columns = batch.slice(begin, end - begin).columns
        for i in coded:
            columns[i] = columns[i].dictionary_decode()
        yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _parquet_rows(batch: pa.RecordBatch, wanted: set[str]) -> list[dict[str, Any] | Exception]:
    """The rows; where a value has no Python form, only the columns that are wanted, and an error for a row without one."""
    try:
        return batch.to_pylist()
    except _ARROW_FAULTS:
        batch = batch.select([i for i, name in enumerate(batch.schema.names) if name in wanted])
        return [_parquet_row(batch.slice(i, 1)) for i in range(batch.num_rows)]


def _parquet_row(batch: pa.RecordBatch) -> dict[str, Any] | Exception:
    try:
        return batch.to_pylist()[0]
    except _ARROW_FAULTS as error:
        return error


def _spooled(blocks: Iterator[bytes]) -> BinaryIO:
    """The bytes as a file that can be read from any place, in memory as long as they are few."""
    file = tempfile.SpooledTemporaryFile(max_size=MAX_RECORD)  # noqa: SIM115  it goes with its last reader
    for block in blocks:
        file.write(block)
    file.seek(0)
    return cast(BinaryIO, file)


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]


_EXTENSIONS = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".txt": "text", ".md": "markdown",
    ".markdown": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html", ".parquet": "parquet",
}  # fmt: skip


def detect_format(name: str) -> str:
    """The format by extension, `text` where it says nothing."""
    stem = name.lower()
    for packed in COMPRESSIONS:
        stem = stem.removesuffix(packed)
    return _EXTENSIONS.get("." + stem.rpartition(".")[2] if "." in stem else "", "text")


def format_of(corpus: Corpus, name: str) -> str:
    """The format in which a file of the corpus is read; `json` may turn out to be lines of it."""
    return detect_format(name) if corpus.format == "auto" else corpus.format


def _with_tail(found: Iterator[Found]) -> Iterator[Found]:
    """A file that breaks off counts its missing tail as one record."""
    last: Record | Broken | None = None
    try:
        for run in found:
            last = run[-1] if isinstance(run, list) else run
            yield run
    except Cut as cut:
        number, line = (last.number, last.line) if last else (0, 0)
        yield Broken(number + 1, line + 1, "truncated_file", str(cut), cut.raw)


def _together(found: Iterator[Record | Broken]) -> Iterator[Found]:
    """Records that follow each other, as many as memory allows."""
    run: list[Record] = []
    weight = 0
    try:
        for item in found:
            if isinstance(item, Record):
                run.append(item)
                weight += sum([len(v) if isinstance(v, str) else len(repr(v)) for v in item.fields.values()])
                if len(run) < _RUN_ROWS and weight < _RUN_CHARACTERS:
                    continue
            if run:
                yield run
                run, weight = [], 0
            if isinstance(item, Broken):
                yield item
    except Cut:
        if run:
            yield run
        raise
    if run:
        yield run


def runs(stream: BinaryIO, name: str, corpus: Corpus, encoding: str) -> Iterator[Found]:
    """Every record of one file, many at once. name: for the extension; encoding: never `auto`."""
    return _with_tail(_runs(stream, name, corpus, encoding))


def read(stream: BinaryIO, name: str, corpus: Corpus, encoding: str) -> Iterator[Record | Broken]:
    """The same, one by one."""
    for run in runs(stream, name, corpus, encoding):
        yield from run if isinstance(run, list) else (run,)


def _runs(stream: BinaryIO, name: str, corpus: Corpus, encoding: str) -> Iterator[Found]:
    kind = format_of(corpus, name)
    if kind == "parquet":
        whole = _spooled(decoding.blocks(stream, name)) if name.lower().endswith(COMPRESSIONS) else stream
        yield from _together(_parquet(whole, corpus))
        return
    texts = decoding.text_blocks(decoding.blocks(stream, name), encoding)
    if kind == "json" and corpus.format == "auto":
        first = next((t for t in texts if t.strip()), "")
        kind = "jsonl" if first.lstrip().startswith("{") else "json"
        texts = _chain(first, texts)
    yield from _json_array(texts, encoding) if kind == "json" else _together(_one_by_one(texts, kind, corpus, encoding))


def _one_by_one(texts: Iterator[str], kind: str, corpus: Corpus, encoding: str) -> Iterator[Record | Broken]:
    if kind in _WHOLE or (kind == "text" and corpus.unit == "file"):
        return _whole(texts, encoding, kind)
    if kind in ("csv", "tsv"):
        return _delimited(decoding.lines(texts), encoding, "," if kind == "csv" else "\t", corpus.columns)
    reader = {"jsonl": _json_lines, "wikidoc": _wikidoc, "text": _text}[kind]
    return reader(decoding.lines(texts), encoding)


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def field(record: dict[str, Any], path: str) -> Any:
    """The value of a field; dots reach inside, also into the objects of a list. KeyError if it is not there."""
    if path in record:
        return record[path]
    value: Any = record
    for part in path.split("."):
        if isinstance(value, list):
            value = [item[part] for item in value if isinstance(item, dict) and part in item]
        elif isinstance(value, dict):
            value = value[part]
        else:
            raise KeyError(path)
    return value


def text_of(record: dict[str, Any], paths: tuple[str, ...]) -> tuple[str, tuple[str, str] | None]:
    """(the text fields joined by newlines, None), or (what there is, (reason, detail)) where one is unusable."""
    parts: list[str] = []
    for path in paths:
        try:
            value = field(record, path)
        except KeyError:
            return "\n".join(parts), ("missing_field", f"no field {path!r}; there are: {', '.join(map(str, record))[:300]}")
        if value is None:
            return "\n".join(parts), ("null_field", f"field {path!r} is null")
        if isinstance(value, str):
            parts.append(value)
        elif isinstance(value, list) and all(isinstance(v, str) for v in value):
            parts += value
        else:
            return "\n".join(parts), ("wrong_type", f"field {path!r} is a {_json_type(value)}, not a string or a list of strings")
    return "\n".join(parts), None
