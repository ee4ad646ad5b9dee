"""The saved state of a training run: raw matrices in `_checkpoint/STEP`, and `progress.json`, written last.

It is written beside the one before and takes its place when it is whole, so a run killed while saving loses nothing.
"""

import json
from typing import Any, NamedTuple

import numpy as np
from pyarrow import fs

from wajue.store.workspace import Workspace

_FOLDER = "_checkpoint"
_PROGRESS = "progress.json"
_PIECE = 1 << 26  # bytes written at once


class State(NamedTuple):
    """How far a run has come, and its matrices, float32 [rows, width] by name."""

    progress: dict[str, int]
    matrices: dict[str, np.ndarray]


def save(workspace: Workspace, step: str, key: str, state: State) -> None:
    """Save a state. key: what it is a state of; a run with another key never goes on from it."""
    files, root = workspace.files
    fresh, old = f"{root}/{_FOLDER}/{step}.new", f"{root}/{_FOLDER}/{step}"
    _remove(files, fresh)
    files.create_dir(fresh, recursive=True)
    for name, matrix in state.matrices.items():
        _write(files, f"{fresh}/{name}.float32", matrix)
    shapes = {name: matrix.shape for name, matrix in state.matrices.items()}
    with files.open_output_stream(f"{fresh}/{_PROGRESS}") as stream:
        stream.write(json.dumps({"key": key, "progress": state.progress, "shapes": shapes}).encode())
    _remove(files, old)
    files.move(fresh, old)


def load(workspace: Workspace, step: str, key: str) -> State | None:
    """The saved state of this key, or None."""
    files, root = workspace.files
    for folder in (f"{root}/{_FOLDER}/{step}", f"{root}/{_FOLDER}/{step}.new"):
        if files.get_file_info(f"{folder}/{_PROGRESS}").type != fs.FileType.File:
            continue
        with files.open_input_stream(f"{folder}/{_PROGRESS}") as stream:
            told: dict[str, Any] = json.loads(stream.read())
        if told["key"] == key:
            shapes = told["shapes"].items()
            matrices = {name: _read(files, f"{folder}/{name}.float32", tuple(shape)) for name, shape in shapes}
            return State(told["progress"], matrices)
    return None


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


def _write(files: fs.FileSystem, path: str, matrix: np.ndarray) -> None:
    piece_rows = max(1, _PIECE // max(4 * matrix.shape[1], 1))
    with files.open_output_stream(path) as stream:
        for begin in range(0, len(matrix), piece_rows):
            stream.write(np.ascontiguousarray(matrix[begin : begin + piece_rows], np.float32).data)


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
