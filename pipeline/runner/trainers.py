"""One trainer, from the tables it reads to those it writes: streams `sequences`, saves and goes on, reports, writes vectors."""

import json
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from wajue.config import Config
from wajue.errors import WajueError, unusable_vectors
from wajue.models import devices, jose, loop, sgns
from wajue.models.memory import Matrices
from wajue.models.text import Initial
from wajue.models.workers import ALONE, Workers
from wajue.runner.progress import Watch
from wajue.store import checkpoints, parquet
from wajue.store.sequences import Sequences
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

CONTEXTS = "_contexts.float32"  # beside a table of word vectors: what it takes to train them further
_PIECE = 100_000  # rows written at once


class Training(NamedTuple):
    """What all workers have to know of a training."""

    name: str  # sgns or jose
    config: Config
    workspace: str  # its location
    saved_key: str  # what a saved state must be a state of for the run to go on from it
    device: str = "cpu"  # or cuda


def choose(name: str, config: Config, device: str) -> devices.Choice:
    """Where a trainer is to train; device: auto, cpu or cuda. Raises as wajue.models.devices.choose does."""
    return devices.choose(device, name, deterministic=getattr(config, name).deterministic)


@contextmanager
def team() -> Iterator[Workers]:
    """This process and those that train with it, once all that torchrun started are there.

    Worker 0 runs the steps, and all others `assist`. They end together: the others are told when worker 0 leaves.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    from wajue.models.gpu.workers import Group  # torch: only where it started this process

    group = Group()
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        yield group
        if group.rank == 0:
            group.tell(None)
    finally:
        signal.signal(signal.SIGTERM, before)
        group.close()


def _terminated(number: int, frame: object) -> None:
    raise WajueError(
        "this worker was told to end, as all are when one of them is gone; the messages of the others say why; start the job "
        "again, and it goes on from its last saved state"
    )


def assist(workers: Workers) -> None:
    """Train what worker 0 says, until it says no more. Worker 0 alone reports, saves and writes."""
    logging.getLogger("wajue").setLevel(logging.WARNING)
    while training := workers.tell(None):
        workspace = Workspace(training.workspace)
        _fit(training, workspace, _vocabulary(workspace), Sequences.open(workspace), workers)


def train(
    training: Training, workspace: Workspace, watch: Watch, *, fresh: bool = False, workers: Workers = ALONE
) -> dict[str, Any]:
    """Train `sgns` or `jose` and write its tables, unfinished. Returns facts for the manifest.

    fresh: a saved state is not gone on from. Raises WajueError if training diverges.
    """
    name = training.name
    vocabulary, text = _vocabulary(workspace), Sequences.open(workspace)
    if fresh:
        checkpoints.discard(workspace, name)
    if workers.size > 1:
        log.info("%s: %d workers", name, workers.size)
    workers.tell(training)
    clock, vectors, contexts, *documents = _fit(training, workspace, vocabulary, text, workers, watch)
    if documents:
        parquet.write_all(_document_tables(text, documents[0]), workspace, "jose_documents")
    parquet.write_all(_word_tables(vocabulary, vectors), workspace, f"{name}_words")
    checkpoints.write_matrix(workspace, f"_unfinished/{name}_words/{CONTEXTS}", contexts)
    return {"rows_in": text.document_count, "device": training.device, "workers": workers.size} | clock.facts()


def _vocabulary(workspace: Workspace) -> pa.Table:
    """In the order of the word ids."""
    return parquet.read(workspace, "vocabulary").sort_by("word_id")


def _fit(
    training: Training,
    workspace: Workspace,
    vocabulary: pa.Table,
    text: Sequences,
    workers: Workers,
    watch: Watch | None = None,
) -> tuple[Any, ...]:
    """(clock, vectors, contexts), and of `jose` documents, trained from where a saved state stands."""
    name, config = training.name, training.config
    settings = getattr(config, name)
    count = vocabulary.column("count").to_numpy()
    states = _checkpoints(training, workspace, settings.checkpoint_seconds)
    clock = _Clock(watch, int(count.sum()) * settings.epochs, states.saved.progress.tokens if states.saved else 0)
    more: dict[str, Any] = {
        "device": training.device,
        "report": clock,
        "checkpoints": states,
        "initial": _initial(name, config, vocabulary),
        "workers": workers,
    }
    if name == "sgns":
        return clock, *sgns.train(text.blocks, count, config=config.sgns, **more)
    return clock, *jose.train(text.blocks, text.document_count, count, config=config.jose, **more)


def _checkpoints(training: Training, workspace: Workspace, seconds: float) -> loop.Checkpoints:
    """Saves states in the workspace; holds what was saved there."""
    name, key = training.name, training.saved_key

    def save(progress: loop.Progress, matrices: Matrices) -> None:
        try:
            checkpoints.save(workspace, name, key, checkpoints.State(asdict(progress), matrices))
        except OSError as error:
            log.warning("%s: its state cannot be saved (%s); training goes on", name, error)

    state = checkpoints.load(workspace, name, key)
    saved = None if state is None else loop.Saved(loop.Progress(**state.progress), state.matrices)
    return loop.Checkpoints(seconds, save, saved)


class _Clock:
    """Is told the tokens trained and the loss; tells the watch, if there is one, and at the end the manifest."""

    def __init__(self, watch: Watch | None, total: int, start: int) -> None:
        self._watch, self._total, self._start, self._tokens = watch, total, start, start
        self._began = self._last = time.perf_counter()
        self._losses: list[float] = []

    def __call__(self, tokens: int, loss: float) -> None:
        if tokens == self._start:  # compiled, and ready
            self._began = time.perf_counter()
        self._last, self._tokens = time.perf_counter(), tokens
        self._losses.append(round(loss, 5))
        if self._watch is not None:
            self._watch.set(tokens / max(self._total, 1), f"loss {loss:.4f}, {self.speed:,.0f} words/s")

    @property
    def speed(self) -> float:
        """Tokens a second, since training began or went on."""
        spent = self._last - self._began
        return (self._tokens - self._start) / spent if spent else 0.0

    def facts(self) -> dict[str, Any]:
        """For the manifest. losses: JSON has no NaN, the loss of a text without a pair."""
        losses = [None if np.isnan(x) else x for x in self._losses]
        return {"train_seconds": round(self._last - self._began, 3), "words_per_second": round(self.speed), "losses": losses}


def _word_tables(vocabulary: pa.Table, vectors: np.ndarray) -> Iterator[pa.Table]:
    for begin in range(0, max(len(vectors), 1), _PIECE):
        piece = vocabulary.slice(begin, _PIECE)
        vector = parquet.vectors(vectors[begin : begin + _PIECE])
        yield pa.table({"word": piece.column("word"), "count": piece.column("count"), "vector": vector})


def _document_tables(text: Sequences, vectors: np.ndarray) -> Iterator[pa.Table]:
    """In pieces: a copy of all vectors would take as much memory as they do."""
    begin = 0
    if not text.document_count:
        yield pa.table({"doc_id": pa.array([], pa.string()), "vector": parquet.vectors(vectors)})
    for doc_ids in text.doc_ids():
        yield pa.table({"doc_id": doc_ids, "vector": parquet.vectors(vectors[begin : begin + len(doc_ids)])})
        begin += len(doc_ids)


def _initial(name: str, config: Config, vocabulary: pa.Table) -> Initial | None:
    """The words of the workspace that the config names, as far as this vocabulary has them."""
    settings = getattr(config, name)
    if not settings.initial:
        return None
    earlier = initial_workspace(config, name)
    table = parquet.read(earlier, f"{name}_words")
    vectors = parquet.matrix(table)
    if vectors.shape[1] != settings.dim:
        raise WajueError(
            f"[{name}] dim = {settings.dim}, but the vectors of {earlier.location} have {vectors.shape[1]}; set it to that"
        )
    contexts = checkpoints.read_matrix(earlier, f"{name}_words/{CONTEXTS}", len(vectors))
    if contexts is None:
        raise WajueError(f"{earlier.location}/{name}_words has no {CONTEXTS}, without which they cannot be trained further")
    if not (is_usable := np.isfinite(contexts).all(axis=1)).all():
        raise unusable_vectors(int((~is_usable).sum()))
    word_ids, earlier_rows = _common_words(vocabulary, table)
    log.info("%s: going on from %s: %s of %s words known", name, earlier.location, f"{len(word_ids):,}", f"{vocabulary.num_rows:,}")
    return Initial(word_ids, vectors[earlier_rows], contexts[earlier_rows])


def _common_words(vocabulary: pa.Table, earlier: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """(word_id, row of the earlier table), int64 [n] both, of the strings that both have."""
    earlier_row = {string: row for row, string in enumerate(earlier.column("word").to_pylist())}
    strings = enumerate(vocabulary.column("word").to_pylist())
    pairs = [(word_id, earlier_row[string]) for word_id, string in strings if string in earlier_row]
    word_ids, earlier_rows = np.array(pairs, np.int64).reshape(-1, 2).T
    return word_ids, earlier_rows


def initial_workspace(config: Config, name: str) -> Workspace:
    """The workspace that a trainer goes on from."""
    return Workspace(config.located(getattr(config, name).initial))


_STATE = 4  # raised whenever a saved state comes to mean something else


def saved_key(fingerprint: str, inputs: dict[str, Any], workers: Workers = ALONE) -> str:
    """What a saved state is a state of: this config, on these tables, shared by so many workers."""
    return json.dumps([_STATE, fingerprint, inputs, workers.size], sort_keys=True)
