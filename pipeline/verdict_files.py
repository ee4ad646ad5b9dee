"""Files of verdicts, what reviewers decided of words and terms. In: CSV files. Out: verdicts, and what they come to.

A file is a journal: one verdict a line, and of what one reviewer says of a word the line of the latest time counts. People write
such files too, with a spreadsheet or by hand: `word` and `verdict` suffice. A file without the column `kind` speaks of terms and
new words alike. What two reviewers decide otherwise is a conflict, and never settled here. A model that `wajue judge` asks is a
reviewer too, by a name that says so: its verdicts count where it is named as a judge, and never against a person.
"""

import csv
import io
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from wajue import word_lists
from wajue.errors import ConfigError, meant

KINDS = ("term", "new_word")
ACCEPT, REJECT, VARIANT, LATER, WITHDRAWN = VERDICTS = ("accept", "reject", "variant", "later", "withdrawn")
JUDGE = "model:"  # what the name of a reviewer begins with that is a model, and that of a person does not
_DELIMITERS = ",;\t"
_NAMED = 5  # conflicts in a message
_NO_TIME = datetime.min.replace(tzinfo=UTC)


class Verdict(NamedTuple):
    """One line of a file.

    kind: term, new_word, or "" for either. variant_of: what a variant is another spelling or form of.
    time: ISO 8601, or "". note: why, in the reviewer's words; of a model, which one and how it was asked.
    """

    word: str
    kind: str
    verdict: str
    variant_of: str = ""
    reviewer: str = ""
    time: str = ""
    note: str = ""


COLUMNS = Verdict._fields


class Stated(NamedTuple):
    """A verdict, and where it stands, in words."""

    verdict: Verdict
    source: str


class Decided(NamedTuple):
    """What verdicts come to: words to accept and to reject, and what the variants among them are another form of."""

    accept: list[str]
    reject: list[str]
    variant_of: dict[str, str]


def read(path: Path) -> list[Stated]:
    """The verdicts of a file, in its order. Raises ConfigError with every line that is none."""
    text = word_lists.text_of(path).lstrip("\ufeff")
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ConfigError(f"{path} is not CSV: {error}; save it as CSV, in UTF-8") from None
    if not lines:
        return []
    names = [name.strip() for name in lines[0]]
    _check_names(names, path)
    stated, faults = [], []
    for number, cells in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in cells):
            verdict = Verdict(**({"kind": ""} | {n: c.strip() for n, c in zip(names, cells, strict=False)}))
            faults += [f"line {number}: {fault}" for fault in _faults(verdict)]
            stated.append(Stated(verdict, f"{path}, line {number}"))
    if faults:
        raise ConfigError(
            f"{path}: " + "; ".join(faults[:_NAMED]) + (f"; and {len(faults) - _NAMED} more" if faults[_NAMED:] else "")
        )
    return stated


def _check_names(names: list[str], path: Path) -> None:
    """Raises ConfigError unless the first line names columns of ours, word and verdict among them."""
    for name in names:
        if name not in COLUMNS:
            raise ConfigError(f"{path}: a file of verdicts has no column {name!r}; {meant(name, COLUMNS)}")
    if missing := [name for name in ("word", "verdict") if name not in names]:
        raise ConfigError(f"{path}: the first line of a file of verdicts names its columns; it lacks {' and '.join(missing)}")


def _faults(verdict: Verdict) -> Iterable[str]:
    """What is wrong with a line, in words."""
    if not verdict.word:
        yield "there is no word"
    if verdict.verdict not in VERDICTS:
        yield f"{verdict.verdict!r} is no verdict; there are {', '.join(VERDICTS)}"
    if verdict.kind not in (*KINDS, ""):
        yield f"{verdict.kind!r} is no kind; there are {' and '.join(KINDS)}, or nothing for both"
    if (verdict.verdict == VARIANT) != bool(verdict.variant_of):
        yield "variant_of names the word that a variant stands for, and stands beside no other verdict"
    elif verdict.variant_of == verdict.word:
        yield "a word is no variant of itself"
    try:
        _moment(verdict)
    except ValueError:
        yield f"{verdict.time!r} is no time; write 2026-11-28T19:30, or nothing"


def _moment(verdict: Verdict) -> datetime:
    """When it was given; before all times where it does not say. Raises ValueError for what is no time."""
    if not verdict.time:
        return _NO_TIME
    moment = datetime.fromisoformat(verdict.time)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def lines(verdicts: Iterable[Verdict]) -> str:
    """Verdicts as the lines of a file, without the first one."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(verdicts)
    return text.getvalue()


HEADER = ",".join(COLUMNS) + "\n"


def standing(stated: Iterable[Stated], kind: str) -> dict[tuple[str, str], Stated]:
    """{(word, reviewer): the verdict that counts} of a kind, in the order of the words' first lines.

    Raises ConfigError where a reviewer says two things of a word, and no time says which came later.
    """
    latest: dict[tuple[str, str], Stated] = {}
    for later in stated:
        if later.verdict.kind not in (kind, ""):
            continue
        key = (later.verdict.word, later.verdict.reviewer)
        earlier = latest.get(key, later)
        if _moment(later.verdict) == _moment(earlier.verdict) and _said(later) != _said(earlier):
            raise ConfigError(
                f"both {earlier.verdict.verdict} and {later.verdict.verdict} are said of {later.verdict.word!r} ({earlier.source}; "
                f"{later.source}); delete the line that no longer holds, or give both a time"
            )
        if _moment(later.verdict) >= _moment(earlier.verdict):
            latest[key] = later
    return {key: last for key, last in latest.items() if last.verdict.verdict != WITHDRAWN}


def _said(stated: Stated) -> tuple[str, str]:
    return stated.verdict.verdict, stated.verdict.variant_of


def is_of_a_judge(verdict: Verdict) -> bool:
    """Did a model say it?"""
    return verdict.reviewer.startswith(JUDGE)


def of_people(stated: Iterable[Stated]) -> list[Stated]:
    """What people say, or nobody in particular."""
    return [s for s in stated if not is_of_a_judge(s.verdict)]


def conflicts(latest: Iterable[Stated]) -> list[tuple[Stated, Stated]]:
    """Pairs of standing verdicts on one word that differ; `later` differs from none."""
    first: dict[str, Stated] = {}
    pairs = []
    for stated in latest:
        if stated.verdict.verdict == LATER:
            continue
        earlier = first.setdefault(stated.verdict.word, stated)
        if _said(earlier) != _said(stated):
            pairs.append((earlier, stated))
    return pairs


def decided(stated: Iterable[Stated], kind: str, judges: Collection[str] = (), in_lists: Iterable[str] = ()) -> Decided:
    """What the verdicts of one or more files come to. A variant is no term of its own, but a word it is.

    judges: reviewers that are models and count nevertheless, of words that no person has decided; in_lists: words that the
    lists of a config decide.
    Raises ConfigError if reviewers differ, with the lines; or if a judge says nothing of this kind.
    """
    latest = _counted(list(standing(stated, kind).values()), kind, judges, in_lists)
    if pairs := conflicts(latest):
        listed = "; ".join(
            f"{a.verdict.word!r}: {a.verdict.verdict} ({a.source}), {b.verdict.verdict} ({b.source})" for a, b in pairs[:_NAMED]
        )
        raise ConfigError(
            f"reviewers differ on {len(pairs)} words: {listed}; wajue review DIR --merge FILE lists all of them, "
            "a line with a verdict of yours settles each once theirs is deleted"
        )
    accepting = {ACCEPT, VARIANT} if kind == "new_word" else {ACCEPT}
    settled = [s.verdict for s in latest if s.verdict.verdict != LATER]
    accept = dict.fromkeys(v.word for v in settled if v.verdict in accepting)
    reject = dict.fromkeys(v.word for v in settled if v.verdict not in accepting)
    variant_of = {v.word: v.variant_of for v in settled if v.verdict == VARIANT}
    return Decided(list(accept), list(reject), variant_of)


def _counted(latest: list[Stated], kind: str, judges: Collection[str], in_lists: Iterable[str]) -> list[Stated]:
    """Verdicts of people, and of judges on what people have not decided. Raises ConfigError for a judge that says nothing."""
    of_judges = [s for s in latest if is_of_a_judge(s.verdict)]
    known = sorted({s.verdict.reviewer for s in of_judges})
    for name in judges:
        if name not in known:
            others = f"; {meant(name, known)}" if known else ""
            raise ConfigError(f"no verdict on a {kind.replace('_', ' ')} is of the judge {name!r}{others}")
    people = of_people(latest)
    settled = {s.verdict.word for s in people if s.verdict.verdict != LATER}.union(in_lists)
    return people + [s for s in of_judges if s.verdict.reviewer in judges and s.verdict.word not in settled]
