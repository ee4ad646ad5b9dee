"""Slips are planted among the words of made-up sentences, each word with neighbours of its own."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.frames import variants, word_counts
from wajue.config import Config

pytestmark = pytest.mark.spark
FIELDS = {"包括": ("费用", "药费"), "关注": ("大家", "新闻"), "癫痫": ("治疗", "病人")}
SLIPS = {"抱括": "包括", "颠痫": "癫痫"}
OTHER = ("伴发", "办法")  # same reading, other neighbours
TOKENS = "role string, tokens array<string>"


def sentence(rng: random.Random, word: str, beside: tuple[str, ...]) -> tuple[str, list[str]]:
    return "domain", [beside[0], word, beside[1], *(rng.choice(["的", "了", "是", "在"]) for _ in range(3))]


def test_slips_are_found_and_homophones_are_none(spark: Any, load: Callable[..., Config]) -> None:
    rng = random.Random(5)
    texts = [sentence(rng, word, beside) for word, beside in FIELDS.items() for _ in range(60)]
    texts += [sentence(rng, slip, FIELDS[standard]) for slip, standard in SLIPS.items() for _ in range(5)]
    texts += [sentence(rng, OTHER[0], ("肺炎", "感染")) for _ in range(5)] + [
        sentence(rng, OTHER[1], ("没有", "解决")) for _ in range(60)
    ]
    tokens = spark.createDataFrame(texts, TOKENS).repartition(3)
    used = dict.fromkeys((*FIELDS, OTHER[1]), 60) | dict.fromkeys((*SLIPS, OTHER[0]), 5)
    lexicon = spark.createDataFrame([(w, n, n == 5) for w, n in used.items()], "word string, used long, is_new boolean")
    config = load()
    table = variants(lexicon, tokens, word_counts(tokens, config=config), config=config).toArrow()
    assert dict(zip(table.column("word").to_pylist(), table.column("variant_of").to_pylist(), strict=True)) == SLIPS
    assert min(table.column("similarity").to_pylist()) == 1.0
    again = variants(lexicon, tokens.coalesce(1), word_counts(tokens, config=config), config=config).toArrow()
    assert again.equals(table)  # whatever the number of partitions
