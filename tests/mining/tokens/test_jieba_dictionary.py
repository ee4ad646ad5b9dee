import marshal
import tempfile
from pathlib import Path

import pytest

from wajue.mining.tokens import jieba_dictionary
from wajue.mining.tokens.jieba_dictionary import frequencies


def test_the_dictionary_has_its_words_with_their_counts() -> None:
    counts = frequencies()
    assert len(counts) > 300_000 and counts["断路器"] > 0 and "觉得" in counts
    assert min(counts.values()) >= 0 and sum(counts.values()) > 50_000_000
    assert frequencies() is counts  # read once


def test_no_cache_among_temporary_files_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jieba.cache").write_bytes(marshal.dumps(({"断路器": 10**9}, 10**9)))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tokenizer = jieba_dictionary.tokenizer()
    assert all(tokenizer.FREQ[word] == jieba_dictionary.frequencies()[word] for word in ("我们", "断路器"))
    assert 50_000_000 < tokenizer.total < 70_000_000
    assert tokenizer.lcut("我们在检修") == ["我们", "在", "检修"]
    jieba_dictionary._plain_tokenizer.cache_clear()
    assert jieba_dictionary.pieces("我们在检修") == ["我们", "在", "检修"]
    assert [f.name for f in tmp_path.iterdir()] == ["jieba.cache"], "none is written either"
