import pytest

from wajue.mining.tokens.surface import as_listed, seams, written


@pytest.mark.parametrize(
    ("words", "joiner", "text"),
    [
        (["断路器", "跳闸"], "", "断路器跳闸"),
        (["Roth", "IRA", "账户"], "", "Roth IRA账户"),
        (["B", "超"], "", "B超"),
        (["5", "G"], "", "5 G"),  # 5G would be one word
        (["AT", "&", "T"], "", "AT&T"),
        (["C++", "STL"], "", "C++ STL"),
        (["ASP", ".NET"], "", "ASP .NET"),
        (["C-", "反应蛋白"], "", "C-反应蛋白"),
        (["A/D", "转换器"], "", "A/D转换器"),
        (["Ⅱ", "段", "母线"], "", "Ⅱ段母线"),
        (["circuit", "breaker"], " ", "circuit breaker"),
        ([], "", ""),
    ],
)
def test_words_are_written_as_in_text(words: list[str], joiner: str, text: str) -> None:
    assert written(words, joiner) == text


def test_a_space_stands_where_the_text_has_one() -> None:
    words = ["抗", "T", "细胞", "膜", "IL-2", "IL-6"]
    assert seams(words) == [1, 2, 4] and seams(["细胞", "膜"]) == seams([]) == []
    assert written(words, "", seams(words)) == "抗 T 细胞膜 IL-2 IL-6"


def test_words_are_listed_whatever_their_spaces_and_capitals() -> None:
    terms = ["NumPy", "T细胞", "T 细胞", "numpy数组"]
    assert as_listed(["numpy", "T 细胞", "断路器"], terms) == {"numpy": ["NumPy"], "T 细胞": ["T细胞", "T 细胞"], "断路器": []}
