"""Which words a dictionary holds: new words, then terms that are single units, and no runs."""

from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from wajue.mining.tokens import jieba_dictionary
from wajue.results.dictionary_words import Wish, choose, is_unit, keeps_apart
from wajue.store.workspace import Workspace


def new_word(word: str, score: float = 9.0) -> dict[str, Any]:
    return {"word": word, "count": 3, "score": score, "is_new": True, "role": "domain", "log_ratio": 1.0}


def term(rank: int, parts: list[str], listed: bool = True) -> dict[str, Any]:
    return {"rank": rank, "term": "".join(parts), "parts": parts, "domain_count": 5, "general_count": 1, "is_listed": listed}


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return tiny.workspace(
        tmp_path_factory.mktemp("w") / "w",
        {"lexicon": {"new_words": {"min_score": 8.0, "accept": ["温室气体 50", "比特"]}}},
        lexicon=[
            new_word("汇控柜", 20.0),
            new_word("有害气体"),  # 有害 | 气体: jieba cuts it rightly
            new_word("温室气体"),  # likewise, but accepted
            new_word("油枕", 3.0),
            new_word("比特", 0.5),  # accepted
            new_word("分接头", 2.0),
            {"word": "断路器", "count": 9, "score": 1.0, "is_new": False, "role": "domain", "log_ratio": 1.0},
        ],
        terms=[
            term(1, ["断路器"]),  # jieba has it
            term(2, ["断路器", "操作", "机构"]),  # jieba cuts it so
            term(3, ["分接头"]),  # a new word below the score
            term(4, ["汇控柜"]),  # a new word already
            term(5, ["变压", "器油箱"]),  # jieba: 变压器 | 油箱
            term(6, ["高低", "柜门"], listed=False),
        ],
    )


def test_new_words_then_terms_that_are_single_units(mined: Workspace) -> None:
    chosen = choose(mined, Wish())
    assert list(chosen.counts) == ["汇控柜", "温室气体", "比特", "断路器"]
    # 油枕 and 分接头; 有害气体, 断路器操作机构 and 变压器油箱, which is a run of words that jieba knows
    assert list(chosen.left_out.values()) == [2, 3]
    assert chosen.counts["断路器"] == 6


def test_options(mined: Workspace) -> None:
    assert list(choose(mined, Wish(words_only=True)).counts) == ["汇控柜", "温室气体", "比特"]
    assert list(choose(mined, Wish(min_score=2.0)).counts) == ["汇控柜", "温室气体", "油枕", "分接头", "比特", "断路器"]
    assert list(choose(mined, Wish(min_score=10.0)).counts) == ["汇控柜", "温室气体", "比特", "断路器"]
    assert choose(mined, Wish("general")).counts == {}


def test_a_term_stays_whole_where_jieba_tears_its_words(tmp_path: Path) -> None:
    tokenizer = jieba_dictionary.tokenizer()
    parts = ["数据", "库表"]
    assert tokenizer.lcut("".join(parts)) == ["数据库", "表"]
    for doubts, words in ((None, ["数据库表"]), (["unknown_last"], ["数据库表"]), (["unknown_last", "frequent_edge"], [])):
        workspace = tiny.workspace(tmp_path / str(doubts), terms=[term(1, parts) | {"doubts": doubts}])
        assert list(choose(workspace, Wish()).counts) == words


def test_runs_and_pieces_of_sentences_are_no_units() -> None:
    tokenizer = jieba_dictionary.tokenizer()
    runs = ["温室气体", "断路器操作机构"]
    pieces = ["盯着", "最具", "这一", "是指", "肖某", "百零二条"]
    units = ["手机", "汇控柜", "SF6断路器", "穗颈", "不定值"]  # SF6 is no word of the dictionary
    assert [w for w in [*runs, *pieces, *units] if is_unit(tokenizer.lcut(w, HMM=False))] == units


def test_parts_are_kept_apart_where_each_is_whole_or_cut_further() -> None:
    assert keeps_apart(["高压", "断路器"], ["高压", "断路", "器"])
    assert not keeps_apart(["数据", "库表"], ["数据库", "表"])
    assert not keeps_apart(["存储", "过程"], ["存储过程"])
