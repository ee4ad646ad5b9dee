"""Texts that resemble each other, and how alike they are, the slow way."""

import random
from collections.abc import Iterable

import pyarrow as pa

from wajue import schemas
from wajue.mining.duplicates.settings import Settings
from wajue.mining.duplicates.signing import sign


def questions(n: int, seed: int) -> list[str]:
    """A third of them at random, the others with up to three characters put in."""
    rng = random.Random(seed)
    texts = ["".join(rng.choice("高压断路器怎么检修母线电压互感") for _ in range(rng.randint(6, 30))) for _ in range(n // 3)]
    while len(texts) < n:
        t = list(rng.choice(texts))
        for _ in range(rng.randint(0, 3)):
            t.insert(rng.randrange(len(t) + 1), rng.choice("吗呢，？ \U00020bb7a"))
        texts.append("".join(t))
    rng.shuffle(texts)
    return texts


def shingles(text: str, size: int) -> set[str]:
    return {text[i : i + size] for i in range(max(1, len(text) - size + 1))}


def jaccard(one: str, other: str, size: int = 2) -> float:
    a, b = shingles(one, size), shingles(other, size)
    return len(a & b) / len(a | b)


def documents(texts: list[str]) -> pa.RecordBatch:
    """(doc_id, corpus, source, text), each a record of one file."""
    source = [{"file": "a.txt", "line": i + 1, "record": i + 1} for i in range(len(texts))]
    columns = {"doc_id": [f"d{i}" for i in range(len(texts))], "corpus": ["a"] * len(texts), "source": source, "text": texts}
    types = schemas.TABLES["documents"].schema
    return pa.RecordBatch.from_pydict(columns, pa.schema([types.field(name) for name in columns]))


def signed(texts: list[str], positions: Iterable[int], settings: Settings) -> pa.RecordBatch:
    """Texts as `scatter` gets them; with at least one of them."""
    [batch] = sign(settings)(iter([documents(texts)]))
    positioned = batch.append_column("position", pa.array(list(positions), pa.int64()))
    return positioned.append_column("is_gone", pa.repeat(False, len(batch)))
