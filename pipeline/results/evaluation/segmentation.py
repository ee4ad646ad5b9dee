"""`--segmentation`: does the mined lexicon cut text as people do? In: text that was segmented by hand. Out: precision, recall, F1.

A word is right if both its ends are (Sproat and Emerson 2003).
"""

import itertools
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import pyarrow as pa

from wajue.results import loaders
from wajue.results.evaluation import gold
from wajue.results.evaluation.common import Options, Row, as_mined, by_name, share_row
from wajue.store import parquet
from wajue.store.workspace import Workspace

HAN = re.compile("[\u4e00-\u9fa5]+")
_RUNS = re.compile("([\u4e00-\u9fa5]+)|[0-9A-Za-z.%]+|.")
Cut = Callable[[list[str]], list[list[str]]]


def segmentation(workspace: Workspace, files: list[str], options: Options) -> Iterator[Row]:
    """For each file precision, recall, F1 and the recall of unknown words; of runs of Han characters, and of whole lines."""
    cut = mined_cut(workspace)
    known = set(parquet.read(workspace, "lexicon", ["word"]).column("word").to_pylist())
    for name, path in by_name(files).items():
        lines = [line.split() for line in as_mined(workspace, [line for _, line in gold.lines(path)])]
        for part, how in (("runs of Han characters", only_han(cut)), ("whole lines", cut)):
            counts = agreement(how, lines, known)
            row = {"gold": name, "part": part}
            yield row | share_row("precision", counts.right, counts.cut)
            yield row | share_row("recall", counts.right, counts.gold)
            yield row | {"figure": "F1", "value": counts.f1}
            note = "words of Han characters that the lexicon lacks"
            yield row | share_row("OOV recall", counts.unknown_right, counts.unknown) | {"note": note}


def mined_cut(workspace: Workspace) -> Cut:
    """Cuts texts by the mined lexicon. Raises WajueError if there is none."""
    segmenter = loaders.load_segmenter(workspace)
    return lambda texts: segmenter.tokens(pa.array(texts, pa.string())).to_pylist()


@dataclass(frozen=True)
class Agreement:
    """Counts of words: right; cut; of the gold text; and of its Han words that the lexicon lacks, the right ones and all."""

    right: int
    cut: int
    gold: int
    unknown_right: int
    unknown: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision (right / cut) and recall (right / gold)."""
        return 2 * self.right / max(1, self.cut + self.gold)


def agreement(cut: Cut, lines: list[list[str]], known: Collection[str] = ()) -> Agreement:
    """Cut the lines, without their spaces, and compare. known: the words that are not out of vocabulary."""
    right = given = wanted = unknown_right = unknown = 0
    for gold_words, cut_words in zip(lines, cut(["".join(line) for line in lines]), strict=True):
        ours, theirs = set(_spans(cut_words)), set(_spans(gold_words))
        right, given, wanted = right + len(ours & theirs), given + len(ours), wanted + len(theirs)
        spans = zip(_spans(gold_words), gold_words, strict=True)
        missing = {span for span, word in spans if word not in known and HAN.fullmatch(word)}
        unknown_right, unknown = unknown_right + len(ours & missing), unknown + len(missing)
    return Agreement(right, given, wanted, unknown_right, unknown)


def _spans(line: list[str]) -> list[tuple[int, int]]:
    """(first character, end) of each word of a line."""
    ends = list(itertools.accumulate(len(word) for word in line))
    return list(zip([0, *ends], ends, strict=False))


def only_han(cut: Cut) -> Cut:
    """Give `cut` only the runs of Han characters; numbers and Latin runs stay whole, so all segmenters agree on them."""

    def cut_runs(texts: list[str]) -> list[list[str]]:
        runs = [[(m[0], bool(m[1])) for m in _RUNS.finditer(text)] for text in texts]
        pieces = iter(cut([run for line in runs for run, is_han in line if is_han]))
        return [[w for run, is_han in line for w in (next(pieces) if is_han else [run])] for line in runs]

    return cut_runs
