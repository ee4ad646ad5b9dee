"""Files that have a final name: written beside it, synced, and only then renamed to it. In: a path, and what writes there.

A process that is killed, a full disk and a power cut leave the file as it was. What such a process left beside it is removed by
the next one that writes into the folder: an unfinished file is locked by the process that writes it, and the system's own lock
ends with its process. Only this module, the workspace and its checkpoints give files their names (tests/store/test_whole_files.py).
"""

import fcntl
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pyarrow import fs

from wajue.errors import WajueError, cause
from wajue.store import file_systems, lock

UNFINISHED = ".wajue-unfinished-"  # what the names of unfinished files begin with: no writer of ours looks at more of a name


def write(files: fs.FileSystem, path: str, content: bytes) -> None:
    """A file on any file system. Raises WajueError if it cannot be written; what was at the path then stays.

    A link at the path is replaced, never followed.
    """
    if isinstance(files, fs.LocalFileSystem):
        with written(Path(path)) as unfinished:
            unfinished.write_bytes(content)
        return
    folder, _, name = path.rpartition("/")
    unfinished_path = f"{folder}/{UNFINISHED}{name}"  # always the same: the next one that writes this file replaces it
    try:
        with files.open_output_stream(unfinished_path) as stream:
            stream.write(content)
        if files.get_file_info(path).type != fs.FileType.NotFound:
            files.delete_file(path)
        files.move(unfinished_path, path)
    except OSError as error:
        raise WajueError(f"cannot write {path}: {error}") from None


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Where to write a file; at the end it is renamed to the path. Raises as `all_written` does."""
    with all_written(path, ("",)) as unfinished:
        yield unfinished[""]


@contextmanager
def all_written(path: Path, names: tuple[str, ...]) -> Iterator[Mapping[str, Path]]:
    """{name: where to write that file of the folder `path`}; at the end they are renamed. The name "" is the path itself.

    Raises WajueError if a file cannot be written; what was there before then stays.
    """
    unfinished: dict[str, Path] = {}
    locks: list[int] = []
    try:
        try:
            for folder in {(path / name).parent for name in names}:
                folder.mkdir(parents=True, exist_ok=True)
                _sweep(folder)
            for name in names:
                _must_be_replaceable(path / name)
                unfinished[name] = (path / name).with_name(f"{UNFINISHED}{uuid.uuid4().hex[:12]}")
                locks.append(_created(unfinished[name]))
            yield unfinished
            file_systems.sync(fs.LocalFileSystem(), *map(str, unfinished.values()))
            for name, file in unfinished.items():
                file.replace(path / name)
            file_systems.sync(fs.LocalFileSystem(), *{str((path / name).parent) for name in names})
        finally:
            for file in unfinished.values():
                file.unlink(missing_ok=True)
            for descriptor in locks:
                os.close(descriptor)
    except WajueError:
        raise
    except OSError as error:
        raise WajueError(f"cannot write {path}: {error.strerror or error}") from None
    except Exception as error:  # libraries wrap what the system says: xlsxwriter, safetensors
        if (meaning := cause(error)) is None:
            raise
        raise WajueError(f"cannot write {path}: {meaning}") from None


def _must_be_replaceable(path: Path) -> None:
    """Raises WajueError if something lies at the path that a file cannot replace: a folder, or a device such as /dev/null."""
    if path.is_dir():
        raise WajueError(f"{path} is a folder; name a file in it, e.g. {path / 'export'}")
    if path.exists() and not path.is_file():
        raise WajueError(f"{path} is a device or a pipe, and would be replaced by a file; name a file")


def _created(path: Path) -> int:
    """A descriptor of a new file, locked while it is open; where the file system knows no locks, nobody removes the file."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lock.lies_at(descriptor, str(path)):
            return descriptor
        os.close(descriptor)  # one that sweeps was faster


def _sweep(folder: Path) -> None:
    """Remove the unfinished files of processes that are gone."""
    for path in folder.glob(f"{UNFINISHED}*"):
        with suppress(OSError):  # another one's; or removed, or renamed, just now
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if lock.lies_at(descriptor, str(path)):
                    path.unlink()
            finally:
                os.close(descriptor)
