"""SGNS beside gensim: raw words a second with two threads, and the quality of the vectors, on 17 M tokens of reviews."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.common import corpora, peak_rss_mb, record, record_means
from wajue.arrays.text_blocks import in_memory
from wajue.config import Config, Corpus, Sgns
from wajue.models import sgns
from wajue.runner import trainers
from wajue.runner.progress import Watch
from wajue.schemas import FORMAT_VERSION
from wajue.store import parquet
from wajue.store.workspace import Workspace

_SPEED_TOKENS = 3_700_000
_SETTING = "3.7 M tokens, 1 epoch, 2 threads, dim 100, window 5, 5 negatives"


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
    from gensim.models import KeyedVectors

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


def ours(ids: np.ndarray, offsets: np.ndarray, counts: np.ndarray, seed: int) -> tuple[np.ndarray, float, float]:
    """(vectors, training seconds, CPU seconds), compiling left out."""
    clock: list[tuple[float, float]] = []
    vectors, _ = sgns.train(
        in_memory(ids, offsets), counts, config=Sgns(epochs=1, threads=2, seed=seed),
        report=lambda words, loss: clock.append((time.perf_counter(), time.process_time())),
    )  # fmt: skip
    return np.ascontiguousarray(vectors), clock[-1][0] - clock[0][0], clock[-1][1] - clock[0][1]


def gensims(documents: list[list[str]] | Path, seed: int) -> tuple[list[str], np.ndarray, float, float]:
    """(words, vectors, training seconds, CPU seconds), building the vocabulary left out; a path is its corpus_file mode."""
    from gensim.models import Word2Vec  # here: 90 MB that would count as ours

    model = Word2Vec(vector_size=100, window=5, negative=5, sg=1, hs=0, sample=1e-3, min_count=5, workers=2, seed=seed)
    corpus = {"corpus_file": str(documents)} if isinstance(documents, Path) else {"corpus_iterable": documents}
    model.build_vocab(**corpus)
    begun, cpu = time.perf_counter(), time.process_time()
    model.train(**corpus, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=1)
    return model.wv.index_to_key, model.wv.vectors, time.perf_counter() - begun, time.process_time() - cpu


def speed(path: Path, rounds: int = 3) -> None:
    """Raw words a second, wall and CPU, on 3.7 M tokens, alternately."""
    documents = read(path, _SPEED_TOKENS)
    size = sum(map(len, documents))
    _, counts, ids, offsets = encode(documents)
    found: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        text.write_text("\n".join(" ".join(d) for d in documents) + "\n", encoding="utf-8")
        for seed in range(rounds):
            for system, seconds in (
                ("wajue", ours(ids, offsets, counts, seed)[1:]),
                ("gensim, list", gensims(documents, seed)[2:]),
                ("gensim, corpus_file", gensims(text, seed)[2:]),
            ):
                found.setdefault(system, []).append((size / seconds[0], size / seconds[1]))
    for system, rows in found.items():
        wall, cpu = (statistics.median(r[i] for r in rows) for i in (0, 1))
        record("sgns", system, "raw words/s", _SETTING, speed=wall)
        record("sgns", system, "raw words/CPU-s", _SETTING, speed_cpu=cpu)


def memory(path: Path) -> None:
    """Peak memory of whole processes, 17 M tokens: ours streams a workspace, gensim holds lists or streams its corpus_file."""
    documents = read(path, None)
    words, counts, ids, offsets = encode(documents)
    with tempfile.TemporaryDirectory() as folder:
        _workspace(Path(folder) / "out", words, counts, ids, offsets)
        text = Path(folder) / "text.txt"
        text.write_text("\n".join(" ".join(d) for d in documents) + "\n", encoding="utf-8")
        for system, what in (("wajue", Path(folder) / "out"), ("gensim, list", text), ("gensim, corpus_file", text)):
            command = [sys.executable, "-m", "benchmarks.sgns", "alone", system, str(what)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            record("sgns", system, "MB", "17 M tokens, 1 epoch, 2 threads, whole process", peak_rss=float(said.split()[-1]))


def alone(system: str, what: str) -> None:
    """Train in this process, and print its peak memory."""
    if system == "wajue":
        corpus = Corpus(name="imdb", role="domain", paths=("-",))
        config = Config(corpus=(corpus,), sgns=Sgns(epochs=1, threads=2, checkpoint_seconds=0))
        (Path(what) / "_unfinished").mkdir(exist_ok=True)
        trainers.train(trainers.Training("sgns", config, what, "benchmark"), Workspace(what), Watch("sgns"))
    else:
        gensims(Path(what) if "file" in system else read(Path(what), None), 1)
    print(peak_rss_mb())


def _workspace(folder: Path, words: list[str], counts: np.ndarray, ids: np.ndarray, offsets: np.ndarray) -> None:
    """The tables that a trainer reads."""
    place = Workspace(str(folder))
    lists = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(ids))
    doc_ids = [f"{i:012x}" for i in range(len(lists))]
    tables = {
        "vocabulary": pa.table({"word_id": pa.array(np.arange(len(words), dtype=np.int32)), "word": words, "count": counts}),
        "sequences": pa.table({"doc_id": doc_ids, "corpus": ["imdb"] * len(lists), "ids": lists}),
    }
    for name, rows in tables.items():
        parquet.write(rows, place, name)
        place.finish({name: {"format_version": FORMAT_VERSION}})


def scores(path: Path, folder: Path, seeds: int) -> None:
    """Mean and spread over seeds of the quality of one epoch on all tokens."""
    documents = read(path, None)
    words, counts, ids, offsets = encode(documents)
    found: dict[str, list[dict[str, float]]] = {"wajue": [], "gensim": []}
    for seed in range(1, seeds + 1):
        found["wajue"].append(quality(words, ours(ids, offsets, counts, seed)[0], folder))
        their_words, vectors, _, _ = gensims(documents, seed)
        found["gensim"].append(quality(their_words, vectors, folder))
    record_means("sgns", "x100", "17 M tokens, 1 epoch", found)


def main(seeds: int = 3) -> None:
    """Speed, memory, and quality with so many seeds (0 = none)."""
    folder = corpora()
    path = folder / "english/imdb_17M_tokens.txt"
    speed(path)
    memory(path)
    if seeds:
        scores(path, folder, seeds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["alone"]:
        alone(*sys.argv[2:4])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
