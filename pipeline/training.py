"""One trainer, from the tables it reads to those it writes: streams `sequences`, saves and goes on, reports, writes vectors."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline import arrow_io, checkpoints
from pipeline.config import Config
from pipeline.errors import WajueError
from pipeline.models import jose, loop, sgns
from pipeline.progress import Watch
from pipeline.sequences import Sequences
from pipeline.workspace import Workspace

log = logging.getLogger(__name__)

CONTEXTS = "_contexts.float32"  # beside a table of word vectors: what it takes to train them further
_PIECE = 100_000  # rows written at once


def train(name: str, config: Config, workspace: Workspace, watch: Watch, key: str, *, fresh: bool = False) -> dict[str, Any]:
    """Train `sgns` or `jose` and write its tables to their unfinished places. Returns facts for the manifest.

    key: what a saved state must be a state of to be gone on from; fresh: it is not. Raises WajueError if training diverges.
    """
    settings = getattr(config, name)
    words = arrow_io.read(workspace, "vocabulary").sort_by("word_id")
    count = words.column("count").to_numpy()
    text = Sequences.open(workspace)
    if fresh:
        checkpoints.discard(workspace, name)
    found = checkpoints.load(workspace, name, key)
    saved = None if found is None else (loop.Place(**found[0]), found[1])
    clock = _Clock(watch, int(count.sum()) * settings.epochs, saved[0].words if saved else 0)
    states = loop.Checkpoints(
        settings.checkpoint_seconds,
        lambda place, matrices: checkpoints.save(workspace, name, key, asdict(place), matrices),
        saved,
    )
    more: dict[str, Any] = {"report": clock, "checkpoints": states, "initial": _initial(name, config, words)}
    if name == "sgns":
        vectors, contexts = sgns.train(text.blocks, count, config=config.sgns, **more)
    else:
        vectors, contexts, documents = jose.train(text.blocks, text.rows, count, config=config.jose, **more)
        arrow_io.write_all(_documents(text, documents), workspace, "jose_documents")
    arrow_io.write_all(_words(words, vectors), workspace, f"{name}_words")
    checkpoints.write_matrix(workspace, f"_unfinished/{name}_words/{CONTEXTS}", contexts)
    return {"rows_in": text.rows} | clock.facts()


class _Clock:
    """Told the words trained and the loss; tells the watch, and at the end the manifest."""

    def __init__(self, watch: Watch, total: int, start: int) -> None:
        self._watch, self._total, self._start, self._words = watch, total, start, start
        self._began = self._last = time.perf_counter()
        self._losses: list[float] = []

    def __call__(self, words: int, loss: float) -> None:
        if words == self._start:  # compiled, and ready
            self._began = time.perf_counter()
        self._last, self._words = time.perf_counter(), words
        self._losses.append(round(loss, 5))
        self._watch.set(words / max(self._total, 1), f"loss {loss:.4f}, {self.speed:,.0f} words/s")

    @property
    def speed(self) -> float:
        """Words a second, since training began or went on."""
        spent = self._last - self._began
        return (self._words - self._start) / spent if spent else 0.0

    def facts(self) -> dict[str, Any]:
        """For the manifest. losses: JSON has no NaN, the loss of a text without a pair."""
        losses = [None if np.isnan(x) else x for x in self._losses]
        return {"train_seconds": round(self._last - self._began, 3), "words_per_second": round(self.speed), "losses": losses}


def _words(words: pa.Table, vectors: np.ndarray) -> Iterator[pa.Table]:
    for begin in range(0, max(len(vectors), 1), _PIECE):
        rows = words.slice(begin, _PIECE)
        vector = arrow_io.vectors(vectors[begin : begin + _PIECE])
        yield pa.table({"word": rows.column("word"), "count": rows.column("count"), "vector": vector})


def _documents(text: Sequences, vectors: np.ndarray) -> Iterator[pa.Table]:
    """In pieces: a copy of all vectors would take as much memory as they do."""
    begin = 0
    if not text.rows:
        yield pa.table({"doc_id": pa.array([], pa.string()), "vector": arrow_io.vectors(vectors)})
    for doc_ids in text.doc_ids():
        yield pa.table({"doc_id": doc_ids, "vector": arrow_io.vectors(vectors[begin : begin + len(doc_ids)])})
        begin += len(doc_ids)


def _initial(name: str, config: Config, words: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """(rows of known words, their vectors, their contexts) from the workspace that the config names."""
    settings = getattr(config, name)
    if not settings.initial:
        return None
    place = initial_workspace(config, name)
    old = arrow_io.read(place, f"{name}_words")
    vectors = arrow_io.matrix(old)
    if vectors.shape[1] != settings.dim:
        raise WajueError(
            f"[{name}] dim = {settings.dim}, but the vectors of {place.location} have {vectors.shape[1]}; set it to that"
        )
    contexts = checkpoints.read_matrix(place, f"{name}_words/{CONTEXTS}", len(vectors))
    if contexts is None:
        raise WajueError(f"{place.location}/{name}_words has no {CONTEXTS}, without which they cannot be trained further")
    row_of = {word: row for row, word in enumerate(old.column("word").to_pylist())}
    pairs = [(row, row_of[word]) for row, word in enumerate(words.column("word").to_pylist()) if word in row_of]
    log.info("%s: going on from %s: %s of %s words known", name, place.location, f"{len(pairs):,}", f"{words.num_rows:,}")
    rows, others = np.array(pairs, np.int64).reshape(-1, 2).T
    return rows, vectors[others], contexts[others]


def initial_workspace(config: Config, name: str) -> Workspace:
    """The workspace that a trainer goes on from."""
    return Workspace(config.located(getattr(config, name).initial))


def saved_key(fingerprint: str, inputs: dict[str, Any]) -> str:
    """What a saved state is a state of: this config, on these tables."""
    return json.dumps([fingerprint, inputs], sort_keys=True)
