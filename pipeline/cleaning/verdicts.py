"""Which texts are dropped, and why. In: a batch whose texts are changed already, and the settings. Out: verdicts, in order.

The first verdict that bars a text gives its reason.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from wajue.cleaning import patterns
from wajue.cleaning.batch import TextBatch
from wajue.cleaning.quality import Quality
from wajue.config import Clean


class Verdict(NamedTuple):
    """One reason for dropping a text: barred, bool [texts]; detail, what to say of the text of a number."""

    reason: str
    barred: np.ndarray
    detail: Callable[[int], str]


def reasons_and_details(
    batch: TextBatch, quality: Quality, rules: Clean, *, han_rules: bool
) -> tuple[list[str | None], list[str | None]]:
    """(reason, detail) for each text; both None for one that is kept. han_rules: judge the share of Han characters, too."""
    reasons: list[str | None] = [None] * batch.size
    details: list[str | None] = [None] * batch.size
    for verdict in _verdicts(batch, quality, rules, han_rules=han_rules):
        for i in np.flatnonzero(verdict.barred).tolist():
            if reasons[i] is None:
                reasons[i], details[i] = verdict.reason, verdict.detail(i)
    return reasons, details


def _verdicts(batch: TextBatch, quality: Quality, rules: Clean, *, han_rules: bool) -> Iterator[Verdict]:
    """All verdicts, in the order in which they apply; a new one is a row here."""
    length, han, least = quality.length, quality.han_share, rules.min_han_share
    repeated, most = quality.short_repeated_share, rules.max_repetition_share
    yield Verdict("empty", length == 0, lambda i: "nothing is left after cleaning")
    yield Verdict("too_short", length < rules.min_length, _length_detail(length, "min_length", rules.min_length))
    yield Verdict("too_long", length > rules.max_length, _length_detail(length, "max_length", rules.max_length))
    yield _at_most("mojibake", quality.broken_share, "broken characters, max_mojibake_share", rules.max_mojibake_share)
    yield _at_most("too_much_punctuation", quality.mark_share, "punctuation, max_punctuation_share", rules.max_punctuation_share)
    yield _at_most("too_many_digits", quality.digit_share, "digits, max_digit_share", rules.max_digit_share)
    if han_rules:
        yield Verdict("too_little_han", han < least, _share_detail(han, "Han characters, min_han_share", least))
    yield _at_most("repetitive", repeated, "repeated, max_repetition_share", most)
    if rules.advertising:
        with_ = "a number to reach its author by, with "
        yield Verdict("advertising", _advertising(batch, length), lambda i: with_ + " and ".join(_groups(batch.texts[i])))


def _at_most(reason: str, share: np.ndarray, what: str, limit: float) -> Verdict:
    return Verdict(reason, share > limit, _share_detail(share, what, limit))


def _share_detail(share: np.ndarray, what: str, limit: float) -> Callable[[int], str]:
    return lambda i: f"{share[i]:.1%} {what} = {limit}"


def _length_detail(length: np.ndarray, setting: str, limit: int) -> Callable[[int], str]:
    return lambda i: f"{length[i]} characters, {setting} = {limit}"


def _groups(text: str) -> list[str]:
    return [f"{name} {match[0]!r}" for name, pattern in patterns.ADVERTISING.items() if (match := pattern.search(text))]


def _advertising(batch: TextBatch, length: np.ndarray) -> np.ndarray:
    """Which texts hold a number to reach someone by, and an offer or a call; the numbers were marked before they were dropped."""
    suspect = batch.contact & (length <= patterns.ADVERTISING_LENGTH)
    for i in np.flatnonzero(suspect).tolist():
        suspect[i] = bool(_groups(batch.texts[i]))
    return suspect
