from typing import Any

import pytest

from wajue.errors import ConfigError
from wajue.reading.field_roles import FieldRoles, field_roles, text_fields

QUESTION = {"title": "断路器怎么检修", "answer": "先停电再检修"}


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ([], ("text",)),
        ([{"title": "断路器", "text": "检修"}], ("text",)),
        ([{"url": "http://a.cn/b", "title": "断路器怎么检修", "answer": "先停电再检修"}], ("title", "answer")),
        ([{"id": "电", "content": "断路器的触头磨损以后应当及时更换"}], ("content",)),
        ([{"a": "断路器跳闸", "b": None}, {"a": "断路器", "b": "检修母线以后"}], ("a",)),
        ([{"n": 1, "review": "a fine film"}], ("review",)),
        ([{"author": "太宗", "paragraphs": ["秦川雄帝宅，函谷壮皇居。", "绮殿千寻起，离宫百雉余。"]}], ("paragraphs",)),
        ([{"conversations": [["你好", "你好吗"], ["再见"]]}], ("conversations",)),
        ([{"messages": [{"role": "user", "content": "断路器怎么检修"}, {"role": "assistant"}]}], ("messages.content",)),
        ([{"data": {"title": "断路器检修", "body": "先停电再检修"}}], ("data.title", "data.body")),
        ([{"data": [{"paragraphs": [{"context": "断路器在检修前停电"}]}]}], ("data.paragraphs.context",)),
        ([{"title": "断路器", "labels": ["电力", "电网", "检修"]}], ("title",)),
        ([{"title": "断路器", "advantages": ["断路器在检修以前先停电，再验电，然后装设接地线"]}], ("advantages",)),  # tag
        ([{"sections": [{"heading": "检修", "content": "断路器在检修以前先停电"}]}], ("sections.heading", "sections.content")),
        ([{"title": "断路器", "content": ["先停电再检修", {"img": "a.png"}]}], ("title",)),  # which cannot be read as text
        ([{"content": ["先停电再检修", None]}], ("content",)),
    ],
)
def test_the_text_is_where_the_characters_are(rows: list[dict[str, object]], fields: tuple[str, ...]) -> None:
    assert text_fields(rows, "a.json") == fields


def test_records_without_text_are_told() -> None:
    with pytest.raises(ConfigError, match=r"a\.json: no field of its records holds text; there are n, m"):
        text_fields([{"n": 1, "m": "2"}], "a.json")


@pytest.mark.parametrize(
    ("values", "setting", "field"),
    [
        ({"qid": [1, 2]}, "id", "qid"),
        ({"编号": ["a", "b"]}, "id", "编号"),
        ({"id": ["a", "a"]}, "id", None),  # not another one in each record
        ({"id": ["a", None]}, "id", None),  # not in every record
        ({"valid": [True, False]}, "id", None),
        ({"link": ["https://a.cn/1", ""]}, "url", "link"),
        ({"link": ["https://a.cn/1", "无"]}, "url", None),
        ({"publish_time": ["2021-03-05", None]}, "date", "publish_time"),
        ({"created": [1614902400, 1614902401]}, "date", "created"),
        ({"date": ["03/05/2021", "2021-03-05"]}, "date", None),  # the first can be read in two ways
        ({"count": [2020, 2021]}, "date", None),  # years only by chance
        ({"labels": [["电力"], []]}, "tags", "labels"),
        ({"category": ["电力", "电网"]}, "tags", "category"),
        ({"class": [1, 2]}, "tags", None),
    ],
)
def test_what_a_field_is_for(values: dict[str, list[Any]], setting: str, field: str | None) -> None:
    sample = [QUESTION | {name: value[i] for name, value in values.items()} for i in range(2)]
    roles = field_roles(sample, ("title", "answer"))
    assert getattr(roles, setting) == field
    assert sum(value is not None for value in roles) == 1 + (field is not None)


def test_no_records_have_no_fields() -> None:
    assert field_roles([], ("text",)) == FieldRoles(("text",))
