"""Average precision and occurrences: by hand, and against str.find."""

import random
from pathlib import Path

import pytest

from tests.results.evaluation.helpers import scores, written
from tests.tiny import workspace
from wajue.results.evaluation import terms
from wajue.store.workspace import Workspace


def test_average_precision_by_hand() -> None:
    # wanted at ranks 1 and 3, a third is not ranked: (1/1 + 2/3 + 0) / 3 = .555556
    assert terms.average_precision(["a", "x", "b"], {"a", "b", "c"}) == pytest.approx(5 / 9)
    assert terms.average_precision(["x"], {"a"}) == 0.0
    assert terms.average_precision(["x"], set()) is None


def test_lengths() -> None:
    listed = ["断路", "断路器", "高压开关", "高压断路器", "高压断路器柜"]
    assert [len(terms.of_length(listed, *bounds)) for bounds in terms.LENGTHS.values()] == [5, 1, 1, 1, 2]


def test_occurrences_are_those_of_find(monkeypatch: pytest.MonkeyPatch) -> None:
    assert terms.occurrences(["啊啊啊", "断路", "器"], ["啊啊", "断路器", "𠮷"]) == {"啊啊": 2}  # overlapping; not across texts
    assert terms.occurrences([], ["开关"]) == terms.occurrences(["开关"], []) == {}
    assert terms.occurrences(["a" * 3, "𠮷野家"], ["𠮷野家𠮷野家", "𠮷"]) == {"𠮷": 1}
    monkeypatch.setattr(terms, "_BLOCK", 50)
    draw = random.Random(5)
    texts = ["".join(draw.choices("甲乙丙𠮷", k=draw.randrange(40))) for _ in range(60)]
    listed = {"".join(draw.choices("甲乙丙𠮷", k=draw.randrange(1, 9))) for _ in range(120)}
    slow = {t: sum(text.startswith(t, i) for text in texts for i in range(len(text))) for t in listed}
    assert terms.occurrences(texts, listed) == {t: n for t, n in slow.items() if n}


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


def test_spaces_and_capitals_do_not_matter(tmp_path: Path) -> None:
    made = workspace(
        tmp_path / "w",
        {"candidates": {"contrast": {"min_count": 1}}},
        documents=[{"doc_id": "a", "role": "domain", "text": "抗 T 细胞的抗体"}],
        candidates=[{"term": "T 细胞"}],
        terms=[{"rank": 1, "term": "T 细胞"}],
    )
    found = scores(made, "terms", written(tmp_path / "gold.txt", "t细胞\n"))
    assert (found["ranked", "P@100"]["found"], found["ranked", "average precision"]["value"]) == (1, 1.0)
