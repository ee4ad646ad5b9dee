"""What speaks for a piece of a sentence, by the parts of speech of its words. In: the parts of a candidate, and jieba's tags of
words. Out: names of doubts; termhood.DOUBTS says what each costs.

The tags are those of jieba's dictionary (ICTCLAS's: c conjunction, p preposition, r pronoun, q measure, u particle, d adverb,
f locative, s place, m numeral, t time, v verb, a adjective, zg character state). A word that the dictionary lacks is no fault:
most terms hold one. But beside a known word it is often cut wrongly.
"""

import re
from collections.abc import Mapping

_HAN = re.compile(r"[\u3400-\u9fff]+")
_UNKNOWN, _LATIN, _SPARED_TAG = "-", "latin", "n"
# classes without new members; they begin, end and join clauses, not terms
_CLOSED = frozenset(("c", "p", "r", "rr", "rz", "q", "mq", "y", "e", "o", "u", "ud", "ug", "uj", "ul", "uv", "uz", "k"))
_NO_WORD = _CLOSED - {"q", "k"}
_NO_INNER = _CLOSED | {"m", "f", "s"}
_NO_LAST = (_CLOSED - {"q", "p", "k"}) | {"m", "f", "s", "ad"}  # 流程 ends with a measure, 总成 with what is tagged p
_WEAK_WORD = frozenset(("d", "f", "s", "m", "zg"))
_WEAK_FIRST = frozenset(("d", "zg", "ad", "vg", "m"))
_WEAK_INNER = frozenset(("d", "zg", "a", "ad", "v", "t"))
_WEAK_LAST = frozenset(("d", "zg", "p", "vg"))
# what these do in terms (自动机, 过电压, 可靠性, A型) has little to do with their tags
_SPARED = frozenset("自过点号地性率度型式器机次半多双单主负正")
# what ends a clause, and no term: 结果表明, 如下图所示; of 119,759 terms that people listed in 30 fields, 举例来说 alone does
_ENDS_CLAUSE = re.compile("(?:表明|指出|认为|所示|所述|如下|而言|来说|为例)$")
# a new word that one of these begins, joins or ends is a cut in the wrong place: 由市, 市和区, 修复当
_BEGINS, _JOINS, _ENDS = (
    frozenset("由和与及或被把则且而若如因从是"),
    frozenset("和与及或且是"),
    frozenset("于以为和与及或被把将由当是"),
)


def doubts_of(parts: list[str], tags: Mapping[str, str]) -> list[str]:
    """The names of what speaks against a term of these parts, in order; tags: of the dictionary's words, {} if there is none."""
    if not tags:
        return []
    if any(_is_cut_badly(word, tags) for word in parts):
        return ["cut_badly"]
    if _ENDS_CLAUSE.search("".join(parts)):
        return ["closed_class"]
    tagged = [_tag(word, tags) for word in parts]
    first, inner, last = tagged[0], tagged[1:-1], tagged[-1]
    if len(tagged) == 1:
        return ["closed_class"] if first in _NO_WORD else ["weak_word"] if first in _WEAK_WORD else []
    checks = {
        "closed_class": first in _CLOSED or last in _NO_LAST or not _NO_INNER.isdisjoint(inner),
        "weak_first": first in _WEAK_FIRST,
        "weak_inner": not _WEAK_INNER.isdisjoint(inner),
        "weak_last": last in _WEAK_LAST,
        "unknown_first": first == _UNKNOWN,
        "unknown_last": last == _UNKNOWN,
        "verb_first": first == "v",
    }
    return [name for name, holds in checks.items() if holds]


def _tag(word: str, tags: Mapping[str, str]) -> str:
    if word in _SPARED:
        return _SPARED_TAG
    return tags.get(word, _UNKNOWN if _HAN.fullmatch(word) else _LATIN)


def _is_cut_badly(word: str, tags: Mapping[str, str]) -> bool:
    """Is it a word that the dictionary lacks, with a function word at an edge or inside?"""
    if len(word) == 1 or word in tags or not _HAN.fullmatch(word):
        return False
    return word[0] in _BEGINS or word[-1] in _ENDS or not _JOINS.isdisjoint(word[1:-1])
