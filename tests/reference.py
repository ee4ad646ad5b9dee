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


def substitution(
    code: list[int], grams: dict[tuple[int, ...], tuple[int, float | None, float, float]]
) -> dict[tuple[int, ...], float]:
    """{pair of symbols: its substitution evidence}, occurrence by occurrence; grams: as `ngrams` counts them."""
    count = {g: f[0] for g, f in grams.items()}
    total = sum(n for g, n in count.items() if len(g) == 1)
    evidence: Counter[tuple[int, ...]] = Counter()

    def log_ratio(neighbour: int, own: int, beside: tuple[int, int], whole: tuple[int, int, int], pair: tuple[int, ...]) -> float:
        if (neighbour,) not in count:
            return 0.0
        share, others = count[neighbour,] / total, count[own,] - count[pair]
        return math.log((max(count.get(beside, 1) - count.get(whole, 1), 0.1) + 20 * share) / (others + 20) / share)

    for clause in clauses(code):
        for i in range(len(clause) - 1):
            u, v = pair = clause[i : i + 2]
            if pair in count and i > 0:
                x = clause[i - 1]
                evidence[pair] += log_ratio(x, u, (x, u), (x, u, v), pair)
            if pair in count and i + 2 < len(clause):
                y = clause[i + 2]
                evidence[pair] += log_ratio(y, v, (v, y), (u, v, y), pair)
    return {pair: x / count[pair] for pair, x in evidence.items()}


def cuts(clause: tuple[int, ...], weights: dict[tuple[int, ...], float]) -> list[tuple[float, list[tuple[int, ...]]]]:
    """Every way to cut a clause into weighted words: (product of weights, words)."""
    if not clause:
        return [(1.0, [])]
    ways = []
    for n in range(1, len(clause) + 1):
        if clause[:n] in weights:
            ways += [(weights[clause[:n]] * p, [clause[:n], *others]) for p, others in cuts(clause[n:], weights)]
    return ways


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


def _spelled(
    words: list[tuple[int, ...]], counts: dict[int, float], share: float, texts: set[tuple[int, ...]]
) -> dict[tuple[int, ...], float]:
    """The weight of each of these texts as a string of 2 to 4 symbols that is no word."""
    total = sum(counts.values()) + 0.5
    q = {c: n / total for c, n in counts.items()}
    q[RARE] = q.get(RARE, 0.0) + 0.5 / total
    at = [Counter(w[0] for w in words), Counter(c for w in words for c in w[1:-1]), Counter(w[-1] for w in words)]

    def p(c: int, position: int) -> float:
        seen = sum(at[position].values())
        s = seen / 10 + 1
        return max((at[position][c] + s * q.get(c, 0.0)) / (seen + s), 1e-12)

    of_length = Counter(map(len, words))
    shares = {n: share * max(of_length[n] / len(words) if words else 0.0, 1e-9) for n in (2, 3, 4)}
    return {
        t: shares[len(t)] * p(t[0], 0) * math.prod(p(c, 1) for c in t[1:-1]) * p(t[-1], 2) for t in texts if t not in set(words)
    }


def discover(
    code: list[int],
    longest: int,
    floor: int,
    rounds: int,
    gains: dict[int, float],
    single_share: dict[int, float],
    autonomy: dict[int, float],
    substituted: dict[int, float],
    gate: float,
) -> tuple[dict[tuple[int, ...], float], float]:
    """({active word: expected count}, how near any S(w) came to its threshold) after the rounds of EM and pruning."""
    grams = ngrams(code, longest, floor)
    counts = {g[0]: float(f[0]) for g, f in grams.items() if len(g) == 1}
    z: dict[tuple[int, ...], float] = {}
    for n in range(2, longest + 1):
        rise = {g: grams[g][2] - grams[g[1:]][2] for g in grams if len(g) == n}
        total = sum(grams[g][0] for g in rise)
        mean = sum(grams[g][0] * x for g, x in rise.items()) / total if total else 0.0
        deviation = math.sqrt(sum(grams[g][0] * (x - mean) ** 2 for g, x in rise.items()) / total) if total else 0.0
        z |= {g: min(2.0, max(-2.0, (x - mean) / max(deviation, 1e-9))) for g, x in rise.items()}
    evidence = substitution(code, grams)
    expected = {g: float(f[0]) for g, f in grams.items() if len(g) > 1 and min(f[2], f[3]) >= gate}
    single = dict(counts)
    texts = {c[i : i + n] for c in clauses(code) for n in range(2, 5) for i in range(len(c) - n + 1)}
    share, nearest = 0.1, math.inf
    for k in range(rounds):
        single = {c: max(n, 0.5) for c, n in single.items()}
        expected = {w: n for w, n in expected.items() if n >= 2}
        total = sum(expected.values()) + sum(single.values())
        weights = {w: n / total for w, n in expected.items()}
        weights |= {(c,): single.get(c, 0.5) / total for c in set(code) if c}
        extra = _spelled(list(expected), counts, share, {t for t in texts if len(t) <= longest}) if k >= 2 else {}
        found, _ = expected_counts(code, weights | extra)
        if k >= 2:
            outside = sum(found[t] for t in extra)
        expected = {w: found[w] for w in grams if len(w) > 1 and (w in weights or w in extra)}
        if k >= 2:  # of all expected words, those of one symbol too
            share = max(outside / (sum(expected.values()) + sum(n for w, n in found.items() if len(w) == 1)), 1e-4)
        single = {c: found[c,] for c in counts}
        if k < 1:
            continue
        single = {c: max(n, 0.5) for c, n in single.items()}
        total = sum(expected.values()) + sum(single.values())
        log_p = {w: math.log(n / total) if n > 0 else -1e30 for w, n in expected.items()}
        log_p |= {(c,): math.log(n / total) for c, n in single.items()}
        best: dict[tuple[int, ...], float] = {g: log_p[g] for g in grams if len(g) == 1}
        for w in sorted((g for g in grams if len(g) > 1), key=len):
            split = max(best[w[:i]] + best[w[i:]] for i in range(1, len(w)))
            best[w] = max(log_p.get(w, -1e30), split)
            if expected.get(w, 0) > 0:
                alone = sum((single[c] + 0.5) / (counts[c] + 1) for c in (w[0], w[-1])) - 0.5
                n = len(w)
                s = log_p[w] - split - single_share[n] * alone + autonomy[n] * z[w] - substituted[n] * evidence.get(w, 0.0)
                nearest = min(nearest, abs(s - gains[n]))
                if s < gains[n]:
                    expected[w] = 0.0
        nearest = min([nearest, *(abs(n - 2) for n in expected.values())])
    return {w: n for w, n in expected.items() if n >= 2}, nearest
