"""Labels from tags and from files, against vectors of either model."""

from pathlib import Path

import pytest

from tests.results.evaluation.helpers import scores, vectors, written
from tests.tiny import workspace
from wajue.errors import WajueError
from wajue.store.workspace import Workspace


def labelled(folder: Path) -> Workspace:
    """Twelve documents: six of 电 words, six of 医 words; one of no word, one without tags."""
    ids = [[0, 1], [0], [1, 1, 0], [0, 0], [1], [1, 0]] + [[2], [3], [2, 3], [3, 2], [3, 3], [2, 2]] + [[]]
    tags = [["电", "x"]] * 6 + [["医"]] * 5 + [None, ["医"]]
    units = [[1, 0.05 * i] if i < 6 else [0.05 * i, 1] for i in range(13)]
    names = [f"d{i:02}" for i in range(13)]
    return workspace(
        folder,
        documents=[{"doc_id": d, "tags": t} for d, t in zip(names, tags, strict=True)],
        sequences=[{"doc_id": d, "corpus": "a", "ids": i} for d, i in zip(names, ids, strict=True)],
        vocabulary=[{"word_id": i, "word": w, "count": 9} for i, w in enumerate("abcd")],
        sgns_words=vectors(d=[0, 1], c=[0.1, 1], b=[1, 0], a=[1, 0.1]),  # not in the order of the ids
        jose_documents=[{"doc_id": d, "vector": v} for d, v in zip(names, units, strict=True)],
    )


@pytest.mark.parametrize(("model", "found", "of"), [("sgns", 11, 12), ("jose", 12, 12)])
def test_clusters_of_tags(tmp_path: Path, model: str, found: int, of: int) -> None:
    rows = scores(labelled(tmp_path / "w"), "clusters", "tags", vectors=model)
    assert {(r["found"], r["of"]) for r in rows.values()} == {(found, of)}  # a document without a word has no mean
    assert rows["spherical k-means, 2 clusters, 10 seeds", "NMI"]["value"] == pytest.approx(1)
    assert rows["k-means, 2 clusters, 10 seeds", "purity"]["spread"] == 0.0
    assert rows["3 nearest neighbours, 5 folds", "F1 macro"]["value"] == 1.0


def test_clusters_of_a_file(tmp_path: Path) -> None:
    place = labelled(tmp_path / "w")
    gold = written(tmp_path / "labels.csv", "doc_id,label\n" + "".join(f"d{i:02},{'ab'[i % 2]}\n" for i in range(12)) + "d99,a\n")
    rows = scores(place, "clusters", gold)
    assert {(r["gold"], r["found"], r["of"]) for r in rows.values()} == {("labels.csv", 12, 13)}
    # two clusters of 6, in each 3 of either label: they tell nothing of each other
    assert rows["k-means, 2 clusters, 10 seeds", "mutual information, nats"]["value"] == pytest.approx(0)
    assert rows["k-means, 2 clusters, 10 seeds", "purity"]["value"] == 0.5
    with pytest.raises(WajueError, match=r"of 2 labelled documents 2 have a vector, with 1 labels; two labels are needed"):
        scores(place, "clusters", written(tmp_path / "one.tsv", "d01\ta\nd02\ta\n"))
    bare = workspace(tmp_path / "bare", documents=[{"doc_id": "d"}], sequences=[], vocabulary=[], sgns_words=[])
    with pytest.raises(WajueError, match=r"no document has tags; name their field with tags ="):
        scores(bare, "clusters", "tags")
