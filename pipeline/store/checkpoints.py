"""The saved state of a training run: raw matrices in `_checkpoint/STEP`, and `progress.json`, written last.

It is written beside the one before and takes its place when it is whole and on the disk, so a run killed while saving loses
nothing, nor does a power cut. It is an aid and never a must: what cannot be read, or is not as it was written, is passed over.
"""

import json
import logging
import zlib
from typing import NamedTuple

import numpy as np
from pyarrow import fs
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from wajue.store import file_systems
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

_FOLDER = "_checkpoint"
_PROGRESS = "progress.json"
_PIECE = 1 << 26  # bytes written at once


class State(NamedTuple):
    """How far a run has come, and its matrices, float32 [rows, width] by name."""

    progress: dict[str, int]
    matrices: dict[str, np.ndarray]


class _Told(BaseModel):
    """What progress.json holds. checksums: CRC-32 of each matrix; checksum: of all that stands in the file beside it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key: str
    progress: dict[str, NonNegativeInt]
    shapes: dict[str, list[NonNegativeInt]]
    checksums: dict[str, int]
    checksum: int = 0

    def own_checksum(self) -> int:
        return zlib.crc32(json.dumps(self.model_dump(exclude={"checksum"}), sort_keys=True).encode())


def save(workspace: Workspace, step: str, key: str, state: State) -> None:
    """Save a state. key: what it is a state of; a run with another key never goes on from it. Raises OSError if it cannot."""
    files, root = workspace.files
    fresh, old = f"{root}/{_FOLDER}/{step}.new", f"{root}/{_FOLDER}/{step}"
    _remove(files, fresh)
    files.create_dir(fresh, recursive=True)
    paths = {name: f"{fresh}/{name}.float32" for name in state.matrices}
    checksums = {name: _write(files, paths[name], matrix) for name, matrix in state.matrices.items()}
    shapes = {name: list(matrix.shape) for name, matrix in state.matrices.items()}
    told = _Told(key=key, progress=state.progress, shapes=shapes, checksums=checksums)
    with files.open_output_stream(f"{fresh}/{_PROGRESS}") as stream:
        stream.write(told.model_copy(update={"checksum": told.own_checksum()}).model_dump_json().encode())
    file_systems.sync(files, *paths.values(), f"{fresh}/{_PROGRESS}", fresh)
    _remove(files, old)
    file_systems.move_folder(files, fresh, old)
    file_systems.sync(files, f"{root}/{_FOLDER}")


def load(workspace: Workspace, step: str, key: str) -> State | None:
    """The saved state of this key, or None; a state that is not as it was written counts as none, with a warning."""
    files, root = workspace.files
    for folder in (f"{root}/{_FOLDER}/{step}", f"{root}/{_FOLDER}/{step}.new"):
        try:
            if (value := file_systems.read_json(files, f"{folder}/{_PROGRESS}")) is None:
                continue
            told = _Told.model_validate(value)
            if told.checksum != told.own_checksum() or told.shapes.keys() != told.checksums.keys():
                raise ValueError(f"{_PROGRESS} is not as it was written")
            if told.key == key:
                return State(told.progress, {name: _matrix(files, folder, name, told) for name in told.shapes})
        except (ValueError, OSError) as error:
            why = f"{_PROGRESS} does not hold what it should" if isinstance(error, ValidationError) else error
            log.warning("%s: the saved state in %s is damaged (%s) and is passed over", step, folder, why)
    return None


def _matrix(files: fs.FileSystem, folder: str, name: str, told: _Told) -> np.ndarray:
    """A saved matrix. Raises ValueError if it is not as it was written, before memory is taken for what is not there."""
    path, shape = f"{folder}/{name}.float32", tuple(told.shapes[name])
    info = files.get_file_info(path)
    stated = 4 * int(np.prod(shape, dtype=object))
    if info.type != fs.FileType.File or info.size != stated:
        raise ValueError(f"{name}.float32 has {info.size or 0:,} of {stated:,} bytes")
    matrix = _read(files, path, shape)
    if zlib.crc32(matrix.data) != told.checksums[name]:
        raise ValueError(f"{name}.float32 is not as it was written")
    return matrix


def discard(workspace: Workspace, step: str) -> None:
    """Remove what is saved of a step."""
    files, root = workspace.files
    for name in (step, f"{step}.new"):
        _remove(files, f"{root}/{_FOLDER}/{name}")
    folder = f"{root}/{_FOLDER}"
    if files.get_file_info(folder).type != fs.FileType.NotFound and not files.get_file_info(fs.FileSelector(folder)):
        files.delete_dir(folder)


def write_matrix(workspace: Workspace, path: str, matrix: np.ndarray) -> None:
    """Write raw float32, row after row, to a path inside the workspace."""
    files, root = workspace.files
    _write(files, f"{root}/{path}", matrix)


def read_matrix(workspace: Workspace, path: str, height: int) -> np.ndarray | None:
    """float32 [height, dim] of such a file, or None if there is none."""
    files, root = workspace.files
    info = files.get_file_info(f"{root}/{path}")
    if info.type != fs.FileType.File:
        return None
    return _read(files, info.path, (height, info.size // (4 * max(height, 1))))


def _remove(files: fs.FileSystem, folder: str) -> None:
    if files.get_file_info(folder).type != fs.FileType.NotFound:
        files.delete_dir(folder)


def _write(files: fs.FileSystem, path: str, matrix: np.ndarray) -> int:
    """The CRC-32 of what is written."""
    checksum = 0
    piece_rows = max(1, _PIECE // max(4 * matrix.shape[1], 1))
    with files.open_output_stream(path) as stream:
        for begin in range(0, len(matrix), piece_rows):
            piece = np.ascontiguousarray(matrix[begin : begin + piece_rows], np.float32).data
            checksum = zlib.crc32(piece, checksum)
            stream.write(piece)
    return checksum


def _read(files: fs.FileSystem, path: str, shape: tuple[int, ...]) -> np.ndarray:
    """float32 [shape]. Raises OSError if the file is too short."""
    matrix = np.empty(shape, np.float32)
    flat = matrix.reshape(-1).view(np.uint8).data
    at = 0
    with files.open_input_stream(path) as stream:
        while at < len(flat) and (got := stream.readinto(flat[at : at + _PIECE])):
            at += got
    if at < len(flat):
        raise OSError(f"{path} ends after {at} of {len(flat)} bytes")
    return matrix
