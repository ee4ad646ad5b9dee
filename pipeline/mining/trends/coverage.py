"""Where the corpora of a role begin, end or change their share of its text. In: the words of each corpus in each period.
Out: breaks.

At a break all frequencies of the role's text together jump. Words are compared within each corpus (strata.py), so none changes for
that; but nobody knows what a corpus would hold before it begins, and who reads the counts should be told.
"""

from typing import NamedTuple

import numpy as np

from wajue.mining.trends import timeline

_SURE, _DOUBLED = 4.0, 1.0  # z and bits from which a corpus's share of the text has changed; as of a word


class Break(NamedTuple):
    """corpus; kind: begins, ends or share; period: its first, its last, or that since which its share is another.

    before, after: its shares of the role's words in the periods where it has text, 0..1; None where it begins or ends.
    """

    corpus: str
    kind: str
    period: str
    before: float | None = None
    after: float | None = None


def breaks(names: list[str], corpora: list[str], tokens: np.ndarray) -> list[Break]:
    """Sorted by period. names: of the periods, in order; tokens: float64 [corpora, periods], 0 where a corpus has no text."""
    listed = []
    for corpus, own in zip(corpora, tokens, strict=True):
        [told] = np.nonzero(own)
        if len(told) and told[0] > 0:
            listed.append(Break(corpus, "begins", names[told[0]]))
        if len(told) and told[-1] < len(names) - 1:
            listed.append(Break(corpus, "ends", names[told[-1]]))
    # where shares change because of these; the first and last period of a corpus are often not whole
    told_already = {names.index(b.period) + later for b in listed for later in (0, 1)}
    for corpus, own in zip(corpora, tokens, strict=True):
        [told] = np.nonzero(own)
        moved = timeline.change(own[told][None, None], tokens.sum(axis=0)[told][None])
        is_sure = len(told) > 1 and abs(moved.z[0]) >= _SURE and abs(moved.bits[0]) >= _DOUBLED
        if is_sure and (since := int(told[moved.since[0]])) not in told_already:
            listed.append(Break(corpus, "share", names[since], float(moved.before[0]), float(moved.after[0])))
    return sorted(listed, key=lambda b: (b.period, b.corpus))
