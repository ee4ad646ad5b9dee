"""Where the elements of one JSON array begin and end. In: the array's text in blocks. Out: the raw bytes of the elements, as
many together as end in a block.

The array is never parsed as a whole: an element that is broken does not take the others with it, and memory is one block and
one element.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.reading.decoding import BLOCK, MAX_RECORD, Cut


class Element(NamedTuple):
    """One element: the line of its first character (from 1), and its bytes. fault: (reason, detail) where it is none."""

    line: int
    raw: bytes
    fault: tuple[str, str] | None = None


# state of the scan of a JSON array: nesting depth, inside a string, after a backslash, broken, only white space so far in
# this line, lines seen, which brackets are open (a bit each, 1 for {), something seen of the element, just after a comma
_DEPTH, _STRING, _ESCAPE, _BROKEN, _LINE_START, _LINES, _KINDS, _SEEN, _COMMA = range(9)
_DEEPEST = 60  # brackets whose kinds are remembered


@njit(cache=True)
def _element_ends(data, state, ends, lines):
    """Where the elements of a JSON array end (at a comma, or at the closing bracket, or where a broken one gives up).

    JSON allows no line end inside a string: one there means that a quote is missing. Then, as after a bracket of the wrong
    kind, the element is broken, and the next line that opens an object starts the next one. So does an object right after
    another, without a comma, and one where only a key can stand, inside an object that was never closed. Returns the number
    of ends; state carries over to the next block.
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
                state[_BROKEN], state[_DEPTH], state[_KINDS], state[_SEEN], state[_COMMA] = 0, 2, 1, 1, 0
            elif c > 32 and c != 44:
                state[_LINE_START] = 0
            continue
        if c > 32:
            state[_LINE_START] = 0
        if c == 123 and (
            (state[_DEPTH] == 1 and state[_SEEN]) or (state[_COMMA] and 1 < state[_DEPTH] <= _DEEPEST and state[_KINDS] & 1)
        ):
            ends[n], lines[n] = i, state[_LINES]
            n += 1
            state[_DEPTH], state[_KINDS] = 1, 0
        if c > 32:
            state[_SEEN], state[_COMMA] = 1, c == 44
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


@njit(cache=True)
def _first_lines(data, ends, lines, at):
    """The line in which the text of each element begins, of those that begin in the line `at` or after an end with white space."""
    out = np.empty(len(ends), np.int64)
    begin = 0
    for k in range(len(ends)):
        out[k] = at
        for i in range(begin, ends[k]):
            if data[i] > 32:
                break
            out[k] += data[i] == 10
        begin, at = ends[k] + 1, lines[k] + 1
    return out


def _first_line(line: int, raw: bytes) -> int:
    """The line in which the text begins, of what begins in this one with white space."""
    return line + raw[: len(raw) - len(raw.lstrip())].count(b"\n") if raw.strip() else line


class Run(NamedTuple):
    """Elements one after another. raw: their bytes and what parts them, up to where the last one ends.

    line: the one in which raw begins; ends, lines: where each ends, and the lines before that, int64; opens, closes: are they
    the first, the last of the array?
    """

    raw: bytes
    line: int
    ends: np.ndarray
    lines: np.ndarray
    opens: bool
    closes: bool

    def first_lines(self) -> list[int]:
        """The line of the first character of each element, if all are valid."""
        return _first_lines(np.frombuffer(self.raw, np.uint8), self.ends, self.lines, self.line).tolist()

    def elements(self) -> Iterator[Element]:
        """The elements one by one, whatever they hold."""
        begin, line = 0, self.line
        for end, before in zip(self.ends.tolist(), self.lines.tolist(), strict=True):
            raw = self.raw[begin:end]
            at = _first_line(line, raw)
            begin, line = end if self.raw[end : end + 1] == b"{" else end + 1, before + 1
            if raw := raw.strip(b", \r\n\t"):
                yield Element(at, raw)
            elif not (self.opens and self.closes and len(self.ends) == 1):  # [] has no element, [1,] lacks one
                yield Element(at, b"", ("invalid_json", "a comma without an element after it"))


def runs(texts: Iterator[str]) -> Iterator[Run | Element]:
    """The elements of the array, and a faulty one at its end for whatever is wrong with it."""
    state = np.zeros(9, np.int64)
    pending, pending_line, opened, first = b"", 1, False, True
    ends, lines = np.empty(4 * BLOCK, np.int64), np.empty(4 * BLOCK, np.int64)
    try:
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            if not opened:
                if not data.strip():
                    state[_LINES] += data.count(b"\n")
                    continue
                head = len(data) - len(data.lstrip())
                if data[head : head + 1] != b"[":
                    said = 'not a JSON array; for an object a line set format = "jsonl"'
                    yield Element(1, data, ("invalid_json", said))
                    return
                opened, pending_line = True, int(state[_LINES]) + 1 + data[: head + 1].count(b"\n")
                state[_LINES], state[_DEPTH] = pending_line - 1, 1
                data = data[head + 1 :]
            if state[_DEPTH] == 0:
                pending += data
            else:
                if len(data) > len(ends):
                    ends, lines = np.empty(len(data), np.int64), np.empty(len(data), np.int64)
                n = _element_ends(np.frombuffer(data, np.uint8), state, ends, lines)
                if n:
                    last = int(ends[n - 1])
                    # with the byte at which the last one ends: a bracket, too, may begin an element
                    raw = pending + data[: last + 1]
                    yield Run(raw, pending_line, ends[:n] + len(pending), lines[:n].copy(), first, state[_DEPTH] == 0)
                    first, pending, pending_line = False, b"", int(lines[n - 1]) + 1
                    data = data[last if data[last] == 123 else last + 1 :]
                pending += data
            if state[_DEPTH] == 0 and pending.strip():
                yield Element(
                    _first_line(pending_line, pending), pending.strip(), ("trailing_data", "text after the end of the array")
                )
                return
            if len(pending) > MAX_RECORD:
                raise Cut(f"an element is longer than {MAX_RECORD} bytes; a quote may be missing")
    except Cut as cut:
        yield Element(_first_line(pending_line, pending), pending.strip(), ("truncated_file", str(cut)))
        return
    if opened and state[_DEPTH] > 0:
        yield Element(
            _first_line(pending_line, pending), pending.strip(), ("truncated_file", "the file ends before the array does")
        )
