"""`--lexicon`: are the mined words words? In: a text segmented by hand, or a list of words. Out: precision, recall, F1, P@k.

Only words of two to four Han characters are scored: what else counts as a word is a matter of convention.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from wajue.results import new_words, query
from wajue.results.evaluation import gold
from wajue.results.evaluation.common import Options, Row, as_mined, by_name, share, share_row
from wajue.results.evaluation.segmentation import HAN, mined_cut
from wajue.store import parquet
from wajue.store.workspace import Workspace

LEAST = 5  # occurrences from which a type of the gold text counts
_FIRST = (100, 300, 500)  # new words whose precision is given


class _Compared(NamedTuple):
    """What the lexicon and one gold file hold, made comparable."""

    wanted: set[str]  # all words of the gold file
    scored: set[str]  # those of them that are scored
    given: set[str]  # words of the lexicon that are scored
    note: str


def lexicon(workspace: Workspace, files: list[str], options: Options) -> Iterator[Row]:
    """For each file precision, recall and F1 of all words, and the precision of the first new words."""
    mined = parquet.read(workspace, "lexicon", ["word"])
    view = new_words.view(new_words.shown_role(workspace))
    new = query.select(workspace, f"SELECT word FROM {view} ORDER BY rank").column("word").to_pylist()
    for name, path in by_name(files).items():
        compared = _compared(workspace, path, mined.column("word").to_pylist())
        both, given, scored = len(compared.scored & compared.given), len(compared.given), len(compared.scored)
        row = {"gold": name, "part": "words of 2 to 4 Han characters", "note": compared.note}
        yield row | share_row("precision", both, given)
        yield row | share_row("recall", both, scored)
        yield row | {"figure": "F1", "value": share(2 * both, given + scored)}
        for first in _FIRST:
            yield {"gold": name, "part": "new words by rank"} | share_row(f"P@{first}", hits(new, compared.wanted, first), first)


def _compared(workspace: Workspace, path: Path, listed: list[str]) -> _Compared:
    """A gold list is compared with the whole lexicon; a gold text with the words that the lexicon cuts out of it."""
    text = gold.segmented(path)
    if text is None:
        wanted = set(as_mined(workspace, gold.dictionary(path)))
        return _Compared(wanted, of_scored_length(wanted), of_scored_length(listed), "a list of words")
    lines = [line.split() for line in as_mined(workspace, text)]
    types = Counter(w for line in lines for w in line)
    used = Counter(w for line in mined_cut(workspace)(["".join(line) for line in lines]) for w in line)
    given = of_scored_length(w for w in listed if used[w] >= LEAST)
    return _Compared(set(types), gold_types(types), given, f"a segmented text: words that stand {LEAST} times in it")


def gold_types(types: Counter[str]) -> set[str]:
    """The words of 2 to 4 Han characters that stand at least LEAST times."""
    return of_scored_length(word for word, count in types.items() if count >= LEAST)


def of_scored_length(strings: Iterable[str]) -> set[str]:
    """The words of 2 to 4 Han characters."""
    return {w for w in strings if 2 <= len(w) <= 4 and HAN.fullmatch(w)}


def hits(new: list[str], wanted: Collection[str], first: int) -> int:
    """How many of the first so many new words, of two and more Han characters, are wanted."""
    return sum(w in wanted for w in [w for w in new if len(w) > 1 and HAN.fullmatch(w)][:first])
