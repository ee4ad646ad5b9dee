import pyarrow as pa
import pytest

from wajue.mining.tokens import word_sequences

VOCABULARY = pa.array(["的", "断路器", "坏"])


def tokens(doc_ids: list[str], words: list[list[str]]) -> pa.RecordBatch:
    return pa.record_batch(
        {"doc_id": pa.array(doc_ids), "corpus": pa.array(["d"] * len(doc_ids)), "tokens": pa.array(words, pa.list_(pa.string()))}
    )


def test_unknown_words_are_left_out() -> None:
    encoded = word_sequences.encode(tokens(["a", "b", "c"], [["坏", "未知", "的"], [], ["未知"]]), VOCABULARY, split=False)
    assert encoded.column("ids").to_pylist() == [[2, 0], [], []]
    assert encoded.schema.names == ["doc_id", "corpus", "ids"]


def test_unknown_words_are_split_into_the_han_characters_that_are_known() -> None:
    batch = tokens(["a", "b", "c"], [["坏", "3的坏了", "的"], [], ["bad", "的坏"]])
    encoded = word_sequences.encode(batch.slice(0, 2), VOCABULARY, split=True)
    assert encoded.column("ids").to_pylist() == [[2, 0, 2, 0], []]
    assert word_sequences.encode(batch.slice(2), VOCABULARY, split=True).column("ids").to_pylist() == [[0, 2]]
    assert word_sequences.encode(batch, VOCABULARY, split=False).column("ids").to_pylist() == [[2, 0], [], []]


@pytest.mark.parametrize(
    ("rule", "words", "split"), [("auto", 40, True), ("auto", 41, False), ("always", 99, True), ("never", 2, False)]
)
def test_rare_words_are_split_where_documents_are_short(rule: str, words: int, split: bool) -> None:
    assert word_sequences.are_split(rule, words, document_count=2) == split


def test_characters_are_counted_as_often_as_their_words() -> None:
    batch = pa.record_batch({"word": ["油枕", "枕", "枕枕", "PD-1"], "count": [3, 2, 1, 9]})
    [counted] = word_sequences.characters(iter([batch]))
    assert dict(zip(*counted.to_pydict().values(), strict=True)) == {"油": 3, "枕": 3 + 2 + 2 * 1}


@pytest.mark.parametrize("block_bytes", [1 << 26, 1])
def test_files_follow_each_other_in_the_order_of_doc_ids(monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    monkeypatch.setattr(word_sequences, "_BLOCK_BYTES", block_bytes)
    doc_ids = ["ffffffff00", "0000000000", "8000000000", "7fffffffff", "00000000ff"]
    batches = [word_sequences.encode(tokens([d], [["坏"] * i]), VOCABULARY, split=False) for i, d in enumerate(doc_ids)]
    packed = list(word_sequences.pack(2)(iter(batches)))
    files = [[b for b in packed if b.column("file")[0].as_py() == number] for number in (0, 1)]
    ordered = [list(word_sequences.in_order(iter(file))) for file in files]
    assert [[r["doc_id"] for b in file for r in b.to_pylist()] for file in ordered] == [
        ["0000000000", "00000000ff", "7fffffffff"],  # the first half of all hashes
        ["8000000000", "ffffffff00"],
    ]
    sizes = {r["doc_id"]: len(r["ids"]) for file in ordered for b in file for r in b.to_pylist()}
    assert sizes == {d: i for i, d in enumerate(doc_ids)}


def test_short_doc_ids_have_a_file_too() -> None:
    [packed] = word_sequences.pack(4)(iter([word_sequences.encode(tokens(["d1", "d2"], [["坏"], []]), VOCABULARY, split=False)]))
    assert packed.column("file")[0].as_py() == 3  # d is 13 of 16
    assert list(word_sequences.in_order(iter([]))) == []
