"""`wajue evaluate` on workspaces of a few rows: what each test reads, and the figures by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import told, wajue
from tests.tiny import workspace
from wajue.cli import _globals_first
from wajue.errors import ConfigError, WajueError
from wajue.results.evaluate import TESTS, Options, by_test, evaluate
from wajue.store.workspace import Workspace


def scores(place: Workspace, test: str, *files: Path | str, **options: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """{(part, figure): row}, of one gold file or of all of them; nothing may come twice."""
    rows = evaluate(place, {test: [str(f) for f in files]}, Options(**options)).to_pylist()
    found = {(r["part"], r["figure"]) if len(files) == 1 else (f"{r['gold']}: {r['part']}", r["figure"]): r for r in rows}
    assert len(found) == len(rows) and {r["test"] for r in rows} == {test}
    return found


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def vectors(**each: list[float]) -> list[dict[str, Any]]:
    return [{"word": w, "count": 10 - i, "vector": v} for i, (w, v) in enumerate(each.items())]


PLANE = vectors(man=[1, 0], king=[0.8, 0.6], woman=[0, 2], queen=[-0.6, 0.8], apple=[-1, 0])


def test_similarity_of_either_model(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", sgns_words=PLANE, jose_words=vectors(man=[1, 0], king=[0, 1], woman=[1, 1]))
    pairs = written(tmp_path / "pairs.txt", "Man\tKing\t9\nman\twoman\t5\nman\tbishop\t1\n")
    # sgns: cosines .8 and 0, judged 9 and 5: 1; with 0 for man, bishop: ranks 3 1.5 1.5 against 3 2 1: deviations
    # 1 -.5 -.5 and 1 0 -1, 1.5 / sqrt(1.5 * 2) = .8660; jose: cosines 0 and .7071: -1
    found = scores(place, "similarity", pairs)
    assert found["pairs with vectors", "Spearman"]["value"] == pytest.approx(1)
    assert found["all pairs", "Spearman"]["value"] == pytest.approx(0.866025, abs=1e-6)
    assert {(r["found"], r["of"], r["vectors"]) for r in found.values()} == {(2, 3, "sgns")}
    assert scores(place, "similarity", pairs, vectors="jose")["pairs with vectors", "Spearman"]["value"] == pytest.approx(-1)


def test_analogies_by_section(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", sgns_words=PLANE[::-1])  # the order of the rows does not matter, the counts do
    text = ": royal\nman king woman queen\nman king woman apple\n: fruit\nman king woman pear\n"
    found = scores(place, "analogy", written(tmp_path / "q.txt", text))
    assert {part: (r["value"], r["found"], r["of"]) for (part, _), r in found.items()} == {
        "royal": (0.5, 2, 2),
        "fruit": (None, 0, 1),
        "total": (0.5, 2, 3),
        "total, wrong where a word has no vector": (1 / 3, 2, 3),
    }
    few = scores(place, "analogy", tmp_path / "q.txt", restrict=4)  # without apple
    assert few["royal", "accuracy"]["found"] == 1 and few["royal", "accuracy"]["note"] == "among the 4 most frequent words"


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


def lexicon(**words: tuple[float, bool]) -> list[dict[str, Any]]:
    """Words with their score and whether they are new; all equally probable, longer ones win by fewer parts."""
    return [{"word": w, "count": 9, "log_prob": -5.0, "score": s, "is_new": n} for w, (s, n) in words.items()]


WORDS = lexicon(断路器=(9.0, True), 开关=(0.0, False), 与=(0.0, False), 器与=(5.0, True), 合上=(2.0, True), 断=(0.0, False))
CUT_BY_LEXICON = {"tokens": {"segment": {"unknown_share": 0.0}}}


def test_segmentation_and_lexicon_of_a_segmented_text(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", CUT_BY_LEXICON, lexicon=WORDS)
    # cut as 断路器 与 开关 10 KV and 斷路器 (断路器 in the lexicon's script) 上 油; gold: 上油 is one word, 10KV too where all is cut
    gold = written(tmp_path / "gold.txt", "断路器 与 开关 10KV\n\n斷路器 上油\n" + "断路器 与\n" * 4)
    found = scores(place, "segmentation", gold)
    han = {figure: (r["value"], r["found"], r["of"]) for (part, figure), r in found.items() if part == "runs of Han characters"}
    # right: 断路器 与 开关 10KV, 断路器, and 断路器 与 four times: 13 of 15 cut, of 14 gold; 上油 alone is unknown
    assert han == {
        "precision": (13 / 15, 13, 15),
        "recall": (13 / 14, 13, 14),
        "F1": (26 / 29, None, None),
        "OOV recall": (0.0, 0, 1),
    }
    words = scores(place, "lexicon", gold)
    # types of 2-4 characters five times: 断路器 (6 times); the lexicon's that are cut out five times: 断路器
    part = "words of 2 to 4 Han characters"
    assert [words[part, f]["value"] for f in ("precision", "recall", "F1")] == [1.0, 1.0, 1.0]
    # new, by score: 断路器 (gold), 器与, 合上
    assert words["new words by score", "P@100"]["value"] == 0.01


def test_lexicon_against_a_list(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", CUT_BY_LEXICON, lexicon=WORDS)
    found = scores(place, "lexicon", written(tmp_path / "list.txt", "\ufeff断路器\t12\n合上\t3\n变压器\t1\n低压配电柜\t1\n与\t1\n"))
    # of two to four characters the lexicon has 断路器 开关 器与 合上, the list 断路器 合上 变压器
    part = "words of 2 to 4 Han characters"
    assert [found[part, f]["value"] for f in ("precision", "recall", "F1")] == [2 / 4, 2 / 3, 4 / 7]
    assert found["new words by score", "P@300"]["found"] == 2 and found["new words by score", "P@300"]["of"] == 300


def mined(folder: Path, *ranked: str) -> Workspace:
    """Six candidates, three of them ranked; the domain's text holds 断路器 3 times, 高压开关 and 母线 twice, 油枕 once."""
    dropped = {"高压": "nested", "合上": None, "开关": "stop_word", "断路器": None, "母线": None, "闸": None}
    return workspace(
        folder,
        {"candidates": {"contrast": {"min_count": 2}}},
        documents=[
            {"doc_id": "a", "role": "domain", "text": "断路器断路器，高压开关"},
            {"doc_id": "b", "role": "domain", "text": "断路器高压开关母线母线油枕"},
            {"doc_id": "c", "role": "general", "text": "油枕油枕"},
        ],
        candidates=[
            {"term": t, "domain_count": 2 + i, "keyness": float(i), "filtered_by": f} for i, (t, f) in enumerate(dropped.items())
        ],
        terms=[{"rank": r, "term": t} for r, t in reversed(list(enumerate(ranked or ("断路器", "合上", "母线"), 1)))],
    )


def test_terms_by_hand(tmp_path: Path) -> None:
    power = written(tmp_path / "power.txt", "\ufeff斷路器\t12\n母线\n高压开关\n油枕\n开关\n闸\n")
    found = scores(mined(tmp_path / "w"), "terms", power)
    # ranked 断路器 合上 母线: the first and the third are in the lexicon
    assert (found["ranked", "P@100"]["value"], found["ranked", "P@100"]["found"]) == (0.02, 2)
    assert found["ranked", "P@100"]["note"] == "only 3 are ranked"
    # wanted: 断路器 3, 母线 2, 高压开关 2, 开关 2 times; 油枕 stands once in the domain, 闸 is one character
    # (1/1 + 2/3) / 4 = .416667
    precision = found["ranked", "average precision"]
    assert (precision["value"], precision["found"], precision["of"]) == (pytest.approx(5 / 12), 4, 5)
    recall = {
        (length, stage): found[length, f"recall, {stage}"]["value"]
        for length in ("all lengths", "2 characters", "4 characters", "5 and more")
        for stage in ("candidates", "unfiltered", "ranked", "first 3000")
    }
    assert [recall["all lengths", s] for s in ("candidates", "unfiltered", "ranked", "first 3000")] == [0.75, 0.5, 0.5, 0.5]
    assert [recall["2 characters", s] for s in ("candidates", "unfiltered")] == [1.0, 0.5]
    assert recall["4 characters", "candidates"] == 0.0 and recall["5 and more", "candidates"] is None
    assert found["合上", "rank"]["gold"] == "in no lexicon" and found["合上", "rank"]["value"] == 2
    assert (found["开关", "domain_count"]["note"], found["开关", "domain_count"]["value"]) == ("stop_word", 4)
    assert ("高压", "domain_count") not in found  # dropped, but in no lexicon


def test_a_term_that_was_accepted_is_not_called_dropped(tmp_path: Path) -> None:
    found = scores(mined(tmp_path / "w", "断路器", "开关"), "terms", written(tmp_path / "power.txt", "开关\n高压\n"))
    assert [part for part, figure in found if figure == "domain_count"] == ["高压"]


def test_several_lexicons_each_and_together(tmp_path: Path) -> None:
    a, b, c = (written(tmp_path / p, t) for p, t in (("a.txt", "断路器\n"), ("x/b.txt", "合上\n"), ("y/b.txt", "母线\n")))
    found = scores(mined(tmp_path / "w"), "terms", a, b, c)
    hits = {part: r["found"] for (part, figure), r in found.items() if figure == "P@500"}
    assert hits == {"a.txt: ranked": 1, f"{b}: ranked": 1, f"{c}: ranked": 1, "all of them: ranked": 3}
    assert not [part for part, _ in found if part.startswith("in no lexicon")]


@pytest.mark.parametrize(
    ("test", "step"),
    [
        ("similarity", "sgns"),
        ("analogy", "sgns"),
        ("clusters", "sgns"),
        ("segmentation", "new_words"),
        ("lexicon", "new_words"),
        ("terms", "terms"),
    ],
)
def test_a_missing_table_is_named_with_its_step(tmp_path: Path, test: str, step: str) -> None:
    place = workspace(tmp_path / "w", documents=[{"doc_id": "d", "tags": ["x"]}])
    text = {"similarity": "a b 1", "analogy": "a b c d", "clusters": "d\tx"}.get(test, "开关")
    with pytest.raises(WajueError, match=rf"wajue run CONFIG --until {step} "):
        scores(place, test, written(tmp_path / "gold.txt", text))


def test_nothing_asked_and_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--similarity, --analogy, --clusters, --segmentation, --lexicon, --terms"):
        evaluate(Workspace(str(tmp_path)), {test: [] for test in TESTS}, Options())
    with pytest.raises(WajueError, match="not a workspace"):
        evaluate(Workspace(str(tmp_path)), {"terms": ["x"]}, Options())


def test_each_test_is_a_table_of_its_own(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", sgns_words=PLANE)
    files = {
        "similarity": [str(written(tmp_path / "p", "man king 1\n"))],
        "analogy": [str(written(tmp_path / "q", "man king woman queen\n"))],
    }
    first, second = by_test(evaluate(place, files, Options()))
    assert first.column("test").to_pylist() == ["similarity"] * 2 and "spread" not in first.schema.names
    assert second.schema.names == ["test", "gold", "vectors", "part", "figure", "value", "found", "of"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("evaluate w --terms a b --vectors jose", "evaluate w --terms a --terms b --vectors jose"),
        ("evaluate w --terms=a b", "evaluate w --terms=a --terms b"),
        ("evaluate w --terms a --lexicon c d", "evaluate w --terms a --lexicon c --lexicon d"),
        ("evaluate --terms a w", "evaluate --terms a w"),
        ("evaluate --terms a w b", "evaluate --terms a w --terms b"),
        ("evaluate w --terms a --debug b", "--debug evaluate w --terms a --terms b"),
        ("similar w a b --top 3 c", "similar w a b --top 3 c"),
    ],
)
def test_an_option_takes_several_files(given: str, meant: str) -> None:
    assert _globals_first(given.split()) == meant.split()


def test_the_command(tmp_path: Path) -> None:
    workspace(tmp_path / "w", sgns_words=PLANE)
    written(tmp_path / "a.txt", "man king 9\nman woman 5\n")
    result = wajue("evaluate", "w", "--similarity", "a.txt", "a.txt", "--format", "json", folder=tmp_path)
    assert result.returncode == 0 and [r["part"] for r in json.loads(result.stdout)] == ["pairs with vectors", "all pairs"]
    shown = wajue("evaluate", "w", "--similarity", "a.txt", folder=tmp_path)
    assert "Spearman" in shown.stdout and "similarity: a.txt" in shown.stderr
    result = wajue("evaluate", "w", folder=tmp_path)
    assert result.returncode == 2 and "--terms" in told(result)
    written(tmp_path / "b.txt", "man king\n")
    result = wajue("evaluate", "w", "--similarity", "a.txt", "b.txt", folder=tmp_path)
    assert result.returncode == 1 and result.stdout == "" and "b.txt, line 1: two words and a score" in result.stderr
