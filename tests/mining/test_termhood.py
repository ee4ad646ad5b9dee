import numpy as np

from wajue.mining import termhood
from wajue.mining.form_rules import broken_rule
from wajue.mining.word_table import word_keys, word_table

CODES = np.array([[2, 0, 0], [3, 0, 0], [4, 0, 0], [2, 3, 0], [2, 3, 4]], np.uint16)


def test_listed_runs_are_counted_by_occurrence_document_and_stretch() -> None:
    code = np.array([2, 3, 4, 0, 2, 3, 0, 2, 0], np.uint16)
    document = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1])
    table = word_table(word_keys(CODES), np.ones(len(CODES)))
    tally = termhood.Tally(table, len(CODES), 3)
    assert tally.add(code, document, domain=True) == 2  # two documents, each shorter than a stretch
    figures = tally.figures.copy()
    assert figures[0].tolist() == [3, 2, 1, 2, 1]
    assert figures[2].tolist() == [2, 1, 1, 1, 1]
    assert figures[4].tolist() == [2, 1, 1, 1, 1]
    assert not figures[[1, 3]].any()
    assert tally.add(code, document, domain=True) == 2 and np.array_equal(tally.figures, 2 * figures)
    assert tally.add(code, document, domain=False) == 2
    assert np.array_equal(tally.figures[[1, 3]], figures[[0, 2]]) and np.array_equal(tally.figures[4], 2 * figures[4])


def test_every_occurrence_of_a_listed_run_has_its_document() -> None:
    code = np.array([2, 3, 4, 0, 2, 3, 0, 2, 0], np.uint16)
    document = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1])
    runs = CODES[3:]  # 2 3, and 2 3 4
    table = word_table(word_keys(runs), np.ones(len(runs)), prefixes_of=runs)
    row, where = termhood.occurrences(code, document, table, 3)
    assert sorted(zip(row.tolist(), where.tolist(), strict=True)) == [(0, 0), (0, 0), (1, 0)]
    assert [len(x) for x in termhood.occurrences(code[:0], document[:0], table, 3)] == [0, 0]


def test_nesting_names_the_most_frequent_container() -> None:
    share, container = termhood.nesting(CODES, np.array([10, 8, 5, 6, 4]))
    assert container.tolist() == [3, 3, -1, 4, -1]  # 4 stands alone: no run of two holds it
    assert np.allclose(share, [0.6, 6 / 8, 0, 4 / 6, 0])


def test_the_score_prefers_what_is_typical_and_like_the_seeds() -> None:
    rng = np.random.default_rng(1)
    n = 60
    log_ratio = np.concatenate((rng.uniform(2, 3, 30), rng.uniform(-2, 1, 30)))
    vectors = rng.normal(0, 0.3, (n, 8)) + np.where(np.arange(n) < 30, 1.0, -1.0)[:, None]
    vectors[29] = -vectors[0]  # typical by count, but its company is general
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    none = np.zeros(0, np.int64)
    same = np.ones(n)
    score, similarity = termhood.score(log_ratio, same, same, same > 0, vectors, seeds=none, avoid=none, seed_count=10)
    assert score[:29].min() > score[29] and score[:29].min() > score[30:].max()
    assert similarity[0] > 0.5 > similarity[29]
    plain, nothing = termhood.score(log_ratio, same, same, same > 0, None, seeds=none, avoid=none, seed_count=10)
    assert np.isnan(nothing).all() and (np.argsort(plain) == np.argsort(log_ratio)).all()


def test_expansion_keeps_to_its_threshold_and_away_from_what_to_avoid() -> None:
    angles = np.array([0.0, 0.3, 0.6, 1.4, -0.3])
    vectors = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    found = termhood.expand(vectors, np.array([0]), np.array([4]))
    assert set(found) == {1, 2}  # 3 is too far from all, 4 is to be avoided
    assert found[1].before == 0 and found[1].depth == 1 and np.isclose(found[1].similarity, np.cos(0.3))
    assert len(termhood.expand(vectors, np.array([0]), np.array([4]), most=1)) == 1


def test_the_path_of_an_expansion_leads_from_the_seed() -> None:
    angles = np.array([0.0, 0.5, 1.0, 1.4])
    vectors = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    found = termhood.expand(vectors, np.array([0]), np.zeros(0, np.int64))
    # cos .5 = .878 reaches .6 at the first step; so does cos .5 = .878 the .718 of the second; cos .4 = .921 the .801 of the third
    assert termhood.path(found, 3) == [0, 1, 3] or termhood.path(found, 3) == [0, 1, 2, 3]
    assert found[2].before == 1 and termhood.path(found, 2) == [0, 1, 2]


def test_the_first_and_the_last_document_that_hold_a_term() -> None:
    code = np.array([2, 3, 0, 3, 0, 2, 3, 4, 0], np.uint16)
    document = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    codes = np.array([[3, 0, 0], [2, 3, 4]], np.uint16)
    table = word_table(word_keys(codes), np.ones(2), prefixes_of=codes)
    first, last = termhood.holders(code, document, np.array([5, 9, -1]), table, 2, 3)
    assert first.tolist() == [0, -1] and last.tolist() == [1, -1]  # the third document has no place in the order
    first, last = termhood.holders(code, document, np.array([5, 9, 1]), table, 2, 3)
    assert first.tolist() == [2, 2] and last.tolist() == [1, 2]


def test_examples_are_chosen_to_be_unlike_each_other() -> None:
    texts = ["断路器跳闸了", "断路器跳闸后", "检修断路器的步骤", "断路器"]
    assert termhood.unlike(texts, 2) == ["断路器跳闸了", "检修断路器的步骤"]
    assert termhood.unlike(texts[:2], 2) == texts[:2]  # where there are no others


def test_form_rules() -> None:
    cases = {
        "断路器": None, "因为": "stop_word", "我的手": "sentence_character", "三个月": "starts_with_number", "一年": "starts_with_number", "24小时": "starts_with_number",
        "十二指肠": None, "二次回路": None, "五十": "starts_with_number", "一百零五条": "starts_with_number", "两": "starts_with_number", "半夏": None, "2型糖尿病": None, "不锈钢": None, "某公司": "indefinite",
        "10kV母线": None, "5天": "starts_with_number", "零序保护": None, "本院": "starts_with_this", "哈哈": "one_character_repeated",
    }  # fmt: skip
    for term, rule in cases.items():
        assert broken_rule(term, [term]) == rule, term
    assert broken_rule("应当检修", ["应当", "检修"]) == "edge_stop_word"
    assert (
        broken_rule("不检修", ["不", "检修"]) == "sentence_character"
        and broken_rule("两台主变", ["两", "台", "主变"]) == "starts_with_number"
    )
    assert broken_rule("三相不平衡", ["三相", "不平衡"]) is None and broken_rule("一定要", ["一定", "要"]) is not None
    assert broken_rule("检修检修", ["检修", "检修"]) == "one_word_repeated"
