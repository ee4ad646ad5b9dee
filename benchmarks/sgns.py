"""SGNS beside gensim: raw words a second with two threads, and the quality of the vectors, on 17 M tokens of reviews."""

import statistics
import sys
import time
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

from benchmarks.common import corpora, record
from pipeline.config import Sgns
from pipeline.models import sgns

_SPEED_TOKENS = 3_700_000


def read(path: Path, tokens: int | None) -> list[list[str]]:
    """Documents, lower-cased and split at spaces, up to so many tokens."""
    documents, size = [], 0
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            documents.append(line.split())
            size += len(documents[-1])
            if tokens and size >= tokens:
                break
    return documents


def encode(documents: list[list[str]], least: int = 5) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """(words, counts, ids, offsets), most frequent word first."""
    counts: dict[str, int] = {}
    for document in documents:
        for word in document:
            counts[word] = counts.get(word, 0) + 1
    words = sorted((w for w, n in counts.items() if n >= least), key=lambda w: (-counts[w], w))
    place = {w: i for i, w in enumerate(words)}
    rows = [[place[w] for w in d if w in place] for d in documents]
    offsets = np.concatenate(([0], np.cumsum([len(r) for r in rows]))).astype(np.int64)
    return words, np.array([counts[w] for w in words]), np.concatenate([np.array(r, np.int32) for r in rows]), offsets


def quality(words: list[str], vectors: np.ndarray, folder: Path) -> dict[str, float]:
    """WordSim-353 and MEN (Spearman, x 100), and analogies (%), as gensim measures them."""
    keyed = KeyedVectors(vectors.shape[1])
    keyed.add_vectors(words, vectors)
    found = {}
    men = folder / "embed/MEN_dataset_lemma_form.dev"
    pairs = [line.split() for line in men.read_text(encoding="utf-8").splitlines()]
    plain = Path("/tmp") / "men.tsv"
    plain.write_text("\n".join(f"{a[:-2]}\t{b[:-2]}\t{s}" for a, b, s in pairs), encoding="utf-8")
    for name, path in (("ws353", folder / "embed/wordsim353_combined.tab"), ("men", plain)):
        found[name] = 100 * keyed.evaluate_word_pairs(str(path), case_insensitive=True, dummy4unknown=False)[1][0]
    found["analogy"] = 100 * keyed.evaluate_word_analogies(str(folder / "embed/questions-words.txt"), restrict_vocab=30_000)[0]
    return found


def ours(ids: np.ndarray, offsets: np.ndarray, counts: np.ndarray, seed: int) -> tuple[np.ndarray, float]:
    """(vectors, training seconds), compiling left out."""
    clock: list[float] = []
    config = Sgns(dim=100, window=5, negatives=5, epochs=1, threads=2, seed=seed)
    vectors = sgns.train(ids, offsets, counts, config=config, report=lambda share, loss: clock.append(time.perf_counter()))
    return vectors, clock[-1] - clock[0]


def gensims(documents: list[list[str]], seed: int) -> tuple[list[str], np.ndarray, float]:
    """(words, vectors, training seconds), building the vocabulary left out."""
    model = Word2Vec(vector_size=100, window=5, negative=5, sg=1, hs=0, sample=1e-3, min_count=5, workers=2, seed=seed)
    model.build_vocab(documents)
    begun = time.perf_counter()
    model.train(documents, total_examples=model.corpus_count, epochs=1)
    return model.wv.index_to_key, model.wv.vectors, time.perf_counter() - begun


def main(quality_seeds: int = 3) -> None:
    """Speed on 3.7 M tokens, three rounds alternately; quality on all of them, so many seeds."""
    folder = corpora()
    path = folder / "english/imdb_17M_tokens.txt"
    documents = read(path, _SPEED_TOKENS)
    size = sum(map(len, documents))
    _, counts, ids, offsets = encode(documents)
    speeds: dict[str, list[float]] = {"wajue": [], "gensim": []}
    for seed in range(3):
        speeds["wajue"].append(size / ours(ids, offsets, counts, seed)[1])
        speeds["gensim"].append(size / gensims(documents, seed)[2])
    for system, found in speeds.items():
        note = "3.7 M tokens, 1 epoch, 2 threads, dim 100, window 5, 5 negatives"
        record("sgns", system, "raw words/s", note, speed=statistics.median(found))
    if not quality_seeds:
        return
    documents = read(path, None)
    words, counts, ids, offsets = encode(documents)
    scores: dict[str, list[dict[str, float]]] = {"wajue": [], "gensim": []}
    for seed in range(1, quality_seeds + 1):
        scores["wajue"].append(quality(words, ours(ids, offsets, counts, seed)[0], folder))
        their_words, vectors, _ = gensims(documents, seed)
        scores["gensim"].append(quality(their_words, vectors, folder))
    for system, rows in scores.items():
        for name in rows[0]:
            values = [r[name] for r in rows]
            spread = statistics.stdev(values) if len(values) > 1 else 0.0
            record(
                "sgns",
                system,
                "x100",
                f"17 M tokens, 1 epoch, {len(values)} seeds, sd {spread:.2f}",
                **{name: statistics.mean(values)},
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
