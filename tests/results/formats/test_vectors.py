"""Vectors, read back by the tools that they are for."""

import json
import re
from typing import Any

import numpy as np
import pytest

from tests.results.samples import MATRIX, VECTORS


def test_gensim_loads_its_three_formats(exported: Any, caplog: pytest.LogCaptureFixture) -> None:
    from gensim.models import KeyedVectors

    keyed = KeyedVectors.load(str(exported("keyedvectors")))
    assert keyed.index_to_key == [w for w, _ in VECTORS] and (keyed.vectors == MATRIX).all()
    assert keyed.get_vecattr("断路器", "count") == 12
    assert [w for w, _ in keyed.most_similar("断路器", topn=9)]
    with caplog.at_level("INFO", logger="wajue"):
        text = KeyedVectors.load_word2vec_format(str(exported("word2vec")))
        binary = KeyedVectors.load_word2vec_format(str(exported("word2vec-bin")), binary=True)
    assert caplog.text.count("left out: 2 words with white space") == 2
    for loaded in (text, binary):
        assert loaded.index_to_key == ["断路器", "SF6断路器", "=1"]
        assert (loaded.vectors == MATRIX[[0, 3, 4]]).all()  # to the last bit, as text too


def test_safetensors_hold_words_counts_and_documents(exported: Any) -> None:
    from safetensors import safe_open
    from safetensors.numpy import load_file

    tensors = load_file(exported("safetensors"))
    assert set(tensors) == {"vectors", "counts", "words"}
    assert tensors["vectors"].dtype == np.float32 and (tensors["vectors"] == MATRIX).all()
    assert json.loads(tensors["words"].tobytes()) == [w for w, _ in VECTORS]
    path = exported("safetensors", model="jose")
    tensors = load_file(path)
    assert (tensors["vectors"] == MATRIX[::-1]).all() and tensors["counts"].tolist() == [n for _, n in VECTORS[::-1]]
    assert tensors["document_vectors"].tolist() == [[1, 2], [3, 4]] and json.loads(tensors["documents"].tobytes()) == ["d1", "d2"]
    with safe_open(path, "numpy") as file:
        assert file.metadata()["model"] == "jose"


def test_the_projector_gets_a_row_for_each_word(exported: Any) -> None:
    folder = exported("projector")
    assert sorted(p.name for p in folder.iterdir()) == ["metadata.tsv", "projector_config.pbtxt", "vectors.tsv"]
    metadata = (folder / "metadata.tsv").read_text(encoding="utf-8").splitlines()
    vectors = np.loadtxt(folder / "vectors.tsv", delimiter="\t", dtype=np.float32)
    assert metadata == ["word\tcount", "断路器\t12", "a b\t5", "SF6断路器\t3", "=1\t2"]
    assert (vectors == MATRIX[[0, 1, 3, 4]]).all()
    config = (folder / "projector_config.pbtxt").read_text()
    assert re.findall(r'(\w+_path): "(.+)"', config) == [("tensor_path", "vectors.tsv"), ("metadata_path", "metadata.tsv")]
