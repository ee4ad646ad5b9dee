"""Word lists, of which every one is read here. In: the entries of a setting, words and files of words. Out: words, counts, faults.

In a file each line is one entry, spaces and all. Blank lines, and lines that begin with #, say nothing. A file is UTF-8, with or
without a byte order mark, or UTF-16 with one, or GB18030, which is noticed.
"""

import logging
import math
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from wajue.errors import ConfigError

log = logging.getLogger(__name__)

LONGEST = 64  # symbols of a word: what segmentation can cut out whole
_LINE_END = re.compile(r"\r\n|\r|\n")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_COMMON = 0.9  # of the characters beyond ASCII, that are in GB 2312: the bytes of another encoding give rare ones
_SYMBOL = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff]|[^\u3007\u3400-\u9fff\uf900-\ufaff]+")
# a count stands behind a tab, or is what looks like a number or a tag of a dictionary: 断路器 500 n, but T 细胞 and circuit breaker
_COUNTED = re.compile(
    r"(?P<word>[^\t]*\S)(?:[ \u3000]*\t\s*(?P<stated>\S+)|\s+(?P<number>[-+.\d]\S*|(?i:nan|inf|infinity)))(?:\s+[A-Za-z]+)?"
)
_CHINESE_AND_NO_COUNT = re.compile(r"(?P<word>[\u3007\u3400-\u9fff\uf900-\ufaff]+)\s+(?P<stated>[a-z]+)")


class Entry(NamedTuple):
    """What one entry says, and where it stands, in words."""

    text: str
    source: str


def entries(listed: Iterable[str], base: Path, *, files_only: bool = False) -> list[Entry]:
    """The entries of a setting, in which one that ends in .txt is a file of them; paths are relative to `base`.

    files_only: each is a file, whatever its name. Raises ConfigError if a file cannot be read.
    """
    read: list[Entry] = []
    for entry in listed:
        if files_only or entry.endswith(".txt"):
            read += _in_file(located(entry, base))
        elif entry.strip():
            read.append(Entry(entry.strip(), repr(entry)))
    return read


def located(path: str, base: Path) -> Path:
    """Where a path lies: ~ is a home, as in a shell; else it is relative to `base`."""
    return base / os.path.expanduser(path)  # noqa: PTH111  Path's raises an error for a user that is not there


def _in_file(path: Path) -> list[Entry]:
    lines = enumerate(_LINE_END.split(text_of(path)), 1)
    stripped = ((number, line.strip()) for number, line in lines)
    return [Entry(line, f"{path}, line {number}") for number, line in stripped if line and not line.startswith("#")]


def content(path: Path) -> bytes:
    """The bytes of a word list. Raises ConfigError if it cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read the word list {path}: {error}") from None


def text_of(path: Path) -> str:
    """What a word list says. Raises ConfigError if it cannot be read, or is no text in UTF-8, UTF-16 or GB18030."""
    data = content(path)
    try:
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        text = _gb18030(data) or ""
        if not text:
            line = 1 + data.count(b"\n", 0, error.start)
            raise ConfigError(f"{path}, line {line}: neither UTF-8 nor GB18030; save the word list as UTF-8") from None
        log.info("the word list %s is no UTF-8; it is read as GB18030", path)
    if "\0" in text:
        raise ConfigError(f"{path}: it holds NUL characters and is no word list; save it as UTF-8")
    return text


def _gb18030(data: bytes) -> str | None:
    """The text, if it is Chinese in this encoding, which nearly any bytes could be."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    beyond_ascii = [c for c in text if c > "\x7f"]
    common = sum(bool(c.encode("gb2312", "ignore")) for c in beyond_ascii)
    return text if common >= _COMMON * len(beyond_ascii) else None


def counted(entry: Entry) -> tuple[str, float | None]:
    """(word, the count that stands after it, or None). Raises ConfigError if what stands there is no count above 0."""
    match = _COUNTED.fullmatch(entry.text) or _CHINESE_AND_NO_COUNT.fullmatch(entry.text)
    if not match:
        return entry.text, None
    parts = match.groupdict()
    stated = parts.get("stated") or parts["number"]
    try:
        count = float(stated)
    except ValueError:
        count = 0.0
    if not 0 < count < math.inf:
        raise ConfigError(
            f"{entry.source}: {stated!r} after the word {parts['word']!r} is no count; write a number above 0, or nothing"
        )
    return parts["word"], count


def without_count(entry: Entry) -> str:
    """The word of a line of a dictionary (断路器 3 n), in which nobody looks at counts."""
    match = _COUNTED.fullmatch(entry.text)
    return match["word"] if match else entry.text


def check_length(word: str, source: str) -> None:
    """Raises ConfigError if the word has too many symbols to be cut out whole."""
    if (symbols := len(_SYMBOL.findall(word))) > LONGEST:
        raise ConfigError(f"{source}: {symbols} symbols; an accepted word has {LONGEST} at most")
