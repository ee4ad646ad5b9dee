from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.mining.duplicates.test_search import SETTINGS
from tests.mining.duplicates.texts import documents, questions
from wajue.mining.duplicates import signing
from wajue.mining.duplicates.elements import code_points, to_16_bits
from wajue.mining.duplicates.hashes import hashed_words, text_hashes
from wajue.mining.duplicates.signatures import signatures
from wajue.mining.duplicates.signing import SIZED, bands_of, elements_in, hashes_of, sign, sketches_of


def test_what_a_signature_holds_comes_back_as_it_was() -> None:
    texts = [*questions(60, 1), "", "\U00020bb7", "a"]
    [signed] = sign(SETTINGS)(iter([documents(texts)]))
    codes = code_points(pa.array(texts))
    expected = signatures(codes, SETTINGS.shingling, bands=SETTINGS.bands, rows_per_band=SETTINGS.rows_per_band)
    for part in (signed, signed.slice(7, 20)):  # cells of a slice do not begin at offset 0
        rows = slice(7, 27) if part.num_rows == 20 else slice(None)
        assert all((a == b[rows]).all() for a, b in zip(hashes_of(part), text_hashes(codes), strict=True))
        assert (sketches_of(part) == expected.sketches[:, rows]).all()
        assert (bands_of(part, SETTINGS) == (expected.band_keys >> np.uint64(32))[rows]).all()
        utf16 = [t.encode("utf-16-le") for t in texts[rows]]
        assert [elements_in(part).take(np.array([i])).values.tobytes() for i in range(len(utf16))] == utf16
    assert signed.column("doc_id").to_pylist()[:2] == ["d0", "d1"]


def test_words_are_signed_by_their_hashes() -> None:
    texts = ["the quick brown fox", "jumps"]
    [signed] = sign(replace(SETTINGS, of_words=True))(iter([documents(texts)]))
    expected = to_16_bits(hashed_words(code_points(pa.array(texts))), of_words=True)
    assert (elements_in(signed).values == expected.values).all() and elements_in(signed).sizes.tolist() == [8, 2]


def test_equal_texts_need_hashes_alone() -> None:
    settings = replace(SETTINGS, near=False)
    [signed] = sign(settings)(iter([documents(["一", "一", "二"])]))
    text = hashes_of(signed).text
    assert text[0] == text[1] != text[2] and bands_of(signed, settings).shape == (3, 0)
    assert all(signed.column(name).null_count == 3 for name in ("sketch", "second_sketch", "bands", "elements"))


def test_long_texts_are_signed_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = questions(30, 2)
    [whole] = sign(SETTINGS)(iter([documents(texts)]))
    monkeypatch.setattr(signing, "_PIECE", 500)
    pieces = list(sign(SETTINGS)(iter([documents(texts)])))
    assert len(pieces) > 3 and pa.Table.from_batches(pieces).equals(pa.Table.from_batches([whole]))


@pytest.mark.parametrize(("of_texts", "bytes_"), [(True, 9), (False, 6)])
def test_files_with_their_sizes(of_texts: bool, bytes_: int) -> None:
    batch = documents(["断路器", "断路器", "断路器"])
    batch = batch.set_column(1, batch.schema.field("corpus"), pa.array(["d", "d", "e"]))
    made = signing.sign_with_sizes(SETTINGS)(iter([batch])) if of_texts else signing.with_sizes(sign(SETTINGS)(iter([batch])))
    table = pa.Table.from_batches(list(made))
    assert table.schema.names == SIZED.names and table.column("signatures").null_count == 2
    sizes = sorted((r for r in table.column("sizes").to_pylist() if r), key=str)
    assert sizes == [
        {"corpus": "d", "file": "a.txt", "documents": 2, "bytes": 2 * bytes_},
        {"corpus": "e", "file": "a.txt", "documents": 1, "bytes": bytes_},
    ]
