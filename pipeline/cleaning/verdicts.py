"""Which texts are dropped, and why. In: a batch whose texts are changed already, and the settings. Out: verdicts, in order.

The first verdict that bars a text gives its reason. Shares are of the text's characters, white space left out where it says so.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.cleaning import characters, patterns
from wajue.cleaning.batch import TextBatch
from wajue.cleaning.characters import BROKEN, DIGIT, HAN, MARK, SPACE
from wajue.config import Clean

_FEW = 64  # runs of a text that are compared rather than sorted
_NGRAM = 6  # characters; what repeats in a text is looked for in runs of this length


class Verdict(NamedTuple):
    """One reason for dropping a text: barred, bool [texts]; detail, what to say of the text of a number."""

    reason: str
    barred: np.ndarray
    detail: Callable[[int], str]


def reasons_and_details(batch: TextBatch, rules: Clean, *, han_rules: bool) -> tuple[list[str | None], list[str | None]]:
    """(reason, detail) for each text; both None for one that is kept. han_rules: judge the share of Han characters, too."""
    reasons: list[str | None] = [None] * batch.size
    details: list[str | None] = [None] * batch.size
    for verdict in _verdicts(batch, rules, han_rules=han_rules) if batch.size else ():
        for i in np.flatnonzero(verdict.barred).tolist():
            if reasons[i] is None:
                reasons[i], details[i] = verdict.reason, verdict.detail(i)
    return reasons, details


def _verdicts(batch: TextBatch, rules: Clean, *, han_rules: bool) -> Iterator[Verdict]:
    """All verdicts, in the order in which they apply; a new one is a row here."""
    length = np.diff(np.append(batch.starts, len(batch.codes))) - 1
    share = partial(_share, characters.kinds()[batch.codes], batch.starts)
    solid = length - share(SPACE, np.ones(batch.size, np.int64)).astype(np.int64)  # characters that are no white space
    yield Verdict("empty", length == 0, lambda i: "nothing is left after cleaning")
    yield Verdict("too_short", length < rules.min_length, _length_detail(length, "min_length", rules.min_length))
    yield Verdict("too_long", length > rules.max_length, _length_detail(length, "max_length", rules.max_length))
    yield _at_most("mojibake", share(BROKEN, length), "broken characters, max_mojibake_share", rules.max_mojibake_share)
    yield _at_most("too_much_punctuation", share(MARK, solid), "punctuation, max_punctuation_share", rules.max_punctuation_share)
    yield _at_most("too_many_digits", share(DIGIT, solid), "digits, max_digit_share", rules.max_digit_share)
    if han_rules:
        han, least = share(HAN, solid), rules.min_han_share
        yield Verdict("too_little_han", han < least, _share_detail(han, "Han characters, min_han_share", least))
    if rules.max_repetition_share < 1:
        repeated = _repetition(batch.codes, batch.starts, length)
        yield _at_most("repetitive", repeated, "repeated, max_repetition_share", rules.max_repetition_share)
    if rules.advertising:
        with_ = "a number to reach its author by, with "
        yield Verdict("advertising", _advertising(batch, length), lambda i: with_ + " and ".join(_groups(batch.texts[i])))


def _share(kind: np.ndarray, starts: np.ndarray, bits: int, of: np.ndarray) -> np.ndarray:
    """float64 [texts]: characters of these kinds, over `of` (int64 [texts])."""
    share: np.ndarray = np.add.reduceat((kind & bits) != 0, starts, dtype=np.int64) / np.maximum(of, 1)
    return share


def _at_most(reason: str, share: np.ndarray, what: str, limit: float) -> Verdict:
    return Verdict(reason, share > limit, _share_detail(share, what, limit))


def _share_detail(share: np.ndarray, what: str, limit: float) -> Callable[[int], str]:
    return lambda i: f"{share[i]:.1%} {what} = {limit}"


def _length_detail(length: np.ndarray, setting: str, limit: int) -> Callable[[int], str]:
    return lambda i: f"{length[i]} characters, {setting} = {limit}"


@njit(cache=True, nogil=True)
def _repeated(codes, starts, length, out):
    """out: for each text, how many of its runs of _NGRAM characters stood in it before; they are compared by 40 bits of a hash."""
    hashed = np.empty(max(1, length.max()), np.uint64)
    for row in range(len(starts)):
        n = max(0, length[row] - _NGRAM + 1)
        for i in range(n):
            h = np.uint64(0)
            for k in range(_NGRAM):
                h = (h ^ np.uint64(codes[starts[row] + 1 + i + k])) * np.uint64(0x9E3779B97F4A7C15)
            hashed[i] = h >> np.uint64(24)
        again = 0
        if n <= _FEW:  # all with each other: no branch that cannot be foreseen
            for i in range(1, n):
                met = False
                for k in range(i):
                    met |= hashed[k] == hashed[i]
                again += met
        else:
            hashed[:n].sort()
            for i in range(1, n):
                again += hashed[i] == hashed[i - 1]
        out[row] = again


def _repetition(codes: np.ndarray, starts: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The share of each text's runs of _NGRAM characters that stood in it before (after Rae et al. 2021, table A1)."""
    again = np.empty(len(starts), np.int64)
    _repeated(codes, starts, length, again)
    return again / np.maximum(length - _NGRAM + 1, 1)


def _groups(text: str) -> list[str]:
    return [f"{name} {match[0]!r}" for name, pattern in patterns.ADVERTISING.items() if (match := pattern.search(text))]


def _advertising(batch: TextBatch, length: np.ndarray) -> np.ndarray:
    """Which texts hold a number to reach someone by, and an offer or a call; the numbers were marked before they were dropped."""
    suspect = batch.contact & (length <= patterns.ADVERTISING_LENGTH)
    for i in np.flatnonzero(suspect).tolist():
        suspect[i] = bool(_groups(batch.texts[i]))
    return suspect
