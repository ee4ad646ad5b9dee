import numpy as np
import pyarrow as pa
import pytest

from wajue.mining.text.clauses import ROLE_BITS, clause_rows, clauses, one_of_each_form
from wajue.mining.text.symbols import MAX_CLAUSE


def clauses_of(*texts: str) -> list[str]:
    return clauses(pa.array(texts, pa.string())).to_pylist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("高血压，怎么办？", ["高血压", "怎么办"]),
        ("做B超和PD-1检查", ["做B超和PD-1检查"]),
        ("缺维生素B12", ["缺维生素B12"]),
        ("10kV母线", ["10kV母线"]),
        ("2008年3.14元", ["年", "元"]),  # long numbers, and those with a point, are breaks
        ("2型糖尿病", ["2型糖尿病"]),
        ("拨打110、211工程", ["拨打110", "211工程"]),
        ("A B", ["A", "B"]),
        ("TNF-α升高", ["TNF-α升高"]),
        ("PD-，PD-1", ["PD", "PD-1"]),
        ("𠮷野家", ["𠮷野家"]),  # beyond the basic plane
        ("", []),
        ("。\n", []),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    assert clauses_of(text) == expected


def test_a_long_clause_is_cut() -> None:
    assert [len(c) for c in clauses_of("好" * (MAX_CLAUSE + 3))] == [MAX_CLAUSE, 3]


def test_a_slice_of_an_array_is_cut_from_its_offset() -> None:
    assert clauses(pa.array(["甲", "乙", "丙"]).slice(1, 1)).to_pylist() == ["乙"]


def of_each_form(**of_roles: list[str]) -> dict[str, list[str]]:
    roles = np.array([ROLE_BITS[role] for role, listed in of_roles.items() for _ in listed], np.uint8)
    listed = pa.array([clause for listed in of_roles.values() for clause in listed], pa.string())
    return {role: kept.to_pylist() for role, kept in one_of_each_form(listed, roles)}


def test_one_clause_of_each_form_is_kept_whatever_their_order() -> None:
    strings = ["第3条", "第12条", "第条", "第0条", "第x条", "第x条"]
    kept = of_each_form(general=strings)["general"]
    assert len(kept) == 3 and {"第条", "第x条"} < set(kept)
    assert set(of_each_form(general=strings[::-1])["general"]) == set(kept)


def test_clauses_are_rows() -> None:
    rows = clause_rows(np.array([2, 3, 0, 4, 0], np.uint16))
    assert rows.shape == (2, MAX_CLAUSE) and rows[:, :3].tolist() == [[2, 3, 0], [4, 0, 0]] and not rows[:, 3:].any()
    assert clause_rows(np.zeros(0, np.uint16)).shape == (0, MAX_CLAUSE)


def test_a_clause_belongs_to_every_role_that_has_its_form() -> None:
    kept = of_each_form(domain=["甲", "第3条", "乙", "甲"], general=["乙", "第4条", "丙"])
    assert kept.pop("both") in (["第3条", "乙"], ["乙", "第4条"])
    assert kept == {"domain": ["甲"], "general": ["丙"]}
    assert of_each_form(general=["甲", "乙", "甲"]) == {"general": ["甲", "乙"]}
    assert of_each_form() == of_each_form(domain=[], general=[]) == {}
