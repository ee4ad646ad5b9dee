"""Files to records. In: the bytes of one file. Out: a record for every one it holds, or the reason why there is none.

Streams throughout: memory is one block and one record. A line or record that cannot be read is a `Broken`, with its line;
what follows it is read on. A file that ends too soon yields what is there, then one `Broken` for the missing tail.
"""

import bz2
import codecs
import csv
import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import charset_normalizer
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from markdown_it import MarkdownIt
from numba import njit
from selectolax.lexbor import LexborHTMLParser

from pipeline.config import Corpus

BLOCK = 1 << 20
MAX_RECORD = 1 << 28  # bytes; a longer record is a fault of the file, and would not fit a column of Arrow batches
COMPRESSIONS = (".gz", ".bz2", ".zst")
_INVALID = "\uffff"  # a noncharacter: marks bytes that do not decode, so that only their record is lost

csv.field_size_limit(MAX_RECORD)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number and line (from 1), and its fields; text, markdown and html have the one field `text`."""

    number: int
    line: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be read: reason and detail; record number, line, and the raw text as far as it goes."""

    number: int
    line: int
    reason: str
    detail: str
    raw: str = ""


class _Cut(Exception):
    """The file ends, or stops making sense, before its end; raw: the beginning of what is incomplete."""

    def __init__(self, detail: str, raw: str = "") -> None:
        super().__init__(detail)
        self.raw = raw


def _decompressor(name: str) -> Any:
    if name.endswith(".gz"):
        return zlib.decompressobj(wbits=31)
    if name.endswith(".bz2"):
        return bz2.BZ2Decompressor()
    return zstandard.ZstdDecompressor().decompressobj()


def _blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """The file's bytes, decompressed. Raises _Cut where the compressed data breaks off or is damaged."""
    name = name.lower()
    if not name.endswith(COMPRESSIONS):
        while block := stream.read(BLOCK):
            yield block
        return
    unpacker, fresh = _decompressor(name), True
    while block := stream.read(BLOCK // 4):
        while block:
            if fresh is False and unpacker.eof:
                if not block.strip(b"\0"):  # padding after the last member
                    break
                unpacker = _decompressor(name)
            try:
                out = unpacker.decompress(block)
            except (zlib.error, OSError, zstandard.ZstdError) as error:
                raise _Cut(f"the compressed data is damaged: {error}") from None
            fresh = False
            if out:
                yield out
            block = unpacker.unused_data if unpacker.eof else b""
    if not fresh and not unpacker.eof:
        raise _Cut("the compressed file ends before its end mark")


def _mark_invalid(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _INVALID, max(error.end, error.start + 1)


codecs.register_error("wajue-mark", _mark_invalid)


def guess_encoding(sample: bytes) -> str:
    """The encoding of a file by its beginning: a byte-order mark, else valid UTF-8, else the likeliest of the Chinese ones."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if sample.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        return "utf-8"
    except UnicodeDecodeError:
        marked = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
        if marked.count("\ufffd") < 0.02 * sum(c > "\u07ff" for c in marked):  # UTF-8 with a few bad bytes
            return "utf-8"
        sample = sample[: sample.rfind(b"\n") + 1] or sample  # whole characters only
        best = charset_normalizer.from_bytes(sample, cp_isolation=["gb18030", "big5hkscs", "utf_8"]).best()
        return {"big5hkscs": "big5hkscs", "utf_8": "utf-8"}.get(best.encoding if best else "", "gb18030")


def sample_encoding(stream: BinaryIO, name: str) -> str:
    """`guess_encoding` of the first block of a file."""
    try:
        return guess_encoding(next(_blocks(stream, name), b""))
    except _Cut:
        return "utf-8"


def _text_blocks(blocks: Iterator[bytes], encoding: str) -> Iterator[str]:
    """Decoded text; bytes that do not decode become _INVALID."""
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    decoder = codecs.getincrementaldecoder(name)("wajue-mark")
    for block in blocks:
        yield decoder.decode(block)
    if tail := decoder.decode(b"", True):
        yield tail


def _lines(blocks: Iterator[str]) -> Iterator[str]:
    """Lines without their end (\\n or \\r\\n)."""
    pieces: list[str] = []  # of a line that goes on
    held = 0
    try:
        for block in blocks:
            first, *others = block.split("\n")
            pieces.append(first)
            held += len(first)
            if held > MAX_RECORD:
                raise _Cut(f"a line is longer than {MAX_RECORD} characters")
            if others:
                yield "".join(pieces).removesuffix("\r")
                for line in others[:-1]:
                    yield line.removesuffix("\r")
                pieces, held = [others[-1]], len(others[-1])
    except _Cut as cut:
        raise _Cut(str(cut), "".join(pieces)[:10_000]) from None
    if rest := "".join(pieces):
        yield rest


def _invalid(number: int, line: int, raw: str, encoding: str) -> Broken:
    return Broken(number, line, "invalid_encoding", f"not valid {encoding}", raw.replace(_INVALID, "\ufffd"))


def _text(lines: Iterator[str], encoding: str) -> Iterator[Record | Broken]:
    number = 0
    for at, line in enumerate(lines, 1):
        if line.strip(" \t\r\ufeff"):
            number += 1
            yield _invalid(number, at, line, encoding) if _INVALID in line else Record(number, at, {"text": line})


def _json(number: int, line: int, raw: bytes | str, encoding: str) -> Record | Broken:
    """One JSON object."""
    shown = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    if _INVALID in shown:
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


# state of the scan of a JSON array: nesting depth, inside a string, after a backslash, broken, only white space so far in
# this line, lines seen, which brackets are open (a bit each, 1 for {), something seen of the element
_DEPTH, _STRING, _ESCAPE, _BROKEN, _LINE_START, _LINES, _KINDS, _SEEN = range(8)
_DEEPEST = 60  # brackets whose kinds are remembered


@njit(cache=True)
def _element_ends(data, state, ends, lines):
    """Where the elements of a JSON array end (at a comma, or at the closing bracket, or where a broken one gives up).

    JSON allows no line end inside a string: one there means that a quote is missing. Then, as after a bracket of the wrong
    kind, the element is broken, and the next line that opens an object starts the next one. So does an object right after
    another, without a comma. Returns the number of ends; state carries over to the next block.
    """
    n = 0
    for i in range(len(data)):
        c = data[i]
        if c == 10:
            state[_LINES] += 1
            if state[_STRING] or state[_BROKEN]:
                state[_STRING], state[_ESCAPE], state[_BROKEN] = 0, 0, 1
            state[_LINE_START] = 1
            continue
        if state[_STRING]:
            if state[_ESCAPE]:
                state[_ESCAPE] = 0
            elif c == 92:
                state[_ESCAPE] = 1
            elif c == 34:
                state[_STRING] = 0
            continue
        if state[_BROKEN]:
            if c == 123 and state[_LINE_START]:
                ends[n], lines[n] = i, state[_LINES]
                n += 1
                state[_BROKEN], state[_DEPTH], state[_KINDS], state[_SEEN] = 0, 2, 1, 1
            elif c > 32 and c != 44:
                state[_LINE_START] = 0
            continue
        if c > 32:
            state[_LINE_START] = 0
        if c == 123 and state[_DEPTH] == 1 and state[_SEEN]:
            ends[n], lines[n] = i, state[_LINES]
            n += 1
        if c > 32:
            state[_SEEN] = 1
        if c == 34:
            state[_STRING] = 1
        elif c == 123 or c == 91:
            state[_DEPTH] += 1
            state[_KINDS] = (state[_KINDS] << 1) | (c == 123) if state[_DEPTH] <= _DEEPEST else state[_KINDS]
        elif c == 125 or c == 93:
            if state[_DEPTH] <= _DEEPEST:
                if (state[_KINDS] & 1) != (c == 125):
                    state[_BROKEN] = 1
                    continue
                state[_KINDS] >>= 1
            state[_DEPTH] -= 1
            if state[_DEPTH] == 0:
                ends[n], lines[n] = i, state[_LINES]
                return n + 1
        elif c == 44 and state[_DEPTH] == 1:
            ends[n], lines[n] = i, state[_LINES]
            n += 1
            state[_SEEN] = 0
    return n


def _json_array(blocks: Iterator[str], encoding: str) -> Iterator[Record | Broken]:
    """The elements of one array, one at a time: a broken one does not take the others with it."""
    state = np.zeros(8, np.int64)
    pending, pending_line, number, opened = b"", 1, 0, False
    ends, lines = np.empty(4 * BLOCK, np.int64), np.empty(4 * BLOCK, np.int64)
    try:
        for text in blocks:
            data = text.encode("utf-8", "surrogatepass")
            if state[_DEPTH] == 0 and opened:
                if data.strip():
                    yield Broken(number + 1, int(state[_LINES]) + 1, "trailing_data", "text after the end of the array", text)
                    return
                continue
            if not opened:
                if not data.strip():
                    state[_LINES] += data.count(b"\n")
                    continue
                head = len(data) - len(data.lstrip())
                if data[head : head + 1] != b"[":
                    yield Broken(1, 1, "invalid_json", 'not a JSON array; for an object a line set format = "jsonl"', text)
                    return
                opened, pending_line = True, 1 + data[: head + 1].count(b"\n")
                state[_LINES], state[_DEPTH] = pending_line - 1, 1
                data = data[head + 1 :]
            if len(data) > len(ends):
                ends, lines = np.empty(len(data), np.int64), np.empty(len(data), np.int64)
            n = _element_ends(np.frombuffer(data, np.uint8), state, ends, lines)
            begin = 0
            for end, line in zip(ends[:n].tolist(), lines[:n].tolist(), strict=True):
                raw = pending + data[begin:end] if pending else data[begin:end]
                closing = data[end] == 93 and state[_DEPTH] == 0 and end == ends[n - 1]
                begin = end if data[end] == 123 else end + 1
                element = raw.strip()
                at = pending_line + raw[: len(raw) - len(raw.lstrip())].count(b"\n")
                pending, pending_line = b"", line + 1
                if element or not closing or (number and not element):
                    if element or not closing:
                        number += 1
                        yield _json(number, at, element.rstrip(b", \r\n"), encoding)
                    elif not element:  # a comma before the closing bracket
                        number += 1
                        yield Broken(number, at, "invalid_json", "a comma without an element after it")
            pending += data[begin:]
            if state[_DEPTH] == 0:
                if pending.strip():
                    yield Broken(number + 1, int(state[_LINES]) + 1, "trailing_data", "text after the end of the array")
                    return
                pending = b""
            if len(pending) > MAX_RECORD:
                raise _Cut(f"an element is longer than {MAX_RECORD} bytes; a quote may be missing")
    except _Cut as cut:
        yield _tail(number, pending_line, str(cut), pending)
        return
    if not opened:
        return
    if state[_DEPTH] > 0:
        yield _tail(number, pending_line, "the file ends before the array does", pending)


def _tail(number: int, line: int, detail: str, raw: bytes) -> Broken:
    return Broken(number + 1, line, "truncated_file", detail, raw.strip().decode("utf-8", "replace"))


_LONGEST_CSV = 5_000  # lines of one record; a stray quote would otherwise take in the rest of the file


def _delimited(lines: Iterator[str], encoding: str, delimiter: str) -> Iterator[Record | Broken]:
    """CSV as RFC 4180 has it, first record = header; TSV likewise, with tabs.

    Where a quote does not close, the line that opened it is rejected and the lines after it are read anew; in TSV, whose
    quotes are often plain characters, that line is read as it stands.
    """
    ahead: deque[str] = deque()  # lines to be read anew
    header: list[str] | None = None
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
        shown = delimiter.join(row)
        if _INVALID in shown:
            yield _invalid(number, here, shown, encoding)
        elif len(row) != len(header):
            yield Broken(number, here, "wrong_column_count", f"{len(row)} columns, the header has {len(header)}", shown)
        else:
            yield Record(number, here, dict(zip(header, row, strict=True)))


def _csv_record(ahead: deque[str], lines: Iterator[str], held: list[str], delimiter: str) -> tuple[list[str] | None, str | None]:
    """(fields, None), or (None, what is wrong), or (None, None) at the end; held gets the lines that were taken."""

    def feed() -> Iterator[str]:
        while len(held) < _LONGEST_CSV:
            line = ahead.popleft() if ahead else next(lines, None)
            if line is None:
                return
            held.append(line)
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
    for here, line in enumerate(lines, 1):
        if opening := _DOC.fullmatch(line):
            if inside:
                yield Broken(number, at, "truncated_record", "<doc> without </doc>", "\n".join(body))
            number, at, inside, body = number + 1, here, True, []
            head = dict(_ATTRIBUTE.findall(opening[1]))
        elif line.strip() == "</doc>" and inside:
            text = "\n".join(body[1:] if body and body[0].strip() == head.get("title") else body)
            inside = False
            yield _invalid(number, at, text, encoding) if _INVALID in text else Record(number, at, {**head, "text": text})
        elif inside:
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


def _whole(blocks: Iterator[str], encoding: str, corpus_format: str) -> Iterator[Record | Broken]:
    parts: list[str] = []
    try:
        for block in blocks:
            parts.append(block)
    except _Cut as cut:
        yield Broken(1, 1, "truncated_file", str(cut), "".join(parts))
        return
    text = "".join(parts)
    if _INVALID in text:
        line = text[: text.index(_INVALID)].count("\n") + 1
        yield Broken(1, 1, "invalid_encoding", f"not valid {encoding}, first in line {line}", text.replace(_INVALID, "\ufffd"))
    elif text.strip():
        yield Record(1, 1, {"text": _WHOLE.get(corpus_format, str)(text)})


def _parquet(stream: BinaryIO) -> Iterator[Record | Broken]:
    number = 0
    try:
        for batch in pq.ParquetFile(pa.PythonFile(stream, mode="r")).iter_batches(10_000):
            for row in batch.to_pylist():
                number += 1
                yield Record(number, number, row)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        yield Broken(number + 1, number + 1, "truncated_file", f"not readable as Parquet: {error}".split("\n")[0])


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


def _with_tail(found: Iterator[Record | Broken]) -> Iterator[Record | Broken]:
    """A file that breaks off counts its missing tail as one record."""
    last: Record | Broken | None = None
    try:
        for last in found:
            yield last
    except _Cut as cut:
        number, line = (last.number, last.line) if last else (0, 0)
        yield Broken(number + 1, line + 1, "truncated_file", str(cut), cut.raw)


def read(stream: BinaryIO, name: str, corpus: Corpus, encoding: str) -> Iterator[Record | Broken]:
    """Every record of one file. name: for the extension; encoding: never `auto`."""
    return _with_tail(_read(stream, name, corpus, encoding))


def _read(stream: BinaryIO, name: str, corpus: Corpus, encoding: str) -> Iterator[Record | Broken]:
    kind = detect_format(name) if corpus.format == "auto" else corpus.format
    if kind == "parquet":
        yield from _parquet(io.BytesIO(b"".join(_blocks(stream, name))) if name.lower().endswith(COMPRESSIONS) else stream)
        return
    texts = _text_blocks(_blocks(stream, name), encoding)
    if kind == "json" and corpus.format == "auto":
        first = next((t for t in texts if t.strip()), "")
        kind = "jsonl" if first.lstrip().startswith("{") else "json"
        texts = _chain(first, texts)
    if kind == "json":
        yield from _json_array(texts, encoding)
    elif kind in _WHOLE or (kind == "text" and corpus.unit == "file"):
        yield from _whole(texts, encoding, kind)
    elif kind in ("csv", "tsv"):
        yield from _delimited(_lines(texts), encoding, "," if kind == "csv" else "\t")
    else:
        reader = {"jsonl": _json_lines, "wikidoc": _wikidoc, "text": _text}[kind]
        yield from reader(_lines(texts), encoding)


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
