"""What a dictionary changes: sentences cut otherwise, the worst first, and how many stay as they were."""

from pathlib import Path

import pytest

from tests import tiny
from wajue.errors import WajueError
from wajue.results.dictionary_check import SAMPLE_SIZE, Sentence, check_dictionary, compare
from wajue.store.workspace import Workspace

TEXTS = ["断路器在汇控柜里。", "数据库表里有手机。", "我们的手机。", "  "]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    documents = [
        {"doc_id": str(i), "corpus": "c", "role": role, "text": text}
        for i, (role, text) in enumerate([("domain", "它在汇控柜里。\n怎么办？它在汇控柜里。"), ("general", "手机坏了")])
    ]
    return tiny.workspace(tmp_path / "w", documents=documents)


def test_the_worst_sentence_stands_first() -> None:
    regression = compare([Sentence(str(i), t) for i, t in enumerate(TEXTS)], {"汇控柜": 100, "库表": 10**6})
    joined, torn = {"source": "0", "cut_apart": 0}, {"source": "1", "cut_apart": 2}
    rows = regression.changes.to_pylist()
    assert [{k: r[k] for k in joined} for r in rows] == [torn, joined]  # 数据库 and 表里 are cut apart, 汇控柜 only joined
    assert rows[0] | {"before": "数据库 表里 有 手机 。", "after": "数据 库表 里 有 手机 。", "because_of": ["库表"]} == rows[0]
    assert rows[1]["after"] == "断路器 在 汇控柜 里 。" and rows[1]["because_of"] == ["汇控柜"]
    assert regression.unchanged == 2
    assert regression.summary == "2 of 4 sentences are cut as before; 2 words of jieba's are cut apart"


def test_an_empty_dictionary_changes_nothing() -> None:
    regression = compare([Sentence("", t) for t in TEXTS], {})
    assert regression.changes.num_rows == 0 and regression.unchanged == len(TEXTS)


def test_sentences_of_a_file_or_of_the_workspace(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("汇控柜 100 nz\n", encoding="utf-8")
    (tmp_path / "text.txt").write_text("\ufeff手机\n\n断路器 在汇控柜里\n", encoding="utf-8")
    of_file = check_dictionary(workspace, tmp_path / "d.txt", str(tmp_path / "text.txt"))
    assert of_file.unchanged == 1
    assert [(r["source"], r["after"]) for r in of_file.changes.to_pylist()] == [("line 3", "断路器 在 汇控柜 里")]
    sampled = check_dictionary(workspace, tmp_path / "d.txt")  # 它在汇控柜里。 once, 怎么办？ and 手机坏了
    assert (sampled.unchanged, sampled.changes.column("source").to_pylist()) == (2, ["domain"])


def test_a_sample_has_so_many_sentences_of_each_role(tmp_path: Path) -> None:
    text = "。".join(f"第{i}句" for i in range(SAMPLE_SIZE + 50))
    rows = [{"doc_id": role, "corpus": role, "role": role, "text": text} for role in ("domain", "general")]
    (tmp_path / "d.txt").write_text("", encoding="utf-8")
    regression = check_dictionary(tiny.workspace(tmp_path / "w", documents=rows), tmp_path / "d.txt")
    assert regression.unchanged == 2 * SAMPLE_SIZE


def test_faults_are_named(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("汇控柜 100 nz\n", encoding="utf-8")
    (tmp_path / "ik.txt").write_text("汇控柜\n", encoding="utf-8")
    (tmp_path / "gbk.txt").write_bytes("手机".encode("gbk"))
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    for said, path, source in (
        ("cannot read .*missing", "d.txt", "missing.txt"),
        ("gbk.txt, line 1: not valid UTF-8", "d.txt", "gbk.txt"),
        ("empty.txt has no sentence", "d.txt", "empty.txt"),
        ("ik.txt is no dictionary that --to jieba wrote", "ik.txt", "empty2.txt"),
        ("cannot read .*nowhere", "nowhere.txt", "empty2.txt"),
    ):
        (tmp_path / "empty2.txt").write_text("手机", encoding="utf-8")
        with pytest.raises(WajueError, match=said):
            check_dictionary(workspace, tmp_path / path, str(tmp_path / source))
    with pytest.raises(WajueError, match="documents"):
        check_dictionary(tiny.workspace(tmp_path / "w2", lexicon=[]), tmp_path / "d.txt")
