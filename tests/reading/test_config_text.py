"""A config that is written loads, means what was made out, and changes no default where its comments are taken away."""

import json
from pathlib import Path
from typing import Any

import pytest

from wajue import config as configuration
from wajue.reading.config_text import config_text, toml
from wajue.reading.guessing import guesses_of

HOSTILE = {
    "a\n[b]": 'x"\\\u2028\x7f\x00',
    "标题": "断路器怎么检修，需要什么工具，要多少人，花多长时间",
    "qid": 7,
    "n": None,
    "labels": ["电力"],
}


@pytest.fixture
def written(tmp_path: Path) -> str:
    (tmp_path / "a b.jsonl").write_text(json.dumps(HOSTILE), encoding="utf-8")
    (tmp_path / "news.txt").write_text("今天天气很好\n", encoding="utf-8")
    guesses = guesses_of(["a b.jsonl"], "domain", tmp_path) + guesses_of(["news.txt"], "general", tmp_path)
    return config_text(guesses, "out", "w.toml")


def loaded(folder: Path, text: str) -> configuration.Config:
    (folder / "w.toml").write_text(text, encoding="utf-8")
    return configuration.load(folder / "w.toml")


def test_it_loads_and_says_what_it_was_made_out_from(tmp_path: Path, written: str) -> None:
    config = loaded(tmp_path, written)
    domain, general = config.corpus
    assert (domain.paths, domain.text, domain.id, domain.tags) == (("a b.jsonl",), ("标题",), "qid", "labels")
    assert (general.name, general.role, general.encoding) == ("general", "general", "auto")
    lines = written.splitlines()
    assert any(line.startswith('#   "标题": ') and line.endswith("(25 characters)") for line in lines)
    assert any("files, jsonl in utf-8: 1" in line for line in lines) and any("files, text in utf-8: 1" in line for line in lines)


def test_corpora_that_were_told_apart_by_their_fields_may_be_empty(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("断路器\n", encoding="utf-8")
    (tmp_path / "package.json").write_text('{"description": "x"}', encoding="utf-8")
    config = loaded(tmp_path, config_text(guesses_of(["*"], "domain", tmp_path), "out", "w.toml"))
    assert [(c.name, c.may_be_empty) for c in config.corpus] == [("domain-1", True), ("domain-2", True)]


def test_settings_without_their_comment_have_the_defaults(tmp_path: Path, written: str) -> None:
    head, mark, offered = written.partition("# [clean]")
    config = loaded(tmp_path, head + "".join(line.removeprefix("# ") for line in (mark + offered).splitlines(keepends=True)))
    assert config.model_dump(exclude={"base", "corpus"}) == configuration.Config(corpus=config.corpus).model_dump(
        exclude={"base", "corpus"}
    )


def test_a_missing_general_corpus_is_offered(tmp_path: Path, written: str) -> None:
    (tmp_path / "c.txt").write_text("断路器\n", encoding="utf-8")
    assert '# role = "general"' in config_text(guesses_of(["c.txt"], "domain", tmp_path), "out", "w.toml")
    assert '# role = "general"' not in written


@pytest.mark.parametrize("value", ["", 'a"\\\n\x00\x1f\x7f', "断路器", 3, 0.5, True, ("a", "b"), ()])
def test_values_are_written_as_toml_has_them(value: Any) -> None:
    import tomllib

    read = tomllib.loads(f"a = {toml(value)}")["a"]
    assert (tuple(read) if isinstance(read, list) else read) == value
