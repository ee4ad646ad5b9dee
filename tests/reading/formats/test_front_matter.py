import pytest

from wajue.reading.formats.front_matter import front_matter


def test_yaml_and_toml() -> None:
    assert front_matter("---\ntitle: 甲\n---\n文") == ("---\ntitle: 甲\n---\n", {"title": "甲"})
    assert front_matter('+++\ntitle = "甲"\ntags = ["a"]\n+++\n文') == (
        '+++\ntitle = "甲"\ntags = ["a"]\n+++\n',
        {"title": "甲", "tags": ["a"]},
    )
    assert front_matter("---\n---\n文").source == "---\n---\n"


@pytest.mark.parametrize(
    "document",
    [
        "文\n---\na: b\n---\n",  # not at the beginning
        "---\n一段话\n---\n文",  # between two rules
        "---\na: [\n---\n",
        "---\na: &x [1]\nb: *x\n---\n",  # aliases, of which few lines make gigabytes
        "---\na: !!python/object:os.system {}\n---\n",
        "+++\na b\n+++\n",
        "---\ntitle: 甲\n",  # it does not end
    ],
)
def test_all_else_is_text(document: str) -> None:
    assert front_matter(document) == ("", {})
