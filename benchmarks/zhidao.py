"""Made-up questions, as many as wanted, in the form of the ten-million Zhidao set: [{"url", "question", "tags"}, ...].

In: the real questions of the corpora (benchmarks.dedup.real_questions). Out: new ones from a character model of order five with
Kneser-Ney discounts, the usual approximation of the Pitman-Yor process (Teh 2006): what follows a context was either seen after
it, or is drawn from the context one character shorter. The model is fitted again, to real and made-up text, each time the text
has become four times as long. So what was made up once comes again, and new n-grams, names among them, become ever rarer but
never end. That is Heaps' law, which real text follows; `python -m benchmarks.zhidao` shows both curves.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import jieba
import numpy as np
from numba import njit

from benchmarks.common import record
from benchmarks.dedup import real_questions

_BASE = 7131  # symbols; five of them as digits fill 64 bits: 7131 ** 5 < 2 ** 64
_ORDER = 4  # characters of the longest context
_POWERS = np.array([_BASE**k for k in range(_ORDER + 1)], np.uint64)
_OPENS = np.uint16(1 << 15)  # the first of equal n-grams in a level
_LEAST, _MOST = 5, 60  # characters of a question, as real_questions takes them
_BLOCK = 100_000
_REFIT = 4  # the model is fitted again when there is so many times as much text
# of questions as their sources have them: 2,667 of 77,833 stood before word for word (hot lists and pairs left out, which
# repeat by design), 1.3 % of the 213,337 distinct ones are at least .8 like an earlier one (Jaccard of bigrams)
EXACT, NEAR = 0.034, 0.013
DOMAIN = frozenset("钱款贷银股价账费卖资元")  # questions about money are the domain: a fifth
_PUT_IN = "的了吗呢啊是不在有我你他这那么什怎请问"
_CURVES = ("n1", "n2", "n3", "n4", "words")


class Questions(NamedTuple):
    """Texts as symbols, each with 0 at its end: symbols uint16 [characters]; ends int64 [texts], past each 0; alphabet."""

    symbols: np.ndarray
    ends: np.ndarray
    alphabet: np.ndarray

    def texts(self, first: int, last: int) -> list[str]:
        """The texts from `first` to before `last`."""
        begin = self.ends[first - 1] if first else 0
        joined = self.alphabet[self.symbols[begin : self.ends[last - 1]]].tobytes().decode("utf-32-le")
        return joined.split("\0")[:-1]


class _Level(NamedTuple):
    """What follows contexts of one length: the symbols, context by context, and a hash table of where those of a context begin."""

    follows: np.ndarray  # uint16: symbol, with _OPENS set in the first of a run of equal ones
    keys: np.ndarray  # uint64: context + 1; 0 is free
    begins: np.ndarray  # uint32
    counts: np.ndarray  # uint32


def encoded(questions: list[str]) -> Questions:
    """Real questions as symbols; the alphabet is filled up with Han characters that none of them has."""
    joined = "\0".join(questions).replace('"', "”").replace("\\", "、") + "\0"
    points = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
    used, counts = np.unique(points, return_counts=True)
    known = [0, *(int(c) for c in used[np.argsort(-counts, kind="stable")] if c)][:_BASE]
    more = np.setdiff1d(np.arange(0x4E00, 0x9FA6), used)
    alphabet = np.concatenate((known, np.random.default_rng(0).permutation(more)))[:_BASE].astype(np.uint32)
    ids = np.full(0x110000, len(known) - 1, np.uint16)
    ids[alphabet] = np.arange(len(alphabet))
    symbols = ids[points]
    return Questions(symbols, np.flatnonzero(symbols == 0) + 1, alphabet)


@njit(cache=True)
def _grams(symbols, size, edges, powers):  # type: ignore[no-untyped-def]
    """n-grams of `size` symbols, 0 the end of a text; edges: also those that begin before a text (filled with 0)."""
    grams = np.empty(len(symbols), np.uint64)
    count, inside, context = 0, 0, np.uint64(0)
    for c in symbols:
        gram = context * powers[1] + np.uint64(c)
        inside += 1
        if edges or (c and inside >= size):
            grams[count] = gram
            count += 1
        context = gram % powers[size - 1]
        if c == 0:
            context, inside = np.uint64(0), 0
    return grams[:count]


@njit(cache=True)
def _mixed(key):  # type: ignore[no-untyped-def]
    key = (key ^ (key >> np.uint64(31))) * np.uint64(0x7FB5D329728EA185)
    return key ^ (key >> np.uint64(27))


@njit(cache=True)
def _tabulated(grams, base, opens):  # type: ignore[no-untyped-def]
    """The level of sorted n-grams, the distinct n-grams, and how many of these occur once, and twice."""
    contexts, distinct, once, twice, run = 0, 0, 0, 0, 0
    follows = np.empty(len(grams), np.uint16)
    kept = np.empty(len(grams), np.uint64)
    for i in range(len(grams)):
        new = i == 0 or grams[i] != grams[i - 1]
        contexts += i == 0 or grams[i] // base != grams[i - 1] // base
        follows[i] = np.uint16(grams[i] % base) | (opens if new else np.uint16(0))
        if new:
            kept[distinct] = grams[i]
            distinct += 1
            run = 0
        run += 1
        if i + 1 == len(grams) or grams[i + 1] != grams[i]:
            once += run == 1
            twice += run == 2
    size = 2
    while size < 2 * contexts:
        size *= 2
    mask = np.uint64(size - 1)
    keys, begins, counts = np.zeros(size, np.uint64), np.zeros(size, np.uint32), np.zeros(size, np.uint32)
    slot = np.uint64(0)
    for i in range(len(grams)):
        context = grams[i] // base + np.uint64(1)
        if i == 0 or grams[i] // base != grams[i - 1] // base:
            slot = _mixed(context) & mask
            while keys[slot]:
                slot = (slot + np.uint64(1)) & mask
            keys[slot], begins[slot] = context, i
        counts[slot] += np.uint32(1)
    return follows, keys, begins, counts, kept[:distinct], once, twice


def fitted(symbols: np.ndarray) -> tuple[tuple[_Level, ...], np.ndarray]:
    """The levels, the shortest context first, and the discount of each. For shorter contexts, distinct n-grams are counted."""
    grams, levels, discounts = _grams(symbols, _ORDER + 1, True, _POWERS), [], []
    for order in range(_ORDER, -1, -1):
        grams.sort()
        *level, distinct, once, twice = _tabulated(grams, _POWERS[1], _OPENS)
        levels.append(_Level(*level))
        discounts.append(once / max(1, once + 2 * twice))
        grams = distinct % _POWERS[order]
    return tuple(levels[::-1]), np.array(discounts[::-1])


@njit(cache=True)
def _random(state):  # type: ignore[no-untyped-def]
    """splitmix64: (state, a number)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state, z ^ (z >> np.uint64(31))


@njit(cache=True)
def _next(levels, discounts, unseen, context, powers, state):  # type: ignore[no-untyped-def]
    for order in range(len(levels) - 1, -1, -1):
        follows, keys, begins, counts = levels[order]
        key, mask = context % powers[order] + np.uint64(1), np.uint64(len(keys) - 1)
        slot = _mixed(key) & mask
        while keys[slot] != key and keys[slot]:
            slot = (slot + np.uint64(1)) & mask
        if keys[slot] == 0:
            continue
        state, drawn = _random(state)
        symbol = follows[begins[slot] + drawn % np.uint64(counts[slot])]
        state, drawn = _random(state)
        if symbol < 32768 or (drawn >> np.uint64(11)) * 2.0**-53 >= discounts[order]:
            return state, symbol & np.uint16(32767)
    state, drawn = _random(state)
    return state, unseen[drawn % np.uint64(len(unseen))]


@njit(nogil=True, cache=True)
def _written(levels, discounts, unseen, powers, seeds, least, most):  # type: ignore[no-untyped-def]
    """Symbols [texts, most + 1], 0 from the end of each; a text that is too short or too long is started again."""
    out = np.zeros((len(seeds), most + 1), np.uint16)
    for i in range(len(seeds)):
        state, size = seeds[i], 0
        while size < least or size > most:
            context, size = np.uint64(0), 0
            while size <= most:
                state, symbol = _next(levels, discounts, unseen, context, powers, state)
                out[i, size] = symbol
                if symbol == 0:
                    break
                context = (context * powers[1] + np.uint64(symbol)) % powers[-1]
                size += 1
        out[i, size:] = 0
    return out


def _unseen(parts: list[np.ndarray]) -> np.ndarray:
    """The symbols that no text has; all symbols once each has occurred."""
    met = np.zeros(_BASE, bool)
    for part in parts:
        met[part] = True
    left = np.flatnonzero(~met).astype(np.uint16)
    return left if len(left) else np.arange(1, _BASE, dtype=np.uint16)


def fresh(real: Questions, count: int, seed: int) -> Questions:
    """`count` new questions; the first n are the same whatever the count."""
    parts, rng, made, size, known = [real.symbols], np.random.default_rng(seed), 0, len(real.ends), 0
    threads = ThreadPoolExecutor(os.cpu_count())
    while made < count:
        if size + made >= _REFIT * known:
            levels = discounts = None  # frees memory for the next
            known, started = size + made, time.perf_counter()
            levels, discounts = fitted(np.concatenate(parts))
            unseen = _unseen(parts)
            said = f"fitted to {known:,} texts in {time.perf_counter() - started:.0f} s, discounts {np.round(discounts, 3)}"
            print(said, file=sys.stderr, flush=True)
        seeds = rng.integers(0, 2**63, min(_BLOCK, _REFIT * known - size - made), dtype=np.uint64)
        work = [(levels, discounts, unseen, _POWERS, part, _LEAST, _MOST) for part in np.array_split(seeds, 8)]
        block = np.concatenate(list(threads.map(_written, *zip(*work, strict=True))))
        kept = np.arange(_MOST + 1) <= (block != 0).sum(axis=1)[:, None]
        parts.append(block[kept])
        made += len(block)
    symbols = np.concatenate(parts[1:])
    ends = np.flatnonzero(symbols == 0)[:count] + 1
    return Questions(symbols[: ends[-1]], ends, real.alphabet)


def _edited(text: str, rng: Any) -> str:
    """The text with one character dropped, inserted or changed."""
    at, kind = int(rng.integers(len(text))), rng.random()
    put = "" if kind < 0.35 and len(text) > _LEAST else _PUT_IN[int(rng.integers(len(_PUT_IN)))]
    return text[:at] + put + text[at + (kind < 0.35 or kind >= 0.7) :]


def stream(questions: Questions, count: int, seed: int) -> Iterator[str]:
    """`count` questions, in order, with copies of earlier ones in between: EXACT word for word, NEAR with a character changed."""
    rng, used = np.random.default_rng(seed + 1), 0
    for begun in range(0, count, _BLOCK):
        kinds = rng.random(min(_BLOCK, count - begun))
        new = int((kinds >= EXACT + NEAR).sum())
        texts, at = questions.texts(used, used + new), 0
        for kind in kinds:
            if kind >= EXACT + NEAR or not used:
                yield texts[min(at, new - 1)]
                at += 1
            else:
                source = int(rng.integers(used))
                (text,) = questions.texts(source, source + 1)
                yield text if kind < EXACT else _edited(text, rng)
        used += new


def write(texts: Iterator[str], tags: list[str], folder: Path, seed: int) -> dict[str, int]:
    """domain.json and general.json, each one JSON array on one line; returns how many records each has."""
    rng, counts = np.random.default_rng(seed + 2), {"general": 0, "domain": 0}
    drawn: list[str] = []
    with ExitStack() as opened:
        files = {name: opened.enter_context(open(folder / f"{name}.json", "w", encoding="utf-8")) for name in counts}
        for number, text in enumerate(texts):
            if not drawn:
                ranks = np.minimum(rng.zipf(1.4, (_BLOCK, 2)) - 1, len(tags) - 1).tolist()
                drawn = [f'"{tags[a]}", "{tags[b]}"' if a != b else f'"{tags[a]}"' for a, b in ranks]
            name = "general" if DOMAIN.isdisjoint(text) else "domain"
            comma, url = ", " if counts[name] else "[", f"http://zhidao.example/question/{number * 7919 + 10**8}.html"
            question = json.dumps(text, ensure_ascii=False)
            files[name].write(f'{comma}{{"url": "{url}", "question": {question}, "tags": [{drawn.pop()}]}}')
            counts[name] += 1
        for file in files.values():
            file.write("]\n")
    return counts


def common_words(questions: list[str], count: int = 2000) -> list[str]:
    """The most frequent words of two or more characters, most frequent first: they serve as tags."""
    words, counts = np.unique([w for q in questions for w in jieba.lcut(q) if len(w) > 1 and w.isalpha()], return_counts=True)
    return [str(words[i]) for i in np.argsort(-counts, kind="stable")[:count]]


def shuffled(seed: int) -> list[str]:
    """The real questions, which come source by source, in random order."""
    real = real_questions()
    return [real[i] for i in np.random.default_rng(seed).permutation(len(real))]


def generate(count: int, folder: Path, seed: int = 1) -> dict[str, int]:
    """Write `count` records to two files of the folder; returns how many each file has."""
    real = shuffled(seed)
    return write(stream(fresh(encoded(real), count, seed), count, seed), common_words(real[:20_000]), folder, seed)


def curve(questions: Questions, sizes: list[int], most_cut: int) -> list[list[int]]:
    """At each size, in characters: the distinct character n-grams, n = 1 to 4, and up to `most_cut` characters jieba's words."""
    points, words_seen, cut = [], set[str](), 0
    for size in sizes:
        last = int(np.searchsorted(questions.ends, size, "right"))
        part = questions.symbols[: questions.ends[last - 1]]
        counts = []
        for n in (1, 2, 3, 4):
            grams = _grams(part, n, False, _POWERS)
            grams.sort()
            counts.append(int(1 + np.count_nonzero(grams[1:] != grams[:-1])))
        if size <= most_cut:
            words_seen.update(w for text in questions.texts(cut, last) for w in jieba.cut(text))
            counts.append(len(words_seen))
        cut = last
        points.append(counts)
    return points


def exponents(sizes: list[int], points: list[list[int]]) -> list[float]:
    """Heaps' exponent of each column: the slope of log distinct over log read."""
    full = [(s, counts) for s, counts in zip(sizes, points, strict=True) if len(counts) == len(points[0])]
    logs = np.log([counts for _, counts in full])
    return [float(np.polyfit(np.log([s for s, _ in full]), logs[:, k], 1)[0]) for k in range(logs.shape[1])]


def compared(count: int, seed: int = 1) -> dict[str, tuple[list[int], list[list[int]]]]:
    """The curves of the real questions, of as many made-up ones, and of all made-up ones: (sizes, points) by name."""
    real = encoded(shuffled(seed))
    made = fresh(real, max(count, len(real.ends)), seed)
    least = min(real.ends[-1], made.ends[-1])
    sizes = [int(least >> k) for k in range(5, -1, -1)]
    beyond = [int(s) for s in made.ends[-1] / 2.0 ** np.arange(12) if s > least][::-1]
    return {
        "real": (sizes, curve(real, sizes, least)),
        "made up": (sizes, curve(made, sizes, least)),
        "made up, beyond": (beyond, curve(made, beyond, 0)),
    }


def main() -> None:
    """Print both curves, then that of the made-up text up to the number of questions asked for."""
    jieba.setLogLevel(60)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    for name, (sizes, points) in compared(count).items():
        print(f"{name}: characters, distinct n-grams for n = 1 to 4, words")
        for size, counts in zip(sizes, points, strict=True):
            print(f"  {size:>12,} " + " ".join(f"{n:>12,}" for n in counts))
        if len(sizes) > 1:
            slopes = exponents(sizes, points)
            print("  Heaps' exponent " + " ".join(f"{e:.3f}" for e in slopes))
            record(
                "scale",
                name,
                "Heaps' exponent",
                f"{sizes[0]} to {sizes[-1]} characters",
                **dict(zip(_CURVES, slopes, strict=False)),
            )


if __name__ == "__main__":
    main()
