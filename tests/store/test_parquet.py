"""Tables by pyarrow: written as declared, read whole or in pieces, vectors as matrices."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests import tiny
from wajue.errors import WajueError
from wajue.store import parquet
from wajue.store.workspace import Workspace

VECTORS = [{"word": w, "count": 5, "vector": v} for w, v in (("断路器", [1.0, 0.0]), ("开关", [0.5, 1.0]))]


def test_a_table_whole_and_in_pieces(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", sgns_words=VECTORS)
    assert parquet.read(workspace, "sgns_words", ["word"]).to_pydict() == {"word": ["断路器", "开关"]}
    [piece] = parquet.batches(workspace, "sgns_words", ["word"], pc.field("word") == "开关")
    assert piece.to_pydict() == {"word": ["开关"]}
    assert parquet.count_rows(workspace, "sgns_words") == 2
    assert not list(parquet.batches(workspace, "sgns_words", None, pc.field("count") > 5))


def test_vectors_are_a_matrix_and_back(tmp_path: Path) -> None:
    rows = parquet.word_vectors(tiny.workspace(tmp_path / "w", sgns_words=VECTORS), "sgns")
    matrix = parquet.matrix(rows)
    assert matrix.dtype == np.float32 and matrix.tolist() == [[1.0, 0.0], [0.5, 1.0]]
    assert parquet.vectors(matrix).to_pylist() == matrix.tolist()
    with pytest.raises(WajueError, match="holds no vector"):
        parquet.word_vectors(tiny.workspace(tmp_path / "empty", sgns_words=[]), "sgns")


def test_what_is_not_as_declared_is_neither_written_nor_read(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", lexicon=[])
    with pytest.raises(WajueError, match=r"table vocabulary about to be written is not as declared: .*'word_id'"):
        parquet.write(pa.table({"word": ["断路器"]}), workspace, "vocabulary")
    [path] = workspace.parquet_files("lexicon")
    Path(path).write_bytes(b"PAR1 and then nothing")
    with pytest.raises(WajueError, match=r"table lexicon of .* is damaged"):
        parquet.read(workspace, "lexicon")
    made = tiny.workspace(tmp_path / "older", boilerplate=[])
    older = pa.table({"corpus": ["notes"], "line": ["a"], "documents": [2]})  # as an earlier version wrote it
    pq.write_table(older, made.parquet_files("boilerplate")[0])
    manifest = Path(made.path("boilerplate")) / "_step.json"
    manifest.write_text(json.dumps({"format_version": tiny.FORMAT_VERSION}))
    with pytest.raises(WajueError, match="column 'kept_in' is missing; wajue run CONFIG --force --from clean writes it anew"):
        parquet.read(made, "boilerplate")
    with pytest.raises(WajueError, match="no table 'tokens' yet"):
        parquet.read(Workspace(str(tmp_path / "w")), "tokens")


def test_a_table_or_column_that_is_none_brings_the_nearest(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", sgns_words=VECTORS)
    with pytest.raises(WajueError, match="there is no table 'term'; did you mean 'terms'"):
        parquet.read(workspace, "term")
    with pytest.raises(WajueError, match=r"there is no table '\?\?\?'; there are raw_documents, .*; views such as"):
        parquet.read(workspace, "???")
    with pytest.raises(WajueError, match="table sgns_words has no column 'words'; it has word, count, vector"):
        parquet.read(workspace, "sgns_words", ["words"])


def test_values_are_counted_and_summed(tmp_path: Path) -> None:
    rows = [{"word": word, "role": role, "count": i, "document_count": 1} for i, (word, role) in enumerate(["ad", "bd", "ag"])]
    workspace = tiny.workspace(tmp_path / "w", word_counts=[r | {"role": {"d": "domain", "g": "general"}[r["role"]]} for r in rows])
    assert parquet.value_counts(workspace, "word_counts", "role") == {"domain": 2, "general": 1}
    assert parquet.total(workspace, "word_counts", "count") == 3
    (tmp_path / "lists").mkdir()
    for name, lists in (("a", [["x", "y"], [], None]), ("b", [["y"]])):
        pq.write_table(pa.table({"why": pa.array(lists, pa.list_(pa.string()))}), tmp_path / "lists" / f"{name}.parquet")
    assert list(parquet.value_counts(Workspace(str(tmp_path)), "lists", "why").items()) == [("x", 1), ("y", 2)]
