"""Two files of verdicts become one. In: the verdicts of a workspace and those of a file. Out: agreement, conflicts, what is new.

Agreement is told over the words that both sides accept, reject or call a variant: as a share, and as Cohen's kappa (1960), which
takes out what two reviewers agree on by chance.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa

from wajue import verdict_files
from wajue.verdict_files import KINDS, LATER, Stated, Verdict


class Agreement(NamedTuple):
    """Of one kind of words. kappa: -1..1, None where both sides say one thing only, and chance explains all."""

    kind: str
    ours: int
    theirs: int
    both: int
    agreed: int
    kappa: float | None

    def told(self) -> str:
        """In words."""
        name = self.kind.replace("_", " ") + "s"
        if not self.both:
            return f"{name}: {self.ours} decided before, {self.theirs} in the file, none by both"
        return f"{name}: {self.ours} decided before, {self.theirs} in the file, {self.shared()}"

    def shared(self) -> str:
        """The same of the words that both sides decided, of which there must be one."""
        chance = "" if self.kappa is None else f", kappa {self.kappa:.2f}"
        return f"{self.both} by both: {self.agreed / self.both:.0%} agreed{chance}, {self.both - self.agreed} conflicts"


CONFLICTS = pa.schema([(name, pa.string()) for name in ("kind", "word", "ours", "our_reviewer", "theirs", "their_reviewer")])


def named(stated: list[Stated], name: str) -> list[Stated]:
    """Verdicts of which each has a reviewer: those of a file that names none are its own."""
    return [s._replace(verdict=s.verdict._replace(reviewer=s.verdict.reviewer or name)) for s in stated]


def of_others(ours: list[Stated], theirs: list[Stated]) -> list[Stated]:
    """Ours without the reviewers of theirs: who gave verdicts to both files, or a file that comes again, agrees with nobody."""
    reviewers = {s.verdict.reviewer for s in theirs}
    return [s for s in ours if s.verdict.reviewer not in reviewers]


def agreement(ours: list[Stated], theirs: list[Stated]) -> list[Agreement]:
    """How far two files agree, by kind. Raises ConfigError if a file contradicts itself."""
    return [_of_kind(kind, _latest(ours, kind), _latest(theirs, kind)) for kind in KINDS]


def conflicts(ours: list[Stated], theirs: list[Stated]) -> pa.Table:
    """Words on which the files differ: a row each, with both verdicts and reviewers."""
    differing = []
    for kind in KINDS:
        mine, others = _latest(ours, kind), _latest(theirs, kind)
        for word in mine.keys() & others.keys():
            a, b = mine[word], others[word]
            if _label(a) != _label(b):
                differing.append((kind, word, _label(a), a.reviewer, _label(b), b.reviewer))
    columns = zip(*sorted(differing), strict=True) if differing else [[] for _ in CONFLICTS]
    return pa.table([pa.array(list(c), pa.string()) for c in columns], schema=CONFLICTS)


def new_lines(ours: list[Stated], theirs: list[Stated]) -> list[Verdict]:
    """The lines of theirs that ours lacks, in their order."""
    known = {s.verdict for s in ours}
    return [v for v in dict.fromkeys(s.verdict for s in theirs) if v not in known]


def unlisted(stated: list[Stated], listed: Mapping[str, set[str]]) -> list[str]:
    """The words of verdicts that are in no list of their kind. listed: words by kind."""
    words = (s.verdict.word for s in stated if not any(s.verdict.word in listed[kind] for kind in _kinds(s.verdict)))
    return list(dict.fromkeys(words))


def _kinds(verdict: Verdict) -> tuple[str, ...]:
    return (verdict.kind,) if verdict.kind else KINDS


def _latest(stated: list[Stated], kind: str) -> dict[str, Verdict]:
    """What a file says of each word, later apart; of several reviewers the one whose line comes last."""
    standing = verdict_files.standing(stated, kind).values()
    return {s.verdict.word: s.verdict for s in standing if s.verdict.verdict != LATER}


def _label(verdict: Verdict) -> str:
    return f"{verdict.verdict} of {verdict.variant_of}" if verdict.variant_of else verdict.verdict


def _of_kind(kind: str, ours: dict[str, Verdict], theirs: dict[str, Verdict]) -> Agreement:
    both = sorted(ours.keys() & theirs.keys())
    pairs = [(_label(ours[word]), _label(theirs[word])) for word in both]
    agreed = sum(a == b for a, b in pairs)
    return Agreement(kind, len(ours), len(theirs), len(both), agreed, kappa(pairs))


def kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Cohen's kappa: (observed - expected)/(1 - expected), expected from how often each side says each thing."""
    n = len(pairs)
    if not n:
        return None
    ours, theirs = (Counter(side) for side in zip(*pairs, strict=True))
    expected = sum(ours[label] * theirs[label] for label in ours) / n**2
    observed = sum(a == b for a, b in pairs) / n
    return None if expected == 1 else (observed - expected) / (1 - expected)
