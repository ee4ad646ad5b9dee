import pytest

from wajue.cli.arguments import in_clicks_order


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("evaluate w --terms a b --vectors jose", "evaluate w --terms a --terms b --vectors jose"),
        ("evaluate w --terms=a b", "evaluate w --terms=a --terms b"),
        ("evaluate w --terms a --lexicon c d", "evaluate w --terms a --lexicon c --lexicon d"),
        ("evaluate --terms a w", "evaluate --terms a w"),
        ("evaluate --terms a w b", "evaluate --terms a w --terms b"),
        ("evaluate w --terms a --debug b", "--debug evaluate w --terms a --terms b"),
        ("mine a b --against c d --out o", "mine a b --against c --against d --out o"),
        ("mine --against c a", "mine --against c a"),
        ("similar w a b --top 3 c", "similar w a b --top 3 c"),
    ],
)
def test_an_option_takes_several_files(given: str, meant: str) -> None:
    assert in_clicks_order(given.split()) == meant.split()
