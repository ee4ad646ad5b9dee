"""Small made-up corpora for the stages: what is planted in them is known."""

import random
from typing import Any

from wajue.spark.flow import types_of

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
COLUMNS = ("doc_id", "corpus", "role", "text", "raw_text", "changed_by", "url", "tags", "date", "source")
PLANTED = ["断路器", "母线", "主变压器", "SF6气体"]
_BEFORE, _AFTER = "看见听说买了修好打开关上想要没有找到需要", "坏好新旧多少大小快慢"


def documents(spark: Any, texts: list[tuple[str, str, str]]) -> Any:
    """Documents of (corpus, role, text)."""
    rows = [(f"{c}{i}", c, role, t, None, [], None, None, None, (f"{c}.txt", i + 1, i + 1)) for i, (c, role, t) in enumerate(texts)]
    return of_rows(spark, rows)


def of_rows(spark: Any, rows: list[tuple[Any, ...]]) -> Any:
    """Documents of COLUMNS; their quality is not known."""
    return spark.createDataFrame([dict(zip(COLUMNS, row, strict=True)) for row in rows], types_of("documents"))


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
