"""Relations that the form of terms tells. In: the listed terms with their words. Out: relations of the kinds broader and variant.

The head of a Chinese compound stands last: what ends with the words of another term is a kind of it, 高压断路器 of 断路器. Names
that differ by the case of letters, hyphens, white space or 的 alone are variants; the order of words is no sign of one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from wajue.mining.relations.mentions import HAN
from wajue.mining.relations.naming import Names
from wajue.mining.relations.relation_table import Relation

COLUMNS = ("term", "parts", "domain_count", "score", "by_after_de", "by_enumerated", "doubts")
_IGNORED = re.compile(r"[\s\-_·‐–]|(?<=.)的(?=.)")
_SHORTEST = 5  # characters of a name whose case may vary: Co and CO are two things
_SYMBOL = re.compile(r"[0-9_.]")  # of mathematics or code, where case tells things apart
# parts of speech (jieba's) of words that head no name, and of those that stand before one as its verb (调用函数), adverb or measure
_NO_HEAD = frozenset(("v", "a", "d", "z", "vg", "ad"))
_NO_MODIFIER = frozenset(("v", "vn", "d", "ad", "a", "m", "t", "r"))
_HAN_END = re.compile(f"[{HAN}]$")


def from_forms(terms: Iterable[dict[str, Any]], known: Names) -> list[Relation]:
    """Relations of rows of these COLUMNS of `terms`."""
    rows = sorted(terms, key=lambda row: row["term"])
    sound = [row for row in rows if _HAN_END.search(row["term"]) and not row["doubts"]]
    return _broader(sound, known) + _variants(rows)


def _broader(sound: list[dict[str, Any]], known: Names) -> list[Relation]:
    """Each term of several words, and the longest listed term that its last words make, if that has two characters or more.

    Neither is in doubt, and the text takes the first for a thing: it scores above 0 and stands behind 的 or in a list, more than
    candidates do on the average. Half of the others are clauses (函数通常, 参数用于指定, 初始化参数).
    """
    count = {tuple(row["parts"]): row["domain_count"] for row in sound}
    term = {tuple(row["parts"]): row["term"] for row in sound}
    made = []
    for row in filter(_is_thing, sound):
        ends = (tuple(row["parts"][i:]) for i in range(1, len(row["parts"])))
        head = next((end for end in ends if end in count and len(term[end]) > 1), None)
        if head and known.tags.get(head[-1]) not in _NO_HEAD and _is_modifier(row["parts"][: -len(head)], known):
            made.append(_relation(row["term"], term[head], "broader", min(row["domain_count"], count[head])))
    return made


def _is_thing(row: dict[str, Any]) -> bool:
    """Does the text take it for a thing? Nothing is known of the contexts of an expansion."""
    contexts = [row[name] for name in ("by_after_de", "by_enumerated") if row[name] is not None]
    return row["score"] > 0 and max(contexts, default=0) > 0


def _is_modifier(words: list[str], known: Names) -> bool:
    """计算梯度 is no kind of 梯度, 低血压 none of 血压, and 无监督学习 none of 监督学习."""
    return known.tags.get(words[0]) not in _NO_MODIFIER and not any(known.is_grammar(w) or w[0] in "无非伴未不" for w in words)


def _variants(rows: list[dict[str, Any]]) -> list[Relation]:
    """The terms that are written otherwise, each to the most frequent of its spellings."""
    spellings: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        spelling = _IGNORED.sub("", row["term"]).lower()
        if len(spelling) >= _SHORTEST and not _SYMBOL.search(row["term"]):
            spellings[spelling].append(row)
    made = []
    for group in spellings.values():
        usual = max(group, key=lambda row: (row["domain_count"], row["term"]))
        made += [_relation(r["term"], usual["term"], "variant", r["domain_count"]) for r in group if r is not usual]
    return made


def _relation(from_term: str, to_term: str, kind: str, count: int) -> Relation:
    return Relation(from_term, to_term, kind, 1 - 1 / (1 + count), count, None, None)
