"""Any Hadoop file system as one of pyarrow's, through the Java process of a running Spark, with Spark's settings and rights.

For what is small: manifests, listings, footers. Tables are read and written by the executors themselves.
"""

import functools
import io
import re
from collections.abc import Callable
from typing import Any, TypeVar

import pyarrow as pa
from py4j.protocol import Py4JJavaError, Py4JNetworkError
from pyarrow import fs
from pyspark.sql import SparkSession

from wajue.config import Corpus
from wajue.errors import ConfigError, WajueError
from wajue.reading.corpora import CorpusFile
from wajue.store import file_systems

_PIECE = 1 << 20  # bytes; they travel as base64
_ERRORS = {"FileNotFoundException": FileNotFoundError, "FileAlreadyExistsException": FileExistsError}  # others are OSError
Result = TypeVar("Result")


def file_system(jvm: Any, configuration: Any, base: str) -> fs.FileSystem:
    """The file system of SCHEME://AUTHORITY; its paths begin with a slash. Raises OSError if Hadoop does not know it."""
    return fs.PyFileSystem(_Handler(jvm, configuration, base))


def _as_os_errors(method: Callable[..., Result]) -> Callable[..., Result]:
    @functools.wraps(method)
    def called(*arguments: Any) -> Result:
        try:
            return method(*arguments)
        except Py4JNetworkError as error:
            raise OSError(f"Java has ended: {error}") from None
        except Py4JJavaError as error:
            name = error.java_exception.getClass().getSimpleName()
            raise _ERRORS.get(name, OSError)(f"{name}: {error.java_exception.getMessage()}") from None

    return called


class _Stream(io.RawIOBase):
    """One of Java's, closed once."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @_as_os_errors
    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class _Input(_Stream):
    def __init__(self, jvm: Any, stream: Any, size: int) -> None:
        super().__init__(stream)
        self._jvm, self._size, self._at = jvm, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    @_as_os_errors
    def readinto(self, buffer: Any) -> int:
        count = max(0, min(len(buffer), _PIECE, self._size - self._at))
        if count:
            self._stream.seek(self._at)
            buffer[:count] = self._jvm.org.apache.commons.io.IOUtils.toByteArray(self._stream, count)
            self._at += count
        return count


class _Output(_Stream):
    def writable(self) -> bool:
        return True

    @_as_os_errors
    def write(self, data: Any) -> int:
        whole = bytes(data)
        for begin in range(0, len(whole), _PIECE):
            self._stream.write(whole[begin : begin + _PIECE])
        return len(whole)


class _Handler(fs.FileSystemHandler):
    def __init__(self, jvm: Any, configuration: Any, base: str) -> None:
        self._jvm, self._base = jvm, base
        try:
            self._files = self._path("/").getFileSystem(configuration)
        except Py4JJavaError as error:
            raise OSError(error.java_exception.getMessage()) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Handler) and other._base == self._base

    def __ne__(self, other: object) -> bool:
        return not self == other

    def _path(self, path: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(f"{self._base}/{path.lstrip('/')}")

    def _described(self, path: str, status: Any) -> fs.FileInfo:
        kind = fs.FileType.Directory if status.isDirectory() else fs.FileType.File
        size = None if status.isDirectory() else status.getLen()
        return fs.FileInfo(path, kind, size=size, mtime_ns=status.getModificationTime() * 1_000_000)

    def get_type_name(self) -> str:
        return "hadoop"

    def normalize_path(self, path: str) -> str:
        return path

    @_as_os_errors
    def get_file_info(self, paths: list[str]) -> list[fs.FileInfo]:
        return [self._info(path) for path in paths]

    def _info(self, path: str) -> fs.FileInfo:
        try:
            return self._described(path, self._files.getFileStatus(self._path(path)))
        except Py4JJavaError as error:
            if error.java_exception.getClass().getSimpleName() != "FileNotFoundException":
                raise
            return fs.FileInfo(path, fs.FileType.NotFound)

    @_as_os_errors
    def get_file_info_selector(self, selector: fs.FileSelector) -> list[fs.FileInfo]:
        if selector.allow_not_found and self._info(selector.base_dir).type == fs.FileType.NotFound:
            return []
        base, infos = selector.base_dir.rstrip("/"), []
        for status in self._files.listStatus(self._path(base)):
            info = self._described(f"{base}/{status.getPath().getName()}", status)
            infos.append(info)
            if selector.recursive and info.type == fs.FileType.Directory:
                infos += self.get_file_info_selector(fs.FileSelector(info.path, recursive=True))
        return infos

    @_as_os_errors
    def create_dir(self, path: str, recursive: bool) -> None:
        if not self._files.mkdirs(self._path(path)):
            raise OSError(f"cannot make the folder {path}")

    @_as_os_errors
    def delete_dir(self, path: str) -> None:
        self._files.delete(self._path(path), True)

    def delete_dir_contents(self, path: str, missing_dir_ok: bool) -> None:
        for info in self.get_file_info_selector(fs.FileSelector(path, allow_not_found=missing_dir_ok)):
            self.delete_dir(info.path)

    def delete_root_dir_contents(self) -> None:
        raise NotImplementedError("nobody empties a whole file system")

    @_as_os_errors
    def delete_file(self, path: str) -> None:
        if not self._files.delete(self._path(path), False):
            raise FileNotFoundError(path)

    @_as_os_errors
    def move(self, src: str, dest: str) -> None:
        if not self._files.rename(self._path(src), self._path(dest)):
            raise OSError(f"cannot move {src} to {dest}")

    @_as_os_errors
    def copy_file(self, src: str, dest: str) -> None:
        copy = self._jvm.org.apache.hadoop.fs.FileUtil.copy
        copy(self._files, self._path(src), self._files, self._path(dest), False, self._files.getConf())

    @_as_os_errors
    def open_input_file(self, path: str) -> pa.PythonFile:
        where = self._path(path)
        size = self._files.getFileStatus(where).getLen()
        return pa.PythonFile(io.BufferedReader(_Input(self._jvm, self._files.open(where), size), _PIECE), mode="r")

    def open_input_stream(self, path: str) -> pa.PythonFile:
        return self.open_input_file(path)

    @_as_os_errors
    def open_output_stream(self, path: str, metadata: Any) -> pa.PythonFile:
        return pa.PythonFile(io.BufferedWriter(_Output(self._files.create(self._path(path), True)), _PIECE), mode="w")

    @_as_os_errors
    def create_new(self, path: str, content: bytes) -> None:
        """Make a file that is not there, atomically: of two that try only one succeeds. Raises FileExistsError for the other."""
        stream = self._files.create(self._path(path), False)
        stream.write(content)
        stream.close()

    def open_append_stream(self, path: str, metadata: Any) -> pa.PythonFile:
        raise NotImplementedError("nothing is appended to")


_LARGEST = 2**31 - 1  # bytes of one value in Spark


def remote_files(spark: SparkSession, corpus: Corpus, pattern: str) -> list[CorpusFile]:
    """The files that a glob with a scheme matches on a Hadoop file system. Raises ConfigError if there is none."""
    jvm = spark._jvm
    assert jvm is not None
    path = jvm.org.apache.hadoop.fs.Path(pattern)
    try:
        statuses = path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf()).globStatus(path)
    except Py4JJavaError as error:
        raise ConfigError(f"corpus {corpus.name!r}: cannot list {pattern!r}: {error.java_exception.getMessage()}") from None
    files = [s for s in statuses or () if s.isFile()]
    if large := next((s for s in files if s.getLen() >= _LARGEST), None):
        raise ConfigError(
            f"corpus {corpus.name!r}: {large.getPath()} has {large.getLen():,} bytes; a task is handed a file of a Hadoop file "
            "system whole, so it must be smaller than 2 GB: compress it (.gz, .zst) or cut it into several"
        )
    if not files:
        raise ConfigError(f"corpus {corpus.name!r}: nothing matches {pattern!r}; mend [[corpus]] paths")
    return sorted(
        (
            CorpusFile(
                corpus.name, str(s.getPath()), _with_slashes(str(s.getPath())), s.getLen(), s.getModificationTime(), corpus.encoding
            )
            for s in files
        ),
        key=lambda f: f.name,
    )


def reach(spark: SparkSession, location: str) -> None:
    """From now on a workspace on that file system is reached as Spark reaches it. Raises WajueError if Spark cannot."""
    if "://" not in location or (base := file_systems.split(location)[0]).startswith("file:"):
        return
    try:
        files = file_system(spark._jvm, spark._jsparkSession.sessionState().newHadoopConf(), base)
    except OSError as error:
        raise WajueError(f"cannot reach the workspace {location}: {error}") from None
    file_systems.register(location, files)


def _with_slashes(path: str) -> str:
    """Hadoop shows file:///a as file:/a; with the two slashes it can be told from a local path."""
    return path if "://" in path else re.sub(r"^(\w+):/", r"\1:///", path)
