"""A workspace: one folder a table, Parquet inside, `_step.json` written last.

The manifest's presence means that the table is whole. A step writes to `_unfinished/` and moves what it wrote into place,
so a killed run leaves nothing that looks finished. Works on any file system that pyarrow knows.
"""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
from pyarrow import fs

from pipeline.dag import STEPS
from pipeline.errors import WajueError
from pipeline.schemas import FORMAT_VERSION, TABLES

MANIFEST = "_step.json"
_UNFINISHED = "_unfinished"
_SHOWN_PACKAGES = ("wajue", "pyspark", "numpy", "numba", "pyarrow", "jieba", "OpenCC")


def versions() -> dict[str, str]:
    """Versions of what decides the output."""
    return {name: version(name) for name in _SHOWN_PACKAGES}


@dataclass(frozen=True)
class Workspace:
    """A folder, local or on any file system that pyarrow can reach by URI."""

    location: str

    @property
    def files(self) -> tuple[fs.FileSystem, str]:
        """The file system and the folder's path on it."""
        if "://" in self.location:
            try:
                return fs.FileSystem.from_uri(self.location)
            except (pa.ArrowException, OSError) as error:
                raise WajueError(f"cannot reach the workspace {self.location}: {error}") from None
        return fs.LocalFileSystem(), str(Path(self.location).resolve())

    def path(self, table: str) -> str:
        """Where a table lies, as a path or URI for any reader."""
        return f"{self.location.rstrip('/')}/{table}"

    def unfinished(self, table: str) -> str:
        """Where a table is written before it is whole."""
        return self.path(f"{_UNFINISHED}/{table}")

    def settings(self, table: str, section: str) -> Any:
        """The section of the config by which a table was written; an empty dict if it is not there."""
        return (self.manifest(table) or {}).get("config", {}).get(section, {})

    def damaged(self, table: str, error: Exception) -> WajueError:
        """What to raise of a table that cannot be read."""
        return WajueError(f"table {table} of {self.location} is damaged: {error}; run with --force to write it anew")

    def manifest(self, table: str) -> dict[str, Any] | None:
        """The manifest of a whole table, else None. Raises WajueError if it cannot be read, or has another format."""
        files, root = self.files
        path = f"{root}/{table}/{MANIFEST}"
        if files.get_file_info(path).type != fs.FileType.File:
            return None
        try:
            with files.open_input_stream(path) as stream:
                found = json.loads(stream.read())
            written = found["format_version"]
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise WajueError(f"{path} cannot be read ({error}); run with --force to write the workspace anew") from None
        if written != FORMAT_VERSION:
            raise WajueError(
                f"{self.location} was written in format {written}, this version of wajue reads and writes format "
                f"{FORMAT_VERSION}; run with --force to write it anew, or choose another --workspace"
            )
        return found

    def whole(self, table: str) -> bool:
        """Is the table there, complete?"""
        return self.manifest(table) is not None

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
                [step] = [s.name for s in STEPS if table in s.writes]
                raise WajueError(
                    f"{self.location} has no table {table!r} yet; wajue run CONFIG --until {step} writes it, "
                    "wajue steps CONFIG shows why it is missing"
                )

    def discard(self, *tables: str) -> None:
        """Remove tables, manifests first, so that nothing half-removed looks finished."""
        files, root = self.files
        for table in tables:
            if files.get_file_info(f"{root}/{table}/{MANIFEST}").type != fs.FileType.NotFound:
                files.delete_file(f"{root}/{table}/{MANIFEST}")
            if files.get_file_info(f"{root}/{table}").type != fs.FileType.NotFound:
                files.delete_dir(f"{root}/{table}")

    def create(self) -> None:
        """Make the folder. Raises WajueError if that is not allowed."""
        files, root = self.files
        try:
            files.create_dir(root, recursive=True)
        except OSError as error:
            raise WajueError(f"cannot make the workspace {self.location}: {error}") from None

    def prepare(self) -> None:
        """Make an empty place for unfinished tables. Raises WajueError if that is not allowed, or a folder is not ours."""
        files, root = self.files
        for table in TABLES:
            self._must_be_ours(table)
        try:
            if files.get_file_info(f"{root}/{_UNFINISHED}").type != fs.FileType.NotFound:
                files.delete_dir(f"{root}/{_UNFINISHED}")
            files.create_dir(f"{root}/{_UNFINISHED}", recursive=True)
        except OSError as error:
            raise WajueError(f"cannot write to the workspace {self.location}: {error}") from None

    def _must_be_ours(self, table: str) -> None:
        """Raises WajueError if a folder with a table's name holds what wajue did not write: it would be deleted."""
        files, root = self.files
        found = files.get_file_info(f"{root}/{table}")
        if found.type == fs.FileType.NotFound or files.get_file_info(f"{root}/{table}/{MANIFEST}").type == fs.FileType.File:
            return
        inside = files.get_file_info(fs.FileSelector(found.path)) if found.type == fs.FileType.Directory else [found]
        foreign = [
            f.base_name for f in inside if not (f.base_name.endswith((".parquet", ".crc", ".float32")) or f.base_name == "_SUCCESS")
        ]
        if foreign:
            raise WajueError(
                f"{root}/{table} would become the table {table}, but it holds {foreign[0]!r}, which wajue did not write; "
                "choose another --workspace"
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes meanwhile. Raises WajueError if another run is at work here (on a local file system)."""
        if "://" in self.location:
            yield
            return
        path = Path(self.location) / "_lock"
        mine = f"{os.getpid()} {platform.node()}"
        for _ in range(2):
            try:
                with open(path, "x", encoding="utf-8") as out:
                    out.write(mine)
                break
            except FileExistsError:
                holder = path.read_text(encoding="utf-8").split(" ", 1)
                if len(holder) == 2 and (holder[1] != platform.node() or psutil.pid_exists(int(holder[0]))):
                    raise WajueError(
                        f"another run (process {holder[0]} on {holder[1]}) is at work in {self.location}; wait for it, or delete "
                        f"{path} if it is gone"
                    ) from None
                path.unlink(missing_ok=True)  # its owner was killed
        try:
            yield
        finally:
            path.unlink(missing_ok=True)

    def carry_over(self, table: str) -> list[str]:
        """Put the files of a whole table beside the new ones in its unfinished place; returns the names of the new Parquet files.

        The table stays as it is until `finish`; where the file system has hard links nothing is copied.
        """
        files, root = self.files
        folder = f"{root}/{_UNFINISHED}/{table}"
        new = [path.rsplit("/", 1)[1] for path in self.parquet_files(f"{_UNFINISHED}/{table}")]
        for path in self.parquet_files(table):
            target = f"{folder}/{path.rsplit('/', 1)[1]}"
            try:
                os.link(path, target)
            except OSError:  # it is no local path, or its file system has no links
                files.copy_file(path, target)
        return new

    def finish(self, manifests: dict[str, dict[str, Any]]) -> None:
        """Move the unfinished tables of one step into place, then write their manifests."""
        files, root = self.files
        self.discard(*manifests)
        for table in manifests:
            files.move(f"{root}/{_UNFINISHED}/{table}", f"{root}/{table}")
        for table, manifest in manifests.items():
            with files.open_output_stream(f"{root}/{table}/{MANIFEST}") as stream:
                stream.write(json.dumps(manifest, ensure_ascii=False, indent=1, default=str).encode())

    def close(self) -> None:
        """Remove the place for unfinished tables."""
        files, root = self.files
        if files.get_file_info(f"{root}/{_UNFINISHED}").type != fs.FileType.NotFound:
            files.delete_dir(f"{root}/{_UNFINISHED}")
