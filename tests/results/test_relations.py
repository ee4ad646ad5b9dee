from wajue.results.relations import KINDS, SIDES, told


def test_a_relation_tells_something_of_both_sides() -> None:
    rows = [
        {"from_term": "高压断路器", "to_term": "断路器", "kind": "broader", "score": 0.9, "example": None},
        {"from_term": "断路器", "to_term": "CB", "kind": "abbreviation", "score": 0.5, "example": "断路器（CB）"},
        {"from_term": "断路器", "to_term": "开关设备", "kind": "definition", "score": 0.5, "example": "断路器是指开关设备。"},
    ]
    of_term = told(rows)
    assert of_term["高压断路器"] == {"broader": {"断路器": None}} and of_term["CB"] == {"full_form": {"断路器": "断路器（CB）"}}
    assert set(of_term["断路器"]) == {"narrower", "abbreviation", "definition"} and "开关设备" not in of_term


def test_the_surest_stands_first() -> None:
    rows = [{"from_term": "甲", "to_term": b, "kind": "alias", "score": s, "example": None} for b, s in (("乙", 0.5), ("丙", 0.9))]
    assert list(told(rows)["甲"]["alias"]) == ["丙", "乙"]


def test_every_side_has_its_place() -> None:
    assert {side for sides in SIDES.values() for side in sides} - {None} == set(KINDS)
