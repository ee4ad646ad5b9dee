"""Folders for what is made once and kept, such as compiled kernels. In: a name. Out: a folder that nobody else writes to.

It lies in the user's caches. Where these cannot be written (a container without a home, a read-only disk), it lies among the
temporary files, in a folder of this user's alone: what others could have put there is not believed, for Numba's caches are code.
"""

import logging
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path

log = logging.getLogger(__name__)


def folder(name: str) -> Path:
    """The folder of this name; it is there when this returns, and may be written to."""
    for base in (_of_the_user(), None):
        made = (base or _among_temporary_files()) / name
        if _can_be_written(made):
            if base is None:
                _announce(made)
            return made
    raise AssertionError("a temporary folder that was just made can be written to")


def temporary(name: str) -> Path:
    """A folder of this name among the temporary files, of this user's alone."""
    made = _among_temporary_files() / name
    made.mkdir(exist_ok=True)
    return made


def provide_for_numba(package: Path) -> None:
    """See to it that Numba can keep what it compiles: without a folder for that it refuses to compile at all.

    package: the folder of the modules, beside which it keeps it by default. Has to be called before they are imported.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    if (given and _can_be_written(Path(given))) or os.access(package, os.W_OK):
        return
    os.environ["NUMBA_CACHE_DIR"] = str(folder("numba"))
    if (numba := sys.modules.get("numba")) is not None:  # it has read its settings already
        numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


def _of_the_user() -> Path | None:
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wajue"
    except RuntimeError:  # a user without a home
        return None


@cache
def _among_temporary_files() -> Path:
    """A folder that belongs to this user, and that nobody else may look into."""
    path = Path(tempfile.gettempdir()) / f"wajue-{os.getuid()}"
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077:
            return path
    except OSError:  # something else lies there
        pass
    return Path(tempfile.mkdtemp(prefix="wajue-"))


def _can_be_written(path: Path) -> bool:
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return True
    except OSError:
        return False


@cache
def _announce(path: Path) -> None:
    log.warning("the user's folder for caches cannot be written: %s takes its place (XDG_CACHE_HOME names another)", path)
