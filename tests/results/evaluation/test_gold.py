"""Gold files as they are published, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from wajue.errors import WajueError
from wajue.results.evaluation import gold


def written(folder: Path, text: str) -> Path:
    (folder / "gold.txt").write_text(text, encoding="utf-8")
    return folder / "gold.txt"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Word 1\tWord 2\tHuman (mean)\r\nlove\tsex\t6.77\r\n", [("love", "sex", 6.77)]),  # WordSim-353
        ("Word 1,Word 2,Human (mean),1,2\nlove,sex,6.77,9,6\n", [("love", "sex", 6.77)]),  # the same, each judge
        ("# a comment\ntiger\tcat\t7.35\n", [("tiger", "cat", 7.35)]),  # its similarity half
        ("berry-n seed-n 37.0\nrun-v fast-j 8\n", [("berry", "seed", 37.0), ("run", "fast", 8.0)]),  # MEN, lemma forms
        ("e-n seed-n 1\nx-ray film 2\n", [("e-n", "seed-n", 1.0), ("x-ray", "film", 2.0)]),  # a hyphen that is no tag
        ("word1\tword2\tPOS\tSimLex999\tconc\nold\tnew\tA\t1.58\t2.7\n", [("old", "new", 1.58)]),  # SimLex-999
        ("take\tremove\tV\t6.81\tSYNONYMS\n", [("take", "remove", 6.81)]),  # SimVerb, without a header
        ("\ufeff李白\t诗\t9.2\n\n日本 \t 京都\t8\n", [("李白", "诗", 9.2), ("日本", "京都", 8.0)]),  # wordsim-240
        ("李白 诗 9.2\n", [("李白", "诗", 9.2)]),  # wordsim-297
    ],
)
def test_pairs(tmp_path: Path, text: str, found: list[tuple[str, str, float]]) -> None:
    assert gold.pairs(written(tmp_path, text)) == found


def test_questions_stand_under_their_section(tmp_path: Path) -> None:
    path = written(tmp_path, "a b c d\n: 地理\r\n广东 粤 北京 京\r\n: gram1\nbig bigger old older\n")
    assert gold.questions(path) == {
        "no section": [["a", "b", "c", "d"]],
        "地理": [["广东", "粤", "北京", "京"]],
        "gram1": [["big", "bigger", "old", "older"]],
    }


@pytest.mark.parametrize(
    "text", ["d1\tx\nd2\ty\nd1\tx\n", "d1,x\nd2,y\n", 'label,text,doc_id\nx,"a, b",d1\ny,c,d2\n', "doc_id\tlabel\nd1\tx\nd2\ty\n"]
)
def test_labels(tmp_path: Path, text: str) -> None:
    assert gold.labels(written(tmp_path, text)) == {"d1": "x", "d2": "y"}


def test_lists_and_segmented_text_are_told_apart(tmp_path: Path) -> None:
    assert gold.segmented(written(tmp_path, "断路器 的\n\n开关\n")) == ["断路器 的", "开关"]
    for text in ("断路器\n开关\n", "断路器\t12\n开关\t3\n", "断路器 12 n\n开关 3\n"):
        path = written(tmp_path, text)
        assert gold.segmented(path) is None and gold.dictionary(path) == ["断路器", "开关"]
    assert gold.words(written(tmp_path, "\ufeffheart attack\t12\tx\r\n \t3\n开关\n")) == ["heart attack", "开关"]


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (gold.pairs, "love\tsex\t6.77\nlove\tsex\thigh\n", "line 2: two words and a score"),
        (gold.pairs, "love\tsex\t6.77\n\tsex\t1\n", "line 2: two words and a score"),
        (gold.pairs, "love sex\n", "line 1: two words and a score"),
        (gold.pairs, "love sex nan\n", "line 1: two words and a score"),
        (gold.questions, ": a\na b c d\n\na b c\n", "line 4: a question has four words, this has 3"),
        (gold.labels, "d1\tx\nd1\ty\n", "line 2: d1 is labelled y here and x above"),
        (gold.labels, "d1\tx\nd2\n", "line 2: a doc_id and a label are wanted"),
        (gold.labels, "doc_id,class\nd1,x\n", "line 1: the header names no column label, only doc_id, class"),
        (gold.words, "\n \n", "is empty"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, read, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    path = written(tmp_path, text)
    with pytest.raises(WajueError) as raised:
        read(path)
    assert said in str(raised.value) and str(path) in str(raised.value)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(WajueError, match=r"cannot read .*nothing"):
        gold.lines(tmp_path / "nothing")
    (tmp_path / "gb.txt").write_bytes("ok\n开关\n".encode("gb18030"))
    with pytest.raises(WajueError, match=r"gb\.txt, line 2: not valid UTF-8"):
        gold.lines(tmp_path / "gb.txt")
