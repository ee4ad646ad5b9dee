import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.symbols import MAX_CLAUSE, RARE, Alphabet, clauses, pseudo_characters, string_hashes


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
        ("PD-", ["PD"]),
        ("𠮷野家", ["𠮷野家"]),  # beyond the basic plane
        ("", []),
        ("。\n", []),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    assert clauses_of(text) == expected


def test_a_long_clause_is_cut() -> None:
    assert [len(c) for c in clauses_of("好" * (MAX_CLAUSE + 3))] == [MAX_CLAUSE, 3]


def test_pseudo_characters_are_whole_runs() -> None:
    assert pseudo_characters(Alphabet().units(pa.array(["做B超查PD-1", "𠮷"]))).to_pylist() == ["B", "PD-1", "𠮷"]


def test_an_unknown_run_is_rare_and_a_known_one_has_a_code() -> None:
    units = Alphabet(("B",)).units(pa.array(["B超X"]))
    assert units.code.tolist()[1:3] == [ord("超"), RARE]
    assert units.code[0] not in (0, RARE)


def test_a_slice_of_an_array_is_read_from_its_offset() -> None:
    assert clauses(pa.array(["甲", "乙", "丙"]).slice(1, 1)).to_pylist() == ["乙"]


def test_words_survive_the_way_to_codes_and_back() -> None:
    alphabet = Alphabet(("B12", "PD-1"))
    words = ["维生素B12", "PD-1抑制剂", "好"]
    codes = alphabet.codes(pa.array(words), 8)
    assert alphabet.strings(codes).to_pylist() == words


def test_what_is_no_word_has_no_code() -> None:
    assert not Alphabet().codes(pa.array(["一，二", "好" * 9]), 8).any()


@given(st.lists(st.text(alphabet="好的B1-. ，𠮷\u3000é\u200b"), max_size=5))
def test_units_cover_everything_but_white_space(texts: list[str]) -> None:
    units = Alphabet(("B",)).units(pa.array(texts, pa.string()))
    data = units.data.tobytes()
    covered = b"".join(data[a:b] for a, b in zip(units.start, units.stop, strict=True))
    assert covered.decode() == "".join(c for t in texts for c in t if not c.isspace())
    assert np.count_nonzero(units.stop == units.start) >= len(texts)


def test_clauses_that_differ_in_numbers_alone_are_alike() -> None:
    strings = pa.array(["第3条", "第12条", "第条", "第0条", "第x条"])
    alike = string_hashes(strings, numbers_alike=True).tolist()
    assert alike[0] == alike[1] == alike[3] and len(set(alike)) == 3
    assert len(set(string_hashes(strings).tolist())) == 5
