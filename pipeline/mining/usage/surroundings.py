"""What stands around a word: its collocates and its frames. In: sentences as tokens. Out: counts, scores.

    log_dice = 14 + log2(2 f(x, y) / (f(x) + f(y)))        (Rychly 2008)
    G2       = keyness of y among the tokens around x, against all others    (Dunning 1993; mining/terms/contrast_measures.py)

A collocate counts once an occurrence of the word, on each side. A frame is a run of tokens with the word in it and without a mark.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wajue.mining.terms.contrast_measures import keyness

WINDOW = 5  # tokens on either side
_LEAST = 2  # occurrences of a pair
_FRAME = 3  # tokens of a frame beside the word
_FRAME_LEAST, _FRAME_DOCUMENTS = 3, 2  # occurrences, and documents that hold it
_NESTED = 0.7  # share of a frame's occurrences in a longer one, from which the longer one stands for it
SLOT = "～"  # the word in a frame

Frame = tuple[str, ...]


@dataclass(frozen=True)
class Collocate:
    """A word beside another. side: left or right; span: adjacent, or window; count: occurrences of the pair."""

    side: str
    span: str
    collocate: str
    count: int
    log_dice: float
    keyness: float


class Surroundings:
    """Counts around the occurrences of one word, which `parts` are, in sentences that are given one by one."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.parts = list(parts)
        self.occurrences = 0
        self.pairs: dict[tuple[str, str], Counter[str]] = {
            (s, n): Counter() for s in ("left", "right") for n in ("adjacent", "window")
        }
        self.positions: Counter[tuple[str, str]] = Counter()  # tokens that stood there, words or marks
        self.frames: Counter[Frame] = Counter()
        self.frame_documents: dict[Frame, set[str]] = {}

    def add(self, sentence: Sequence[str], doc_id: str) -> int:
        """Count a sentence; returns how often the word stands in it."""
        starts = list(self._starts(sentence))
        for start in starts:
            stop = start + len(self.parts)
            self.occurrences += 1
            for side, beside in (
                ("left", sentence[max(0, start - WINDOW) : start][::-1]),
                ("right", sentence[stop : stop + WINDOW]),
            ):
                for span, tokens in (("adjacent", beside[:1]), ("window", beside)):
                    self.positions[side, span] += len(tokens)
                    self.pairs[side, span].update({t for t in tokens if is_word(t)})
            for frame in self._frames(sentence, start, stop):
                self.frames[frame] += 1
                self.frame_documents.setdefault(frame, set()).add(doc_id)
        return len(starts)

    def _starts(self, sentence: Sequence[str]) -> Iterator[int]:
        """Where the word begins; occurrences do not overlap."""
        at, size = 0, len(self.parts)
        while at + size <= len(sentence):
            if list(sentence[at : at + size]) == self.parts:
                yield at
                at += size
            else:
                at += 1

    def _frames(self, sentence: Sequence[str], start: int, stop: int) -> Iterator[Frame]:
        left, right = 0, 0
        while left < _FRAME and start - left > 0 and is_word(sentence[start - left - 1]):
            left += 1
        while right < _FRAME and stop + right < len(sentence) and is_word(sentence[stop + right]):
            right += 1
        for before in range(left + 1):
            for behind in range(max(0, 1 - before), min(right, _FRAME - before) + 1):
                yield (*sentence[start - before : start], SLOT, *sentence[stop : stop + behind])

    def seen(self) -> set[str]:
        """The words that stand around it often enough to be its collocates."""
        return {word for pairs in self.pairs.values() for word, count in pairs.items() if count >= _LEAST}

    def collocates(self, counts: dict[str, int], total: int, most: int) -> list[Collocate]:
        """The first so many of each side and span, by log_dice. counts: of the words of `seen` in the whole text; total: of all."""
        chosen: list[Collocate] = []
        for (side, span), pairs in self.pairs.items():
            scored = []
            for word, pair in pairs.items():
                if pair >= _LEAST and word in counts:
                    shared = min(pair, counts[word])  # windows of two occurrences may share a token
                    dice = 14 + math.log2(2 * shared / (self.occurrences + counts[word]))
                    around, elsewhere = self.positions[side, span], counts[word] - shared
                    g2 = float(keyness(shared, elsewhere, around, max(total - around, elsewhere, 1)))
                    scored.append(Collocate(side, span, word, pair, dice, g2))
            chosen += sorted(scored, key=lambda c: (-c.log_dice, c.collocate))[:most]
        return chosen

    def typical_frames(self, most: int) -> list[tuple[Frame, int, int]]:
        """(frame, occurrences, documents), first what is frequent and long; what mostly stands in a longer frame is left out."""
        often = {f: n for f, n in self.frames.items() if n >= _FRAME_LEAST and len(self.frame_documents[f]) >= _FRAME_DOCUMENTS}
        nested = {
            part for frame, n in often.items() for part in (frame[1:], frame[:-1]) if part in often and n >= _NESTED * often[part]
        }
        ranked = sorted(often.keys() - nested, key=lambda f: (-often[f] * (len(f) - 1), f))
        return [(f, often[f], len(self.frame_documents[f])) for f in ranked[:most]]


def is_word(token: str) -> bool:
    """Does the token hold a letter, digit or Han character?"""
    return any(map(str.isalnum, token))
