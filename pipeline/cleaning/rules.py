"""Cleaning rules. In: raw texts. Out: clean texts, which rules changed each, and for each one that is dropped the reason.

The rules that change a text are CHANGES, in their order; those that drop one are in `_verdicts`, and the first that applies
counts. Texts are looked at joined, by tables over code points, for those that a rule may change; these alone are changed, one
by one.
"""

import html
import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np
from numba import njit

from wajue.cleaning import characters, patterns
from wajue.cleaning.characters import BROKEN, DIGIT, HAN, MARK, SEPARATOR, SPACE
from wajue.config import Clean

_FEW = 64  # runs of a text that are compared rather than sorted
_NGRAM = 6  # characters; what repeats in a text is looked for in runs of this length
_DIGITS, _NAME = string.digits, string.digits + string.ascii_letters + "_-"
_SPACES = re.compile(" {2,}")
_LINES = re.compile(" ?\n[\n ]*")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\ufffd]+")


class _Batch:
    """Texts joined to one. codes: their code points (uint32), a separator before each; starts: where these stand (int64)."""

    def __init__(self, texts: list[str]) -> None:
        self.changed = np.zeros(len(texts), np.uint32)
        self.contact = np.zeros(len(texts), bool)
        self.size = len(texts)
        self.texts, self.joined = texts, SEPARATOR.join(texts)
        if self.joined.count(SEPARATOR) != max(0, len(texts) - 1):
            holding = np.fromiter((SEPARATOR in t for t in texts), bool, self.size)
            self.changed |= holding.astype(np.uint32) << np.uint32(CHANGES.index("control_characters"))
            self.texts = [t.replace(SEPARATOR, "") for t in texts]
            self.joined = SEPARATOR.join(self.texts)
        self._codes: np.ndarray | None = None
        self._starts: np.ndarray | None = None

    @property
    def codes(self) -> np.ndarray:
        if self._codes is None:
            self._codes = np.frombuffer((SEPARATOR + self.joined).encode("utf-32-le", "surrogatepass"), np.uint32)
        return self._codes

    @property
    def starts(self) -> np.ndarray:
        if self._starts is None:
            self._starts = np.flatnonzero(self.codes == ord(SEPARATOR))
        return self._starts

    def put(self, rule: str, new: dict[int, str]) -> np.ndarray:
        """Put new texts in the place of some, and mark those that differ; returns which."""
        differs = np.zeros(self.size, bool)
        changed = {i: text for i, text in new.items() if text != self.texts[i]}
        if changed:
            self.texts = list(self.texts)
            for i, text in changed.items():
                self.texts[i] = text
            self.joined, self._codes, self._starts = SEPARATOR.join(self.texts), None, None
            differs[list(changed)] = True
            self.changed |= differs.astype(np.uint32) << np.uint32(CHANGES.index(rule))
        return differs

    def some(self, rule: str, which: np.ndarray, change: Callable[[str], str]) -> np.ndarray:
        """Change some texts one by one; which: their numbers. Returns which of them differ."""
        return self.put(rule, {i: change(self.texts[i]).replace(SEPARATOR, "") for i in which.tolist()})

    def recode(self, rule: str, at: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> None:
        """Change the texts that hold something at these places of `codes`; change: from code points to code points."""
        which, ends = self.holding(at), np.append(self.starts[1:], len(self.codes))
        pieces = (self.codes[self.starts[i] + 1 : ends[i]] for i in which.tolist())
        new = (change(piece).tobytes().decode("utf-32-le", "surrogatepass") for piece in pieces)
        self.put(rule, dict(zip(which.tolist(), new, strict=True)))

    def map(self, rule: str, table: np.ndarray) -> None:
        """Map every character."""
        codes = self.codes
        mapped = table[codes]
        mapped[self.starts] = ord(SEPARATOR)

        def change(piece: np.ndarray) -> np.ndarray:
            new = table[piece]
            return new[new != characters.DROP]

        self.recode(rule, np.flatnonzero(mapped != codes), change)

    def holding(self, at: np.ndarray) -> np.ndarray:
        """The numbers of the texts that hold these places of `codes`, which ascend."""
        row = np.searchsorted(self.starts, at, side="right") - 1
        return row[np.diff(row, prepend=-1) > 0]

    def counting(self, wanted: np.ndarray, least: int) -> np.ndarray:
        """The numbers of the texts that have so many of the characters wanted; wanted: bool, for each code point."""
        row = np.searchsorted(self.starts, np.flatnonzero(wanted[self.codes]), side="right") - 1
        found: np.ndarray = np.flatnonzero(np.bincount(row, minlength=self.size) >= least)
        return found

    def with_any(self, strings: Iterable[str]) -> np.ndarray:
        """The numbers of the texts that hold one of these strings."""
        places = [m.start() + 1 for s in strings if s in self.joined for m in re.finditer(re.escape(s), self.joined)]
        return self.holding(np.sort(np.array(places, np.int64)))


def _html(batch: _Batch, rules: Clean) -> None:
    if rules.html:
        batch.some("html", batch.with_any("<&"), _without_markup)


def _without_markup(text: str) -> str:
    for _ in range(2):  # the second time for tags that were written as entities
        if "<" in text:
            text = patterns.COMMENT.sub("", _without_code(text))
            text = patterns.TAG.sub("", patterns.BLOCK.sub("\n", text))
        if "&" not in text:
            break
        text = html.unescape(text)
    return text


def _without_code(text: str) -> str:
    """Scripts and styles taken out; one that does not end is left, and neither is what follows it looked at."""
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


def _mojibake(batch: _Batch, rules: Clean) -> None:
    if rules.mojibake != "keep":
        batch.some("mojibake", batch.holding(np.flatnonzero(_suspicious()[batch.codes])), repair)


@cache
def _suspicious() -> np.ndarray:
    """The characters without one of which no text is repaired (bool, for each code point)."""
    table = _these("".join(patterns.READ_AS_GBK) + patterns.LOST_LEADS).copy()
    table[[c for c in range(0x80, 0x100) if patterns.READ_AS_LATIN.match(f"{chr(c)}\x80")]] = True
    return table


def repair(text: str) -> str:
    """A text that was read in the wrong encoding, read in the right one, as far as that is certain."""
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
        found = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not 0 < len(data) - error.start <= 3:
            return run
        found, tail = data[: error.start].decode("utf-8"), "\ufffd"
    return found + tail if len(found) > 1 and all(c >= "\u0800" for c in found) else run


def _script(batch: _Batch, rules: Clean) -> None:
    if rules.script == "keep":
        return
    rows = batch.holding(np.flatnonzero(characters.may_convert(rules.script)[batch.codes])).tolist()
    new = convert_script([batch.texts[i] for i in rows], rules.script)
    batch.put("script", {i: text.replace(SEPARATOR, "") for i, text in zip(rows, new, strict=True)})


def _found(
    policy: str,
    pattern: re.Pattern[str],
    rule: str,
    batch: _Batch,
    *,
    hints: Iterable[str] = (),
    needs: tuple[str, int] | None = None,
    group: int = 0,
) -> None:
    """Drop what a pattern finds, or mask it; a name before it (`group`) stays.

    hints: strings of which there is one in a text that holds any; needs: (characters, how many of them such a text has at
    least), since a pattern that may begin anywhere takes longer than counting.
    """
    if policy == "keep" or (hints and not any(h in batch.joined for h in hints)):
        return

    def replacement(match: re.Match[str]) -> str:
        if rule == "identity_numbers" and not patterns.is_identity_number(match[0]):
            return match[0]
        kept = match[group] if group else ""
        return kept + (" " if policy == "drop" else "***")

    which = batch.counting(_these(needs[0]), needs[1]) if needs else batch.with_any(hints)
    differs = batch.some(rule, which, lambda text: pattern.sub(replacement, text))
    if rule in ("phones", "accounts"):
        batch.contact |= differs


@cache
def _these(chars: str) -> np.ndarray:
    table = np.zeros(0x110000, bool)
    table[[ord(c) for c in chars]] = True
    return table


def _whitespace(batch: _Batch, rules: Clean) -> None:
    """Looked at are texts where a space stands beside another, or at an end, or is no plain one."""
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


def _repeated_characters(batch: _Batch, rules: Clean) -> None:
    """Of a run of one character so many are kept; digits and letters are left alone: 10000 is not 1000."""
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


def _if(setting: str, table: Callable[[], np.ndarray], batch: _Batch, rules: Clean) -> None:
    if getattr(rules, setting) is True:
        batch.map(setting, table())


def _width(batch: _Batch, rules: Clean) -> None:
    if rules.width == "letters":
        batch.map("width", characters.width())
    elif rules.width == "nfkc":
        batch.some("width", np.arange(batch.size), partial(unicodedata.normalize, "NFKC"))


_STEPS: dict[str, Callable[[_Batch, Clean], None]] = {
    "mojibake": _mojibake,
    "html": _html,
    "control_characters": partial(_if, "control_characters", characters.control),
    "width": _width,
    "script": _script,
    "urls": lambda batch, rules: _found(rules.urls, patterns.URL, "urls", batch, hints=(":/", "w.", "W.")),
    "emails": lambda batch, rules: _found(rules.emails, patterns.EMAIL, "emails", batch, hints="@"),
    "identity_numbers": lambda batch, rules: _found(
        rules.identity_numbers, patterns.IDENTITY, "identity_numbers", batch, needs=(_DIGITS, 17)
    ),
    "accounts": lambda batch, rules: _found(
        rules.accounts, patterns.ACCOUNT, "accounts", batch, hints="QqVvWw信扣鹅薇微", needs=(_NAME, 5), group=1
    ),
    "phones": lambda batch, rules: _found(rules.phones, patterns.PHONE, "phones", batch, needs=(_DIGITS, 10)),
    "whitespace": _whitespace,
    "repeated_characters": _repeated_characters,
}
CHANGES = ("boilerplate", *_STEPS)  # boilerplate comes first, in the stage: it takes the whole corpus to know


@dataclass(frozen=True)
class Cleaned:
    """What cleaning made of a batch, an entry a text. changed: a bit for each rule of CHANGES; reason None: the text is kept."""

    texts: list[str]
    changed: np.ndarray
    reasons: list[str | None]
    details: list[str | None] = field(repr=False)


def clean(texts: list[str], rules: Clean, *, han_rules: bool = True, only: tuple[str, ...] | None = None) -> Cleaned:
    """Apply all rules; han_rules: judge the share of Han characters. only: these changes alone, to see what each costs."""
    batch = _Batch(texts)
    for name, step in _STEPS.items():
        if texts and (only is None or name in only):
            step(batch, rules)
    reasons, details = _verdicts(batch, rules, han_rules=han_rules)
    return Cleaned(batch.texts, batch.changed, reasons, details)


def _verdicts(batch: _Batch, rules: Clean, *, han_rules: bool) -> tuple[list[str | None], list[str | None]]:
    """(reason, detail) of each text; both None for one that is kept."""
    reasons: list[str | None] = [None] * batch.size
    details: list[str | None] = [None] * batch.size
    if not batch.size:
        return reasons, details
    codes = batch.codes
    starts = np.flatnonzero(codes == ord(SEPARATOR))
    length = np.diff(np.append(starts, len(codes))) - 1
    kind = characters.kinds()[codes]

    def share(bits: int, of: np.ndarray) -> np.ndarray:
        return np.add.reduceat((kind & bits) != 0, starts, dtype=np.int64) / np.maximum(of, 1)

    solid = length - np.add.reduceat((kind & SPACE) != 0, starts, dtype=np.int64)
    shares = {
        "mojibake": (share(BROKEN, length), rules.max_mojibake_share, "broken characters, max_mojibake_share"),
        "too_much_punctuation": (share(MARK, solid), rules.max_punctuation_share, "punctuation, max_punctuation_share"),
        "too_many_digits": (share(DIGIT, solid), rules.max_digit_share, "digits, max_digit_share"),
    }
    bad = {"empty": length == 0, "too_short": length < rules.min_length, "too_long": length > rules.max_length}
    bad |= {name: found > most for name, (found, most, _) in shares.items()}
    if han_rules:
        shares["too_little_han"] = (share(HAN, solid), rules.min_han_share, "Han characters, min_han_share")
        bad["too_little_han"] = shares["too_little_han"][0] < rules.min_han_share
    if rules.max_repetition_share < 1:
        shares["repetitive"] = (_repetition(codes, starts, length), rules.max_repetition_share, "repeated, max_repetition_share")
        bad["repetitive"] = shares["repetitive"][0] > rules.max_repetition_share
    if rules.advertising:
        bad["advertising"] = _advertising(batch, length)
    for name, which in bad.items():
        for i in np.flatnonzero(which).tolist():
            if reasons[i] is not None:
                continue
            reasons[i] = name
            if name in shares:
                measured, limit, what = shares[name]
                details[i] = f"{measured[i]:.1%} {what} = {limit}"
            elif name == "empty":
                details[i] = "nothing is left after cleaning"
            elif name == "advertising":
                details[i] = "a number to reach its author by, with " + " and ".join(_groups(batch.texts[i]))
            else:
                setting = "min_length" if name == "too_short" else "max_length"
                details[i] = f"{length[i]} characters, {setting} = {getattr(rules, setting)}"
    return reasons, details


@njit(cache=True, nogil=True)
def _repeated(codes, starts, length, out):
    """How many runs of _NGRAM characters stood in their text before; they count as 40 bits each."""
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
    return [f"{name} {found[0]!r}" for name, pattern in patterns.ADVERTISING.items() if (found := pattern.search(text))]


def _advertising(batch: _Batch, length: np.ndarray) -> np.ndarray:
    """Which texts hold a number to reach someone by, and an offer or a call; the numbers were found before they were dropped."""
    suspect = batch.contact & (length <= patterns.ADVERTISING_LENGTH)
    for i in np.flatnonzero(suspect).tolist():
        suspect[i] = bool(_groups(batch.texts[i]))
    return suspect


def normalize_in_place(text: str) -> str:
    """Width and compatibility forms and spaces only, character for character: the result is as long as the text."""
    return text.translate(characters.same_length())


def convert_script(texts: list[str], script: str) -> list[str]:
    """Each text in the given script (`simplified`, `traditional`; `keep` changes nothing)."""
    if script == "keep" or not texts:
        return texts
    convert = characters.converter(script).convert
    joined = convert(SEPARATOR.join(texts)).split(SEPARATOR)  # faster on one long text
    return joined if len(joined) == len(texts) else [convert(t) for t in texts]
