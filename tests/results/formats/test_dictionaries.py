"""Dictionaries, read back by the segmenters that they are for."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from wajue.errors import WajueError
from wajue.results.export import export

# what a segmenter can cut out: the new words, then the terms, each by rank; jieba cuts 操作 | 机构 rightly
BEST = ["汇控柜", "SF6断路器", "导线", "断路器"]


def new_word(word: str, count: int = 1, role: str = "domain") -> dict[str, Any]:
    return {"word": word, "count": count, "score": 9.0, "is_new": True, "role": role}


def test_jieba_keeps_every_word_whole(exported: Any, caplog: pytest.LogCaptureFixture) -> None:
    import jieba

    with caplog.at_level("INFO", logger="wajue"):
        path = exported("jieba")
    assert "jieba: 4 words" in caplog.text
    assert "left out: 3 words with white space or other characters" in caplog.text  # TNF-α, the formula, the English
    assert "left out: 1 new words of a score below 8" in caplog.text  # 导线 is accepted
    assert "left out: 2 runs of words that jieba cuts rightly, and pieces of sentences" in caplog.text
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line.split()[1:] for line in lines] == [["1", "nz"], ["1", "nz"], ["240", "n"], ["30", "n"]]  # jieba has the last two
    words = [line.split()[0] for line in lines]
    assert words == BEST
    jieba.setLogLevel(60)
    plain, mined = jieba.Tokenizer(), jieba.Tokenizer()
    mined.load_userdict(str(path))
    assert list(plain.cut("SF6断路器的汇控柜", HMM=False)) == ["SF6", "断路器", "的", "汇", "控", "柜"]
    assert list(mined.cut("SF6断路器的汇控柜", HMM=False)) == ["SF6断路器", "的", "汇控柜"]
    for word in words:
        assert list(mined.cut(word)) == [word] == list(mined.cut(word, HMM=False))


def test_jieba_frequencies_beat_frequent_parts(tmp_path: Path) -> None:
    import jieba

    words = ["我们的", "我们的中国", "是不是在", "在中国"]  # made of the most frequent words there are, and of one another
    workspace = tiny.workspace(tmp_path / "w", lexicon=[new_word(w) for w in words])
    export(workspace, "jieba", tmp_path / "dict.txt")
    tokenizer = jieba.Tokenizer()
    assert all(list(tokenizer.cut(w)) != [w] for w in words)
    tokenizer.load_userdict(str(tmp_path / "dict.txt"))
    assert all(list(tokenizer.cut(w)) == [w] for w in words)


def test_hanlp_reads_word_nature_frequency(exported: Any) -> None:
    # CustomDictionary.txt: fields apart by white space, of which a word has none; nature and frequency in pairs
    lines = exported("hanlp").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["汇控柜 nz 40", "SF6断路器 nz 16"]
    assert all(re.fullmatch(r"\S+ [a-z]+ \d+", line) for line in lines)
    assert "TNF-α nz 8" in lines and len(lines) == 6


def test_ik_gets_words_in_the_case_of_its_text_too(exported: Any) -> None:
    raw = exported("ik").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\n") and b"\r" not in raw
    assert raw.decode().split("\n")[:-1] == [*BEST[:2], "sf6断路器", *BEST[2:]]


def test_pkuseg_cuts_the_words_out(exported: Any, tmp_path: Path) -> None:
    import spacy_pkuseg  # the kept-up fork of pkuseg; its dictionary code is the same

    path = exported("pkuseg")
    text = "我 爱 北京 天安门\n北京 是 中国 的 首都\n" * 5
    (tmp_path / "train.txt").write_text(text, encoding="utf-8")
    spacy_pkuseg.train(str(tmp_path / "train.txt"), str(tmp_path / "train.txt"), str(tmp_path / "model"), train_iter=1)
    segmenter = spacy_pkuseg.pkuseg(str(tmp_path / "model"), user_dict=str(path))
    cut = list(segmenter.cut("我爱SF6断路器和汇控柜"))
    assert "SF6断路器" in cut and "汇控柜" in cut


def test_min_score_decides_on_new_words(exported: Any) -> None:
    assert "不得更" in exported("ik", min_score=0).read_text(encoding="utf-8").split()
    assert exported("ik", min_score=99).read_text(encoding="utf-8").split() == ["导线", "断路器"]


def test_the_role_decides_whose_new_words_are_held(tmp_path: Path) -> None:
    rows = [new_word("定值"), new_word("甄嬛", role="general"), new_word("吐槽", role="both")]
    terms = [{"rank": 1, "term": "继电保护", "domain_count": 3, "general_count": 0, "is_listed": True}]
    workspace = tiny.workspace(tmp_path / "w", lexicon=rows, terms=terms)
    for role, held in (
        (None, ["定值", "继电保护"]),
        ("domain", ["定值", "继电保护"]),
        ("general", ["甄嬛"]),
        ("all", ["吐槽", "定值", "甄嬛", "继电保护"]),
    ):
        export(workspace, "pkuseg", tmp_path / "d.txt", role=role)
        assert (tmp_path / "d.txt").read_text(encoding="utf-8").split() == held
    with pytest.raises(WajueError, match="csv has no --role: that is for jieba, hanlp"):
        export(workspace, "csv", tmp_path / "t.csv", role="all")


def test_top_takes_the_first_that_the_format_can_hold(exported: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="wajue"):
        assert exported("pkuseg", top=3).read_text(encoding="utf-8").split() == ["汇控柜", "SF6断路器", "TNF-α"]
    assert "left out: 3 words, the last by rank (--top)" in caplog.text
    assert exported("pkuseg", words_only=True).read_text(encoding="utf-8").split() == ["汇控柜", "SF6断路器", "TNF-α", "导线"]
    for options in ({"top": 3}, {"words_only": True}, {"min_score": 1.0}):
        with pytest.raises(WajueError, match="word2vec has no --"):
            exported("word2vec", **options)


def test_hanlp_is_given_no_frequency_that_java_cannot_hold(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", lexicon=[new_word("断路器", 3_000_000_000)])
    export(workspace, "hanlp", tmp_path / "d.txt")
    assert (tmp_path / "d.txt").read_text(encoding="utf-8") == "断路器 nz 2147483647\n"
