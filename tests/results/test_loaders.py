"""What is opened from a workspace, and what is said when it is not there."""

from pathlib import Path

import pytest

from tests import tiny
from wajue.errors import WajueError
from wajue.mining.terms.term_table import WordVectors
from wajue.results import loaders, query
from wajue.store import parquet

LEXICON = [{"word": w, "count": 9, "log_prob": p} for w, p in (("断路器", -3.0), ("断", -9.0), ("路", -9.0), ("器", -9.0))]
WORDS = [{"word": w, "count": 5, "vector": v} for w, v in (("断路器", [1.0, 0.0]), ("开关", [1.0, 1.0]))]
CUT_BY = {"tokens": {"segment": {"method": "jieba"}}, "clean_documents": {"clean": {"script": "traditional"}}}


def test_vectors_of_words_and_documents(tmp_path: Path) -> None:
    documents = [{"doc_id": "d1", "vector": [0.0, 1.0]}]
    workspace = tiny.workspace(tmp_path / "w", sgns_words=WORDS, jose_words=WORDS[::-1], jose_documents=documents)
    vectors = loaders.load_vectors(workspace)
    assert (vectors.model, vectors.vocabulary, vectors.doc_ids) == ("sgns", ["断路器", "开关"], None)
    vectors = loaders.load_vectors(workspace, "jose", documents=True)
    assert (vectors.vocabulary, vectors.doc_ids, vectors.counts.tolist()) == (["开关", "断路器"], ["d1"], [5, 5])
    assert vectors.document_matrix is not None and vectors.document_matrix.tolist() == [[0, 1]]
    for model, documents_too in (("sgns", True), ("glove", False)):
        with pytest.raises(WajueError, match="vectors of"):
            loaders.load_vectors(workspace, model, documents=documents_too)


def test_the_segmenter_has_the_script_of_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    words = [row | {"word": row["word"].replace("断", "斷")} for row in LEXICON]
    workspace = tiny.workspace(tmp_path / "w", CUT_BY, lexicon=words, tokens=[], clean_documents=[])
    assert loaders.load_segmenter(workspace).cut("断路器斷路器") == ["断路器", "斷路器"]
    assert "were cut by jieba" in caplog.text


def test_text_that_came_segmented_has_no_lexicon(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", {"tokens": {"segment": {"method": "whitespace"}}}, tokens=[])
    with pytest.raises(WajueError, match="no lexicon to cut text by"):
        loaders.load_segmenter(workspace)


@pytest.mark.filterwarnings("error")  # NumPy's, about what comes of them
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_vectors_that_are_no_numbers_are_one_message(bad: float, tmp_path: Path) -> None:
    rows = [*WORDS, {"word": "油枕", "count": 1, "vector": [0.5, bad]}]
    workspace = tiny.workspace(
        tmp_path / "w", sgns_words=rows, jose_words=WORDS, jose_documents=[{"doc_id": "d", "vector": [bad, 0.0]}]
    )
    said = r"1 of the vectors hold NaN or infinity; train them anew: wajue run CONFIG --force --from sgns"
    with pytest.raises(WajueError, match=said):
        loaders.load_vectors(workspace)
    with pytest.raises(WajueError, match=said):
        loaders.load_vectors(workspace, "jose", documents=True)
    with pytest.raises(WajueError, match=said):
        WordVectors.from_table(parquet.read(workspace, "sgns_words"))


def test_a_folder_serves_where_a_workspace_does(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", sgns_words=WORDS)
    count = "SELECT count(*) AS n FROM sgns_words"
    for folder in (str(tmp_path / "w"), tmp_path / "w"):
        assert loaders.load_vectors(folder).vocabulary == loaders.load_vectors(workspace).vocabulary
        assert parquet.read(folder, "sgns_words") == parquet.read(workspace, "sgns_words")
        assert query.select(folder, count) == query.select(workspace, count)
    with pytest.raises(WajueError, match="is not a workspace"):
        loaders.load_segmenter(tmp_path)
