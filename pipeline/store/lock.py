"""One run at a time in a workspace. In: its file system and folder. Out: a lock, or a WajueError that says which run has it.

On a local file system this is the system's own lock on the file `_lock`, which ends with its process, however that ends.
Elsewhere it is a lease: `_lock` says which run has it and when that run was last seen. Hadoop's file systems create the file
atomically, so of two runs that start together one fails. Where nothing is atomic (pyarrow's S3), and where a run takes over a
lease that was given up, it waits a moment and looks whether the file still says what it wrote.
"""

import errno
import fcntl
import json
import logging
import os
import platform
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyarrow import fs

from wajue.errors import WajueError
from wajue.store import file_systems

log = logging.getLogger(__name__)

NAME = "_lock"
_UNSUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
_RENEWED, _GIVEN_UP = 30.0, 600.0  # seconds: a driver that computes may hold the interpreter for minutes
_SETTLED = 2.0  # seconds within which two that found no lock both write one


def exclusive(files: fs.FileSystem, root: str) -> AbstractContextManager[None]:
    """Nobody else works in the folder meanwhile. Raises WajueError if another run does, or the folder cannot be written to."""
    return _locked(root) if isinstance(files, fs.LocalFileSystem) else _leased(files, root)


def reviewing(root: str) -> AbstractContextManager[None]:
    """Nobody else reviews in a local folder meanwhile; runs may work in it. Raises WajueError likewise."""
    return _locked(
        root,
        "_review_lock",
        "another review",
        "its page is open for answers, or a model is being asked; end it with Ctrl-C, then begin again",
    )


def _me() -> dict[str, Any]:
    return {"process": os.getpid(), "host": platform.node(), "seen": datetime.now(UTC).isoformat(timespec="seconds")}


def _taken(root: str, holder: dict[str, Any], advice: str, kind: str = "another run") -> WajueError:
    process = f"process {holder.get('process', '?')} on {holder.get('host', '?')}, seen {holder.get('seen', '?')}"
    return WajueError(f"{kind} ({process}) is at work in {root}; {advice}")


@contextmanager
def _locked(root: str, name: str = NAME, kind: str = "another run", advice: str = "wait for it to end") -> Iterator[None]:
    path = f"{root}/{name}"
    try:
        descriptor = _open_locked(path)
    except BlockingIOError:
        raise _taken(root, _read(fs.LocalFileSystem(), path) or {}, advice, kind) from None
    except OSError as error:
        raise WajueError(f"cannot write to the workspace {root}: {error.strerror}") from None
    try:
        yield
    finally:
        Path(path).unlink(
            missing_ok=True
        )  # while it is still locked: a run that opened it before finds another file at this path, or none
        os.close(descriptor)


def _open_locked(path: str) -> int:
    """A descriptor of the file at the path, locked and saying who we are. Raises BlockingIOError where another holds it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            _flock(descriptor, path)
            if lies_at(descriptor, path):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, json.dumps(_me()).encode())
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its holder removed it meanwhile


def lies_at(descriptor: int, path: str) -> bool:
    """Is the open file still the one at the path?"""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _flock(descriptor: int, path: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        log.warning("the file system of %s knows no locks: see to it that no other run works there", path)


@contextmanager
def _leased(files: fs.FileSystem, root: str) -> Iterator[None]:
    path, token = f"{root}/{NAME}", uuid.uuid4().hex
    _take_lease(files, root, path, token)
    stop = threading.Event()
    thread = threading.Thread(target=_renew, args=(files, path, token, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        try:
            if (_read(files, path) or {}).get("token") == token:
                files.delete_file(path)
        except OSError as error:  # what ended the run is the message that counts
            log.warning("cannot give back %s: %s", path, error)


def _take_lease(files: fs.FileSystem, root: str, path: str, token: str) -> None:
    """Write a lease that no other run has. Raises WajueError if one has it, or the file cannot be written."""
    holder, creator = _read(files, path), file_systems.exclusive_creator(files)
    if holder is not None and _age(holder) < _GIVEN_UP:
        raise _taken(root, holder, f"wait for it to end; if it was killed, for {_GIVEN_UP / 60:.0f} minutes, or delete {path}")
    if holder is None and creator is not None:
        try:
            creator.create_new(path, _lease(token))
        except FileExistsError:
            raise _taken(root, _read(files, path) or {}, "it began at the same moment; wait for it to end") from None
        except OSError as error:
            raise _unwritable(path, error) from None
        return
    _write(files, path, token)
    time.sleep(_SETTLED)
    if (holder := _read(files, path) or {}).get("token") != token:
        raise _taken(root, holder, "it began at the same moment; wait for it to end")


def _renew(files: fs.FileSystem, path: str, token: str, stop: threading.Event) -> None:
    while not stop.wait(_RENEWED):
        try:
            _write(files, path, token)
        except Exception as error:  # the work itself will meet what is wrong with the file system; the next try may succeed
            log.warning("cannot renew %s: %s", path, error)


def _lease(token: str) -> bytes:
    return json.dumps(_me() | {"token": token}).encode()


def _write(files: fs.FileSystem, path: str, token: str) -> None:
    try:
        with files.open_output_stream(path) as stream:
            stream.write(_lease(token))
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: str, error: OSError) -> WajueError:
    return WajueError(f"cannot write to the workspace: {path}: {error}")


def _read(files: fs.FileSystem, path: str) -> dict[str, Any] | None:
    """What the lock says of the run that has it; {} while it is being written, None if there is no lock."""
    try:
        holder = file_systems.read_json(files, path)
    except FileNotFoundError:  # its run has just ended
        return None
    except ValueError:  # being written, or cut short
        return {}
    return holder if isinstance(holder, dict) or holder is None else {}


def _age(holder: dict[str, Any]) -> float:
    """Seconds since the holder was last seen; 0 if the lock does not say."""
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(holder["seen"])).total_seconds()
    except (KeyError, TypeError, ValueError):
        return 0.0
