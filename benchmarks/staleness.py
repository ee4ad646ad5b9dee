"""What the GPU's scheme costs in quality, without a GPU: its tiles trained by compiled code, so many at a time from old rows.

The worst case of a GPU: all tiles in flight read before any of them adds. Beside it the trainer of the CPU, on the same text.
"""

import sys
import time

import numpy as np
from numba import njit

from benchmarks.common import corpora, record_means
from benchmarks.sgns import encode, quality, read
from wajue.arrays.text_blocks import in_memory
from wajue.config import Sgns
from wajue.models import loop, sgns
from wajue.models.cpu.random import Stretch, below, draw, keep_words, number
from wajue.models.memory import HostMemory
from wajue.models.sampling import noise_shares
from wajue.models.text import with_matrix_rows

TILE, LONGEST = 16, 4096
_GOLDEN = (5**0.5 - 1) / 2


@njit(cache=True)
def kept_tiles(text, key, keep, chunk, end, stride, window):
    """(words, reaches, counters, tiles): what subsampling keeps, and of every tile (first, low, high, document key, chunk)."""
    size = 0
    for c in range(text.cuts[chunk], text.cuts[end]):
        size += text.offsets[text.order[c] + 1] - text.offsets[text.order[c]]
    words, bits, counters = np.empty(size, np.int64), np.empty(size, np.uint64), np.empty(size, np.int64)
    tiles = np.empty((size // TILE + text.cuts[end] - text.cuts[chunk] + size // LONGEST + 1, 4), np.int64)
    keys, n, t = np.empty(len(tiles), np.uint64), 0, 0
    for c in range(chunk, end):
        for turn in range(text.cuts[c], text.cuts[c + 1]):
            document = text.order[turn]
            own = number(key, text.doc_indices[document])
            begin, stop = text.offsets[document], text.offsets[document + 1]
            at = begin
            while at < stop:
                room = slice(n, min(n + LONGEST, size))
                stretch = Stretch(words[room], bits[room], counters[room])
                m, at = keep_words(text.matrix_rows, at, stop, begin, stride, own, keep, stretch)
                for first in range(n, n + m, TILE):
                    tiles[t] = first, n, n + m, c
                    keys[t] = own
                    t += 1
                n += m
    reaches = np.empty(n, np.int64)
    for i in range(n):
        reaches[i] = window - below(bits[i], window)
    return words[:n], reaches, counters[:n], tiles[:t], keys[:t]


@njit(cache=True, fastmath=True, error_model="numpy")
def train_tiles(
    words,
    reaches,
    counters,
    tiles,
    keys,
    order,
    draws,
    rates,
    centers,
    contexts,
    negatives,
    shared,
    repeats,
    window,
    flight,
    tempers,
):
    """All tiles in this order, `flight` at a time from the rows as they are before."""
    width, rows = centers.shape[1], TILE + 2 * window + TILE + max(shared, negatives)
    gains, places = np.empty((flight, rows, width), np.float32), np.empty((flight, rows), np.int64)
    for begin in range(0, len(order), flight):
        group = order[begin : begin + flight]
        for g in range(len(group)):
            first, low, high, chunk = tiles[group[g]]
            n = min(TILE, high - first)
            drawn = min(max(shared, negatives), n * negatives)
            noise = np.empty(drawn, np.int64)
            for k in range(drawn):
                noise[k] = draw(
                    number(keys[group[g]], counters[first + k // negatives] + 1 + k % negatives), draws.threshold, draws.alias
                )
            gain, place = gains[g], places[g]
            gain[:] = 0
            place[:] = -1
            rate = rates[chunk]
            meets = np.zeros((TILE + 2 * window, drawn), np.float32)
            for i in range(first, first + n):
                left, right = max(low, i - reaches[i]), min(high, i + reaches[i] + 1)
                for j in range(left, right):
                    seen = j == i
                    for b in range(left, j):
                        seen |= (b != i) & (words[b] == words[j])
                    if seen:
                        continue
                    a, u, v = j - first + window, words[j], words[i]
                    place[a] = u
                    f = np.float32(0)
                    for d in range(width):
                        f += centers[u, d] * contexts[v, d]
                    slope = rate / (np.float32(1) + np.exp(f))
                    x = TILE + 2 * window + i - first
                    place[x] = v
                    for d in range(width):
                        gain[a, d] += slope * contexts[v, d]
                        gain[x, d] += slope * centers[u, d]
                    for k in range(drawn):
                        meets[a, k] += noise[k] != v
            for k in range(drawn):
                repeated = False
                for b in range(k):
                    repeated |= noise[b] == noise[k]
                if repeated and not repeats:
                    continue
                x, w = 2 * TILE + 2 * window + k, noise[k]
                place[x] = w
                for a in range(TILE + 2 * window):
                    if place[a] < 0:
                        continue
                    u = place[a]
                    f = np.float32(0)
                    for d in range(width):
                        f += centers[u, d] * contexts[w, d]
                    slope = -rate * meets[a, k] * np.float32(negatives / drawn) / (np.float32(1) + np.exp(-f))
                    for d in range(width):
                        gain[a, d] += slope * contexts[w, d]
                        gain[x, d] += slope * centers[u, d]
        for g in range(len(group)):
            for a in range(rows):
                w = places[g, a]
                if w >= 0:
                    matrix = centers if a < TILE + 2 * window else contexts
                    temper = tempers[0 if a < TILE + 2 * window else 1, w]
                    for d in range(width):
                        matrix[w, d] += temper * gains[g, a, d]


def simulated(programs: int, touches: float, shared: int = 32, repeats: bool = False):
    """A trainer, as sgns._on_cpu makes one: `programs` tiles in flight, a row's updates tempered beyond so many touches.

    shared: noise words of a tile; repeats: one that is drawn twice counts twice.
    """

    def put(blocks, row_of_word, count, matrices, config, plan):
        noise = noise_shares(plan.draws.threshold, plan.draws.alias)

        def step(text, draws, counter, end):
            if counter[0] >= end:
                return
            found = kept_tiles(text, draws.key, draws.keep, counter[0], end, config.negatives + 1, config.window)
            words, tiles = found[0], found[3]
            counter[0] = end
            share = np.bincount(words, minlength=len(count)) / len(words)
            expected = programs * TILE * np.array([share * (config.window + 1), share + config.negatives * noise])
            tempers = np.minimum(1, touches / np.maximum(expected, 1e-12)).astype(np.float32)
            step_by = max(1, round(len(tiles) * _GOLDEN))
            while np.gcd(step_by, len(tiles)) > 1:
                step_by += 1
            order = np.arange(len(tiles)) * step_by % len(tiles)
            train_tiles(
                *found,
                order,
                draws,
                text.rates,
                *matrices.values(),
                config.negatives,
                shared,
                repeats,
                config.window,
                programs,
                tempers,
            )

        return loop.OnDevice(with_matrix_rows(blocks, row_of_word), step, HostMemory(matrices))

    return put


def main(seeds: int = 3, tokens: int | None = None, schemes: str = "") -> None:
    """Quality of so many seeds, of the CPU's trainer and of schemes "programs/touches[/shared[/repeats]]", as 264/64."""
    folder = corpora()
    words, counts, ids, offsets = encode(read(folder / "english/imdb_17M_tokens.txt", tokens))
    found: dict[str, list[dict[str, float]]] = {}
    on_cpu = sgns._on_cpu
    for scheme in ["cpu", *(schemes or "1/inf,64/inf,64/16,132/16,264/16,264/64,264/inf").split(",")]:
        if scheme != "cpu":
            programs, touches, *more = scheme.split("/")
            sgns._on_cpu = simulated(int(programs), float(touches), *map(int, more))  # type: ignore[arg-type, assignment]
        for seed in range(1, seeds + 1):
            begun = time.process_time()
            try:
                vectors, _ = sgns.train(in_memory(ids, offsets), counts, config=Sgns(epochs=1, threads=2, seed=seed))
            except Exception as error:
                print(scheme, error, flush=True)
                break
            row = quality(words, np.ascontiguousarray(vectors), folder) | {"longest": float(np.linalg.norm(vectors, axis=1).max())}
            print(scheme, seed, {k: round(v, 2) for k, v in row.items()}, f"{time.process_time() - begun:.0f} CPU s", flush=True)
            found.setdefault(scheme, []).append(row)
        sgns._on_cpu = on_cpu
    record_means("sgns", "x100", f"{len(ids) / 1e6:.1f} M tokens, 1 epoch; tiles in flight / touches before tempering", found)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) or None, *sys.argv[3:])
