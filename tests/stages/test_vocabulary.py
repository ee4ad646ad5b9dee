from collections import Counter
from collections.abc import Callable

import pytest

from tests.frames import vocabulary
from tests.stages.conftest import Mined
from wajue.config import Config
from wajue.errors import WajueError
from wajue.mining.tokens.surface import HAN

Load = Callable[..., Config]
pytestmark = pytest.mark.spark


def test_documents_as_word_ids_in_several_files(load: Load, mined: Mined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wajue.stages.vocabulary._FILE_TOKENS", 500)
    words, sequences = vocabulary(
        mined.tokens, mined.word_counts, config=load('[vocabulary]\nmin_count = 2\nsplit_rare = "never"\n')
    )
    rows = words.collect()
    ids = {r.word: r.word_id for r in rows}
    assert sorted(ids.values()) == list(range(len(ids)))
    assert [r.word for r in sorted(rows, key=lambda r: r.word_id)] == [
        r.word for r in sorted(rows, key=lambda r: (-r["count"], r.word))
    ]
    assert sequences.rdd.getNumPartitions() > 2
    encoded = sequences.collect()
    assert [r.doc_id for r in encoded] == sorted(r.doc_id for r in encoded)
    by_id = {r.doc_id: r.ids for r in encoded}
    for row in mined.tokens.collect():
        assert by_id[row.doc_id] == [ids[w] for w in row.tokens if w in ids]


def test_rare_words_of_short_documents_are_read_as_their_characters(
    load: Load, mined: Mined, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        words, sequences = vocabulary(mined.tokens, mined.word_counts, config=load("[vocabulary]\nmin_count = 2\n"))
    assert "words on average" in caplog.text
    rows = sorted(words.collect(), key=lambda r: r.word_id)
    ids = {r.word: r.word_id for r in rows}
    encoded = {r.doc_id: r.ids for r in sequences.collect()}
    for row in mined.tokens.collect():
        read = [part for w in row.tokens for part in ([w] if w in ids else HAN.findall(w))]
        assert encoded[row.doc_id] == [ids[part] for part in read if part in ids]
    occurrences = Counter(word_id for of_document in encoded.values() for word_id in of_document)
    assert [r["count"] for r in rows] == [occurrences[r.word_id] for r in rows]
    assert [(-r["count"], r.word) for r in rows] == sorted((-r["count"], r.word) for r in rows) and rows[-1]["count"] >= 2


def test_no_word_frequent_enough_is_said(load: Load, mined: Mined) -> None:
    with pytest.raises(WajueError, match="min_count = 100000"):
        vocabulary(mined.tokens, mined.word_counts, config=load("[vocabulary]\nmin_count = 100000\n"))
