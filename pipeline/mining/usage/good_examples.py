"""Sentences that show how a word is used. In: sentences with the word. Out: a score for each, 0..1, and a choice.

A good example is a whole sentence, neither short nor long, that can be read alone; the word stands in its middle; it is no item of
a list and no list itself, and holds few figures and foreign letters (after GDEX: Kilgarriff et al. 2008). Each fault is a factor:
what each costs was set by reading, not fitted.
"""

import re
from collections.abc import Iterable, Iterator

from wajue.mining.terms.example_sentences import unlike_each_other

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*[”’」』）)]?")
_SHORT, _BEST_FROM, _BEST_TO, _LONG = 6, 14, 40, 90  # characters
_ITEM = re.compile(r"\s*(?:[(（]?[\d一二三四五六七八九十]{1,3}[)）.、．]|[a-zA-Z][)）.、]|[-*•·●■◆○①-⑳])")
_POINTS_BACK = re.compile(r"\s*[“「『]?(?:这|那|它|他|她|此|该|其|上述|如上|如下|如图|见图|但|而|所以|因此|另外|同时|或|并|和|及)")
_PAIRS = (("（", "）"), ("(", ")"), ("“", "”"), ("「", "」"), ("《", "》"), ("【", "】"), ("[", "]"))
_PLAIN_HAN = re.compile(r"[㐀-鿿，。！？]")


def sentences(text: str) -> Iterator[str]:
    """The sentences of a document, each with the mark that ends it."""
    return (s for match in _SENTENCE.finditer(text) if (s := match[0].strip()))


def score(sentence: str, word: str) -> float:
    """How good an example the sentence is, 0..1. Raises ValueError if the word is not in it."""
    at, length = sentence.index(word), len(sentence)
    factors = [
        _ramp(length),
        1.0 if sentence.rstrip("”’」』）)")[-1:] in "。！？!?" else 0.6,
        0.3 if _ITEM.match(sentence) else 1.0,
        0.7 if _POINTS_BACK.match(sentence) else 1.0,
        0.5 if sentence.count("、") + sentence.count("|") + sentence.count("\t") > 3 else 1.0,
        0.6 if any(sentence.count(a) != sentence.count(b) for a, b in _PAIRS) else 1.0,
        0.8 if sentence.count(word) > 1 else 1.0,
        1.0 - abs((at + len(word) / 2) / length - 0.5),
        _share_of_han(sentence.replace(word, "")),
    ]
    product = 1.0
    for factor in factors:
        product *= factor
    return product


def _ramp(length: int) -> float:
    if length < _BEST_FROM:
        return max(0.0, (length - _SHORT) / (_BEST_FROM - _SHORT))
    return 1.0 if length <= _BEST_TO else max(0.0, (_LONG - length) / (_LONG - _BEST_TO))


def _share_of_han(rest: str) -> float:
    """Of the characters beside the word, those that are Han or a plain mark; 1 in text that has no Han at all."""
    plain = len(_PLAIN_HAN.findall(rest))
    return plain / len(rest) if plain else 1.0


def best(documents: Iterable[tuple[str, str]], word: str, most: int) -> list[tuple[str, str]]:
    """(doc_id, sentence) of so many good examples, the best first, from different documents and unlike each other.

    documents: (doc_id, text); sentences that score 0 are no examples.
    """
    best_of: dict[str, tuple[float, str, str]] = {}  # by sentence, the same in many documents
    for doc_id, text in documents:
        scored = [(score(s, word), s) for s in sentences(text) if word in s]
        value, sentence = max(scored, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
        if value > 0:
            best_of.setdefault(sentence, (value, sentence, doc_id))
    ranked = sorted(best_of.values(), key=lambda row: (-row[0], row[1]))[: 20 * most]
    return [(best_of[s][2], s) for s in unlike_each_other([s for _, s, _ in ranked], most)]
