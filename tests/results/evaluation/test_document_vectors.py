"""Vectors of documents: JoSE's own, or means of words."""

from pathlib import Path

import pytest

from tests import tiny
from wajue.results.evaluation.document_vectors import document_vectors


def test_means_of_the_words_that_were_trained(tmp_path: Path) -> None:
    workspace = tiny.workspace(
        tmp_path / "w",
        vocabulary=[{"word_id": i, "word": w, "count": 9} for i, w in enumerate("abc")],
        sequences=[
            {"doc_id": d, "corpus": "x", "ids": ids} for d, ids in (("d1", [0, 1]), ("d2", [1, 1, 2]), ("d3", []), ("d4", [0]))
        ],
        sgns_words=[{"word": w, "count": 9, "vector": v} for w, v in (("b", [0.0, 3.0]), ("a", [1.0, 0.0]))],  # c was not trained
        jose_documents=[{"doc_id": "d4", "vector": [5.0, 6.0]}],
    )
    doc_ids, vectors = document_vectors(workspace, {"d1", "d2", "d3"}, "sgns")
    # d1: ((1, 0) + (0, 3)) / 2; d2: (2 (0, 3) + (0, 0)) / 3; d3 has no word
    assert doc_ids == ["d1", "d2"] and vectors.tolist() == [[0.5, 1.5], pytest.approx([0, 2])]
    doc_ids, vectors = document_vectors(workspace, {"d1", "d4"}, "jose")
    assert (doc_ids, vectors.tolist()) == (["d4"], [[5, 6]])
    assert document_vectors(workspace, {"d9"}, "jose")[0] == []
