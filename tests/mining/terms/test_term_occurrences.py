import numpy as np
import pyarrow as pa

from wajue.mining.terms.coded_tokens import CodedTokens, coded
from wajue.mining.terms.term_occurrences import (
    CONTEXTS,
    COUNTS,
    FIGURES,
    WINDOW_SHARES,
    Tally,
    TermIndex,
    first_and_last,
    occurrences,
)
from wajue.mining.text.word_table import word_keys, word_table

CODES = np.array([[2, 0, 0], [3, 0, 0], [4, 0, 0], [2, 3, 0], [2, 3, 4]], np.uint16)
PLAIN = np.zeros(9, np.uint8)  # tokens that are nothing to their neighbours
TOKENS = CodedTokens(np.array([2, 3, 4, 0, 2, 3, 0, 2, 0], np.uint16), np.array([0, 0, 0, 0, 0, 0, 0, 1, 1]), PLAIN)


def index(codes: np.ndarray) -> TermIndex:
    table = word_table(word_keys(codes), np.ones(len(codes)), prefixes_of=codes)
    return TermIndex(pa.array([], pa.string()), table, len(codes), 3)


def test_terms_are_found_by_their_words() -> None:
    terms = TermIndex.from_parts(pa.array([["断路器", "跳闸"], ["跳闸"]]))
    assert (terms.terms, terms.longest) == (2, 2)
    tokens = coded(pa.array([["断路器", "跳闸", "跳闸"]]), terms.coded_words)
    assert sorted(zip(*(x.tolist() for x in occurrences(tokens, terms)), strict=True)) == [(0, 0), (1, 0), (1, 0)]


def test_listed_runs_are_counted_by_occurrence_document_and_stretch() -> None:
    tally = Tally(index(CODES))
    assert tally.add(TOKENS, domain=True) == 2  # two documents, each shorter than a stretch
    figures = tally.figures.copy()
    assert figures[0].tolist() == [3, 2, 1, 2, 1]
    assert figures[2].tolist() == [2, 1, 1, 1, 1]
    assert figures[4].tolist() == [2, 1, 1, 1, 1]
    assert not figures[[1, 3]].any() and not figures[len(COUNTS) :].any()
    assert tally.add(TOKENS, domain=True) == 2 and np.array_equal(tally.figures, 2 * figures)
    assert tally.add(TOKENS, domain=False) == 2
    assert np.array_equal(tally.figures[[1, 3]], figures[[0, 2]]) and np.array_equal(tally.figures[4], 2 * figures[4])


def test_what_stands_around_each_occurrence_is_summed() -> None:
    index_of_run = TermIndex.from_parts(pa.array([["B", "超"], ["B"]]))
    lists = pa.array([["的", "B", "超", "、", "CT"], ["B"], ["检查", "B", "x", "x"]])
    tally = Tally(index_of_run)
    tally.add(coded(lists, index_of_run.coded_words), domain=True)
    contexts = tally.figures[len(COUNTS) : len(COUNTS) + len(CONTEXTS)]
    run, letter = (dict(zip(CONTEXTS, contexts[:, term].tolist(), strict=True)) for term in (0, 1))
    # around B超: 的 Han, 、 and CT and the end of the document not: 1 of 4
    assert run == {"after_de": 1, "enumerated": 1, "beside_han": 1, "han_around": WINDOW_SHARES // 4}
    # around B: 2 of 5 tokens are Han; alone; then 1 of 4: 检查, x, x and the end. The document of one token: its end alone
    assert letter == {"after_de": 1, "enumerated": 0, "beside_han": 2, "han_around": 2 * WINDOW_SHARES // 5 + WINDOW_SHARES // 4}
    general = Tally(index_of_run)
    general.add(coded(lists, index_of_run.coded_words), domain=False)
    assert not general.figures[len(COUNTS) :].any()


def test_a_run_is_spaced_where_there_is_a_gap_at_every_seam() -> None:
    runs = TermIndex.from_parts(pa.array([["T", "细胞"], ["抗", "T", "细胞"], ["T"], ["细胞", "膜"]]))
    lists = pa.array([["抗", "T", "细胞"], ["抗", "T", "细胞"], ["抗", "T", "细胞", "膜"]])
    gaps = pa.array([[1, 2], [2], []], pa.list_(pa.int32()))
    tally = Tally(runs)
    tally.add(coded(lists, runs.coded_words, None, gaps), domain=True)
    assert tally.figures[FIGURES.index("spaced")].tolist() == [2, 1, 0, 0]


def test_every_occurrence_of_a_listed_run_has_its_document() -> None:
    runs = index(CODES[3:])  # 2 3, and 2 3 4
    term, where = occurrences(TOKENS, runs)
    assert sorted(zip(term.tolist(), where.tolist(), strict=True)) == [(0, 0), (0, 0), (1, 0)]
    assert [len(x) for x in occurrences(CodedTokens(TOKENS.code[:0], TOKENS.document[:0], PLAIN[:0]), runs)] == [0, 0]


def test_the_first_and_the_last_document_that_hold_a_term() -> None:
    tokens = CodedTokens(np.array([2, 3, 0, 3, 0, 2, 3, 4, 0], np.uint16), np.array([0, 0, 0, 1, 1, 2, 2, 2, 2]), PLAIN)
    terms = index(np.array([[3, 0, 0], [2, 3, 4]], np.uint16))
    first, last = first_and_last(tokens, np.array([5, 9, -1]), terms)
    assert first.tolist() == [0, -1] and last.tolist() == [1, -1]  # the third document is passed over
    first, last = first_and_last(tokens, np.array([5, 9, 1]), terms)
    assert first.tolist() == [2, 2] and last.tolist() == [1, 2]
