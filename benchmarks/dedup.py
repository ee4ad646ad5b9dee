"""Near-duplicates: recall and precision against brute force, CPU time on Spark for a million questions, and signatures beside
those of rensa and datasketch.
"""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit

from benchmarks import tables
from benchmarks.common import corpora, record, timed
from wajue import schemas
from wajue.config import Config, Corpus
from wajue.mining.duplicates.elements import code_points
from wajue.mining.duplicates.pairs import Sketched, bucket_pairs
from wajue.mining.duplicates.shingles import Shingling, jaccard, shingle_sets
from wajue.mining.duplicates.signatures import banding, signatures
from wajue.reading.records import Record, read
from wajue.runner.progress import Watch
from wajue.spark import session
from wajue.spark.flow import Flow
from wajue.stages.dedup import dedup

# what holds questions, and short texts like them: path, settings of its corpus
_SOURCES = (
    ("general/zhihu*/raw/*.json", {"text": ("title",)}),
    ("general/lcqmc_dev.tsv", {"columns": ("a", "b", "label"), "text": ("a", "b")}),
    ("general/oppo_dev.tsv", {"columns": ("a", "b", "label"), "text": ("a", "b")}),
    ("domain/finance_bq_dev.tsv", {"columns": ("a", "b", "label"), "text": ("a", "b")}),
    ("cluster/thucnews_titles_dev40k.txt", {"format": "tsv", "columns": ("a", "label"), "text": ("a",)}),
    ("general/baidu_qa_100w_part11*.jsonl", {"text": ("question",)}),
)
_BIGRAMS = Shingling(2, packed=True)


def real_questions() -> list[str]:
    """Every distinct one of 5 to 60 characters, in the order of the files."""
    questions: dict[str, None] = {}
    for pattern, settings in _SOURCES:
        corpus = Corpus(name="x", role="general", paths=("x",), **settings)  # type: ignore[arg-type]
        for path in sorted(corpora().glob(pattern)):
            with open(path, "rb") as stream:
                for row in read(stream, path.name, corpus, "utf-8"):
                    if isinstance(row, Record):
                        texts = (str(row.fields.get(name) or "").replace("\n", " ").strip() for name in corpus.text)
                        questions.update(dict.fromkeys(t for t in texts if 5 <= len(t) <= 60))
    return list(questions)


def with_copies(questions: list[str], total: int, seed: int = 7) -> list[str]:
    """The questions, and copies with one to four characters dropped, put in or changed, until there are so many; shuffled."""
    rng = random.Random(seed)
    texts = list(questions)
    while len(texts) < total:
        text = list(rng.choice(questions))
        for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
            at, kind = rng.randrange(len(text)), rng.random()
            if kind < 0.35 and len(text) > 4:
                del text[at]
            elif kind < 0.7:
                text.insert(at, rng.choice("的了吗呢啊是不在有我你他这那么什怎请问"))
            elif kind < 0.85:
                text[at] = rng.choice("的了吗呢啊是不在有我你他这那么什怎请问")
            else:
                text.append(rng.choice("？?！。!"))
        texts.append("".join(text))
    rng.shuffle(texts)
    return texts


@njit(cache=True)
def _brute(sets, offsets, threshold):
    low, high = [0 for _ in range(0)], [0 for _ in range(0)]
    for i in range(len(offsets) - 1):
        for j in range(i + 1, len(offsets) - 1):
            p, q, shared = offsets[i], offsets[j], 0
            total = offsets[i + 1] - p + offsets[j + 1] - q
            while p < offsets[i + 1] and q < offsets[j + 1]:
                if sets[p] == sets[q]:
                    shared, p, q = shared + 1, p + 1, q + 1
                elif sets[p] < sets[q]:
                    p += 1
                else:
                    q += 1
            if shared >= threshold * (total - shared):
                low.append(i)
                high.append(j)
    return low, high


def _found_pairs(texts: pa.Array, threshold: float) -> set[tuple[int, int]]:
    """The pairs that banding and the sketches let through, and that are alike enough."""
    bands, rows_per_band = banding(threshold)
    elements = code_points(texts)
    band_keys, sketches = signatures(elements, _BIGRAMS, bands=bands, rows_per_band=rows_per_band)
    nodes = sketches[0] << np.uint64(32) | np.arange(len(texts), dtype=np.uint64)
    keys = (band_keys.ravel() >> np.uint64(32)).astype(np.uint32)
    low, high, _ = bucket_pairs(keys, Sketched(nodes, sketches[1]), 1000, threshold)
    i, j = (np.asarray(a & np.uint64(0xFFFFFFFF), np.int64) for a in (low, high))
    sets = shingle_sets(elements, _BIGRAMS)
    alike = jaccard(sets, i, sets, j, threshold) > 0
    return {(min(a, b), max(a, b)) for a, b in zip(i[alike].tolist(), j[alike].tolist(), strict=True)}


def quality(questions: list[str]) -> None:
    """20,000 questions, a third of them copies, against every pair compared."""
    texts = pa.array(list(dict.fromkeys(with_copies(questions[:13_000], 20_500)))[:20_000])
    sets, offsets = shingle_sets(code_points(texts), _BIGRAMS)
    _brute(sets[: offsets[2]], offsets[:3], 0.8)
    true = set(zip(*_brute(sets, offsets, 0.8), strict=True))
    pairs = _found_pairs(texts, 0.8)
    share = {"recall": len(true & pairs) / len(true), "precision": len(true & pairs) / len(pairs)}
    record("dedup", "wajue", "share", f"{len(texts)} questions, {len(true)} pairs of bigram Jaccard >= 0.8", **share)


def signature_speed(texts: list[str]) -> None:
    """64 hashes of character bigrams; the peers on fewer rows, theirs take long. Three rounds, alternately."""
    import datasketch
    import rensa

    array = pa.array(texts)
    few, fewer = texts[:20_000], texts[:3_000]

    def ours() -> None:
        signatures(code_points(array), _BIGRAMS, bands=16, rows_per_band=4)

    def of_rensa() -> None:
        for text in few:
            rensa.RMinHash(num_perm=64, seed=1).update([text[i : i + 2] for i in range(max(1, len(text) - 1))])

    def of_datasketch() -> None:
        for text in fewer:
            datasketch.MinHash(num_perm=64).update_batch([text[i : i + 2].encode() for i in range(max(1, len(text) - 1))])

    ours()
    rounds = [(timed(ours)[1], timed(of_rensa)[1], timed(of_datasketch)[1]) for _ in range(3)]
    for system, rows, spent in zip(("wajue", "rensa", "datasketch"), (texts, few, fewer), zip(*rounds, strict=True), strict=True):
        record("dedup", system, "texts/CPU s", f"signatures of 64 hashes, {len(rows)} texts", speed=len(rows) / sorted(spent)[1])


def _write(texts: list[str], folder: str) -> None:
    """clean_documents of eight files."""
    for part in range(8):
        rows = texts[part::8]
        source = [{"file": f"{part}.txt", "line": i, "record": i} for i in range(1, len(rows) + 1)]
        given = {"doc_id": [f"{part}-{i}" for i in range(len(rows))], "corpus": ["q"] * len(rows), "role": ["general"] * len(rows)}
        schema = schemas.TABLES["clean_documents"].schema
        columns = given | {"text": rows, "source": source}
        table = pa.table({f.name: pa.array(columns.get(f.name, [None] * len(rows)), f.type) for f in schema})
        pq.write_table(table, f"{folder}/{part}.parquet", compression="zstd")


def _spark_seconds(documents: Flow, folder: str, **settings: object) -> float:
    config = Config(corpus=(Corpus(name="q", role="general", paths=("x",)),), dedup=settings)  # type: ignore[arg-type]
    watch = Watch("dedup")
    with watch.running():
        for i, table in enumerate(dedup(documents, config=config)):
            tables.write(table, folder, str(i))
        tables.clear(documents.source.sparkSession, folder)
    return watch.cpu_seconds


def _halves(texts: list[str]) -> Iterator[tuple[str, list[str]]]:
    yield "half", texts[::2]
    yield "all", texts


def on_spark(texts: list[str]) -> None:
    """local[2]: the step with near-duplicates, with exact ones only, and reading and writing alone; three rounds, alternately."""
    spark = session.session("local[2]")
    ways = {"near": {}, "exact": {"near": False}, "read and write": {"exact": False}}
    with tempfile.TemporaryDirectory() as folder:
        spent: dict[tuple[str, str], list[float]] = {}
        for name, part in _halves(texts):
            Path(f"{folder}/{name}").mkdir()
            _write(part, f"{folder}/{name}")
        for _ in range(4):
            for name, _part in _halves(texts):
                documents = tables.read(spark, folder, name)
                for way, settings in ways.items():
                    spent.setdefault((name, way), []).append(_spark_seconds(documents, folder, **settings))
    least = {k: sorted(v[1:])[1] for k, v in spent.items()}  # the first round compiles
    note = f"{len(texts)} questions, local[2], median of three"
    for way in ways:
        record("dedup", "wajue", "CPU s", note, **{way.replace(" ", "_"): least["all", way]})
    beyond = (least["all", "near"] - least["all", "read and write"]) / len(texts) * 1e6
    slope = (least["all", "near"] - least["half", "near"]) / (len(texts) - len(texts[::2])) * 1e6
    reading = (least["all", "read and write"] - least["half", "read and write"]) / (len(texts) - len(texts[::2])) * 1e6
    record("dedup", "wajue", "us a question", note + ", beyond reading and writing", beyond=beyond, slope=slope - reading)


def main() -> None:
    """Quality, then signatures, then the step on Spark."""
    questions = real_questions()
    print(f"{len(questions)} real questions")
    quality(questions)
    texts = with_copies(questions, 1_000_000)
    signature_speed(texts)
    on_spark(texts)


if __name__ == "__main__":
    main()
