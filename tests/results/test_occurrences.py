import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.errors import WajueError
from wajue.results.occurrences import Asked, occurrences, sentence, spans

CUT = st.lists(st.sampled_from(["断路器", "跳闸", "和", "母线", "。", "器"]), max_size=12)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(()), "nothing to look for"),
        (Asked((" ",)), "nothing to look for"),
        (Asked(("母线",), near=("",)), "nothing to look for"),
        (Asked(("母线",), within=2), "--within N needs --near WORD"),
        (Asked(("* *",), by_token=True), "a word beside its stars"),
        (Asked(("母线 *",)), "with --by-token alone"),
    ],
)
def test_what_cannot_be_looked_for(asked: Asked, said: str) -> None:
    with pytest.raises(WajueError, match=re.escape(said)):
        asked.checked()


@given(CUT, st.lists(st.sampled_from(["断路器", "母线", "和", "*"]), min_size=1, max_size=3))
def test_patterns_equal_looking_at_every_token(tokens: list[str], pattern: list[str]) -> None:
    text = "".join(tokens)
    expected = [
        (len("".join(tokens[:i])), len("".join(tokens[: i + len(pattern)])))
        for i in range(len(tokens) - len(pattern) + 1)
        if all(p in ("*", t) for p, t in zip(pattern, tokens[i:], strict=False)) and "。" not in tokens[i : i + len(pattern) - 1]
    ]
    assert list(occurrences(text, tokens, Asked((" ".join(pattern),), by_token=True))) == expected


@given(CUT, st.integers(1, 4))
def test_near_equals_counting_tokens(tokens: list[str], within: int) -> None:
    text = "".join(tokens)
    places = {start: i for i, (start, _) in enumerate(spans(text, tokens))}
    near = []
    for start, i in places.items():
        if tokens[i] == "母线":
            window = [j for j in places.values() if tokens[j] == "断路器" and 0 < abs(j - i) <= within]
            near += [(start, start + 2)] * any("。" not in tokens[min(i, j) : max(i, j)] for j in window)
    assert list(occurrences(text, tokens, Asked(("母线",), near=("断路器",), within=within))) == near


def test_white_space_between_tokens() -> None:
    assert spans("T 细胞  和 B", ["T", "细胞", "和", "无", "B"]) == [(0, 1), (2, 4), (6, 7), (8, 9)]


def test_the_sentence_around() -> None:
    text = "一。二三！四"
    assert [text[slice(*sentence(text, i, i + 1))] for i in (0, 2, 5)] == ["一。", "二三！", "四"]
