import numpy as np
import pyarrow as pa

from wajue.mining.text.alphabet import PSEUDO_CODES, Alphabet, recurring
from wajue.mining.text.symbols import RARE


def test_an_unknown_run_is_rare_and_a_known_one_has_a_code() -> None:
    units = Alphabet(("B",)).units(pa.array(["B超X"]))
    assert units.code.tolist()[1:3] == [ord("超"), RARE]
    assert units.code[0] not in (0, RARE)


def test_words_survive_the_way_to_codes_and_back() -> None:
    alphabet = Alphabet(("B12", "PD-1"))
    words = ["维生素B12", "PD-1抑制剂", "好"]
    codes = alphabet.codes(pa.array(words), 8)
    assert alphabet.strings(codes).to_pylist() == words


def test_what_is_no_word_has_no_code() -> None:
    assert not Alphabet().codes(pa.array(["一，二", "好" * 9]), 8).any()


def test_the_most_frequent_pseudo_characters_have_a_code() -> None:
    alphabet = Alphabet.from_symbols([("好", 9), ("B", 3), ("PD-1", 7), ("12", 5)])
    assert alphabet.pseudo == ("PD-1", "12", "B")
    assert np.flatnonzero(alphabet.is_number).tolist() == [PSEUDO_CODES[1]]


def test_marked_symbols_are_units_where_they_recur_as_such() -> None:
    counts = {
        "A": 50,
        "D": 10,
        "A/D": 60,
        "iOS": 300,
        "Android": 90,
        "iOS/Android": 5,
        "NET": 2,
        ".NET": 60,
        "TCP": 40,
        ".TCP": 4,
        "C": 9,
        "C-": 3,
    }
    kept = recurring(counts)
    assert kept["A/D"] == 60 and kept[".NET"] == 60 and kept["C-"] == 3  # of one part, which nothing parts
    assert "iOS/Android" not in kept and ".TCP" not in kept
    assert (kept["iOS"], kept["Android"], kept["TCP"]) == (305, 95, 44)  # their parts get what they lose
