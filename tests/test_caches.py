"""Where caches lie when the user's own folder, or the installation, cannot be written."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from wajue import caches


@pytest.fixture(autouse=True)
def _anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder for temporary files of the test's own; nothing is remembered."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    for remembered in (caches._among_temporary_files, caches._announce):
        remembered.cache_clear()
    yield
    caches._among_temporary_files.cache_clear()


def own(tmp_path: Path) -> Path:
    return tmp_path / "tmp" / f"wajue-{os.getuid()}"


def without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a container is started with a number for a user."""

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)


def test_the_users_caches_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert caches.folder("java") == tmp_path / "cache" / "wajue" / "java"


@pytest.mark.parametrize("home", ["none", "a file", "gone"])
def test_without_them_a_folder_of_this_user_alone_takes_their_place_and_that_is_said_once(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if home == "none":
        without_a_home(monkeypatch)
    else:
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" if home == "a file" else "/proc/none"))
    for _ in range(2):
        assert caches.folder("java") == own(tmp_path) / "java"
    assert own(tmp_path).stat().st_mode & 0o777 == 0o700
    assert len([m for m in caplog.messages if "XDG_CACHE_HOME names another" in m]) == 1


@pytest.mark.parametrize("planted", ["open to all", "a link", "a file", "of another user"])
def test_what_others_made_among_temporary_files_is_not_believed(
    planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs").mkdir(mode=0o700)
    if planted == "open to all":
        own(tmp_path).mkdir()
        own(tmp_path).chmod(0o777)
    elif planted == "a link":
        own(tmp_path).symlink_to(tmp_path / "theirs")
    elif planted == "a file":
        own(tmp_path).touch()
    else:
        own(tmp_path).mkdir(mode=0o700)
        user = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: user + 1)
        own(tmp_path).mkdir(mode=0o700)
    made = caches.temporary("query")
    assert made.parent != own(tmp_path) and made.parent.stat().st_mode & 0o077 == 0 and not any((tmp_path / "theirs").iterdir())
    assert caches.temporary("query") == made, "one for each process"


def test_numba_gets_a_folder_where_it_would_find_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    package = tmp_path / "package"
    package.mkdir()
    caches.provide_for_numba(package)
    assert "NUMBA_CACHE_DIR" not in os.environ, "beside the package, as ever"
    numba = SimpleNamespace(config=SimpleNamespace(CACHE_DIR=""))
    monkeypatch.setitem(sys.modules, "numba", numba)  # type: ignore[arg-type]
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # a read-only installation; root may write everywhere else
    without_a_home(monkeypatch)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/proc/none")
    caches.provide_for_numba(package)
    assert os.environ["NUMBA_CACHE_DIR"] == numba.config.CACHE_DIR == str(own(tmp_path) / "numba")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "given"))
    caches.provide_for_numba(package)
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "given")
