import pytest

from wajue.mining.variants.character_shapes import shape_keys


@pytest.mark.parametrize("pair", ["冶治", "萍苹", "颠癫", "待持", "己已", "未末", "大太", "侯候", "激邀", "浸侵"])
def test_characters_of_like_shape_share_a_key(pair: str) -> None:
    assert shape_keys(pair[0]) & shape_keys(pair[1])


@pytest.mark.parametrize("pair", ["铜铁", "胃肠", "治疗", "杨柳", "花草"])
def test_a_common_radical_makes_no_likeness(pair: str) -> None:
    assert not shape_keys(pair[0]) & shape_keys(pair[1])


def test_what_has_no_parts_on_record_is_like_itself_alone() -> None:
    assert shape_keys("A") == {"~A"} | ({"A"} & shape_keys("A"))
