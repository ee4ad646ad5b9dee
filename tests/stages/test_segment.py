from collections.abc import Callable
from typing import Any

import pytest

from tests.frames import segment
from tests.stages.conftest import Mined
from tests.stages.texts import documents
from wajue.config import Config

Load = Callable[..., Config]
pytestmark = pytest.mark.spark


def test_tokens_make_up_the_text(mined: Mined) -> None:
    texts = {r.doc_id: r.text for r in mined.documents.collect()}
    tokens = {r.doc_id: r.tokens for r in mined.tokens.collect()}
    assert {doc_id: "".join(words) for doc_id, words in tokens.items()} == texts


@pytest.mark.parametrize("method", ["lexicon", "jieba", "whitespace"])
def test_where_tokens_begin(spark: Any, load: Load, mined: Mined, method: str) -> None:
    texts = [" 𠮷 断路器、SF6气体，坏 了", ""]
    frame = documents(spark, [("d", "domain", text) for text in texts])
    rows = segment(frame, mined.lexicon, None, config=load(f'[segment]\noffsets = true\nmethod = "{method}"\n')).collect()
    for row, text in zip(rows, texts, strict=True):
        assert all(text[s : s + len(t)] == t for t, s in zip(row.tokens, row.starts, strict=True))
        assert "".join(row.tokens) == text.replace(" ", "")


def test_starts_are_null_unless_asked_for(spark: Any, load: Load, mined: Mined) -> None:
    frame = documents(spark, [("d", "domain", "断路器坏了")])
    assert segment(frame, mined.lexicon, None, config=load()).collect()[0].starts is None


def test_the_other_ways_to_segment(spark: Any, load: Load) -> None:
    frame = documents(spark, [("d", "domain", "the  cat\tsat 断路器")])
    [row] = segment(frame, None, None, config=load('[segment]\nmethod = "whitespace"\n')).collect()
    assert row.tokens == ["the", "cat", "sat", "断路器"]
    lexicon = spark.createDataFrame(
        [("噼里啪断", 9, 9.0, True), ("爱噼", 9, 7.0, True)], "word string, count long, score double, is_new boolean"
    )
    [row] = segment(
        documents(spark, [("d", "domain", "我爱噼里啪断 吗")]), lexicon, None, config=load('[segment]\nmethod = "jieba"\n')
    ).collect()
    assert row.tokens == ["我", "爱", "噼里啪断", "吗"]
