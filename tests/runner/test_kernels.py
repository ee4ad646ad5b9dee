import logging
import sys
from inspect import signature
from itertools import groupby
from pathlib import Path

import pytest

from tests import kernel_list
from wajue import dag
from wajue.runner import kernels


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What was compiled is noted in this folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "marks"))
    return tmp_path / "marks"


def test_each_listed_kernel_is_there_with_types_that_numba_knows() -> None:
    listed = kernels.listed()
    assert [s for s, _ in groupby(k.step for k in listed)] == [s for s in dag.NAMES if any(k.step == s for k in listed)]
    for kernel in listed:
        assert kernel.source.is_file(), kernel.function
        compiled = kernels._named(kernel.function)
        assert compiled._cache.cache_path, kernel.function
        assert len(kernel.parameters) == len(signature(compiled.py_func).parameters), kernel.function
        assert [kernels.described(kernels._numba_type(p)) for p in kernel.parameters] == kernel.parameters


def test_a_process_compiles_what_is_needed_once(marks: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with kernels.Compiler(["ingest", "variants"]) as compiler:
        compiler.wait("ingest")
        compiler.wait("variants")  # calls no kernel
    assert [m.name for m in marks.rglob("*") if m.is_file()] == ["ingest"] and len(caplog.messages) == 1
    with kernels.Compiler(["ingest"]) as compiler:
        compiler.wait("ingest")
    assert len(caplog.messages) == 1, "all is compiled: no process was started"


def test_steps_compile_by_themselves_where_the_process_fails(
    marks: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no room on the disk >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with kernels.Compiler(["ingest", "clean"]) as compiler:
        compiler.wait("ingest")
        compiler.wait("clean")
    said = [r.message for r in caplog.records if r.levelno == logging.WARNING]
    assert said == ["kernels were not compiled beside the run, but where they are called: no room on the disk"]


def test_in_an_archive_there_is_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "LIST", tmp_path / "wajue.zip" / "kernels.jsonl")
    kernels.listed.cache_clear()
    with kernels.Compiler(["ingest"]) as compiler:
        compiler.wait("ingest")
    assert not compiler._awaited


@pytest.mark.cluster
def test_the_list_is_what_the_demo_compiles(tmp_path: Path) -> None:
    """If not: python -m tests.kernel_list."""

    def without_order(listed: list[kernels.Kernel]) -> list[tuple[str, str]]:
        return sorted((k.function, str(k.parameters)) for k in listed)

    assert without_order(kernel_list.of_the_demo(tmp_path)) == without_order(kernels.listed())
