import pyarrow as pa

from wajue.mining.terms.coded_tokens import coded
from wajue.mining.text.symbols import RARE


def test_tokens_are_coded() -> None:
    lists = pa.array([["断路器", "，", "的"], [], ["跳闸"]], pa.list_(pa.string()))
    code, document, _ = coded(lists, pa.array(["跳闸", "断路器"]))
    assert code.tolist() == [RARE + 2, 0, RARE, 0, RARE + 1, 0]  # a break after each document that has tokens
    assert document.tolist() == [0, 0, 0, 0, 2, 2]


def test_breaks_within_a_document_part_its_tokens() -> None:
    lists = pa.array([["断路器"], ["跳闸", "断路器", "跳闸"], [], ["断路器", "跳闸"]], pa.list_(pa.string()))
    breaks = pa.array([[], [1, 2], [], None], pa.list_(pa.int32()))
    code, document, _ = coded(lists, pa.array(["跳闸", "断路器"]), breaks)
    trip, breaker = RARE + 1, RARE + 2
    assert code.tolist() == [breaker, 0, trip, 0, breaker, 0, trip, 0, breaker, trip, 0]
    assert document.tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 3, 3, 3]
