"""The command, called within the tests' own process: starting Python and importing pandas each time takes longer than most tests."""

import contextlib
import io
import sys
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

from wajue.cli import main


def wajue(*arguments: str, folder: Path, text: str | None = None) -> "CompletedProcess[str]":
    """What comes of the command in a folder, with `text` as its standard input."""
    streams = [io.TextIOWrapper(io.BytesIO(b), encoding="utf-8", newline="") for b in ((text or "").encode(), b"", b"")]
    status = 0
    with (
        contextlib.chdir(folder),
        mock.patch.multiple(sys, **dict(zip(("stdin", "stdout", "stderr"), streams, strict=True))),
    ):
        try:
            main(list(arguments))
        except SystemExit as ended:
            assert ended.code is None or isinstance(ended.code, int)
            status = ended.code or 0
    for stream in streams[1:]:
        stream.flush()
    said, warned = (s.buffer.getvalue().decode() for s in streams[1:])  # type: ignore[attr-defined]
    return CompletedProcess(["wajue", *arguments], status, said, warned)


def told(result: "CompletedProcess[str]") -> str:
    """The one line that the command said of what is wrong."""
    assert "Traceback" not in result.stderr and result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr
