import pytest

from wajue.mining.variants.spelling_pairs import Pair, Word, rivals, spelling_pairs


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
        ("冶疗", "治疗", "like shape"),
        ("激请", "邀请", "like shape"),
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


STANDARD = ("下降", 90, False)


def test_characters_that_tell_known_words_apart_are_not_mistaken() -> None:
    apart = [(a + rest, 9, False) for rest in "午边面肢" for a in "上下"]
    assert pairs(("上降", 3, True), STANDARD, *apart) == [("上降", "下降", "like shape")]  # four pairs
    assert pairs(("上降", 3, True), STANDARD, *apart, ("上级", 9, False), ("下级", 9, False)) == []


def test_a_numeral_is_no_slip_of_shape() -> None:
    assert pairs(("五辑", 3, True), ("专辑", 90, False)) == []


def test_rivals_are_the_words_that_fit_as_well() -> None:
    slip, standard = Word("哥方", 4, True), Word("各方", 90, False)
    words = [slip, standard, Word("俄方", 50, False), Word("美方", 60, False), Word("厄方", 11, True), Word("各地", 99, False)]
    named = [p.names for p in rivals([Pair(slip, standard, "other tone")], words)]
    assert named == [("哥方", "各地"), ("哥方", "美方"), ("哥方", "俄方")]  # 厄方 is not three times as frequent as 哥方


def test_what_changed_places_has_rivals_too() -> None:
    slip, standard = Word("升半", 6, True), Word("半升", 160, False)
    words = [slip, standard, Word("一升", 300, False), Word("升高", 30, False), Word("高升", 30, False)]
    assert [p.variant_of.string for p in rivals([Pair(slip, standard, "transposed")], words)] == ["一升", "升高", "高升"]


def test_other_forms_have_no_rivals() -> None:
    words = [Word("ct", 3, True), Word("CT", 90, True), Word("cc", 90, True)]
    assert list(rivals([Pair(words[0], words[1], "latin case")], words)) == []
