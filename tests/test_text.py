import pytest

from pipeline import text
from pipeline.config import Clean

RULES = Clean()


def one(raw: str, rules: Clean = RULES, *, han_rules: bool = True) -> tuple[str, str | None]:
    [(cleaned, fault)] = text.clean([raw], rules, han_rules=han_rules)
    return cleaned, fault[0] if fault else None


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<p>高压断路器</p><br/>怎么检修", "高压断路器\n怎么检修"),
        ("高压&nbsp;断路器&amp;母线", "高压 断路器&母线"),
        ("&lt;b&gt;高压断路器&lt;/b&gt;", "高压断路器"),  # tags written as entities
        ("电压x<5而且y>3对吗", "电压x<5而且y>3对吗"),  # not tags
        ("ＳＦ６断路器１０ｋＶ", "SF6断路器10kV"),
        ("断路器，怎么办？！①㎡", "断路器，怎么办？！①㎡"),  # punctuation and symbols stay
        ("高压\u200b断\x07路\ufeff器", "高压断路器"),
        ("高压　断路器 \t 检修\r\n\n 完", "高压 断路器 检修\n完"),
        ("電腦壞了怎麼辦", "电脑坏了怎么办"),
        ("看这里https://a.cn/b?c=1。谢谢", "看这里 。谢谢"),
        ("写信给li.si@mail.example.com谢谢", "写信给 谢谢"),
        ("豈有此理呢", "岂有此理呢"),  # a compatibility ideograph
    ],
)
def test_what_cleaning_makes_of_a_text(raw: str, cleaned: str) -> None:
    assert one(raw) == (cleaned, None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("<br/>", "empty"),
        ("好的", "too_short"),
        ("an English sentence", "too_little_han"),
        ("断路器\ufffd\ufffd检修", "mojibake"),
        ("高压断路器检修", None),
        ("八个汉字就够用了", None),
    ],
)
def test_why_a_text_is_dropped(raw: str, reason: str | None) -> None:
    assert one(raw)[1] == reason


def test_too_long() -> None:
    assert one("好" * 11, Clean(max_length=10))[1] == "too_long"


def test_the_han_rule_is_off_for_text_that_is_segmented_already() -> None:
    assert one("an English sentence", han_rules=False) == ("an English sentence", None)


def test_script_can_be_kept_or_turned_the_other_way() -> None:
    assert one("電腦壞了", Clean(script="keep"))[0] == "電腦壞了"
    assert one("电脑坏了", Clean(script="traditional"))[0] == "電腦壞了"


def test_urls_can_be_kept() -> None:
    assert one("看这里https://a.cn/b", Clean(urls="keep"))[0] == "看这里https://a.cn/b"


def test_a_batch_is_cleaned_text_by_text() -> None:
    raw = ["電腦壞了嗎", "x", "", "高压断路器"]
    assert text.clean(raw, RULES) == [text.clean([t], RULES)[0] for t in raw]


def test_normalising_in_place_keeps_the_length() -> None:
    raw = "".join(map(chr, range(0x20, 0x2FFFF, 7)))
    raw = raw.encode("utf-8", "ignore").decode()
    assert len(text.normalize_in_place(raw)) == len(raw)
