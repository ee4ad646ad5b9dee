"""Slow, obvious versions of counting and of the lattice: dictionaries and recursion, nothing clever. Tests only."""

import math
from collections import Counter, defaultdict

RARE = 1


def clauses(code: list[int]) -> list[tuple[int, ...]]:
    """The runs of non-zero symbols."""
    found, run = [], []
    for c in [*code, 0]:
        if c:
            run.append(c)
        elif run:
            found.append(tuple(run))
            run = []
    return found


def entropy(neighbours: list[int | None]) -> float:
    """Nats; None is a fresh neighbour each time."""
    counts = list(Counter(x for x in neighbours if x is not None).values()) + [1] * sum(x is None for x in neighbours)
    total = sum(counts)
    return -sum(c / total * math.log(c / total) for c in counts)


def ngrams(code: list[int], longest: int, floor: int) -> dict[tuple[int, ...], tuple[int, float | None, float, float]]:
    """{n-gram: (count, pmi, left entropy, right entropy)}."""
    count: Counter[tuple[int, ...]] = Counter()
    left: dict[tuple[int, ...], list[int | None]] = defaultdict(list)
    right: dict[tuple[int, ...], list[int | None]] = defaultdict(list)
    total = 0
    for clause in clauses(code):
        total += len(clause)
        for i in range(len(clause)):
            for n in range(1, longest + 1):
                gram = clause[i : i + n]
                if len(gram) < n or RARE in gram:
                    break
                count[gram] += 1
                before, after = clause[i - 1] if i else None, clause[i + n] if i + n < len(clause) else None
                left[gram].append(None if before == RARE else before)
                right[gram].append(None if after == RARE else after)
    found = {}
    for gram, c in count.items():
        if c >= floor:
            splits = [math.log(c * total / (count[gram[:k]] * count[gram[k:]])) for k in range(1, len(gram))]
            found[gram] = c, min(splits, default=None), entropy(left[gram]), entropy(right[gram])
    return found


def cuts(clause: tuple[int, ...], weights: dict[tuple[int, ...], float]) -> list[tuple[float, list[tuple[int, ...]]]]:
    """Every way to cut a clause into weighted words: (product of weights, words)."""
    if not clause:
        return [(1.0, [])]
    found = []
    for n in range(1, len(clause) + 1):
        if clause[:n] in weights:
            found += [(weights[clause[:n]] * p, [clause[:n], *words]) for p, words in cuts(clause[n:], weights)]
    return found


def expected_counts(code: list[int], weights: dict[tuple[int, ...], float]) -> tuple[Counter[tuple[int, ...]], float]:
    """(posterior count of every word, log likelihood), by listing all cuts."""
    expected: Counter[tuple[int, ...]] = Counter()
    log_likelihood = 0.0
    for clause in clauses(code):
        ways = cuts(clause, weights)
        total = sum(p for p, _ in ways)
        log_likelihood += math.log(total)
        for p, words in ways:
            for word in words:
                expected[word] += p / total
    return expected, log_likelihood
