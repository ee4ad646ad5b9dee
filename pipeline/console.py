"""How the command talks: the console on stderr, logging in its three styles, sizes and times as people read them, its own name."""

import json
import logging
import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler

terminal = Console(stderr=True)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        row = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        return json.dumps(row | getattr(record, "facts", {}), ensure_ascii=False)


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
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_JsonLines() if style == "json" else logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
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
