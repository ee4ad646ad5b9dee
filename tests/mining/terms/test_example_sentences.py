import pyarrow as pa

from wajue.mining.terms import example_sentences
from wajue.mining.terms.example_sentences import TermList

TERMS = pa.table({"term": ["断路器", "高压断路器"], "parts": [["断路器"], ["高压", "断路器"]]})


def sentences(tokens: list[str], breaks: list[int]) -> list[list[str]]:
    return [tokens[begin:end] for begin, end in example_sentences.sentences(tokens, breaks)]


def test_sentences_end_at_full_stops() -> None:
    words = ["断路器", "坏", "了", "。", "请", "修", "？！", "谢谢"]
    assert sentences(words, []) == [["断路器", "坏", "了"], ["请", "修"], ["谢谢"]]


def test_sentences_end_with_their_line() -> None:
    assert sentences(["断路器", "请", "修", "谢谢"], [1, 3]) == [["断路器"], ["请", "修"], ["谢谢"]]


def test_a_sentence_holds_the_longer_term_and_the_shorter_one_in_it() -> None:
    terms = TermList.from_table(TERMS)
    assert terms.in_sentence(["这", "高压", "断路器", "坏", "了"]) == {"断路器", "高压断路器"}
    assert terms.in_sentence(["高压", "坏"]) == set()
    assert TermList.from_table(TERMS.slice(2)).in_sentence(["断路器"]) == set()


def test_sentences_too_short_or_too_long_are_no_examples() -> None:
    tokens = [["断路器", "。", "昨天", "下午", "断路器", "坏", "了", "。", *["长"] * 60, "断路器"]]
    assert holding(tokens, [[]]) == [{"term": "断路器", "doc_id": "a", "text": "昨天下午断路器坏了"}]


def test_examples_have_the_spaces_of_the_text() -> None:
    tokens = [["见", "下", "。", "SF6", "断路器", "和", "Roth", "IRA", "坏", "了"]]
    assert [row["text"] for row in holding(tokens, [[4, 7]])] == ["SF6 断路器和Roth IRA坏了"]


def holding(tokens: list[list[str]], gaps: list[list[int]]) -> list[dict[str, str]]:
    breaks = [[] for _ in tokens]
    lists = {name: pa.array(values, pa.list_(pa.int32())) for name, values in (("breaks", breaks), ("gaps", gaps))}
    batch = pa.record_batch({"doc_id": ["a"] * len(tokens), "tokens": pa.array(tokens)} | lists)
    [made] = example_sentences.find(TermList.from_table(TERMS), "")(iter([batch]))
    rows: list[dict[str, str]] = made.to_pylist()
    return rows


def test_examples_are_chosen_to_be_unlike_each_other() -> None:
    texts = ["断路器跳闸了", "断路器跳闸后", "检修断路器的步骤", "断路器"]
    assert example_sentences.unlike_each_other(texts, 2) == ["断路器跳闸了", "检修断路器的步骤"]
    assert example_sentences.unlike_each_other(texts[:2], 2) == texts[:2]  # where there are no others
