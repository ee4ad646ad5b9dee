"""A list under review. In: a listing and the verdicts that are there. Out: what to show next, after each answer.

A verdict is on the disk before it counts here, so that what the page shows was never lost. Each answer re-ranks what is open.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from wajue import verdict_files
from wajue.errors import WajueError
from wajue.mining.review import ranking
from wajue.results.review.listing import Listing, neighbours
from wajue.verdict_files import ACCEPT, LATER, REJECT, VARIANT, WITHDRAWN, Stated, Verdict

log = logging.getLogger(__name__)

OPEN = "open"
STATES = (OPEN, LATER, ACCEPT, REJECT, VARIANT, "all")
ORDERS = ("learned", "score")
SHOWN = 50  # rows a page
_LEARNED = 12  # weights that are told
_NEAR = 5  # words that tell a direction
_NAMED = 10  # words in a message


class Filters(NamedTuple):
    """Which rows are shown. why: a doubt, or the figure that is greatest of a row's summands; "" for any."""

    state: str = OPEN
    order: str = ORDERS[0]
    least: float = -np.inf
    most: float = np.inf
    why: str = ""
    text: str = ""


class Review:
    """One reviewer's answers on one list."""

    def __init__(self, listing: Listing, stated: Iterable[Stated], reviewer: str, write: Callable[[list[Verdict]], None]) -> None:
        """write: puts verdicts on the disk, or raises. Raises ConfigError if what is stated contradicts itself."""
        self.listing, self.reviewer, self._write = listing, reviewer, write
        self.given: dict[int, Verdict] = {}  # the verdict that stands, by row
        self._undoable: list[dict[int, Verdict | None]] = []  # of each answer what stood before
        self._time = datetime.now(UTC)
        self._widths = np.sqrt(
            listing.features.matrix.power(2).max(axis=0).toarray()[0]
        )  # float64 [features], of the row that has most of each
        self._main_reason = _greatest(listing.summands, len(listing))
        unknown = self._take_over(verdict_files.standing(stated, listing.kind))
        if unknown:
            log.warning(
                "verdicts on %d words that are not in this list stay in the file: %s%s",
                len(unknown),
                "、".join(unknown[:_NAMED]),
                " ..." if unknown[_NAMED:] else "",
            )
        self._learn()

    def _take_over(self, standing: dict[tuple[str, str], Stated]) -> list[str]:
        """Let the reviewer's own verdicts stand, and those of a file without names; returns the words that are not listed."""
        mine = [s.verdict for (_, reviewer), s in standing.items() if reviewer in (self.reviewer, "")]
        row_of = self.listing.row_of
        self.given |= {row_of[v.word]: v for v in mine if v.word in row_of}
        return [v.word for v in mine if v.word not in row_of]

    def answer(self, asked: list[str], verdict: str, variant_of: str = "") -> None:
        """Take one verdict on one or more words. Raises WajueError if a word is not listed, or the disk did not take it."""
        answered = [self.listing.row(word) for word in dict.fromkeys(asked)]
        if verdict not in (ACCEPT, REJECT, VARIANT, LATER):
            raise WajueError(f"{verdict!r} is no answer; there are accept, reject, variant and later")
        if (verdict == VARIANT) != bool(variant_of):
            raise WajueError("say which word it is a variant of; only a variant is one of another word")
        if variant_of:
            self.listing.row(variant_of)
        if variant_of in asked:
            raise WajueError(f"{variant_of!r} is no variant of itself")
        self._take({row: self._verdict(row, verdict, variant_of) for row in answered})

    def _take(self, answers: dict[int, Verdict]) -> None:
        self._write(list(answers.values()))
        self._undoable.append({row: self.given.get(row) for row in answers})
        self.given |= answers
        self._learn()

    def _verdict(self, row: int, verdict: str, variant_of: str = "") -> Verdict:
        """A verdict of now; of two the later one has the later time, however fast they come."""
        self._time = max(datetime.now(UTC), self._time + timedelta(milliseconds=1))
        time = self._time.isoformat(timespec="milliseconds")
        return Verdict(self.listing.listed[row], self.listing.kind, verdict, variant_of, self.reviewer, time)

    def undo(self) -> list[str]:
        """Take the last answer of this session back; returns its words, none if there is no answer left."""
        if not self._undoable:
            return []
        before = self._undoable[-1]
        again = {row: v or Verdict("", "", WITHDRAWN) for row, v in before.items()}
        self._write([self._verdict(row, v.verdict, v.variant_of) for row, v in again.items()])
        self._undoable.pop()
        for row, verdict in before.items():
            if verdict is None:
                del self.given[row]
            else:
                self.given[row] = verdict
        self._learn()
        return [self.listing.listed[row] for row in before]

    def _learn(self) -> None:
        """Re-rank by all answers that say yes or no."""
        decided = np.array(sorted(row for row, v in self.given.items() if v.verdict in (ACCEPT, REJECT)), np.int64)
        accepted = np.array([self.given[row].verdict == ACCEPT for row in decided.tolist()], bool)
        matrix = self.listing.features.matrix
        self.learned = ranking.learn(self.listing.z[decided], matrix[decided], accepted)
        self.log_odds = self.learned.log_odds(self.listing.z, matrix)

    def order(self, filters: Filters) -> np.ndarray:
        """The rows that are shown (int64), in order."""
        listing = self.listing
        shown = (listing.scores >= filters.least) & (listing.scores <= filters.most)
        if filters.state != "all":
            states = {row: v.verdict for row, v in self.given.items()}
            shown &= np.array([states.get(row, OPEN) == filters.state for row in range(len(listing))], bool)
        if filters.why:
            doubted = np.array([filters.why in doubts for doubts in listing.doubts], bool)
            shown &= doubted | (self._main_reason == filters.why)
        if filters.text:
            shown &= np.array([filters.text in word for word in listing.listed], bool)
        rows = np.flatnonzero(shown)
        keys = self.log_odds if filters.order == "learned" and self.answered else listing.scores
        return rows[np.argsort(-keys[rows], kind="stable")]

    @property
    def answered(self) -> int:
        """How many answers the ranking has learned from."""
        return sum(v.verdict in (ACCEPT, REJECT) for v in self.given.values())

    def shown(self, filters: Filters, first: int = 0) -> dict[str, Any]:
        """What the page shows: rows from the `first` on, how many there are, counts of verdicts, and what was learned."""
        ordered = self.order(filters)
        counts = {state: sum(v.verdict == state for v in self.given.values()) for state in (ACCEPT, REJECT, VARIANT, LATER)}
        return {
            "rows": [self._row(row) for row in ordered[first : first + SHOWN].tolist()],
            "total": len(ordered),
            "first": first,
            "counts": counts | {OPEN: len(self.listing) - len(self.given)},
            "undoable": len(self._undoable),
            "learned": self.told(),
        }

    def _row(self, row: int) -> dict[str, Any]:
        listing = self.listing
        verdict = self.given.get(row)
        domain, general = listing.counts[row]
        return {
            "word": listing.listed[row],
            "rank": row + 1,
            "score": round(float(listing.scores[row]), 2),
            "probability": round(float(1 / (1 + np.exp(-self.log_odds[row]))), 3) if self.answered else None,
            "examples": listing.examples[row],
            "doubts": listing.doubts[row],
            "domain_count": domain,
            "general_count": general,
            "why": {name: round(float(f[row]), 2) for name, f in listing.summands.items() if not np.isnan(f[row])},
            "verdict": verdict.verdict if verdict else OPEN,
            "variant_of": verdict.variant_of if verdict else "",
        }

    def row(self, word: str) -> dict[str, Any]:
        """One word, whatever the filters. Raises WajueError for one that is not listed, with the nearest spellings."""
        return self._row(self.listing.row(word))

    def reasons(self) -> list[str]:
        """By what the list can be filtered: doubts, and figures that are greatest somewhere."""
        doubts = {name for doubts in self.listing.doubts for name in doubts}
        return sorted({*doubts, *self._main_reason.tolist()} - {""})

    def told(self) -> list[dict[str, Any]]:
        """The greatest weights in words: [{kind, name, weight}, ...], in log odds; of meaning, the words on either side."""
        if not self.answered:
            return []
        names = self.listing.features.names
        effects = self.learned.weights * self._widths
        is_meaning = np.array([name.kind == "meaning" for name in names], bool)
        strongest = np.argsort(-np.where(is_meaning, 0.0, np.abs(effects)), kind="stable")[:_LEARNED]
        told = [
            {"kind": names[i].kind, "name": names[i].name, "weight": round(float(effects[i]), 2)}
            for i in strongest.tolist()
            if abs(effects[i]) >= 0.01
        ]
        return told + self._told_of_meaning([i for i, name in enumerate(names) if name.kind == "meaning"])

    def _told_of_meaning(self, columns: list[int]) -> list[dict[str, Any]]:
        direction = self.learned.weights[columns]
        if not columns or not np.abs(direction).max() > 0:
            return []
        weight = round(float(np.linalg.norm(direction)), 2)
        return [
            {
                "kind": "near",
                "name": " ".join(neighbours(self.listing.word_vectors, sign * direction, _NEAR)),
                "weight": sign * weight,
            }
            for sign in (1, -1)
        ]


def _greatest(summands: dict[str, np.ndarray], rows: int) -> np.ndarray:
    """The name of the greatest summand of each row, "" where a row has none."""
    if not summands:
        return np.full(rows, "")
    names = np.array([*summands, ""])
    stacked = np.stack([np.nan_to_num(f, nan=-np.inf) for f in summands.values()], 1)
    return names[np.where(np.isfinite(stacked).any(axis=1), stacked.argmax(axis=1), len(names) - 1)]
