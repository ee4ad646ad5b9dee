"""Mentions made into relations. In: mentions with their counts, and the known names. Out: relations.

A relation is as sure as what speaks for it: score = 1 - 1/(1 + n), n = mentions, doubled where a mark bounds the name.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from wajue.mining.relations.mentions import HAN, is_short_form
from wajue.mining.relations.naming import Names, is_name, misfit, names, unrepeated
from wajue.schemas import TABLES

SAID_SO = 1.0  # score of what a reviewer says; what the text says comes near it and never reaches it
_MISFIT = 3.0  # 2.4 standard deviations
_UNIT = re.compile("(?:[kmμn]?[glm]|mg/kg|ml|mL|min|max|[KMGTP]i?B)$")
# short forms of Chinese names: letters alone, and none that name parts of code (EOFError) or a version (SHA-1)
_INITIALS = re.compile(r"(?!.*[a-z]{3})[A-Za-z]+(?:\d[A-Za-z]+)?")
_LATIN_FIRST = re.compile(rf"[A-Za-z0-9+#.\-]+ ?(?=[{HAN}])")
_MOST_INITIALS = 0.9  # to a character of the name; of 22 pairs with more none was right: there the name is cut (虚拟机, EVM)


class Counted(NamedTuple):
    """A mention, how often it occurs, an example of it, and the document that holds this."""

    kind: str
    before: str
    named: str
    is_bounded: bool
    count: int  # type: ignore[assignment]  # hides a method of tuples that nobody needs
    example: str
    doc_id: str


class Relation(NamedTuple):
    """A row of term_relations."""

    from_term: str
    to_term: str
    kind: str
    score: float
    count: int  # type: ignore[assignment]  # hides a method of tuples that nobody needs
    example: str | None
    doc_id: str | None


SCHEMA = TABLES["term_relations"].schema
_Pair = tuple[str, str, str]  # kind, from, to


def relations(mentions: Iterable[Counted], known: Names) -> list[Relation]:
    """The relations that the mentions tell, by kind, from_term and the surest first."""
    groups: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    for mention in mentions:
        groups[mention.kind, mention.named].append(mention)
    told: dict[_Pair, list[Counted]] = defaultdict(list)
    for (kind, named), group in sorted(groups.items()):
        for relation, mention in _told(kind, named, sorted(group), known):
            told[relation].append(mention)
    rows = [_row(*key, group) for key, group in _in_one_case(told).items()]
    return sorted(rows, key=lambda r: (r.kind, r.from_term, -r.score, r.to_term))


def _in_one_case(told: Mapping[_Pair, list[Counted]]) -> dict[_Pair, list[Counted]]:
    """The same, phrases that differ in the case of letters alone taken as the one that most mentions have."""
    by_case: dict[_Pair, list[_Pair]] = defaultdict(list)
    for kind, name, named in told:
        by_case[kind, name.lower(), named.lower() if kind == "gloss" else named].append((kind, name, named))
    usual = (max(pairs, key=lambda p: (sum(m.count for m in told[p]), p)) for pairs in by_case.values())
    return {chosen: [m for pair in pairs for m in told[pair]] for chosen, pairs in zip(usual, by_case.values(), strict=True)}


def of_reviewers(variant_of: Mapping[str, str], counts: Mapping[str, int]) -> list[Relation]:
    """Variants that reviewers named, {variant: usual term}. counts: occurrences of candidates; 0 for what is none."""
    pairs = sorted(variant_of.items())
    return [Relation(a, b, "variant", SAID_SO, min(counts.get(a, 0), counts.get(b, 0)), None, None) for a, b in pairs]


def _row(kind: str, from_term: str, to_term: str, group: list[Counted]) -> Relation:
    count = sum(m.count for m in group)
    weight = sum(m.count * (1 + m.is_bounded) for m in group)
    shortest = min(group, key=lambda m: (len(m.example), m.example, m.doc_id))
    return Relation(from_term, to_term, kind, 1 - 1 / (1 + weight), count, shortest.example, shortest.doc_id)


def _told(kind: str, named: str, group: list[Counted], known: Names) -> list[tuple[_Pair, Counted]]:
    """((kind, from, to), mention) of the mentions of one kind with the same right side."""
    if kind in ("gloss", "abbreviation", "alias"):
        return _glosses(kind, named, group, known)
    made = []
    is_remark = kind == "reverse" and len({m.before.lower().rstrip("s") for m in group}) > 1  # on any name: 可选, 默认值
    for mention in group:
        before = mention.before
        if kind == "reverse":
            is_phrase = (before.islower() or before.isupper() or " " in before) and not _UNIT.match(before)
            is_name_alone = named in known.known and known.is_plain(named) and not is_remark
            if is_phrase and is_name_alone and misfit(named, before) < 1:
                short = before.isupper()
                made.append((("abbreviation" if short else "gloss", named, before), mention))
        elif kind in ("bracket", "short"):
            if full := full_form(before, named, known):
                made.append((("abbreviation", full, named), mention))
        elif kind == "definition" and before in known.known and is_name(before):
            made.append((("definition", before, named), mention))
    return made


def _glosses(kind: str, named: str, group: list[Counted], known: Names) -> list[tuple[_Pair, Counted]]:
    """The name that most mentions of a gloss or short form agree on, and any other known one that has two."""
    if _UNIT.match(named) or (not named.isascii() and not is_name(named)):
        return []
    latin = [m for m in group if kind != "alias" and not re.search(f"[{HAN}]", m.before)]
    han = [m for m in group if kind == "alias" or re.search(f"[{HAN}]", m.before)]
    if kind == "alias":  # what stands before 又称 in a longer clause is seldom the name
        whole = [m.before if m.is_bounded else unrepeated(m.before)[0] for m in han]
        chosen = [name if known.is_plain(name) and known.is_plain(named) else "" for name in whole]
    else:
        chosen = [_name(kind, name, m, named, known) for name, m in zip(_names(kind, han, named, known), han, strict=True)]
    told = [
        (name, m) for name, m in zip(chosen, han, strict=True) if is_name(name) and name != named and misfit(name, named) < _MISFIT
    ]
    totals: Counter[str] = Counter()
    for name, mention in told:
        totals[name] += mention.count
    best = max(totals, key=lambda n: (totals[n], n in known.known, n), default="")
    kept = {n for n, count in totals.items() if n == best or (count > 1 and n in known.known and not best.endswith(n))}
    return [((kind, n, named), m) for n, m in told if n in kept] + [((kind, m.before, named), m) for m in latin]


def _names(kind: str, mentions: list[Counted], named: str, known: Names) -> list[str]:
    """The name at the end of what stands before a bracket; for a short form without the Latin word before it."""
    texts = [m.before if kind == "gloss" else _LATIN_FIRST.sub("", m.before) for m in mentions]
    return names([(text, m.is_bounded) for text, m in zip(texts, mentions, strict=True)], named, known)


def _name(kind: str, name: str, mention: Counted, named: str, known: Names) -> str:
    """The name, or '' if it cannot be that of this gloss or short form."""
    if not name or not named.isascii():
        return name
    if kind == "gloss":  # GPU（Graphics Processing Unit） is a short form, and stands as one beside
        return name if re.search(f"[{HAN}]", name) else ""
    latin = _LATIN_FIRST.match(mention.before)
    if latin and mention.before == latin[0] + name:  # JavaScript 对象表示法（JSON）; Remix is no part of IDE
        name = mention.before if latin[0][0].upper() == named[0] else ""
    is_whole = name in known.known or mention.is_bounded or known.is_plain(name)
    is_long = sum(map(str.isupper, named)) < _MOST_INITIALS * len(name)
    return name if _INITIALS.fullmatch(named) and is_whole and is_long and not re.search(r"\d", name) else ""


def full_form(before: str, short: str, known: Names) -> str:
    """The name at the end of a text that begins with the first character of the short form and holds all in order; or ''."""
    if re.fullmatch(r"[A-Za-z0-9\-]+", short):
        return known.at_end(before)
    starts = [i for i in range(len(before)) if before[i] == short[0] and is_short_form(short, before[i:])]
    if len(short) < 2 or not starts or len(before) - starts[-1] <= len(short):
        return ""
    full = before[starts[-1] :]
    return full if is_name(full) and short not in full else ""
