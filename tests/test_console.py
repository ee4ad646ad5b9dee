"""Sizes and times as people read them, and the command as they type it."""

import io
import json
import logging
import os
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from wajue import console


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (console.size(999), "999 B"), (console.size(3_480_000), "3.48 MB"), (console.size(5_140_000_000_000), "5,140 GB"),
        (console.size(None), "–"), (console.seconds(7.04), "7.0 s"), (console.seconds(153.3), "2 min 33 s"),
        (console.seconds(7384), "2 h 03 min"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_people(shown: str, expected: str) -> None:
    assert shown == expected


def test_what_to_type_has_the_folder_of_a_command_that_is_not_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "my env" / "wajue"
    script.parent.mkdir()
    script.touch(0o755)
    monkeypatch.setattr("sys.argv", [str(script)])
    monkeypatch.setenv("PATH", "")
    assert console.typed_command() == f"'{script}'"
    monkeypatch.setenv("PATH", str(script.parent))
    assert console.typed_command() == "wajue"
    monkeypatch.setattr("sys.argv", ["wajue/__main__.py"])
    assert console.typed_command() == "wajue"


HOSTILE = "a\x1b[2J\x9b\u202eb\udcb2\r\n12:00 forged"
SHOWN = "a␛[2J\ufffd\ufffdb\\xb2␍␊12:00 forged"


@pytest.mark.parametrize("style", ["plain", "json"])
def test_a_record_is_a_line_that_controls_nothing(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")  # strict: a lone surrogate would be an error
    monkeypatch.setattr(sys, "stderr", stream)
    console.set_up_logging(style)
    logging.getLogger("wajue").warning("cannot read %s", HOSTILE, extra={"facts": {"file": HOSTILE}})
    stream.flush()
    [line] = stream.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]
    assert not {c for c in line if ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e"}
    if style == "json":
        assert json.loads(line)["message"] == f"cannot read {HOSTILE}", "programs get it as it is"
    else:
        assert line.endswith(f" cannot read {SHOWN}")


def test_what_a_terminal_shows_is_printable_and_a_program_gets_it_as_it_is() -> None:
    for is_terminal, expected in ((True, "a␛[2J\ufffd"), (False, "a\x1b[2J\x9b")):
        file = io.StringIO()
        guarded = console._guarded(Console(file=file, force_terminal=is_terminal, color_system=None, width=80, markup=False))
        table = Table("name")
        table.add_row("a\x1b[2J\x9b")
        guarded.print("a\x1b[2J\x9b", table)
        assert file.getvalue().count(expected) == 2


@pytest.mark.parametrize(("is_terminal", "asks"), [(True, True), (True, False), (False, True)])
def test_pages_are_turned_where_people_read(is_terminal: bool, asks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    file, turned = io.StringIO(), []
    environment = {"TERM": "xterm"}
    shown = console._guarded(Console(file=file, force_terminal=is_terminal, color_system=None, width=80, _environ=environment))
    monkeypatch.setattr(console, "output", shown)
    monkeypatch.setattr("sys.stdin.isatty", lambda: asks, raising=False)
    monkeypatch.setattr("pydoc.pager", turned.append)
    for name in ("LESS", "LESSCHARSET"):
        monkeypatch.setenv(name, "R")  # so that it is put back
        monkeypatch.delenv(name)
    with console.paged():
        console.output.print("断路器\x1b[2J")
    if is_terminal and asks:
        assert turned == ["断路器␛[2J\n"] and not file.getvalue() and os.environ["LESS"] == "FRX"
        assert os.environ["LESSCHARSET"] == "utf-8", "whatever the locale"
    else:
        assert not turned and "断路器" in file.getvalue()


def test_bytes_for_a_terminal_are_printable(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", screen := Screen())
    data = "断\x1b[2J\n".encode()
    sink = console.results()
    for piece in (data[:2], data[2:]):  # a character may be cut between two calls
        sink.write(piece)
    assert screen.getvalue() == "断␛[2J\n"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("ascii", "断路器 \\xb2".encode()), ("gbk", "断路器 \\xb2".encode("gbk")), ("utf-8", "断路器 \\xb2".encode())],
)
def test_no_encoding_of_a_terminal_is_an_error(encoding: str, expected: bytes) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    console.set_up_streams([stream])
    stream.write("断路器 \udcb2")
    stream.flush()
    assert stream.buffer.getvalue() == expected  # type: ignore[attr-defined]
    stream.write("𠀀")  # which GBK lacks
    stream.flush()
