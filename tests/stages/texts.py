"""Small made-up corpora for the stages: what is planted in them is known."""

import random
from typing import Any

BOTH = """
[[corpus]]
name = "q"
role = "general"
paths = "x"
[[corpus]]
name = "d"
role = "domain"
paths = "x"
"""
DOCUMENTS = (
    "doc_id string, corpus string, role string, text string, raw_text string, changed_by array<string>, url string, "
    "tags array<string>, date string, source struct<file: string, line: bigint, record: bigint>"
)
PLANTED = ["断路器", "母线", "主变压器", "SF6气体"]
_BEFORE, _AFTER = "看见听说买了修好打开关上想要没有找到需要", "坏好新旧多少大小快慢"


def documents(spark: Any, texts: list[tuple[str, str, str]]) -> Any:
    """Documents of (corpus, role, text)."""
    rows = [(f"{c}{i}", c, role, t, None, [], None, None, None, (f"{c}.txt", i + 1, i + 1)) for i, (c, role, t) in enumerate(texts)]
    return spark.createDataFrame(rows, DOCUMENTS)


def power(n: int = 400) -> list[tuple[str, str, str]]:
    """As many texts of the domain, with a planted word each, among characters at random, and general texts without."""
    rng = random.Random(3)
    texts = []
    for _ in range(n):
        parts = ["".join(rng.choice(_BEFORE) for _ in range(2)), rng.choice(PLANTED), "".join(rng.choice(_AFTER) for _ in range(2))]
        texts.append(("d", "domain", "".join(parts) + "。" + rng.choice(_AFTER)))
        texts.append(("q", "general", "".join(rng.choice(_BEFORE + _AFTER) for _ in range(6))))
    return texts


def empty_lexicon(spark: Any) -> Any:
    """For [segment] method = "jieba": nothing was mined."""
    return spark.createDataFrame([], "word string, count long, score double, is_new boolean")


def as_set(frame: Any) -> set[str]:
    return {str(r) for r in frame.collect()}
