"""How frequent a word has to be for jieba to cut it out. In: words, and a dictionary of frequencies. Out: the least frequencies.

jieba takes the cut of greatest probability, the product over its words of f/T, where f is a word's frequency and T the sum of all.
A word of frequency f is thus cut out of a text that holds nothing else where

    ln f - ln T >= the greatest sum, over all cuts of it into other words, of ln f_i - ln T

`jieba.suggest_freq` computes about the same, word by word, from a tokenizer that changes as words are added to it: what comes out
depends on their order. Here shorter words go first, since longer ones have to beat them, and T is that of the finished dictionary.
"""

import math
from collections.abc import Collection, Iterable, Mapping


def least_frequencies(wanted: Collection[str], known: Mapping[str, int]) -> dict[str, int]:
    """{word: the least frequency with which jieba cuts it out, once all of them are added}, in that order.

    known: the frequencies of jieba's own dictionary; a word in it keeps its own where that suffices.

    T counts what is added, and the greater it is, the less is needed. So the frequencies are computed with a T that is too small,
    then with one that is too great, and last with one between the first and the true one: with that they are sure to suffice.
    """
    shortest_first = sorted(wanted, key=len)
    known_total = total = sum(known.values())
    for _ in range(3):
        frequencies = _with_total(shortest_first, known, total)
        total = known_total + sum(frequencies.values())
    return {word: frequencies[word] for word in wanted}


def _with_total(words: Iterable[str], known: Mapping[str, int], total: int) -> dict[str, int]:
    """{word: its least frequency} where T is given; shorter words before longer ones."""
    log_total = math.log(total)
    all_frequencies = dict(known)
    frequencies = {}
    for word in words:
        least = _least(_best_cut(word, all_frequencies, log_total), log_total)
        frequencies[word] = all_frequencies[word] = max(least, known.get(word, 0))
    return frequencies


def _best_cut(word: str, frequencies: Mapping[str, int], log_total: float) -> float:
    """The greatest sum of ln f - ln T over all cuts of the word into others, added up from the right, as jieba does.

    A character at which no word begins stands alone, with f = 1.
    """
    size = len(word)
    best = [0.0] * (size + 1)
    for start in reversed(range(size)):
        stops = [s for s in range(start + 1, size + 1) if frequencies.get(word[start:s]) and s - start < size] or [start + 1]
        best[start] = max(math.log(frequencies.get(word[start:s]) or 1) - log_total + best[s] for s in stops)
    return best[0]


def _least(log_share: float, log_total: float) -> int:
    """The least f with ln f - ln T >= log_share, in the floats that jieba compares; where they are equal, the longer word wins."""
    frequency = max(1, math.ceil(math.exp(log_share + log_total)))
    while math.log(frequency) - log_total < log_share:
        frequency += 1
    while frequency > 1 and math.log(frequency - 1) - log_total >= log_share:
        frequency -= 1
    return frequency
