import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.tokens.segmenter import Segmenter

LEXICON = {
    "高": -6.0, "压": -6.5, "断": -7.0, "路": -6.0, "器": -6.0, "的": -3.0, "电": -6.0, "脑": -7.0, "B": -7.0, "超": -7.0, "坏": -7.0, "了": -4.0,
    "高压": -7.0, "断路器": -8.0, "高压断路器": -30.0, "B超": -8.0, "电脑": -7.5,
}  # fmt: skip


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    words = list(LEXICON)
    rows = pa.table({"word": words, "log_prob": list(LEXICON.values()), "count": [10] * len(words)})
    return Segmenter.from_lexicon(rows, unknown_share=0.03)


def test_tokens_are_words_numbers_and_punctuation(segmenter: Segmenter) -> None:
    texts = pa.array(["高压断路器，坏了3.5天\n做B超", "", " 　", "的"])
    assert segmenter.tokens(texts).to_pylist()[0][:6] == ["高压", "断路器", "，", "坏", "了", "3.5"]
    assert segmenter.tokens(texts).to_pylist()[1:] == [[], [], ["的"]]


def test_perplexity_is_that_of_the_cut(segmenter: Segmenter) -> None:
    texts = pa.array(["高压断路器，坏了3.5\n", "", " 12345。 ", "的"])
    perplexity = segmenter.pieces(texts).perplexity
    assert np.isnan(perplexity[1:3]).all() and perplexity[3] == pytest.approx(np.exp(3.0))
    nats = 7.0 + 8.0 + 7.0 + 4.0  # of 高压 断路器 坏 了, seven symbols
    assert perplexity[0] == pytest.approx(np.exp(nats / 7), rel=1e-5)
    alone = [segmenter.pieces(pa.array([text])).perplexity[0] for text in texts.to_pylist()]
    assert np.array_equal(perplexity, alone, equal_nan=True)


def test_a_lexicon_of_single_characters_only() -> None:
    rows = pa.table({"word": ["高", "压"], "log_prob": [-1.0, -1.0], "count": [5, 5]})
    assert Segmenter.from_lexicon(rows, unknown_share=0.03).spaced(["高压"]) == ["高 压"]


def test_spelling_keeps_an_unseen_run_of_rare_characters_together(segmenter: Segmenter) -> None:
    rows = pa.table({"word": list(LEXICON), "log_prob": list(LEXICON.values()), "count": [10] * len(LEXICON)})
    never = Segmenter.from_lexicon(rows, unknown_share=0.0)
    assert never.spaced(["薇娅"]) == ["薇 娅"]


@pytest.mark.parametrize(
    ("text", "spaced"),
    [
        ("高压断路器坏了", "高压 断路器 坏 了"),
        ("電腦壞了", "電腦 壞 了"),  # looked up as 电脑坏了, given back as it was
        ("Ｂ超的", "Ｂ超 的"),
        ("  高压  的 ", "高压 的"),
        ("", ""),
    ],
)
def test_a_line_for_each_line(segmenter: Segmenter, text: str, spaced: str) -> None:
    assert segmenter.spaced([text]) == [spaced]


def test_longer_than_any_clause(segmenter: Segmenter) -> None:
    assert segmenter.spaced(["高压" * 200]) == [" ".join(["高压"] * 200)]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",))) | st.text("高压断路器電腦Ｂ超 　\u200b\ufeff，1.x"), max_size=4))
def test_nothing_but_white_space_changes(segmenter: Segmenter, texts: list[str]) -> None:
    spaced = segmenter.spaced(texts)
    assert len(spaced) == len(texts)
    for before, after in zip(texts, spaced, strict=True):
        assert "".join(after.split(" ")) == "".join(c for c in before if not c.isspace())
        assert "  " not in after and after == after.strip(" ")


def test_half_a_surrogate_pair_is_kept(segmenter: Segmenter) -> None:
    assert segmenter.spaced(["断路器\ud83d跳闸"])[0].replace(" ", "") == "断路器\ud83d跳闸"
    assert segmenter.spaced(["\udc00", "断路器"])[0] == "\udc00"
