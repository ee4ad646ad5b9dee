import numpy as np

from pipeline import termhood
from pipeline.form_rules import broken_rule
from pipeline.word_table import word_keys, word_table

CODES = np.array([[2, 0, 0], [3, 0, 0], [4, 0, 0], [2, 3, 0], [2, 3, 4]], np.uint16)


def test_listed_runs_are_counted_by_occurrence_document_and_stretch() -> None:
    code = np.array([2, 3, 4, 0, 2, 3, 0, 2, 0], np.uint16)
    document = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1])
    table = word_table(word_keys(CODES), np.ones(len(CODES)))
    figures, chunks = termhood.count_listed(code, document, table, len(CODES), 3, domain=True)
    assert chunks == 2  # two documents, each shorter than a stretch
    assert figures[0].tolist() == [3, 2, 1, 2, 1]
    assert figures[2].tolist() == [2, 1, 1, 1, 1]
    assert figures[4].tolist() == [2, 1, 1, 1, 1]
    assert not figures[[1, 3]].any()


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
    assert found[1][0] == 1 and np.isclose(found[1][1], np.cos(0.3))


def test_form_rules() -> None:
    cases = {
        "断路器": None, "因为": "stop_word", "我的手": "sentence_character", "三个月": "starts_with_number", "某公司": "indefinite",
        "10kV母线": None, "5天": "starts_with_number", "零序保护": None, "本院": "starts_with_this", "哈哈": "one_character_repeated",
    }  # fmt: skip
    for term, rule in cases.items():
        assert broken_rule(term, [term]) == rule, term
    assert broken_rule("应当检修", ["应当", "检修"]) == "edge_stop_word"
    assert broken_rule("检修检修", ["检修", "检修"]) == "one_word_repeated"
