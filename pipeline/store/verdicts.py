"""The verdicts of a workspace. In: verdicts as they are given. Out: DIR/verdicts.csv, and the table `verdicts` made of it.

The CSV is the truth, and people may edit it. A verdict is a line at its end, on the disk before `append` returns. The table holds
what stands: of each word what each reviewer said last. Both lie in local workspaces alone.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from wajue import verdict_files
from wajue.errors import WajueError
from wajue.schemas import FORMAT_VERSION, TABLES
from wajue.store import file_systems, whole_files
from wajue.store.workspace import MANIFEST, Workspace
from wajue.verdict_files import KINDS, Stated, Verdict

FILE, TABLE = "verdicts.csv", "verdicts"
_PART = "part-00000.zstd.parquet"
_MARK = "\ufeff"  # by which spreadsheets know that a CSV is UTF-8


def path_of(workspace: Workspace) -> Path:
    """Where the CSV lies. Raises WajueError for a workspace that is not local."""
    files, root = workspace.files
    if not isinstance(files, fs.LocalFileSystem):
        raise WajueError(
            f"{workspace.location} is not local, and verdicts are kept beside local tables; copy the workspace to a disk"
        )
    return Path(root) / FILE


def read(workspace: Workspace) -> list[Stated]:
    """The lines of the CSV; none if there is no file. Raises ConfigError if it is no file of verdicts."""
    path = path_of(workspace)
    return verdict_files.read(path) if path.exists() else []


def append(workspace: Workspace, verdicts: Iterable[Verdict]) -> None:
    """Write verdicts to the end of the CSV, and wait until they are on the disk. Raises WajueError if that fails.

    A file that people saved in another encoding or with other columns is first written anew as ours, whole.
    """
    path = path_of(workspace)
    if not _is_ours(path):
        earlier = [s.verdict for s in read(workspace)]
        whole_files.write(*_local(path), (_MARK + verdict_files.HEADER + verdict_files.lines(earlier)).encode())
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        try:
            size = os.fstat(descriptor).st_size
            end = "" if os.pread(descriptor, 1, size - 1) == b"\n" else "\n"  # an editor may leave the last line open
            content = (end + verdict_files.lines(verdicts)).encode()
            try:
                if os.write(descriptor, content) != len(content):
                    raise OSError(28, "the disk is full")
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)  # half a line would make the file unreadable
                raise
        finally:
            os.close(descriptor)
    except OSError as error:
        raise WajueError(f"cannot write {path}: {error.strerror}; the verdict was not taken, give it again") from None


def _local(path: Path) -> tuple[fs.FileSystem, str]:
    return fs.LocalFileSystem(), str(path)


def _is_ours(path: Path) -> bool:
    """Can a line of ours follow in this file?"""
    if not path.exists():
        return False
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return text.lstrip(_MARK).startswith((verdict_files.HEADER, verdict_files.HEADER.replace("\n", "\r\n")))


def refresh(workspace: Workspace) -> None:
    """Make the table from the CSV, if there is one. Raises ConfigError if that is no file of verdicts, WajueError.

    On a Hadoop file system there is none: nobody reviews there.
    """
    if "://" in workspace.location or not path_of(workspace).exists():
        return
    stated = read(workspace)
    standing = [s.verdict for kind in (*KINDS,) for s in verdict_files.standing(stated, kind).values()]
    rows = [{name: value or None for name, value in v._asdict().items()} for v in dict.fromkeys(standing)]
    table = pa.Table.from_pylist(rows, schema=TABLES[TABLE].schema)
    folder = path_of(workspace).with_name(TABLE)
    with whole_files.written(folder / _PART) as unfinished:
        pq.write_table(table, unfinished, compression="zstd", write_page_checksum=True)
    # without the sizes of files: the Parquet file is replaced in one move, and nothing is half-written in between
    manifest = {"table": TABLE, "format_version": FORMAT_VERSION, "step": "review", "rows_out": table.num_rows}
    if _manifest(folder) != manifest:
        whole_files.write(*_local(folder / MANIFEST), json.dumps(manifest).encode())


def _manifest(folder: Path) -> object:
    try:
        return file_systems.read_json(*_local(folder / MANIFEST))
    except ValueError:
        return None
