import pytest

from wajue.mining.tokens.surface import written


@pytest.mark.parametrize(
    ("words", "joiner", "text"),
    [
        (["断路器", "跳闸"], "", "断路器跳闸"),
        (["Roth", "IRA", "账户"], "", "Roth IRA账户"),
        (["B", "超"], "", "B超"),
        (["5", "G"], "", "5 G"),  # 5G would be one word
        (["AT", "&", "T"], "", "AT&T"),
        (["circuit", "breaker"], " ", "circuit breaker"),
        ([], "", ""),
    ],
)
def test_words_are_written_as_in_text(words: list[str], joiner: str, text: str) -> None:
    assert written(words, joiner) == text
