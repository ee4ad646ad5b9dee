import numpy as np
import pyarrow as pa

from wajue.mining.text.alphabet import PSEUDO_CODES, Alphabet
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
