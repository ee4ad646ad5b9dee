import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tests import tiny
from wajue.errors import WajueError
from wajue.results import concordance
from wajue.store.workspace import Workspace

TEXTS = [
    ("domain", "断路器跳闸了。检修断路器，断路器好了！\n断路器"),
    ("domain", "母线的'断路器'"),
    ("general", "哈哈哈，断路器是什么？"),
]


def workspace(folder: Path, texts: list[tuple[str, str]]) -> Workspace:
    return tiny.workspace(folder / "w", {}, documents=[document(i, *text) for i, text in enumerate(texts)])


def document(i: int, role: str, text: str) -> dict[str, Any]:
    source = {"file": f"{role}/{i}.txt", "line": i, "record": i}
    more = {"date": f"2023-0{i + 1}-05", "tags": ["保护", f"t{i}"]}
    return {"doc_id": f"d{i}", "corpus": f"c_{role}", "role": role, "text": text, "source": source, **more}


@pytest.fixture
def mined(tmp_path: Path) -> Workspace:
    return workspace(tmp_path, TEXTS)


def shown(occurrences: pa.Table) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in ("doc_id", "left", "match", "right")) for row in occurrences.to_pylist()]


def test_every_occurrence_stands_in_its_sentence(mined: Workspace) -> None:
    assert shown(concordance.find(mined, ["断路器"], role="domain")) == [
        ("d0", "", "断路器", "跳闸了。"),
        ("d0", "检修", "断路器", "，断路器好了！"),
        ("d0", "检修断路器，", "断路器", "好了！"),
        ("d0", "", "断路器", ""),
        ("d1", "母线的'", "断路器", "'"),
    ]
    assert concordance.find(mined, ["断路器"], corpus="c_general").column("role").to_pylist() == ["general"]
    assert shown(concordance.find(mined, ["哈哈", "什么"])) == [
        ("d2", "", "哈哈", "哈，断路器是什么？"),
        ("d2", "哈", "哈哈", "，断路器是什么？"),
        ("d2", "哈哈哈，断路器是", "什么", "？"),
    ]


@pytest.mark.parametrize("context", [3, 700])
def test_as_much_stands_beside_it_as_is_asked_for(tmp_path: Path, context: int) -> None:
    mined = workspace(tmp_path, [("domain", "前" * 800 + "断路器" + "后" * 800)])
    [(_, left, _, right)] = shown(concordance.find(mined, ["断路器"], context=context))
    assert (left, right) == ("前" * context, "后" * context)


def test_they_are_sorted_from_the_word_outwards(mined: Workspace) -> None:
    right = concordance.find(mined, ["断路器"], sort="right").column("right").to_pylist()
    assert right == sorted(right)
    left = [text[::-1] for text in concordance.find(mined, ["断路器"], sort="left").column("left").to_pylist()]
    assert left == sorted(left)


@settings(max_examples=25)  # each writes a workspace
@given(st.lists(st.text("断路器。\n", max_size=30), min_size=1, max_size=4), st.text("断路器", min_size=1, max_size=3))
def test_equal_to_looking_everywhere(tmp_path_factory: pytest.TempPathFactory, texts: list[str], word: str) -> None:
    expected = sorted((f"d{i}", k) for i, text in enumerate(texts) for k in range(len(text)) if text.startswith(word, k))
    mined = workspace(tmp_path_factory.mktemp("w"), [("domain", text) for text in texts])
    if not expected:
        with pytest.raises(WajueError, match="in no document"):
            concordance.find(mined, [word])
        return
    occurrences = concordance.find(mined, [word]).to_pylist()
    assert [(row["doc_id"], row["start"]) for row in occurrences] == expected
    for row in occurrences:
        text = texts[int(row["doc_id"][1:])]
        assert text[row["start"] - len(row["left"]) :].startswith(row["left"] + word + row["right"])


def test_documents_are_chosen_by_file_tag_and_date(mined: Workspace) -> None:
    def ids(**among: str) -> set[str]:
        return set(concordance.find(mined, ["断路器"], **among).column("doc_id").to_pylist())

    assert ids(file="general/") == {"d2"} and ids(tag="t1") == {"d1"} and ids(tag="保护") == {"d0", "d1", "d2"}
    assert (
        ids(since="2023-02") == {"d1", "d2"}
        and ids(until="2023-02") == {"d0", "d1"}
        and ids(since="2023", until="2023")
        == {
            "d0",
            "d1",
            "d2",
        }
    )
    with pytest.raises(WajueError, match="in no document of file x and since 2024"):
        ids(file="x", since="2024")


def test_they_are_counted_by_what_they_have(mined: Workspace) -> None:
    found = concordance.find(mined, ["断路器"])
    assert concordance.counts(found, "corpus").to_pylist() == [
        {"corpus": "c_domain", "count": 5},
        {"corpus": "c_general", "count": 1},
    ]
    assert concordance.counts(found, "tag").to_pylist()[:2] == [{"tag": "保护", "count": 6}, {"tag": "t0", "count": 4}]
    for name in concordance.COUNTED:
        assert sum(concordance.counts(found, name).column("count").to_pylist()) == (12 if name == "tag" else 6)


def test_by_token_and_near_another_word(tmp_path: Path) -> None:
    texts = ["断路器跳闸。断路器和母线跳闸", "断路器 柜"]
    tokens = [["断路器", "跳闸", "。", "断路器", "和", "母线", "跳闸"], ["断路器柜"]]
    rows = [{"doc_id": f"d{i}", "tokens": cut} for i, cut in enumerate(tokens)]
    documents = [document(i, "domain", text) for i, text in enumerate(texts)]
    mined = tiny.workspace(tmp_path / "w", {}, documents=documents, tokens=rows)
    assert [row[1:] for row in shown(concordance.find(mined, ["断路器 *"], by_token=True))] == [
        ("", "断路器跳闸", "。"),
        ("", "断路器和", "母线跳闸"),
    ]
    assert [row[1] for row in shown(concordance.find(mined, ["母线"], near=["断路器"], within=2))] == ["断路器和"]
    with pytest.raises(WajueError, match="in no document near 断路器"):
        concordance.find(mined, ["母线"], near=["断路器"], within=1)
    with pytest.raises(WajueError, match="as tokens; without --by-token"):
        concordance.find(mined, ["路器"], by_token=True)


def test_the_first_page_is_that_of_all(mined: Workspace) -> None:
    whole = shown(concordance.find(mined, ["断路器"]))
    page, held = concordance.first(mined, ["断路器"], 2, concordance.Among())
    assert held == 3 and shown(page) == [row for row in whole if row[0] in ("d0", "d1")]
    page, held = concordance.first(mined, ["断路器", "什么"], 9, concordance.Among(role="general"))
    assert held == 1 and [row[2] for row in shown(page)] == ["断路器", "什么"]
    with pytest.raises(WajueError, match="断路: in no document of role x"):
        concordance.first(mined, ["断路"], 2, concordance.Among(role="x"))


def test_a_word_that_is_nowhere_brings_its_like(tmp_path: Path) -> None:
    mined = tiny.workspace(
        tmp_path / "w", {}, documents=[document(0, "domain", "断路器")], lexicon=[{"word": "断路器"}, {"word": "母线"}]
    )
    with pytest.raises(WajueError, match=r"断路: in no document of role general; the lexicon has 断路器$"):
        concordance.find(mined, ["断路"], role="general")
    with pytest.raises(WajueError, match="nothing to look for"):
        concordance.find(mined, [" "])


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_shows_them_aligned(tmp_path: Path, width: int) -> None:
    long = "检修" * 30
    mined = workspace(tmp_path, [("domain", f"{long}断路器{long}。断路器\x1b[2J好"), ("domain", "母线断路器")])
    console = Console(file=io.StringIO(), width=width)
    console.print(concordance.render(concordance.find(mined, ["断路器"]), 2, width))
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    rows = [line for line in lines if "d0" in line]
    assert len(rows) == 2 and len({cell_len(line[: line.index("断路器")]) for line in rows}) == 1
    assert "修   断路器" in rows[0] and max(map(cell_len, lines)) <= width and "2 of 3" in "".join(lines)
    assert "\x1b" not in "".join(lines)
