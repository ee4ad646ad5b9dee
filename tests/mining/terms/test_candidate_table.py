import numpy as np
import pyarrow as pa
import pytest

from wajue.config import Contrast
from wajue.mining.terms import candidate_table
from wajue.mining.terms.candidate_table import Candidate, DomainWords, Runs
from wajue.mining.terms.term_occurrences import FIGURES, WINDOW_SHARES
from wajue.mining.text.symbols import RARE

GOOD = Candidate("高压断路器", ["高压", "断路器"], npmi=0.5, entropy=1.5, nesting=0.1)
FIRST = RARE + 1  # the code of the most frequent word


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, None),
        ({"term": "坏", "parts": ["坏"]}, "one_character"),
        ({"term": "12", "parts": ["12"]}, "number"),
        ({"term": "断路器", "parts": ["断路器"], "npmi": 0.0, "entropy": 0.0}, None),  # the figures bar runs of words only
        ({"term": "高压断路器的检修办法手册", "parts": ["高压", "断路器", "检修办法手册"]}, "sentence_character"),
        ({"term": "高压断路器检修办法手册", "parts": ["高压", "断路器", "检修办法手册"]}, "too_long"),
        ({"term": "断路器12", "parts": ["断路器", "12"]}, "holds_number"),
        ({"term": "Transformer XL模型", "parts": ["Transformer", "XL", "模型"]}, None),  # four symbols
        ({"nesting": 0.9}, "nested"),
        ({"term": "Ⅱ段母线", "parts": ["Ⅱ", "段", "母线"]}, None),
        ({"term": "5-羟色胺", "parts": ["5-", "羟色胺"]}, None),
        ({"term": "1#主变", "parts": ["1#", "主变"]}, None),
        ({"term": "1#", "parts": ["1#"]}, "number"),
        ({"term": "C-", "parts": ["C-"]}, "cut_off"),
        ({"term": "妈妈", "parts": ["妈妈"]}, None),
        ({"term": "天天", "parts": ["天天"]}, "one_character_repeated"),
    ],
)
def test_each_filter_has_a_name(changes: dict[str, object], rule: str | None) -> None:
    assert candidate_table.filter_of(GOOD._replace(**changes), Contrast(), "", {"妈妈": "n", "天天": "d"}) == rule


@pytest.mark.parametrize(
    ("changes", "doubts"),
    [
        ({}, []),
        ({"npmi": 0.1}, ["low_npmi"]),
        ({"entropy": 0.9}, ["low_entropy"]),
        ({"term": "断路器上", "parts": ["断路器", "上"]}, ["frequent_edge"]),
        ({"term": "如果断路器", "parts": ["如果", "断路器"], "npmi": 0.1}, ["closed_class", "low_npmi", "edge_stop_word"]),
        ({"term": "断路器", "parts": ["断路器"], "npmi": 0.0, "entropy": 0.0}, []),
    ],
)
def test_each_doubt_has_a_name(changes: dict[str, object], doubts: list[str]) -> None:
    tags = {"高压": "n", "断路器": "n", "如果": "c", "上": "n"}
    assert candidate_table.doubts_of(GOOD._replace(**changes), {"上"}, Contrast(), tags) == doubts


def test_latin_strings_must_live_in_chinese_prose() -> None:
    names = ["断路器", "PLC", "printf", "GPS"]
    candidates = [GOOD._replace(term=name, parts=[name]) for name in names]
    contexts = {"beside_han": np.array([0.9, 0.5, 0.6, 0.4]), "han_around": np.array([0.1, 0.45, 0.4, 0.9])}
    filters = candidate_table._filters(candidates, contexts, Contrast(), "", {})
    assert filters == [None, None, "outside_prose", "outside_prose"]
    contexts = {name: figures[1:] for name, figures in contexts.items()}  # nothing holds Han: the text is in another language
    assert candidate_table._filters(candidates[1:], contexts, Contrast(), "", {}) == [None, None, None]


def runs() -> Runs:
    """The words 断路器 and 高压, a run of both, and a run of 高 and 压断路器, which has the same string."""
    codes = np.array([[FIRST, 0], [FIRST + 1, 0], [FIRST + 1, FIRST], [FIRST + 2, FIRST + 3]], np.uint16)
    entropy = np.array([2.0, 1.5, 1.2, 1.2])
    return Runs(codes, np.array([40, 20, 10, 5]), np.array([np.nan, np.nan, 3.0, 3.0]), entropy, entropy)


def test_one_row_a_string_and_the_highest_ratio_first() -> None:
    words = DomainWords(pa.array(["断路器", "高压", "高", "压断路器"]), np.array([0, 20, 5, 0]), {"domain": 1000, "general": 1000})
    counts = {name: np.array([40, 20, 10, 5]) for name in FIGURES} | {"general_count": np.array([0, 20, 0, 0])}
    table = candidate_table.build(runs(), counts, 10, words, Contrast(), "", {"高压断路器": "n", "高压": "p"})
    rows = {r["term"]: r for r in table.to_pylist()}
    assert table.column("term").to_pylist() == ["断路器", "高压断路器", "高压"]
    assert rows["高压断路器"]["parts"] == ["高压", "断路器"]  # the more frequent run
    assert rows["断路器"]["nested_in"] == "高压断路器" and rows["断路器"]["nesting"] == 10 / 40
    assert rows["断路器"]["npmi"] == 1.0 and rows["断路器"]["domain_per_million"] == 40_000
    assert rows["高压断路器"]["npmi"] == pytest.approx(3 / np.log(1000 / 10))
    assert rows["高压断路器"]["doubts"] == [] and rows["高压"]["doubts"] == ["closed_class"]  # a word of the dictionary is one word
    assert rows["高压断路器"]["after_de"] == 1.0
    assert rows["高压断路器"]["han_around"] == 1 / WINDOW_SHARES
    # three passed; in general text they have 0, 0 and all of the frequency that they have in the domain
    assert candidate_table.share_in_general(table) == (3, 0.0)
    assert candidate_table.share_in_general(table.slice(2)) == (1, 1.0)
    assert candidate_table.share_in_general(table.slice(3)) == (0, 0.0)


@pytest.mark.parametrize(("spaced", "term"), [(5, "T恤衫"), (6, "T 恤衫")])
def test_a_term_has_the_spaces_that_most_of_its_occurrences_have(spaced: int, term: str) -> None:
    words = DomainWords(pa.array(["T", "恤衫"]), np.array([0, 0]), {"domain": 1000, "general": 1000})
    entropy = np.array([2.0])
    run = Runs(np.array([[FIRST, FIRST + 1]], np.uint16), np.array([10]), np.array([3.0]), entropy, entropy)
    counts = {name: np.array([10]) for name in FIGURES} | {"general_count": np.array([0]), "spaced": np.array([spaced])}
    [row] = candidate_table.build(run, counts, 10, words, Contrast(), "", {"T恤衫": "n"}).to_pylist()
    assert row["term"] == term and row["parts"] == ["T", "恤衫"] and row["doubts"] == []  # the dictionary knows it, either way


def test_a_dictionary_takes_the_place_of_general_text() -> None:
    words = DomainWords(pa.array(["断路器", "高压"]), np.array([7, 7]), {"domain": 10})
    assert words.with_background({"高压": 3, "的": 90}).general_count.tolist() == [0, 3]
    assert words.with_background({"高压": 3, "的": 90}).totals == {"domain": 10, "general": 93}


def test_counted_runs_are_put_in_the_order_of_their_keys() -> None:
    codes = [np.array([3, 2, *[0] * 6], np.uint16).tobytes(), np.array([2, *[0] * 7], np.uint16).tobytes()]
    counted = pa.table(
        {"codes": codes, "count": [5, 9], "pmi": pa.array([1.0, None]), "left_entropy": [0.1, 0.2], "right_entropy": [0.3, 0.4]}
    )
    ordered = Runs.from_table(counted, 2)
    assert sorted(zip(map(tuple, ordered.codes.tolist()), ordered.occurrences.tolist(), strict=True)) == [((2, 0), 9), ((3, 2), 5)]
    again = Runs.from_table(counted.take([1, 0]), 2)
    assert np.array_equal(again.codes, ordered.codes) and np.array_equal(again.left_entropy, ordered.left_entropy)
