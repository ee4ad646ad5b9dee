"""Figures of texts beside those of a slow count."""

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.cleaning import rules
from wajue.cleaning.batch import TextBatch
from wajue.cleaning.quality import Quality, flagged_words


def of(*texts: str) -> Quality:
    return Quality.of(TextBatch(list(texts), rules.CHANGES))


def test_figures_of_a_text() -> None:
    quality = of("断路器 SF6\n合闸。", "", "é�９")
    assert quality.length.tolist() == [11, 0, 3] and quality.line_length.tolist() == [5.0, 0.0, 3.0]
    assert quality.han_share.tolist() == [5 / 9, 0, 0] and quality.latin_share.tolist() == [2 / 9, 0, 1 / 3]
    assert quality.digit_share.tolist() == [1 / 9, 0, 1 / 3] and quality.mark_share.tolist() == [1 / 9, 0, 0]
    assert quality.broken_share.tolist() == [0, 0, 1 / 3]


def runs(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(len(text) - size + 1)]


@given(st.lists(st.text("断路", max_size=200), max_size=4))
def test_repeated_runs_are_those_of_the_slow_count(texts: list[str]) -> None:
    quality = of(*texts)
    for i, text in enumerate(texts):
        short, long = Counter(runs(text, 6)), Counter(runs(text, 13))
        assert quality.short_repeated_share[i] == pytest.approx(sum(n - 1 for n in short.values()) / max(short.total(), 1))
        assert quality.repeated_share[i] == pytest.approx(sum(n for n in long.values() if n > 1) / max(long.total(), 1))


def test_a_text_has_the_figures_that_it_has_alone() -> None:
    rng = random.Random(1)
    texts = ["".join(rng.choices("断路器A1。\n ", k=rng.randrange(90))) for _ in range(50)]
    together, alone = of(*texts), [of(t) for t in texts]
    for name, figures in together._asdict().items():
        assert np.array_equal(figures, [getattr(q, name)[0] for q in alone]), name


def test_flagged_words_are_counted_once_each_whatever_their_case() -> None:
    texts = pa.array(["赌博网站，赌博", "VPN和vpn", "断路器", "a.c"])
    assert flagged_words(texts, ["赌博", "赌", "vpn", "a?c", "a.c"]).tolist() == [2, 1, 0, 1]
    many = [f"词{i}" for i in range(1200)]
    assert flagged_words(pa.array(["词7词1199", ""]), many).tolist() == [5, 0], "词1, 词11, 词119 stand in 词1199, too"


def test_a_table_has_three_decimals() -> None:
    columns = of("断路器A").columns()
    assert columns["latin_share"].to_pylist() == [0.25] and of("断路A").columns()["latin_share"][0].as_py() == pytest.approx(0.333)
