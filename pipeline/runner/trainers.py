"""One trainer, from the tables it reads to those it writes: streams `sequences`, saves and goes on, reports, writes vectors."""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from wajue.config import Config
from wajue.errors import WajueError
from wajue.models import devices, jose, loop, sgns
from wajue.runner.progress import Watch
from wajue.store import checkpoints, parquet
from wajue.store.sequences import Sequences
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

CONTEXTS = "_contexts.float32"  # beside a table of word vectors: what it takes to train them further
_PIECE = 100_000  # rows written at once
_workers: Any = loop.ALONE  # this process and those that train with it


def choose(name: str, config: Config, device: str) -> devices.Choice:
    """Where a trainer is to train; device: auto, cpu or cuda. Raises as wajue.models.devices.choose does."""
    return devices.choose(device, name, deterministic=getattr(config, name).deterministic)


@contextmanager
def team() -> Iterator[None]:
    """Wait for all workers that torchrun started. Of them the first goes on; the others train what it says, and end with it."""
    global _workers
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    from wajue.models.gpu import workers  # torch: only where it started this process

    _workers = group = workers.Group()
    before = signal.signal(signal.SIGTERM, _ended)
    try:
        if group.rank:
            logging.getLogger("wajue").setLevel(logging.WARNING)  # the one that leads tells the rest
            while order := group.tell(None):
                _assist(**order)
            sys.exit()
        yield
        group.tell(None)
    finally:
        signal.signal(signal.SIGTERM, before)
        group.close()
        _workers = loop.ALONE


def _ended(number: int, frame: object) -> None:
    raise WajueError(
        "this worker was told to end, as all are when one of them is gone; the messages of the others say why; start the job "
        "again, and it goes on from its last saved state"
    )


def _assist(name: str, config: Config, location: str, key: str, device: str) -> None:
    """Train beside the worker that leads, which alone reports, saves and writes."""
    workspace = Workspace(location)
    _fit(name, config, workspace, parquet.read(workspace, "vocabulary").sort_by("word_id"), Sequences.open(workspace), key, device)


def train(
    name: str, config: Config, workspace: Workspace, watch: Watch, key: str, *, device: str = "cpu", fresh: bool = False
) -> dict[str, Any]:
    """Train `sgns` or `jose` and write its tables to their unfinished places. Returns facts for the manifest.

    key: what a saved state must be a state of to be gone on from; fresh: it is not. Raises WajueError if training diverges.
    """
    words = parquet.read(workspace, "vocabulary").sort_by("word_id")
    text = Sequences.open(workspace)
    if fresh:
        checkpoints.discard(workspace, name)
    if _workers.size > 1:
        log.info("%s: %d workers", name, _workers.size)
        _workers.tell({"name": name, "config": config, "location": workspace.location, "key": key, "device": device})
    clock, vectors, contexts, *documents = _fit(name, config, workspace, words, text, key, device, watch)
    if documents:
        parquet.write_all(_documents(text, documents[0]), workspace, "jose_documents")
    parquet.write_all(_words(words, vectors), workspace, f"{name}_words")
    checkpoints.write_matrix(workspace, f"_unfinished/{name}_words/{CONTEXTS}", contexts)
    return {"rows_in": text.rows, "device": device, "workers": _workers.size} | clock.facts()


def _fit(
    name: str,
    config: Config,
    workspace: Workspace,
    words: pa.Table,
    text: Sequences,
    key: str,
    device: str,
    watch: Watch | None = None,
) -> tuple[Any, ...]:
    """(clock, vectors, contexts), and of `jose` documents, trained from where a saved state of this key stands."""
    settings = getattr(config, name)
    count = words.column("count").to_numpy()
    found = checkpoints.load(workspace, name, key)
    saved = None if found is None else (loop.Place(**found[0]), found[1])
    clock = _Clock(watch, int(count.sum()) * settings.epochs, saved[0].words if saved else 0)
    states = loop.Checkpoints(
        settings.checkpoint_seconds,
        lambda place, matrices: checkpoints.save(workspace, name, key, asdict(place), matrices),
        saved,
    )
    more: dict[str, Any] = {
        "device": device, "report": clock, "checkpoints": states, "initial": _initial(name, config, words), "workers": _workers,
    }  # fmt: skip
    if name == "sgns":
        return clock, *sgns.train(text.blocks, count, config=config.sgns, **more)
    return clock, *jose.train(text.blocks, text.rows, count, config=config.jose, **more)


class _Clock:
    """Told the words trained and the loss; tells the watch, if there is one, and at the end the manifest."""

    def __init__(self, watch: Watch | None, total: int, start: int) -> None:
        self._watch, self._total, self._start, self._words = watch, total, start, start
        self._began = self._last = time.perf_counter()
        self._losses: list[float] = []

    def __call__(self, words: int, loss: float) -> None:
        if words == self._start:  # compiled, and ready
            self._began = time.perf_counter()
        self._last, self._words = time.perf_counter(), words
        self._losses.append(round(loss, 5))
        if self._watch is not None:
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
        vector = parquet.vectors(vectors[begin : begin + _PIECE])
        yield pa.table({"word": rows.column("word"), "count": rows.column("count"), "vector": vector})


def _documents(text: Sequences, vectors: np.ndarray) -> Iterator[pa.Table]:
    """In pieces: a copy of all vectors would take as much memory as they do."""
    begin = 0
    if not text.rows:
        yield pa.table({"doc_id": pa.array([], pa.string()), "vector": parquet.vectors(vectors)})
    for doc_ids in text.doc_ids():
        yield pa.table({"doc_id": doc_ids, "vector": parquet.vectors(vectors[begin : begin + len(doc_ids)])})
        begin += len(doc_ids)


def _initial(name: str, config: Config, words: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """(rows of known words, their vectors, their contexts) from the workspace that the config names."""
    settings = getattr(config, name)
    if not settings.initial:
        return None
    place = initial_workspace(config, name)
    old = parquet.read(place, f"{name}_words")
    vectors = parquet.matrix(old)
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


_STATE = 2  # raised whenever the matrices of a saved state come to mean something else


def saved_key(fingerprint: str, inputs: dict[str, Any]) -> str:
    """What a saved state is a state of: this config, on these tables, shared by so many workers."""
    return json.dumps([_STATE, fingerprint, inputs, _workers.size], sort_keys=True)
