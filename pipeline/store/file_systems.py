"""Where a workspace lies: local folders, what pyarrow reaches by URI, and what Spark reaches for us.

In: the location of a workspace. Out: its pyarrow file system, and the folder's path on it.
"""

import errno
import json
import os
import re
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa
from pyarrow import fs

from wajue.config import without_password
from wajue.errors import WajueError

_STORES_OF_OBJECTS = frozenset(("s3", "gcs", "abfs"))  # pyarrow's names of their file systems
_registered: dict[str, fs.FileSystem] = {}  # by SCHEME://AUTHORITY


@runtime_checkable
class CreatesExclusively(Protocol):
    """A file system whose `create_new` makes a file that is not there, atomically, as HDFS does and S3 cannot."""

    def create_new(self, path: str, content: bytes) -> None:
        """Raises FileExistsError if the file is there, OSError if it cannot be made."""


def register(location: str, files: fs.FileSystem) -> None:
    """From now on `located` answers with this file system for every location of the same scheme and authority.

    Spark registers what only Hadoop's clients reach, with the settings and rights of its session.
    """
    _registered[split(location)[0]] = files


def located(location: str) -> tuple[fs.FileSystem, str]:
    """The file system of a location, and the path on it. Raises WajueError if it cannot be reached, holds a password, or is not
    UTF-8, as Spark, Arrow and DuckDB want it."""
    try:
        location.encode()
    except UnicodeEncodeError:
        raise WajueError(f"the path of the workspace is not UTF-8: {location}; choose another --workspace") from None
    if "://" not in location:
        return fs.LocalFileSystem(), str(Path(location).resolve())
    base, path = split(location)
    if base in _registered:
        return _registered[base], path
    try:
        return fs.FileSystem.from_uri(arrow_uri(location))
    except (pa.ArrowException, OSError) as error:
        raise WajueError(f"cannot reach the workspace {location}: {error}") from None


def split(uri: str) -> tuple[str, str]:
    """(SCHEME://AUTHORITY, /PATH) of a workspace's URI. Raises WajueError if it holds a password."""
    try:
        without_password(uri)
    except ValueError as error:
        raise WajueError(f"the workspace's URI {error}") from None
    scheme, _, rest = uri.partition("://")
    authority, _, path = rest.partition("/")
    return f"{scheme}://{authority}", f"/{path.rstrip('/')}"


def arrow_uri(uri: str) -> str:
    """The URI by which pyarrow knows what Hadoop's clients call s3a or s3n."""
    return re.sub("^s3[an]://", "s3://", uri)


def exclusive_creator(files: fs.FileSystem) -> CreatesExclusively | None:
    """What creates files atomically on this file system; None where nothing does."""
    handler = files.handler if isinstance(files, fs.PyFileSystem) else None
    return handler if isinstance(handler, CreatesExclusively) else None


def read_file(files: fs.FileSystem, path: str) -> bytes | None:
    """What a file holds, None if there is no file. Raises OSError if it cannot be read."""
    if files.get_file_info(path).type != fs.FileType.File:
        return None
    with files.open_input_stream(path) as stream:
        return bytes(stream.read())


def read_json(files: fs.FileSystem, path: str) -> Any:
    """The value that a JSON file holds, None if there is no file. Raises ValueError if it holds no JSON, OSError if it cannot be
    read."""
    if (content := read_file(files, path)) is None:
        return None
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def sync(files: fs.FileSystem, *paths: str) -> None:
    """Wait until local files, or the names in local folders, are on the disk; other file systems see to that themselves.

    A power cut may otherwise keep the name of a file and lose what is in it.
    """
    for path in paths if isinstance(files, fs.LocalFileSystem) else ():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno != errno.EINVAL:  # some network file systems do not sync folders
                raise
        finally:
            os.close(descriptor)


def move_folder(files: fs.FileSystem, folder: str, target: str) -> None:
    """Give a folder a name at which there is nothing; stores of objects have no folders, and move one file after the other.

    What is to be moved as a whole or not at all there needs a file that is moved last, such as a manifest.
    """
    if files.type_name not in _STORES_OF_OBJECTS:
        files.move(folder, target)
        return
    inside = files.get_file_info(fs.FileSelector(folder, recursive=True))
    for path in sorted(info.path for info in inside if info.type == fs.FileType.File):
        files.copy_file(path, f"{target}{path.removeprefix(folder)}")
    files.delete_dir(folder)


def linked(path: str, target: str) -> bool:
    """Make a hard link to a local file, where its file system has them."""
    try:
        Path(target).hardlink_to(path)
    except OSError:
        return False
    return True
