from typing import Any

from wajue.results.formats.synonyms import lines


def test_a_line_is_a_term_and_its_other_names() -> None:
    rows = [
        {"from_term": "断路器", "to_term": "circuit breaker", "kind": "gloss", "score": 0.5},
        {"from_term": "断路器", "to_term": "CB", "kind": "abbreviation", "score": 0.75},
        {"from_term": "高压断路器", "to_term": "断路器", "kind": "broader", "score": 0.9},  # not the same thing
        {"from_term": "1,2-二氯乙烷", "to_term": "C#", "kind": "alias", "score": 0.5},
    ]
    assert list(lines(rows)) == [r"1\,2-二氯乙烷, C\#", "断路器, CB, circuit breaker"]
    assert list(lines([])) == []


def test_the_export_writes_them(exported: Any) -> None:
    assert exported("synonyms").read_text(encoding="utf-8") == (
        "SF6断路器, 六氟化硫断路器\n断路器, CB, circuit breaker\n电流, current\n"
    )
