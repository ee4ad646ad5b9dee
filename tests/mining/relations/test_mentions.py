import pytest

from wajue.mining.relations.mentions import Mention, is_short_form, mentions

TOLD = {
    "我们使用循环神经网络（recurrent neural network，RNN）。": {
        ("gloss", "我们使用循环神经网络", "recurrent neural network", False),
        ("abbreviation", "我们使用循环神经网络", "RNN", False),
        ("abbreviation", "recurrent neural network", "RNN", True),
    },
    "所谓“所有权”(ownership)很重要": {("gloss", "所有权", "ownership", True)},
    "这叫ownership（所有权）。": {("reverse", "ownership", "所有权", True)},
    "北京大学（以下简称北大）成立": {("short", "北京大学", "北大", False)},
    "心肌梗死（myocardial infarction），又称心梗，": {
        ("gloss", "心肌梗死", "myocardial infarction", False),
        ("alias", "心肌梗死", "心梗", False),
    },
    "过拟合是指模型在训练集上误差远小于测试集。": {("definition", "过拟合", "模型在训练集上误差远小于测试集", True)},
}


@pytest.mark.parametrize(("text", "told"), TOLD.items())
def test_what_a_text_says(text: str, told: set[tuple[str, str, str, bool]]) -> None:
    assert {m[:4] for m in mentions(text)} == told
    assert all(m.example.rstrip("。") in text for m in mentions(text))


@pytest.mark.parametrize(
    "text",
    ["", "（", "x（见图1）", "plain Latin text (see below).", "差异有统计学意义（P<0.05）", "简称", "又称", "是指", "）又称甲"],
)
def test_texts_that_say_nothing(text: str) -> None:
    assert list(mentions(text)) == []


def test_the_example_is_the_sentence() -> None:
    (mention,) = mentions("前一句。卷积（convolution）在这。后一句。")
    assert mention == Mention("gloss", "卷积", "convolution", False, "卷积（convolution）在这")


def test_short_forms_have_the_letters_in_order() -> None:
    assert is_short_form("RNN", "recurrent neural network") and is_short_form("北大", "北京大学")
    assert not is_short_form("NRN", "recurrent neural network") and not is_short_form("", "x")
