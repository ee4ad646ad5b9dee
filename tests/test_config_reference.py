import re

import pytest

from wajue import config
from wajue.config_reference import find, listed, sections
from wajue.errors import ConfigError


def test_every_setting_is_listed_with_what_it_takes() -> None:
    known = {(s.section, s.name): s for s in listed()}
    assert len(known) == sum(len(section.model_fields) for section in sections().values())
    assert known["segment", "method"].allowed == "lexicon | jieba | whitespace"
    assert known["new_words", "known"].allowed == "jieba | none | a list"
    assert known["sgns", "dim"].allowed == ">= 1 <= 4096" and known["sgns", "dim"].default == "100"
    assert known["clean", "html"].allowed == "true | false" and known["clean", "html"].default == "true"
    assert known["[corpus]", "name"].default == "required" and known["[corpus]", "url"].allowed == ""
    assert all(s.meaning for s in known.values())


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("trends", [("trends", n) for n in config.Trends.model_fields]),
        ("dim", [("sgns", "dim"), ("jose", "dim")]),
        ("sgns.dim", [("sgns", "dim")]),
        ("[sgns] dim", [("sgns", "dim")]),
        ("corpus.text", [("[corpus]", "text")]),
    ],
)
def test_a_section_a_setting_or_both(name: str, chosen: list[tuple[str, str]]) -> None:
    assert [(s.section, s.name) for s in find(name)] == chosen


def test_a_name_that_is_none_brings_the_nearest() -> None:
    with pytest.raises(ConfigError, match=re.escape("there is no setting 'dimm'; did you mean dim")):
        find("dimm")
    with pytest.raises(ConfigError, match="sections are corpus, clean"):
        find("xyzzy!")
