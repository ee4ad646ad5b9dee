"""Arrays of the search as they travel between tasks: one Arrow row a bucket and kind, a cell an array."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from wajue.arrays.cells import Batches, cell
from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.elements import from_16_bits

Arrays = dict[str, np.ndarray]

_TYPES = {
    "folded_high": np.uint64,  # of TextHashes
    "folded_low": np.uint64,
    "text": np.uint64,
    "position": np.uint64,  # of a document
    "kept": np.uint64,  # the position of the document that is kept for it
    "node": np.uint64,
    "second": np.uint64,  # word of its sketch
    "low": np.uint64,  # nodes or positions of a pair
    "high": np.uint64,
    "sizes": np.uint32,  # how many of `elements` each text has
    "elements": np.uint16,
    "band_key": np.uint32,
    "index": np.uint32,  # of a text of this row
    "similarity": np.float64,
    "crowded": np.int64,  # of BucketPairs, flat
}
PACKED = "bucket int, kind string, " + ", ".join(f"{name} binary" for name in _TYPES)


def pack(bucket: int, kind: str, **arrays: np.ndarray) -> pa.RecordBatch:
    """One row of PACKED; what is not given is null."""
    columns = {"bucket": pa.array([bucket], pa.int32()), "kind": pa.array([kind])}
    for name, dtype in _TYPES.items():
        columns[name] = cell(arrays[name].astype(dtype, copy=False)) if name in arrays else pa.nulls(1, pa.binary())
    return pa.RecordBatch.from_pydict(columns)


def unpack(row: pa.RecordBatch) -> Arrays:
    """The arrays of one row of PACKED, not copied."""
    return {name: _array(row, name) for name in _TYPES}


def _array(row: pa.RecordBatch, name: str) -> np.ndarray:
    cell = row.column(name)[0]
    return np.frombuffer(cell.as_buffer(), _TYPES[name]) if cell.is_valid else np.empty(0, _TYPES[name])


def _joined(arrays: list[np.ndarray], dtype: type) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate([np.empty(0, dtype), *arrays])


class PackedRows:
    """The rows of PACKED of one task, by kind."""

    def __init__(self, batches: Batches) -> None:
        self._by_kind: dict[str, list[pa.RecordBatch]] = {}
        self.bucket = 0
        for batch in batches:
            for i in range(batch.num_rows):
                row = batch.slice(i, 1)
                self.bucket = row.column("bucket")[0].as_py()
                self._by_kind.setdefault(row.column("kind")[0].as_py(), []).append(row)

    def __contains__(self, kind: str) -> bool:
        return kind in self._by_kind

    def take(self, kind: str) -> Arrays:
        """The arrays of a kind, end to end; its rows are let go."""
        rows = self._by_kind.pop(kind, [])
        return {name: _joined([_array(row, name) for row in rows], dtype) for name, dtype in _TYPES.items()}

    def take_rows(self, *kinds: str) -> Iterator[pa.RecordBatch]:
        """The rows of these kinds as they are; they are let go."""
        for kind in kinds:
            yield from self._by_kind.pop(kind, [])


def text_arrays(packed: Ragged) -> Arrays:
    """Texts of elements in 16 bits, as `taken` and `elements_of` expect them."""
    return {"elements": packed.values, "sizes": packed.sizes}


def taken(texts: Arrays, chosen: np.ndarray) -> Arrays:
    """Position and elements of these texts (int [n])."""
    packed = Ragged.of_sizes(texts["elements"], texts["sizes"]).take(chosen)
    return {"position": texts["position"][chosen], **text_arrays(packed)}


def elements_of(texts: Arrays, *, of_words: bool) -> Ragged:
    """The texts' elements as they were before they were packed (uint32)."""
    return from_16_bits(Ragged.of_sizes(texts["elements"], texts["sizes"]), of_words=of_words)
