"""A workspace: one folder a table, Parquet inside, `_step.json` written last.

The manifest's presence means that the table is whole. A step writes to `_unfinished/` and moves what it wrote into place,
so a killed run leaves nothing that looks finished. Works on any file system that pyarrow knows.
"""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pyarrow import fs

from wajue.dag import STEPS
from wajue.errors import DamagedTable, WajueError
from wajue.schemas import FORMAT_VERSION, KEPT, TABLES
from wajue.store import file_systems, lock
from wajue.store.manifest import parsed

log = logging.getLogger(__name__)

MANIFEST = "_step.json"
UNFINISHED, SPILLED = "_unfinished", "_spilled"  # SPILLED: what does not fit into memory while a step runs
_SHOWN_PACKAGES = ("wajue", "pyspark", "numpy", "numba", "pyarrow", "jieba", "OpenCC")


def versions() -> dict[str, str]:
    """Versions of what decides the output."""
    return {name: _version(name) for name in _SHOWN_PACKAGES}


def _version(name: str) -> str:
    """The version of a package; a cluster's own PySpark is a folder, not an installed distribution, and says it itself."""
    try:
        return version(name)
    except PackageNotFoundError:
        return str(getattr(sys.modules.get(name), "__version__", "unknown"))


def to_write(table: str, option: str) -> str:
    """The command that writes a table. option: of `wajue run`, before the step that does."""
    if table in KEPT:
        return "wajue review DIR"
    return f"wajue run CONFIG {option} {next(s.name for s in STEPS if table in s.writes)}"


@cache
def _warn_of(path: str, why: str) -> None:
    """Said once: a manifest is read many times."""
    log.warning("%s is no manifest (%s): its table counts as missing", path, why)


def _sizes(files: fs.FileSystem, folder: str) -> dict[str, int]:
    """{name: bytes} of the files that make a table; Hadoop's checksums and marks are not of them."""
    listed = files.get_file_info(fs.FileSelector(folder, allow_not_found=True))
    ours = (f for f in listed if f.type == fs.FileType.File and f.base_name.endswith((".parquet", ".float32")))
    return {f.base_name: f.size for f in sorted(ours, key=lambda f: f.base_name) if not f.base_name.startswith(".")}


@dataclass(frozen=True)
class Workspace:
    """A folder, local or on any file system that pyarrow can reach by URI."""

    location: str

    @classmethod
    def of(cls, workspace: "WorkspaceOrFolder") -> "Workspace":
        """A workspace as it is, or the one in a folder or at a URI: what people call the functions of the library with."""
        return workspace if isinstance(workspace, Workspace) else cls(os.fspath(workspace))

    @property
    def name(self) -> str:
        """The last part of its location."""
        return self.location.rstrip("/").rsplit("/", 1)[-1]

    @property
    def files(self) -> tuple[fs.FileSystem, str]:
        """The file system, and the folder's path on it. Raises WajueError if it cannot be reached."""
        return file_systems.located(self.location)

    def path(self, table: str) -> str:
        """Where a table lies, as a path or URI for any reader."""
        return f"{self.location.rstrip('/')}/{table}"

    def unfinished(self, table: str) -> str:
        """Where a table is written before it is whole."""
        return self.path(f"{UNFINISHED}/{table}")

    def settings(self, table: str, section: str) -> Any:
        """The section of the config by which a table was written; an empty dict if it is not there."""
        return (self.manifest(table) or {}).get("config", {}).get(section, {})

    def damaged(self, table: str, error: Exception) -> WajueError:
        """What to raise of a table that cannot be read."""
        said = " ".join(str(error).split())
        return DamagedTable(
            f"table {table} of {self.location} is damaged: {said}; {to_write(table, '--force --from')} writes it anew"
        )

    def manifest(self, table: str) -> dict[str, Any] | None:
        """The manifest of a whole table, else None. One that is not as manifests are counts as none, with a warning.

        Raises WajueError if it cannot be read, or has another format.
        """
        files, root = self.files
        path = f"{root}/{table}/{MANIFEST}"
        try:
            content = file_systems.read_file(files, path)
            manifest = None if content is None else parsed(content)
        except ValueError as error:
            _warn_of(path, str(error))
            return None
        except OSError as error:
            raise WajueError(f"{path} cannot be read: {error}") from None
        if manifest is None:
            return None
        if (written := manifest["format_version"]) != FORMAT_VERSION:
            raise WajueError(
                f"{self.location} was written in format {written}, this version of wajue reads and writes format "
                f"{FORMAT_VERSION}; run with --force to write it anew, or choose another --workspace"
            )
        return manifest

    def manifests(self, tables: tuple[str, ...]) -> list[dict[str, Any]] | None:
        """The manifests of tables that are all there, complete; else None. Raises as `manifest` does."""
        manifests = [m for t in tables if (m := self.manifest(t)) is not None]
        return manifests if len(manifests) == len(tables) else None

    def whole(self, table: str) -> bool:
        """Is the table there, complete?"""
        return self.manifest(table) is not None

    def fault(self, table: str) -> str | None:
        """What is wrong with the files of a table that has a manifest: one is gone, has another size, or was added."""
        written = (self.manifest(table) or {}).get("files")
        if written is None:
            return None
        files, root = self.files
        sizes = _sizes(files, f"{root}/{table}")
        for name in sorted({*written, *sizes}):
            if name not in sizes:
                return f"{name} is gone"
            if name not in written:
                return f"{name} was added"
            if sizes[name] != written[name]:
                return f"{name} has {sizes[name]:,} bytes, {written[name]:,} were written"
        return None

    def parquet_files(self, table: str) -> list[str]:
        """The files of a table, in order; DuckDB takes characters of their names for globs otherwise."""
        files, root = self.files
        listed = files.get_file_info(fs.FileSelector(f"{root}/{table}"))
        return sorted(f.path for f in listed if f.base_name.endswith(".parquet"))

    def bytes(self, table: str) -> int:
        """What the data of a table, or of `_unfinished/TABLE`, takes; checksums and the manifest are not counted."""
        files, root = self.files
        listed = files.get_file_info(fs.FileSelector(f"{root}/{table}"))
        return sum(f.size for f in listed if f.size and f.base_name[0] not in "._")

    def must_have(self, *tables: str) -> None:
        """Raises WajueError, with the command that writes it, if a table is not there."""
        files, root = self.files
        if files.get_file_info(root).type != fs.FileType.Directory:
            raise WajueError(f"there is no workspace {self.location}; wajue run CONFIG makes one")
        if not any(self.whole(t) for t in TABLES):
            raise WajueError(f"{self.location} is not a workspace: no finished table in it; wajue run CONFIG makes one")
        for table in tables:
            if not self.whole(table):
                raise WajueError(
                    f"{self.location} has no table {table!r} yet; {to_write(table, '--until')} writes it"
                    + ("" if table in KEPT else ", wajue steps CONFIG shows why it is missing")
                )
            self.must_be_sound(table)

    def must_be_sound(self, table: str) -> None:
        """Raises WajueError if a file of the table is not as it was written."""
        if (fault := self.fault(table)) is not None:
            raise DamagedTable(f"table {table} of {self.location} is damaged: {fault}; wajue run CONFIG writes it anew")

    def discard(self, *tables: str) -> None:
        """Remove tables, manifests first, so that nothing half-removed looks finished."""
        files, root = self.files
        for table in tables:
            if files.get_file_info(f"{root}/{table}/{MANIFEST}").type != fs.FileType.NotFound:
                files.delete_file(f"{root}/{table}/{MANIFEST}")
            self._delete(table)

    def create(self) -> None:
        """Make the folder. Raises WajueError if that is not allowed."""
        files, root = self.files
        try:
            files.create_dir(root, recursive=True)
        except OSError as error:
            raise WajueError(f"cannot make the workspace {self.location}: {error}") from None

    def prepare(self) -> None:
        """Make an empty place for unfinished tables. Raises WajueError if that is not allowed, or a folder is not ours."""
        self._must_hold_no_links()
        for table in TABLES:
            self._must_be_ours(table)
        with self._written_to():
            self._delete(SPILLED)  # which a run that was killed may have left
        self.sweep()

    def is_at_work(self) -> bool:
        """Is the lock of the run still there? What deletes a workspace takes it along, and no step makes another."""
        files, root = self.files
        return bool(files.get_file_info(f"{root}/{lock.NAME}").type == fs.FileType.File)

    def sweep(self) -> None:
        """Empty the place for unfinished tables. Raises WajueError if that is not allowed."""
        files, root = self.files
        with self._written_to():
            self._delete(UNFINISHED)
            files.create_dir(f"{root}/{UNFINISHED}", recursive=True)

    @contextmanager
    def _written_to(self) -> Iterator[None]:
        """Raises WajueError for an OSError."""
        try:
            yield
        except OSError as error:
            raise WajueError(f"cannot write to the workspace {self.location}: {error}") from None

    def _delete(self, folder: str) -> None:
        """With what is in it, if it is there."""
        files, root = self.files
        if files.get_file_info(f"{root}/{folder}").type != fs.FileType.NotFound:
            files.delete_dir(f"{root}/{folder}")

    def _must_hold_no_links(self) -> None:
        """Raises WajueError if a folder that is written to and emptied is a link: what it leads to is not ours."""
        files, root = self.files
        for name in (*TABLES, UNFINISHED, SPILLED, "_checkpoint") if isinstance(files, fs.LocalFileSystem) else ():
            if Path(root, name).is_symlink():
                raise WajueError(
                    f"{root}/{name} is a link, and would be written to and emptied; delete it, or choose another --workspace"
                )

    def _must_be_ours(self, table: str) -> None:
        """Raises WajueError if a folder with a table's name holds what wajue did not write: it would be deleted."""
        files, root = self.files
        folder = files.get_file_info(f"{root}/{table}")
        if folder.type == fs.FileType.NotFound or files.get_file_info(f"{root}/{table}/{MANIFEST}").type == fs.FileType.File:
            return
        inside = files.get_file_info(fs.FileSelector(folder.path)) if folder.type == fs.FileType.Directory else [folder]
        foreign = [
            f.base_name for f in inside if not (f.base_name.endswith((".parquet", ".crc", ".float32")) or f.base_name == "_SUCCESS")
        ]
        if foreign:
            raise WajueError(
                f"{root}/{table} would become the table {table}, but it holds {foreign[0]!r}, which wajue did not write; "
                "choose another --workspace"
            )

    def locked(self) -> AbstractContextManager[None]:
        """Nobody else writes meanwhile. Raises WajueError if another run is at work here, or the folder is read-only."""
        return lock.exclusive(*self.files)

    def carry_over(self, table: str) -> list[str]:
        """Put the files of a whole table beside the new ones in its unfinished place; returns the names of the new Parquet files.

        The table stays as it is until `finish`; where the file system has hard links nothing is copied.
        """
        files, root = self.files
        folder = f"{root}/{UNFINISHED}/{table}"
        new = [path.rsplit("/", 1)[1] for path in self.parquet_files(f"{UNFINISHED}/{table}")]
        for path in self.parquet_files(table):
            target = f"{folder}/{path.rsplit('/', 1)[1]}"
            if not (isinstance(files, fs.LocalFileSystem) and file_systems.linked(path, target)):
                files.copy_file(path, target)
        return new

    def finish(self, manifests: dict[str, dict[str, Any]]) -> None:
        """Move the unfinished tables of one step into place, then their manifests, which say which files make the table whole."""
        files, root = self.files
        for table, manifest in manifests.items():
            folder = f"{root}/{UNFINISHED}/{table}"
            sizes = _sizes(files, folder)
            with files.open_output_stream(f"{folder}{MANIFEST}") as stream:
                stream.write(json.dumps(manifest | {"files": sizes}, ensure_ascii=False, indent=1, default=str).encode())
            file_systems.sync(files, *(f"{folder}/{name}" for name in sizes), folder, f"{folder}{MANIFEST}")
        self.discard(*manifests)
        for table in manifests:
            file_systems.move_folder(files, f"{root}/{UNFINISHED}/{table}", f"{root}/{table}")
        for table in manifests:
            files.move(f"{root}/{UNFINISHED}/{table}{MANIFEST}", f"{root}/{table}/{MANIFEST}")
        file_systems.sync(files, *(f"{root}/{table}" for table in manifests), root)

    def close(self) -> None:
        """Remove the place for unfinished tables; where that fails the next run does."""
        files, root = self.files
        try:
            if files.get_file_info(f"{root}/{UNFINISHED}").type != fs.FileType.NotFound:
                files.delete_dir(f"{root}/{UNFINISHED}")
        except OSError as error:
            log.warning("cannot remove %s/%s: %s", root, UNFINISHED, error)


WorkspaceOrFolder = Workspace | str | os.PathLike[str]  # what the functions of the library take: an object, a path or a URI
