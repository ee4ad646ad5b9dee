"""Cleaning rules. In: raw texts. Out: clean texts, and for each one that is dropped the reason.

The policy on width and compatibility forms: letters, digits and ideographs are normalised (Ａ to A, 豈 to its unified
form), because counting must see one form; punctuation and symbols stay as written (，！①㎡), because full NFKC would
turn them into other characters and the text could not be shown again. The ideographic space becomes a space.
"""

import html
import re
import unicodedata
from functools import cache

import opencc

from pipeline.config import Clean

_TAG = re.compile(r"<!--.{0,2000}?-->|</?[A-Za-z][^<>]{0,1000}>", re.S)
_BLOCK = re.compile(r"(?i)</?(?:p|br|div|li|tr|h[1-6]|td|table|ul|ol)\b[^<>]*>")
_URL = re.compile(
    r"(?i)(?:https?://|ftp://|www\.)[\w\-./?%&=:#~+,;@!*()]+(?<![.,;!)])|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[A-Za-z]{2,20}){1,4}",
    re.A,
)
_SPACES = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r" ?\n[\n ]*")
_HAN = re.compile(r"[〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_SOLID = re.compile(r"\S")
_BROKEN = re.compile("[\ufffd\ue000-\uf8ff]")
_SEPARATOR = "\x1e"  # joins a batch for OpenCC, which is faster on one long text; control characters are gone by then


def _width_table() -> dict[int, int | None]:
    table: dict[int, int | None] = {}
    for c in range(0x80, 0x30000):
        char = chr(c)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs"):
            table[c] = None
            continue
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) == 1 and plain != char and unicodedata.category(plain)[0] in "LN" and unicodedata.category(char)[0] == "L":
            table[c] = ord(plain)
        elif 0xFF10 <= c <= 0xFF19 or 0x2F00 <= c <= 0x2FD5 or 0x2E80 <= c <= 0x2EFF:
            table[c] = ord(plain) if len(plain) == 1 else c
    for c in range(0x20):
        table[c] = None if c not in (0x09, 0x0A) else c
    table |= {0x0D: 0x0A, 0x0B: 0x0A, 0x0C: 0x0A, 0x85: 0x0A, 0x2028: 0x0A, 0x2029: 0x0A, 0x7F: None, 0x3000: 0x20, 0xA0: 0x20}
    return table


_WIDTH = _width_table()


@cache
def _converter(script: str) -> opencc.OpenCC:
    return opencc.OpenCC({"simplified": "t2s", "traditional": "s2t"}[script])


def convert_script(texts: list[str], script: str) -> list[str]:
    """Each text in the given script (`simplified`, `traditional`; `keep` changes nothing)."""
    if script == "keep" or not texts:
        return texts
    joined = _converter(script).convert(_SEPARATOR.join(texts)).split(_SEPARATOR)
    return joined if len(joined) == len(texts) else [_converter(script).convert(t) for t in texts]


def normalize(text: str) -> str:
    """Width, compatibility forms, control and zero-width characters; see the policy above."""
    return text.translate(_WIDTH)


def tidy(text: str, rules: Clean) -> str:
    """One text with all rules applied that change it, but for the script."""
    if rules.html and ("<" in text or "&" in text):
        text = _TAG.sub("", _BLOCK.sub("\n", text))
        if "&" in text:
            text = html.unescape(text)
            if "<" in text:  # tags that were written as entities
                text = _TAG.sub("", _BLOCK.sub("\n", text))
    text = normalize(text)
    if rules.urls == "drop" and ("." in text or "@" in text):
        text = _URL.sub(" ", text)
    return _NEWLINES.sub("\n", _SPACES.sub(" ", text)).strip()


def fault(text: str, rules: Clean, *, han_rules: bool) -> tuple[str, str] | None:
    """(reason, detail) if a clean text is to be dropped; han_rules: judge its share of Han characters."""
    if not text:
        return "empty", "nothing is left after cleaning"
    if len(text) < rules.min_length:
        return "too_short", f"{len(text)} characters, min_length = {rules.min_length}"
    if len(text) > rules.max_length:
        return "too_long", f"{len(text)} characters, max_length = {rules.max_length}"
    broken = len(_BROKEN.findall(text)) / len(text)
    if broken > rules.max_mojibake_share:
        return "mojibake", f"{broken:.1%} broken characters, max_mojibake_share = {rules.max_mojibake_share}"
    if han_rules:
        solid = len(_SOLID.findall(text))
        share = len(_HAN.findall(text)) / solid
        if share < rules.min_han_share:
            return "too_little_han", f"{share:.1%} Han characters, min_han_share = {rules.min_han_share}"
    return None


def clean(texts: list[str], rules: Clean, *, han_rules: bool = True) -> list[tuple[str, tuple[str, str] | None]]:
    """For each raw text (clean text, None) or (what is left of it, (reason, detail))."""
    tidied = convert_script([tidy(t, rules) for t in texts], rules.script)
    return [(t, fault(t, rules, han_rules=han_rules)) for t in tidied]


def normalize_in_place(text: str) -> str:
    """Width and compatibility forms only, character for character: the result is as long as the text."""
    return text.translate(_SAME_LENGTH)


_SAME_LENGTH = {c: to for c, to in _WIDTH.items() if to is not None and c >= 0x80}
