"""Text of documents as the page shows it: cut short, personal data masked, changes marked. In: strings. Out: strings, pieces."""

import difflib
import re

EXCERPT = 240  # characters of an example
_PERSONAL = re.compile(r"\d{6,}|\d{3,4}[ -]\d{4}[ -]?\d{3,4}|[A-Za-z0-9_.+-]+(?=@)")
_MARGIN = 20  # characters shown before a change


def excerpt(text: str | None) -> str | None:
    """The beginning of a text, masked."""
    return text if text is None else masked(text if len(text) <= EXCERPT else text[:EXCERPT] + "…")


def masked(text: str) -> str:
    """The text without what leads to a person, as pages get passed on: one character of long numbers and e-mail names stays."""
    return _PERSONAL.sub(lambda match: match[0][0] + "•" * (len(match[0]) - 1), text)


def changed(before: str, after: str) -> list[tuple[str, str]]:
    """The two texts around their first difference, as (kind, text) pieces; a kind is kept, removed or added."""
    first = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    start = max(0, first - _MARGIN)
    is_cut = len(before) > start + EXCERPT or len(after) > start + EXCERPT
    pieces = _pieces(before[start : start + EXCERPT], after[start : start + EXCERPT], is_cut=is_cut)
    pieces = [("kept", "…")] * bool(start) + pieces + [("kept", "…")] * is_cut
    return [(kind, masked(piece)) for kind, piece in pieces]


def _pieces(old: str, new: str, *, is_cut: bool) -> list[tuple[str, str]]:
    """What `new` keeps of `old`, removes and adds. is_cut: both are excerpts, and go on."""
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    while is_cut and len(codes) > 2 and codes[-1][0] != "equal":
        codes.pop()  # the ends of the excerpts differ because they were cut, not because cleaning changed them
    pieces = []
    for tag, i, j, k, m in codes:
        if tag == "equal":
            pieces.append(("kept", old[i:j]))
        else:
            pieces += [("removed", old[i:j])] if i < j else []
            pieces += [("added", new[k:m])] if k < m else []
    return pieces
