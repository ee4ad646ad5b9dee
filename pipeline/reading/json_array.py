"""Where the elements of one JSON array begin and end. In: the array's text in blocks. Out: the raw bytes of the elements, as
many together as end in a block.

The array is never parsed as a whole: a broken element does not take the others with it, and memory is one block and one element.
The scanner does not check that JSON is valid (a parser does, later). It only counts brackets outside strings, and notices three
faults that would move the end of an element, so that the next one can be read:

- a line end inside a string, which JSON does not allow: a quote is missing;
- a closing bracket of the wrong kind: a bracket is missing;
- an object where none can stand, right after another one or in the place of a key: a comma or a closing brace is missing.

After the first two, the element is broken up to the next line that opens an object; at the third, the next element begins.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.reading.decoding import BLOCK, MAX_RECORD, Cut
from wajue.reading.extents import WHOLE, Border, Extent, Indivisible

NEWLINE, SPACE, QUOTE, COMMA, BACKSLASH = ord("\n"), ord(" "), ord('"'), ord(","), ord("\\")
OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE = ord("["), ord("]"), ord("{"), ord("}")

# The state of the scanner, an int64 each:
_DEPTH = 0  # open brackets: 0 after the end of the array, 1 between its elements
_KINDS = 1  # which of them are braces, a bit each, the innermost last
_LINES = 2  # lines before this one
_IN_STRING = 3
_ESCAPED = 4  # in a string, right after a backslash
_BROKEN = 5  # after a fault, until the next element begins
_LINE_START = 6  # only white space so far in this line
_BEGUN = 7  # something of the element was seen
_AFTER_COMMA = 8
_STATE_SIZE = 9

_DEEPEST = 60  # brackets whose kinds fit into _KINDS
_LONGEST = MAX_RECORD // 3  # bytes of an element in a divided array: a byte that does not decode becomes three
_INSIDE_OBJECT = 2  # _DEPTH once an element has opened its brace


class Element(NamedTuple):
    """One element: the line of its first character (from 1), and its bytes. fault: reason and detail if it is none."""

    line: int
    raw: bytes
    fault: tuple[str, str] | None = None


@njit(cache=True)
def _element_ends(data, state, ends, lines):
    """Where the elements of the array end in a block: at a comma, at the closing bracket, or before what opens the next one.

    data: uint8 [n]; state: int64 [_STATE_SIZE], carried over from block to block; ends, lines: int64 [n], filled with the position
    of each end and the lines before it. Returns how many ends there are. One loop, with no function for each transition: calls
    made it 1.2 to 4 times slower.
    """
    count = 0
    for i in range(len(data)):
        char = data[i]
        if char == NEWLINE:
            state[_LINES] += 1
            if state[_IN_STRING] or state[_BROKEN]:
                state[_IN_STRING], state[_ESCAPED], state[_BROKEN] = 0, 0, 1
            state[_LINE_START] = 1
            continue

        if state[_IN_STRING]:
            if state[_ESCAPED]:
                state[_ESCAPED] = 0
            elif char == BACKSLASH:
                state[_ESCAPED] = 1
            elif char == QUOTE:
                state[_IN_STRING] = 0
            continue

        if state[_BROKEN]:  # a line that opens an object ends the broken element, and begins the next one
            if char == OPEN_BRACE and state[_LINE_START]:
                ends[count], lines[count] = i, state[_LINES]
                count += 1
                state[_BROKEN], state[_DEPTH], state[_KINDS], state[_BEGUN], state[_AFTER_COMMA] = 0, _INSIDE_OBJECT, 1, 1, 0
            elif char > SPACE and char != COMMA:
                state[_LINE_START] = 0
            continue

        if char > SPACE:
            state[_LINE_START] = 0
        # an object right after another element, or after a comma inside an object, where only a key can stand
        if char == OPEN_BRACE and (
            (state[_DEPTH] == 1 and state[_BEGUN]) or (state[_AFTER_COMMA] and 1 < state[_DEPTH] <= _DEEPEST and state[_KINDS] & 1)
        ):
            ends[count], lines[count] = i, state[_LINES]
            count += 1
            state[_DEPTH], state[_KINDS] = 1, 0
        if char > SPACE:
            state[_BEGUN], state[_AFTER_COMMA] = 1, char == COMMA

        if char == QUOTE:
            state[_IN_STRING] = 1
        elif char == OPEN_BRACE or char == OPEN_BRACKET:  # noqa: SIM109  Numba tries the members of a tuple in a loop
            state[_DEPTH] += 1
            if state[_DEPTH] <= _DEEPEST:
                state[_KINDS] = (state[_KINDS] << 1) | (char == OPEN_BRACE)
        elif char == CLOSE_BRACE or char == CLOSE_BRACKET:  # noqa: SIM109
            if state[_DEPTH] <= _DEEPEST:
                if (state[_KINDS] & 1) != (char == CLOSE_BRACE):
                    state[_BROKEN] = 1
                    continue
                state[_KINDS] >>= 1
            state[_DEPTH] -= 1
            if state[_DEPTH] == 0:
                ends[count], lines[count] = i, state[_LINES]
                return count + 1
        elif char == COMMA and state[_DEPTH] == 1:
            ends[count], lines[count] = i, state[_LINES]
            count += 1
            state[_BEGUN] = 0
    return count


@njit(cache=True)
def _first_lines(data, ends, lines, line):
    """The line in which each element begins, int64. line: that in which the first one begins, with white space or not."""
    out = np.empty(len(ends), np.int64)
    begin = 0
    for k in range(len(ends)):
        out[k] = line
        for i in range(begin, ends[k]):
            if data[i] > SPACE:
                break
            out[k] += data[i] == NEWLINE
        begin, line = ends[k] + 1, lines[k] + 1
    return out


def _first_line(line: int, raw: bytes) -> int:
    """The line of the first character that is no white space, of bytes that begin in the line given."""
    return line + raw[: len(raw) - len(raw.lstrip())].count(b"\n") if raw.strip() else line


class Run(NamedTuple):
    """Elements one after another, with what parts them."""

    raw: bytes  # up to the end of the last element
    line: int  # in which raw begins
    ends: np.ndarray  # int64: where each element ends in raw
    lines: np.ndarray  # int64: the lines of the file before each end
    opens: bool  # is the first element of the array among them?
    closes: bool  # is the last one?

    def first_lines(self) -> list[int]:
        """The line of the first character of each element, if all are valid."""
        return _first_lines(np.frombuffer(self.raw, np.uint8), self.ends, self.lines, self.line).tolist()

    def elements(self) -> Iterator[Element]:
        """The elements one by one, broken or not."""
        begin, line = 0, self.line
        for end, lines_before in zip(self.ends.tolist(), self.lines.tolist(), strict=True):
            raw = self.raw[begin:end]
            at = _first_line(line, raw)
            begin, line = end if self.raw[end : end + 1] == b"{" else end + 1, lines_before + 1
            if raw := raw.strip(b", \r\n\t"):
                yield Element(at, raw)
            elif not (self.opens and self.closes and len(self.ends) == 1):  # [] has no element, [1,] lacks one
                yield Element(at, b"", ("invalid_json", "a comma without an element after it"))


def runs(texts: Iterator[str], extent: Extent = WHOLE) -> Iterator[Run | Element]:
    """The elements of the array, or of the part of it that these texts hold. An Element is what is wrong with the array itself, and
    comes last.
    """
    scan = _Scan(extent)
    try:
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            if not scan.opened:
                data = scan.open(data)
            if scan.opened and (run := scan.feed(data)):
                yield run
            scan.check()
            if scan.fault:
                break
        if extent.last and scan.opened and not scan.closed and not scan.fault:
            scan.end("truncated_file", "the file ends before the array does")
    except Cut as cut:
        scan.end("truncated_file", str(cut))
    if scan.fault:
        yield scan.fault


def _between_elements(line: int) -> np.ndarray:
    """The state of the scanner in this line, after the comma that ends an element."""
    state = np.zeros(_STATE_SIZE, np.int64)
    state[_DEPTH], state[_LINES], state[_AFTER_COMMA] = 1, line - 1, 1
    return state


class _Scanner:
    """Blocks one after another; state: that of _element_ends, int64 [_STATE_SIZE]."""

    def __init__(self, state: np.ndarray) -> None:
        self.state = state
        self._ends, self._lines = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)

    def ends(self, data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ends of elements in the next block, none behind the array, and the lines before (int64 [k] each), until the next call."""
        if len(data) > len(self._ends):
            self._ends, self._lines = np.empty(len(data), np.int64), np.empty(len(data), np.int64)
        count = _element_ends(data, self.state, self._ends, self._lines) if self.state[_DEPTH] else 0
        return self._ends[:count], self._lines[:count]


def borders(blocks: Iterator[tuple[int, np.ndarray]], least: int) -> Iterator[Border]:
    """Where the array can be divided: behind commas that end elements, at least so many bytes apart.

    blocks: offsets and bytes (uint8) of the file. Raises Indivisible if it is no array, or an element is too long.
    """
    at, data = next(blocks)
    text = data.tobytes().lstrip()
    if not text.startswith(b"["):
        raise Indivisible("no array")
    begin = len(data) - len(text) + 1
    scanner, number = _Scanner(_between_elements(1 + int(np.count_nonzero(data[:begin] == NEWLINE)))), 1
    divided = ended = at + begin  # the last border, and the end of the last element
    for block_at, block in chain([(at + begin, data[begin:])], blocks):
        ends, lines = scanner.ends(block)
        ends_in_file = ends + block_at
        if np.diff(ends_in_file, prepend=ended, append=block_at + len(block)).max() > _LONGEST:
            raise Indivisible("an element is too long")
        if scanner.state[_DEPTH] == 0:
            return
        commas = np.flatnonzero(block[ends] == COMMA)
        if len(commas) and ends_in_file[commas[-1]] - divided >= least:
            last = int(commas[-1])
            divided = int(ends_in_file[last]) + 1
            yield Border(divided, number + last + 1, int(lines[last]) + 1)
        number, ended = number + len(ends), int(ends_in_file[-1]) if len(ends) else ended


class _Scan:
    """A scan of one file, or of a part of it. opened, closed: has the array begun, has it ended? fault: what is wrong with it."""

    def __init__(self, extent: Extent) -> None:
        self.opened = not extent.first
        self.fault: Element | None = None
        self._state = _between_elements(extent.line) if self.opened else np.zeros(_STATE_SIZE, np.int64)
        self._scanner = _Scanner(self._state)
        self._pending, self._line = list[bytes](), extent.line  # the element that has not ended, and the line in which it begins
        self._first = extent.first

    @property
    def closed(self) -> bool:
        return self.opened and bool(self._state[_DEPTH] == 0)

    def open(self, data: bytes) -> bytes:
        """What follows the bracket that opens the array, if it is in this block."""
        if not data.strip():
            self._state[_LINES] += data.count(b"\n")
            return b""
        head = len(data) - len(data.lstrip())
        if data[head : head + 1] != b"[":
            detail = 'not a JSON array; for an object a line set format = "jsonl"'
            self.fault = Element(1, data, ("invalid_json", detail))
            return b""
        self.opened = True
        self._state[_LINES] += data[: head + 1].count(b"\n")
        self._state[_DEPTH] = 1
        self._line = int(self._state[_LINES]) + 1
        return data[head + 1 :]

    def feed(self, data: bytes) -> Run | None:
        """The elements that end in this block."""
        ends, lines = self._scanner.ends(np.frombuffer(data, np.uint8))
        if not len(ends):
            self._pending.append(data)
            return None
        last, size = int(ends[-1]), sum(map(len, self._pending))
        raw = b"".join((*self._pending, data[: last + 1]))  # with the byte at which the last one ends: a brace may begin the next
        run = Run(raw, self._line, ends + size, lines.copy(), self._first, self.closed)
        self._first, self._line = False, int(lines[-1]) + 1
        self._pending = [data[last if data[last] == OPEN_BRACE else last + 1 :]]
        return run

    def check(self) -> None:
        """Look at what is pending: nothing may follow the array. Raises Cut if an element is longer than a record may be."""
        if self.closed:
            trailing = b"".join(self._pending)
            if trailing.strip():
                self.end("trailing_data", "text after the end of the array")
            self._line, self._pending = self._line + trailing.count(b"\n"), []
        elif sum(map(len, self._pending)) > MAX_RECORD:
            raise Cut(f"an element is longer than {MAX_RECORD} bytes; a quote may be missing")

    def end(self, reason: str, detail: str) -> None:
        """What is pending is no element."""
        raw = b"".join(self._pending)
        self.fault = Element(_first_line(self._line, raw), raw.strip(), (reason, detail))
