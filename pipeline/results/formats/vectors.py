"""Word vectors in the formats that other tools load. In: words, counts, float32 [words, dim]. Out: a file, or a folder.

A new format is a function, and a row of VECTOR_FORMATS. word2vec's formats end a word at white space; safetensors and KeyedVectors
hold any word.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wajue.results.vectors import Vectors

_ANY, _NO_SPACE, _NO_TAB = re.compile(r"[\s\S]*"), re.compile(r"\S+"), re.compile(r"[^\t\r\n]+")
_BLOCK_ROWS = 10_000  # written as text at once


@dataclass(frozen=True)
class VectorFormat:
    """A format: the words that it can hold, and the function that writes it."""

    holds: re.Pattern[str]
    write: Callable[[Vectors, Mapping[str, Path]], None]  # the paths to write to, by the names in `files`
    files: tuple[str, ...] = ("",)  # of a folder; "": it is one file


def _as_text(matrix: np.ndarray, separator: str) -> Iterator[str]:
    """The rows of a matrix, with as many digits as float32 needs to be read back unchanged."""
    form = separator.join(["%.9g"] * matrix.shape[1])
    for first in range(0, len(matrix), _BLOCK_ROWS):
        for row in matrix[first : first + _BLOCK_ROWS].tolist():
            yield form % tuple(row)


def _keyedvectors(vectors: Vectors, paths: Mapping[str, Path]) -> None:
    """gensim's own: KeyedVectors.load reads it. One file, however large, so that no part of it can be missing."""
    keyed = vectors.to_gensim()
    with open(paths[""], "wb") as out:
        keyed.save(out)


def _word2vec(vectors: Vectors, paths: Mapping[str, Path]) -> None:
    """word2vec.c's text: a header `words dim`, then one line for each word with its components."""
    with open(paths[""], "w", encoding="utf-8", newline="\n") as out:
        out.write(f"{len(vectors.vocabulary)} {vectors.matrix.shape[1]}\n")
        for word, row in zip(vectors.vocabulary, _as_text(vectors.matrix, " "), strict=True):
            out.write(f"{word} {row}\n")


def _word2vec_bin(vectors: Vectors, paths: Mapping[str, Path]) -> None:
    """word2vec.c's binary: the same header, then a word, a space, little-endian float32, and a line end."""
    with open(paths[""], "wb") as out:
        out.write(b"%d %d\n" % vectors.matrix.shape)
        for word, row in zip(vectors.vocabulary, vectors.matrix.astype("<f4"), strict=True):
            out.write(word.encode() + b" " + row.tobytes() + b"\n")


def _safetensors(vectors: Vectors, paths: Mapping[str, Path]) -> None:
    """`vectors` float32 [words, dim], `counts` int64, `words` uint8: a JSON array; of JoSE also `document_vectors`, `documents`."""
    from safetensors.numpy import save

    tensors = {"vectors": np.ascontiguousarray(vectors.matrix), "counts": vectors.counts, "words": _json_bytes(vectors.vocabulary)}
    if vectors.doc_ids is not None and vectors.document_matrix is not None:
        tensors["document_vectors"] = np.ascontiguousarray(vectors.document_matrix)
        tensors["documents"] = _json_bytes(vectors.doc_ids)
    paths[""].write_bytes(save(tensors, {"model": vectors.model}))  # with more than one key their order would vary


def _json_bytes(strings: list[str]) -> np.ndarray:
    return np.frombuffer(json.dumps(strings, ensure_ascii=False).encode(), np.uint8)


def _projector(vectors: Vectors, paths: Mapping[str, Path]) -> None:
    """TensorBoard's projector; vectors.tsv and metadata.tsv also load at projector.tensorflow.org."""
    with open(paths["vectors.tsv"], "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{row}\n" for row in _as_text(vectors.matrix, "\t"))
    with open(paths["metadata.tsv"], "w", encoding="utf-8", newline="\n") as out:
        out.write("word\tcount\n")
        out.writelines(f"{w}\t{n}\n" for w, n in zip(vectors.vocabulary, vectors.counts.tolist(), strict=True))
    paths["projector_config.pbtxt"].write_text(
        f'embeddings {{\n  tensor_name: "{vectors.model}"\n  tensor_path: "vectors.tsv"\n  metadata_path: "metadata.tsv"\n}}\n',
        encoding="utf-8",
    )


VECTOR_FORMATS = {
    "keyedvectors": VectorFormat(_ANY, _keyedvectors),
    "word2vec": VectorFormat(_NO_SPACE, _word2vec),
    "word2vec-bin": VectorFormat(_NO_SPACE, _word2vec_bin),
    "safetensors": VectorFormat(_ANY, _safetensors),
    "projector": VectorFormat(_NO_TAB, _projector, ("vectors.tsv", "metadata.tsv", "projector_config.pbtxt")),
}
