"""What the rules of cleaning that change a text do. In: a batch of texts, and the settings. Out: the batch, changed.

Tables over code points tell which texts a rule may change; these alone are changed, one by one. rules.py has the order.
"""

import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, partial
from html import unescape
from html.entities import html5
from typing import NamedTuple

import numpy as np

from wajue.cleaning import characters, code_lines, passages, patterns
from wajue.cleaning.batch import TextBatch
from wajue.cleaning.characters import HAN, MARK, SEPARATOR, SPACE
from wajue.config import Clean

_SPACES = re.compile(" {2,}")
_LINES = re.compile(" ?\n[\n ]*")
_MANY_LINES = 0.2  # of a text's lines; a page in English with a name or a notice in Chinese has fewer
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\ufffd]+")


def html(batch: TextBatch, rules: Clean) -> None:
    """Take out markup, and resolve entities."""
    if rules.html:
        batch.some("html", batch.with_any("<&"), _without_markup)


def _without_markup(text: str) -> str:
    for _ in range(2):  # the second time for tags that were written as entities
        if "<" in text:
            text = patterns.COMMENT.sub("", _without_code(text))
            text = patterns.TAG.sub("", patterns.BLOCK.sub("\n", patterns.READING.sub("", text)))
        if "&" not in text:
            break
        text = patterns.ENTITY.sub(_resolved, text)
    return text


def _resolved(entity: re.Match[str]) -> str:
    """What an entity stands for; without its semicolon it must be one of those that HTML allows so."""
    if entity["address"]:
        return patterns.CLOSED_ENTITY.sub(lambda closed: unescape(closed[0]), entity[0])
    name = entity[0][1:]
    return unescape(entity[0]) if name.startswith("#") or name in html5 else entity[0]


def _without_code(text: str) -> str:
    """Take out scripts and styles; one that does not end stays, with all that follows it."""
    parts, at = [], 0
    for opening in patterns.CODE.finditer(text):
        if opening.start() < at:
            continue
        closing = patterns.CODE_END[opening[1].lower()].search(text, opening.end())
        if closing is None:
            break
        parts.append(text[at : opening.start()])
        at = closing.end()
    return "".join([*parts, text[at:]])


def mojibake(batch: TextBatch, rules: Clean) -> None:
    """Repair what was read in the wrong encoding."""
    if rules.mojibake != "keep":
        batch.some("mojibake", batch.holding(np.flatnonzero(_suspicious()[batch.codes])), repair)


@cache
def _suspicious() -> np.ndarray:
    """The characters without one of which no text is repaired (bool, for each code point)."""
    table = _these("".join(patterns.READ_AS_GBK) + patterns.LOST_LEADS).copy()
    table[[c for c in range(0x80, 0x100) if patterns.READ_AS_LATIN.match(f"{chr(c)}\x80")]] = True
    return table


def repair(text: str) -> str:
    """A text that was read in the wrong encoding, read in the right one as far as that is certain."""
    suspects = sum(c in patterns.READ_AS_GBK for c in text)
    if suspects >= 2 and suspects >= 0.2 * len(text):
        text = _BEYOND_ASCII.sub(lambda m: _again(m[0], m[0].encode("gb18030", "replace")), text)
    if patterns.READ_AS_LATIN.search(text):
        text = patterns.LATIN_RUN.sub(
            lambda m: _again(m[0], m[0].translate(patterns.LATIN_BYTES).encode("latin-1", "replace")), text
        )
    return patterns.LOST.sub("\ufffd", text)


def _again(run: str, data: bytes) -> str:
    """The bytes as UTF-8, if all are part of characters of three bytes or more; of the last one some may be missing."""
    tail = ""
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not 0 < len(data) - error.start <= 3:
            return run
        decoded, tail = data[: error.start].decode("utf-8"), "\ufffd"
    return decoded + tail if len(decoded) > 1 and all(c >= "\u0800" for c in decoded) else run


def script(batch: TextBatch, rules: Clean) -> None:
    """Convert to the script that the setting names."""
    if rules.script == "keep":
        return
    numbers = batch.holding(np.flatnonzero(characters.may_convert(rules.script)[batch.codes])).tolist()
    new = characters.convert_all([batch.texts[i] for i in numbers], rules.script)
    batch.put("script", {i: text.replace(SEPARATOR, "") for i, text in zip(numbers, new, strict=True)})


class Sought(NamedTuple):
    """What cleaning drops or masks where it finds it. A name before it, a group of the pattern, stays.

    A pattern that may begin anywhere takes longer than what tells that a text cannot match it: hints, one of which such a text
    holds; needs, characters and how many of them it has at least; likely, asked of a text with a hint. is_one: whether a match is
    what it looks like.
    """

    pattern: re.Pattern[str]
    hints: Iterable[str] = ()
    needs: tuple[str, int] | None = None
    likely: Callable[[str], bool] | None = None
    group: int = 0
    is_one: Callable[[str], bool] = bool


def matches(rule: str, sought: Sought, batch: TextBatch, rules: Clean) -> None:
    """Drop what is sought, or mask it, as the setting of the rule's name says."""
    policy = getattr(rules, rule)
    if policy == "keep" or (sought.hints and not any(h in batch.joined for h in sought.hints)):
        return

    def replacement(match: re.Match[str]) -> str:
        if not sought.is_one(match[0]):
            return match[0]
        kept = match[sought.group] if sought.group else ""
        return kept + (" " if policy == "drop" else "***")

    which = batch.counting(_these(sought.needs[0]), sought.needs[1]) if sought.needs else batch.with_any(sought.hints)
    if sought.likely:
        which = np.array([i for i in which.tolist() if sought.likely(batch.texts[i])], np.int64)
    differs = batch.some(rule, which, lambda text: sought.pattern.sub(replacement, text))
    if rule in ("phones", "accounts"):
        batch.contact |= differs


@cache
def _these(chars: str) -> np.ndarray:
    table = np.zeros(0x110000, bool)
    table[[ord(c) for c in chars]] = True
    return table


def code(batch: TextBatch, rules: Clean) -> None:
    """Take out lines that are code."""
    if rules.code == "drop":
        batch.some("code", batch.counting(_these(string.ascii_letters), 2), code_lines.without_code)


def math(batch: TextBatch, rules: Clean) -> None:
    """Take out formulae; a price in dollars is none."""
    if rules.math == "drop":
        batch.some("math", batch.with_any(("$", "\\(", "\\[", "\\begin{")), _without_formulae)


def _without_formulae(text: str) -> str:
    return patterns.FORMULA.sub(lambda m: m[0] if _is_prose(m[0]) else "\n" if "\n" in m[0] else passages.OMITTED, text)


def _is_prose(formula: str) -> bool:
    return code_lines.is_prose(formula) and not re.search(r"\\[A-Za-z]", formula)


def whitespace(batch: TextBatch, rules: Clean) -> None:
    """Tidy white space; only texts are looked at where a space stands beside another, or at an end, or is not a plain one."""
    if not rules.whitespace:
        return
    codes = batch.codes
    space = (characters.kinds()[codes] & SPACE) != 0
    at = np.flatnonzero(space)
    near = np.append(space, True)
    near[batch.starts] = True
    batch.some(
        "whitespace", batch.holding(at[near[at - 1] | near[at + 1] | (characters.spaces()[codes[at]] != codes[at])]), _tidied
    )


def _tidied(text: str) -> str:
    text = characters.spaces()[_code_points(text)].tobytes().decode("utf-32-le", "surrogatepass")
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def _code_points(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def repeated_characters(batch: TextBatch, rules: Clean) -> None:
    """Shorten runs of one character to so many; digits and letters are left alone: 10000 is not 1000."""
    longest = rules.repeated_characters
    if longest:
        batch.recode("repeated_characters", np.flatnonzero(_surplus(batch.codes, longest)), lambda c: c[~_surplus(c, longest)])


def _surplus(codes: np.ndarray, longest: int) -> np.ndarray:
    """Which characters follow so many of the same (bool)."""
    surplus = np.zeros(len(codes), bool)
    if len(codes) > longest:
        again = codes[1:] == codes[:-1]
        run = again[longest - 1 :].copy()
        for k in range(longest - 1):
            run &= again[k : len(again) - longest + 1 + k]
        at = longest + np.flatnonzero(run)
        surplus[at] = (characters.kinds()[codes[at]] & (HAN | MARK)) != 0
    return surplus


def control_characters(batch: TextBatch, rules: Clean) -> None:
    """Take out what is not seen; bullets of old fonts become •."""
    if rules.control_characters:
        batch.map("control_characters", characters.control())
        batch.some("control_characters", batch.with_any(patterns.BULLETS), partial(patterns.BULLET.sub, "•"))


def width(batch: TextBatch, rules: Clean) -> None:
    """Fold full-width letters and digits, or all that NFKC folds."""
    if rules.width == "letters":
        batch.map("width", characters.width())
        marks = patterns.JOINING_MARKS
        batch.some("width", batch.with_any(marks), partial(patterns.JOINING_MARK.sub, lambda mark: marks[mark[0]]))
    elif rules.width == "nfkc":
        batch.some("width", np.arange(batch.size), partial(unicodedata.normalize, "NFKC"))


def other_language(batch: TextBatch, rules: Clean) -> None:
    """Of a text with too little Chinese leave the lines that have enough, if they are many: in a bilingual text each paragraph
    stands twice."""
    share = _han_shares(batch)
    few = np.flatnonzero((share > 0) & (share < rules.min_han_share))
    batch.some("other_language", few, partial(_chinese_lines, least=rules.min_han_share))


def _chinese_lines(text: str, least: float) -> str:
    """The lines with at least this share of Han, if they are _MANY_LINES of all and more than one; else the text."""
    lines = [line for line in text.split("\n") if line.strip()]
    chinese = [line for line, share in zip(lines, _han_shares(TextBatch(lines, ())), strict=True) if share >= least]
    return "\n".join(chinese) if len(chinese) > max(1, _MANY_LINES * len(lines)) else text


def _han_shares(batch: TextBatch) -> np.ndarray:
    """Of each text, among the characters that are no white space (float64 [texts])."""
    kind = characters.kinds()[batch.codes]
    han = np.add.reduceat(kind == HAN, batch.starts, dtype=np.int64)
    solid = np.add.reduceat(kind != SPACE, batch.starts, dtype=np.int64) - 1  # but for the separator
    return han / np.maximum(solid, 1)
