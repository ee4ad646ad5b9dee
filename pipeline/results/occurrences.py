"""Where words stand in a text. In: a text, its tokens, what is asked. Out: (start, stop), in characters.

A word is a string, which is found however the text was cut into tokens; or a pattern of tokens, 提高 * 率, in which a star is any
token. A word near another is asked for within a sentence, or a number of tokens of it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wajue.errors import WajueError

Span = tuple[int, int]
ANY = "*"  # a token
_BOUND = re.compile(r"[。！？!?；;\n]")
_FAR = 400  # characters, beyond which no end of a sentence is looked for, unless more are asked for


class Asked(NamedTuple):
    """What is looked for. sought: strings; if by_token, patterns of tokens between spaces.

    near: strings, of which one has to stand in the same sentence; within: so many tokens away at most, adjacent ones being 1 away,
    or None for anywhere in it.
    """

    sought: tuple[str, ...]
    by_token: bool = False
    near: tuple[str, ...] = ()
    within: int | None = None

    @property
    def needs_tokens(self) -> bool:
        """Are the document's tokens to be looked at?"""
        return self.by_token or self.within is not None

    def checked(self) -> "Asked":
        """Itself. Raises WajueError for what finds nothing anywhere, or everything."""
        if not self.sought or not all(w.strip() for w in (*self.sought, *self.near)):
            raise WajueError("nothing to look for: give at least one word")
        if self.within is not None and not self.near:
            raise WajueError("--within N needs --near WORD, the word that is to be so near")
        if any(set(w.split()) == {ANY} for w in self.sought):
            raise WajueError("a pattern needs a word beside its stars")
        if not self.by_token and (starred := [w for w in self.sought if ANY in w.split()]):
            raise WajueError(f"{starred[0]}: a star stands for a token with --by-token alone")
        return self

    def strings(self, word: str) -> list[str]:
        """The strings without which the word is in no text."""
        return [s for s in word.split() if s != ANY] if self.by_token else [word]


def occurrences(text: str, tokens: Sequence[str] | None, asked: Asked) -> Iterator[Span]:
    """Every occurrence of every word, overlapping ones too. tokens: of the text, where `asked` needs them."""
    cut = spans(text, tokens) if tokens is not None else []
    for word in asked.sought:
        found = _patterns(text, cut, word.split()) if asked.by_token else _strings(text, word)
        for span in found:
            if not asked.near or any(_is_near(text, cut, span, other, asked.within) for other in asked.near):
                yield span


def spans(text: str, tokens: Sequence[str]) -> list[Span]:
    """Where each token stands; one that is not written as in the text has no place, and is left out."""
    found, at = [], 0
    for token in tokens:
        start = text.find(token, at)
        if start >= 0:
            found.append((start, at := start + len(token)))
    return found


def sentence(text: str, start: int, stop: int, far: int = _FAR) -> Span:
    """The sentence, or its part on this line, that holds these characters; the mark that ends it belongs to it.

    far: characters on either side, beyond which no end is looked for.
    """
    first, last = max(0, start - far), min(len(text), stop + far)
    before = max((mark.end() for mark in _BOUND.finditer(text, first, start)), default=first)
    behind = _BOUND.search(text, stop, last)
    return before, behind.end() if behind else last


def _strings(text: str, word: str) -> Iterator[Span]:
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + 1)


def _patterns(text: str, cut: list[Span], pattern: list[str]) -> Iterator[Span]:
    for i in range(len(cut) - len(pattern) + 1):
        run = cut[i : i + len(pattern)]
        if all(word in (ANY, text[a:b]) for word, (a, b) in zip(pattern, run, strict=True)):
            inner = text[run[0][0] : run[-1][1]]
            if not _BOUND.search(inner[:-1]):  # a star is a token of the same sentence
                yield run[0][0], run[-1][1]


def _is_near(text: str, cut: list[Span], span: Span, other: str, within: int | None) -> bool:
    begin, end = sentence(text, *span)
    for start, stop in _strings(text[begin:end], other):
        start, stop = begin + start, begin + stop
        if start < span[1] and stop > span[0]:
            continue  # a part of the word, or what holds it
        if within is None or _between(cut, min(stop, span[1]), max(start, span[0])) < within:
            return True
    return False


def _between(cut: list[Span], start: int, stop: int) -> int:
    """How many tokens lie wholly between two places."""
    return max(0, bisect_right(cut, stop, key=lambda s: s[1]) - bisect_left(cut, start, key=lambda s: s[0]))
