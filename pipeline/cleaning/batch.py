"""Texts that are cleaned together. In: texts. Out: the same, changed where a rule says so, with a mark for each rule."""

import re
from collections.abc import Callable, Iterable

import numpy as np

from wajue.cleaning import characters
from wajue.cleaning.characters import SEPARATOR


class TextBatch:
    """Texts joined to one, so that tables over code points tell which of them a rule may change.

    changed: uint32 [texts], a bit for each rule of `change_names`; contact: bool [texts], whether a number was found by which
    its author can be reached.
    """

    def __init__(self, texts: list[str], change_names: tuple[str, ...]) -> None:
        self._bit_of = {name: np.uint32(bit) for bit, name in enumerate(change_names)}
        self.changed = np.zeros(len(texts), np.uint32)
        self.contact = np.zeros(len(texts), bool)
        self.size = len(texts)
        self.texts, self.joined = texts, SEPARATOR.join(texts)
        if self.joined.count(SEPARATOR) != max(0, len(texts) - 1):
            holding = np.fromiter((SEPARATOR in t for t in texts), bool, self.size)
            self.changed |= holding.astype(np.uint32) << self._bit_of["control_characters"]
            self.texts = [t.replace(SEPARATOR, "") for t in texts]
            self.joined = SEPARATOR.join(self.texts)
        self._codes: np.ndarray | None = None
        self._starts: np.ndarray | None = None
        self._counts: dict[int, tuple[np.ndarray, np.ndarray]] = {}  # by the table of what is counted: the codes, and how many

    @property
    def codes(self) -> np.ndarray:
        """uint32: the code points of all texts, a separator before each."""
        if self._codes is None:
            self._codes = np.frombuffer((SEPARATOR + self.joined).encode("utf-32-le", "surrogatepass"), np.uint32)
        return self._codes

    @property
    def starts(self) -> np.ndarray:
        """int64 [texts]: where the separators stand in `codes`."""
        if self._starts is None:
            self._starts = np.flatnonzero(self.codes == ord(SEPARATOR))
        return self._starts

    def put(self, rule: str, new: dict[int, str]) -> np.ndarray:
        """Put new texts in place of some, by number, and mark those that differ; returns which (bool [texts])."""
        differs = np.zeros(self.size, bool)
        changed = {i: text for i, text in new.items() if text != self.texts[i]}
        if changed:
            self.texts = list(self.texts)
            for i, text in changed.items():
                self.texts[i] = text
            self.joined, self._codes, self._starts = SEPARATOR.join(self.texts), None, None
            differs[list(changed)] = True
            self.changed |= differs.astype(np.uint32) << self._bit_of[rule]
        return differs

    def some(self, rule: str, which: np.ndarray, change: Callable[[str], str]) -> np.ndarray:
        """Change some texts one by one; which: their numbers. Returns which texts differ (bool [texts])."""
        return self.put(rule, {i: change(self.texts[i]).replace(SEPARATOR, "") for i in which.tolist()})

    def recode(self, rule: str, at: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> None:
        """Change the texts that hold these positions of `codes`; change: from code points to code points."""
        which, ends = self.holding(at), np.append(self.starts[1:], len(self.codes))
        pieces = (self.codes[self.starts[i] + 1 : ends[i]] for i in which.tolist())
        new = (change(piece).tobytes().decode("utf-32-le", "surrogatepass") for piece in pieces)
        self.put(rule, dict(zip(which.tolist(), new, strict=True)))

    def map(self, rule: str, table: np.ndarray) -> None:
        """Map every character by a table over code points; characters.DROP takes one out."""
        codes = self.codes
        mapped = table[codes]
        mapped[self.starts] = ord(SEPARATOR)

        def change(piece: np.ndarray) -> np.ndarray:
            new = table[piece]
            return new[new != characters.DROP]

        self.recode(rule, np.flatnonzero(mapped != codes), change)

    def holding(self, at: np.ndarray) -> np.ndarray:
        """The numbers of the texts that hold these positions of `codes`, which ascend."""
        row = np.searchsorted(self.starts, at, side="right") - 1
        return row[np.diff(row, prepend=-1) > 0]

    def counting(self, wanted: np.ndarray, least: int) -> np.ndarray:
        """The numbers of the texts with at least so many of the wanted characters (bool, for each code point)."""
        known, counts = self._counts.get(id(wanted), (None, None))
        if counts is None or known is not self.codes:
            row = np.searchsorted(self.starts, np.flatnonzero(wanted[self.codes]), side="right") - 1
            counts = np.bincount(row, minlength=self.size)
            self._counts[id(wanted)] = self.codes, counts
        numbers: np.ndarray = np.flatnonzero(counts >= least)
        return numbers

    def with_any(self, strings: Iterable[str]) -> np.ndarray:
        """The numbers of the texts that hold one of these strings."""
        positions = [m.start() + 1 for s in strings if s in self.joined for m in re.finditer(re.escape(s), self.joined)]
        return self.holding(np.sort(np.array(positions, np.int64)))
