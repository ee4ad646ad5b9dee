"""How the command talks: the streams, the consoles, logging in its three styles, sizes and times as people read them, its own name.

Text of a corpus, names of files and messages of libraries pass this boundary, and must not control a terminal or forge a line of
the log: their control characters are shown as pictures, and bytes of a name that are not UTF-8 as \\xNN.
"""

import codecs
import io
import json
import logging
import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.logging import RichHandler
from rich.measure import Measurement
from rich.segment import Segment

_PICTURES: dict[int, int | str] = {127: 0x2421}
_PICTURES |= {c: 0x2400 + c for c in range(32) if c not in (9, 10)}
_PICTURES |= dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029), 0xFFFD)
_PICTURES |= {0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)}  # as Python holds bytes of names that are not UTF-8
_OF_ONE_LINE = _PICTURES | {10: 0x240A}
_AS_JSON = {c: f"\\u{c:04x}" for c in _PICTURES if c > 126}  # json.dumps sees to those below


def printable(text: str) -> str:
    """The text without characters that control a terminal: C0, C1, direction; their pictures stand for them."""
    return text.translate(_PICTURES)


def one_line(text: str) -> str:
    """The same, without line ends."""
    return text.translate(_OF_ONE_LINE)


class _Printable:
    """Whatever rich shows, printable."""

    def __init__(self, shown: Any) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._shown, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._shown)


class _Boundary(RenderHook):
    """What a console prints passes here; of stdout only where it is a terminal: a program gets it as it is."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        if not (self._console.stderr or self._console.is_terminal):
            return renderables
        return [_Printable(r) for r in renderables]


def _guarded(console: Console) -> Console:
    console.push_render_hook(_Boundary(console))
    return console


terminal = _guarded(Console(stderr=True))
output = _guarded(
    Console(width=None if sys.stdout.isatty() else 10_000, markup=False, emoji=False, highlight=False)
)  # a table that goes to a file or a pipe is never cut


@contextmanager
def paged() -> Iterator[None]:
    """What is printed to `output` meanwhile is shown by $PAGER, else by less, where people read it and can turn pages.

    less ends at once where one screen holds everything.
    """
    if not output.is_terminal or output.is_dumb_terminal or not sys.stdin.isatty():
        yield
        return
    os.environ.setdefault("LESS", "FRX")  # what one screen holds, colours, and what was shown stays
    if (sys.stdout.encoding or "").lower() == "utf-8":  # which less does not believe of a terminal without a locale
        os.environ.setdefault("LESSCHARSET", "utf-8")
    with output.pager(styles=not output.no_color):
        yield


class _TerminalBytes(io.RawIOBase):
    """UTF-8 for stdout that is a terminal."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        sys.stdout.write(printable(self._decoder.decode(bytes(data))))
        return len(data)

    def flush(self) -> None:
        sys.stdout.flush()


def results() -> BinaryIO:
    """Where results go as bytes of UTF-8: to a program as they are, to a terminal printable."""
    return cast(BinaryIO, _TerminalBytes()) if sys.stdout.isatty() else sys.stdout.buffer


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, as an escape."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    return printable(lacking).encode("ascii", "backslashreplace").decode(), error.end


def set_up_streams(streams: Iterable[TextIO | Any] | None = None) -> None:
    """No character of a result or message is an error: an encoding that lacks it shows an escape, and ASCII becomes UTF-8.

    ASCII is what PYTHONIOENCODING or a locale of C asks for, and nobody means of Chinese text.
    """
    codecs.register_error("escaped", _escaped)
    for stream in (sys.stdin, sys.stdout, sys.stderr) if streams is None else streams:
        if isinstance(stream, io.TextIOWrapper):
            encoding = "utf-8" if codecs.lookup(stream.encoding).name == "ascii" else stream.encoding
            stream.reconfigure(encoding=encoding, errors="escaped" if stream.writable() else "replace")


class _Lines(logging.Formatter):
    """A record is a line, whatever stands in it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return printable(super().formatException(ei))


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        row = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        return json.dumps(row | getattr(record, "facts", {}), ensure_ascii=False).translate(_AS_JSON)


def _is_not_of_py4j(record: logging.LogRecord) -> bool:
    """False for what py4j logs through the root logger."""
    return "while sending command" not in str(record.msg)


def set_up_logging(style: str, *, debug: bool = False) -> None:
    """`json`: one object a line; `plain`: lines of text; `auto`: colours and bars where stderr is a terminal."""
    root = logging.getLogger("wajue")
    root.handlers.clear()
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    root.propagate = False
    # py4j logs a traceback for each call that Ctrl-C ends; all other failures there are raised too
    logging.getLogger("py4j").setLevel(logging.WARNING if debug else logging.CRITICAL)
    (logging.getLogger().removeFilter if debug else logging.getLogger().addFilter)(_is_not_of_py4j)
    handler: logging.Handler
    if style == "auto" and terminal.is_terminal and not terminal.is_dumb_terminal:
        handler = RichHandler(
            console=terminal, show_path=False, show_level=False, omit_repeated_times=False, log_time_format="%H:%M:%S"
        )
        handler.setFormatter(_Lines())
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_JsonLines() if style == "json" else _Lines("%(asctime)s %(message)s", "%H:%M:%S"))
    root.addHandler(handler)


def size(value: float | None) -> str:
    """Bytes in a unit that fits."""
    if value is None:
        return "–"
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.3g} {unit}" if value < 1000 else f"{value:,.0f} {unit}"
        value /= 1000
    raise AssertionError


def seconds(value: float | None) -> str:
    """Seconds, or minutes and hours where there are many."""
    if value is None:
        return "–"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def typed_command() -> str:
    """The command as the user has to type it: with its folder where that is not on PATH, as after `make demo`."""
    typed = Path(sys.argv[0])
    if typed.name != "wajue":
        return "wajue"
    on_path = shutil.which("wajue")
    return "wajue" if not typed.is_file() or (on_path is not None and typed.samefile(on_path)) else shlex.quote(str(typed))
