import pytest

from wajue.mining.variants.spelling_pairs import Word, spelling_pairs


def pairs(*words: tuple[str, int, bool]) -> list[tuple[str, str, str]]:
    return [(p.word.string, p.variant_of.string, p.reason) for p in spelling_pairs(Word(*word) for word in words)]


@pytest.mark.parametrize(
    ("slip", "standard", "reason"),
    [
        ("颠痫", "癫痫", "same reading"),
        ("已型肝炎", "乙型肝炎", "same reading"),
        ("抱括", "包括", "other tone"),  # bào, bāo
        ("因该", "应该", "like reading"),  # yin, ying
        ("奔溃", "崩溃", "like reading"),  # ben, beng
        ("丙谷", "谷丙", "transposed"),
    ],
)
def test_slips(slip: str, standard: str, reason: str) -> None:
    assert pairs((slip, 3, True), (standard, 90, False)) == [(slip, standard, reason)]


def test_a_slip_is_new_and_three_times_as_rare() -> None:
    assert pairs(("抱括", 3, False), ("包括", 90, False)) == []
    assert pairs(("抱括", 31, True), ("包括", 90, False)) == []
    assert len(pairs(("抱括", 30, True), ("包括", 90, False))) == 1


def test_one_character_differs_or_two_neighbours_change_places() -> None:
    assert pairs(("二是", 3, True), ("二十", 90, False)) == [("二是", "二十", "other tone")]  # contexts will tell
    assert pairs(("返留", 3, True), ("反流", 90, False)) == []  # fan liu, both differ
    assert pairs(("丁乙甲", 3, True), ("甲乙丁", 90, False)) == []


def test_forms_are_variants_however_frequent() -> None:
    assert pairs(("ct", 45, True), ("CT", 63, True)) == [("ct", "CT", "latin case")]
    assert pairs(("b超", 24, True), ("B超", 24, True)) == [("b超", "B超", "latin case")]
    assert pairs(("電腦", 9, True), ("电脑", 90, False)) == [("電腦", "电脑", "other form")]


def test_all_directions_lead_to_the_most_frequent_spellings() -> None:
    named = pairs(("Ct", 3, True), ("ct", 45, True), ("CT", 63, True))
    assert named == [("ct", "CT", "latin case"), ("Ct", "CT", "latin case"), ("Ct", "ct", "latin case")]
