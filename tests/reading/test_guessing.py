import io
import json
from pathlib import Path

import pytest

from wajue.errors import ConfigError
from wajue.reading.guessing import corpora_of, guesses_of, keep_input


def test_files_with_other_fields_are_other_corpora(tmp_path: Path) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "a.md").write_text("# 断路器", encoding="utf-8")
    (tmp_path / "d" / "e" / "b.jsonl").write_text(json.dumps({"question": "断路器"}, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "c.txt").write_bytes("断路器怎么检修，需要什么工具".encode("gb18030") * 9)
    one, other = corpora_of(["d"], "domain", tmp_path)
    assert (one.name, one.text, one.paths) == ("domain-1", ("text",), ("d/a.md",))
    assert (other.name, other.text, other.paths) == ("domain-2", ("question",), ("d/e/b.jsonl",))
    assert one.may_be_empty and other.may_be_empty  # what lies beside documents may be settings alone
    [text] = corpora_of(["c.txt"], "general", tmp_path)
    assert not text.may_be_empty
    assert (text.name, text.role, text.encoding, text.paths) == ("general", "general", "auto", ("c.txt",))
    with pytest.raises(ConfigError, match="does not exist"):
        corpora_of(["no.txt"], "domain", tmp_path)


def test_a_file_without_text_stops_nothing_among_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.md").write_text("# 断路器", encoding="utf-8")
    (tmp_path / "b.json").write_text('[{"n": 1}]', encoding="utf-8")
    [corpus] = corpora_of(["*"], "domain", tmp_path)
    assert (corpus.paths, corpus.text) == (("*",), ("text",))  # so that its record is rejected
    said = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert said == ["b.json: no field of its records holds text; there are n"]
    with pytest.raises(ConfigError, match="no field of its records holds text"):
        corpora_of(["*.json"], "domain", tmp_path)


def test_what_a_corpus_was_made_out_from(tmp_path: Path) -> None:
    rows = [{"qid": i, "问题": f"断路器{i}怎么检修", "date": f"2021-03-0{i}"} for i in range(1, 4)]
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(json.dumps(rows[0], ensure_ascii=False), encoding="utf-8")
    [guess] = guesses_of(["*.jsonl"], "domain", tmp_path)
    assert (guess.corpus.text, guess.corpus.id, guess.corpus.date, guess.corpus.url) == (("问题",), "qid", "date", None)
    assert [s.file.name for s in guess.sampled] == ["b.jsonl", "a.jsonl"] and guess.sampled[0].fields == rows
    assert guess.counted() == {"jsonl": {"utf-8": 2}}


def test_standard_input_is_kept(tmp_path: Path) -> None:
    assert keep_input(io.BytesIO("断路器".encode()), "out/", tmp_path) == "out/stdin"
    assert (tmp_path / "out" / "stdin").read_text(encoding="utf-8") == "断路器"
    with pytest.raises(ConfigError, match="nothing came"):
        keep_input(io.BytesIO(), "out", tmp_path)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["stdin"]  # the one that came before
    with pytest.raises(ConfigError, match="a local folder"):
        keep_input(io.BytesIO(b"a"), "hdfs://a/b", tmp_path)
