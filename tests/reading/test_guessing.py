import json
from pathlib import Path

import pytest

from wajue.errors import ConfigError
from wajue.reading.guessing import corpora_of, text_fields


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ([], ("text",)),
        ([{"title": "断路器", "text": "检修"}], ("text",)),
        ([{"url": "http://a.cn/b", "title": "断路器怎么检修", "answer": "先停电再检修"}], ("title", "answer")),
        ([{"id": "电", "content": "断路器的触头磨损以后应当及时更换"}], ("content",)),
        ([{"a": "断路器跳闸", "b": None}, {"a": "断路器", "b": "检修母线以后"}], ("a",)),
        ([{"n": 1, "review": "a fine film"}], ("review",)),
    ],
)
def test_the_text_is_where_the_characters_are(rows: list[dict[str, object]], fields: tuple[str, ...]) -> None:
    assert text_fields(rows, "a.json") == fields


def test_records_without_text_are_told() -> None:
    with pytest.raises(ConfigError, match=r"a\.json: no field of its records holds text; there are n, m"):
        text_fields([{"n": 1, "m": "2"}], "a.json")


def test_files_with_other_fields_are_other_corpora(tmp_path: Path) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "a.md").write_text("# 断路器", encoding="utf-8")
    (tmp_path / "d" / "e" / "b.jsonl").write_text(json.dumps({"question": "断路器"}, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "c.txt").write_bytes("断路器怎么检修，需要什么工具".encode("gb18030") * 9)
    one, other = corpora_of(["d"], "domain", tmp_path)
    assert (one.name, one.text, one.paths) == ("domain-1", ("text",), ("d/a.md",))
    assert (other.name, other.text, other.paths) == ("domain-2", ("question",), ("d/e/b.jsonl",))
    [text] = corpora_of(["c.txt"], "general", tmp_path)
    assert (text.name, text.role, text.encoding, text.paths) == ("general", "general", "auto", ("c.txt",))
    with pytest.raises(ConfigError, match="does not exist"):
        corpora_of(["no.txt"], "domain", tmp_path)
