import numpy as np
import pytest

from tests.mining.lexicon.test_lexicon_candidates import mined
from wajue.mining.lexicon import lexicon_table


def test_words_then_symbols_with_what_tells_them_apart() -> None:
    candidates = mined()
    word = int(candidates.ids_of(["断路器"])[0])
    used = np.zeros(len(candidates.word_rows), np.int64)
    used[word] = 30
    table = lexicon_table.build(candidates, used, {"断路"})
    rows = {r["word"]: r for r in table.to_pylist()}
    assert set(rows) == {"断路器", "断", "路", "器"}  # 断路 was never used
    assert (rows["断路器"]["candidate_id"], rows["断路器"]["used"], rows["断路器"]["count"]) == (word, 30, 38)
    assert rows["断"]["candidate_id"] == -1 and rows["断"]["score"] == 0 and rows["断路器"]["is_new"]
    assert lexicon_table.shown(table, 5).tolist() == [word] and lexicon_table.shown(table, 0).tolist() == []
    shown = lexicon_table.with_examples(table, {word: "断路器坏了"})
    assert [r["example"] for r in shown.to_pylist() if r["example"]] == ["断路器坏了"]


def test_accepted_words_that_never_reach_the_floor_are_listed() -> None:
    candidates = mined()
    table = lexicon_table.with_examples(lexicon_table.build(candidates, np.zeros(len(candidates.word_rows), np.int64), set()), {})
    rows = lexicon_table.with_accepted(table, {"IPv6地址": -3.0, "断": -1.0}, known={"IPv6地址"}).to_pylist()
    added = {r["word"]: r for r in rows[table.num_rows :]}
    assert set(added) == {"IPv6地址", "IPv6"}  # the letters and digits are a symbol of their own
    assert added["IPv6地址"]["log_prob"] == -3.0 and not added["IPv6地址"]["is_new"] and added["IPv6地址"]["is_latin"]
    assert added["IPv6"]["log_prob"] == pytest.approx(min(table.column("log_prob").to_pylist()))
    assert lexicon_table.with_accepted(table, {}, set()) is table
