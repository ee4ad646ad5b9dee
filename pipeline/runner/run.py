"""Runs the steps of dag.STEPS. In: a config. Out: a workspace.

A step that is done for the same inputs and config is skipped; one that was killed is done again from its beginning.
"""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from wajue import dag, word_lists
from wajue.config import Config
from wajue.dag import Step
from wajue.errors import JAVA_ENDED, WajueError, cause, said_by_task
from wajue.models.workers import ALONE, Workers
from wajue.reading import corpora, detection
from wajue.runner import alone, damage, elsewhere, estimates, freshness, kernels, manifests, spark_step, trainers
from wajue.runner.engine import Engine
from wajue.runner.progress import Watch
from wajue.runner.spark_step import Order
from wajue.spark import functions, hadoop
from wajue.spark import session as spark_session
from wajue.store import checkpoints, verdicts
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

_EXPANDED = 6  # times the bytes of a packed file; text is some 4 to 8


def workspace_of(config: Config, location: str | None = None) -> Workspace:
    """The workspace of a config; `location`, from the command line, wins."""
    if not location:
        return Workspace(config.located(config.workspace))
    return Workspace(location if "://" in location else str(word_lists.located(location, Path())))


def find_files(config: Config, spark: SparkSession | None = None) -> list[corpora.CorpusFile]:
    """All files of the corpora; the remote ones are listed through Spark. Raises ConfigError if there is none."""
    remote = [(c, p) for c in config.corpus for p in c.paths if "://" in p]
    session = (spark or spark_session.session()) if remote else None
    return corpora.find(config, [f for c, p in remote if session for f in hadoop.remote_files(session, c, p)])


def run(
    config: Config,
    workspace: Workspace,
    *,
    first: str | None = None,
    last: str | None = None,
    force: bool = False,
    master: str | None = None,
    device: str = "auto",
    train: bool = True,
) -> None:
    """Run the steps from `first` until `last`; those that are done are skipped, unless `force`.

    train False: the Spark steps only; terms are ranked with the vectors that are in the workspace, or without. Of several
    processes that torchrun started, the first runs the steps, and all train. Raises WajueError or ConfigError with one message.
    """
    with trainers.team() as workers:
        if workers.rank:
            trainers.assist(workers)
            sys.exit()  # the first alone goes on
        elsewhere.must_be_others(config, workspace)
        chosen = freshness.selected(config, first, last, train=train)
        _run(config, workspace, chosen, force=force, master=master, device=device, train=train, workers=workers)


def _run(
    config: Config,
    workspace: Workspace,
    chosen: tuple[Step, ...],
    *,
    force: bool,
    master: str | None,
    device: str,
    train: bool,
    workers: Workers,
) -> None:
    for step in (s for s in chosen if s.trainer):
        trainers.choose(step.name, config, device)  # before hours of mining
    engine = Engine(config, workspace, master)
    engine.reach_workspaces(chosen)
    if not force:
        freshness.must_be_same_project(config, workspace)
    files = find_files(config, engine.started) if any(s.reads_files for s in chosen) else None
    engine.input_bytes = _input_bytes(workspace, files)
    wanted = freshness.fingerprints(config, workspace, files)
    plan = tuple(s.name for s in chosen)
    expected = estimates.expected(estimates.plan(config, workspace, files, chosen, force=force)) if files is not None else {}

    def order_of(step: Step) -> Order:
        return Order(
            step, config, workspace, files, _absent(config, workspace, train=train), wanted[step.name], plan, False, expected
        )

    workspace.create()
    with workspace.locked():
        _prepare(config, workspace)
        try:
            with kernels.Compiler(plan if engine.is_local else ()) as compiler:
                _do_all(chosen, order_of, workspace, engine, compiler, device, workers, force=force)
        except KeyboardInterrupt:
            engine.cancel()
            raise
        finally:
            engine.close()
            workspace.close()


def _input_bytes(workspace: Workspace, files: list[corpora.CorpusFile] | None) -> int:
    """Of the corpora's files, as far as is known when they are expanded; where they are not looked at, of those that were read."""
    sizes = manifests.files_read(workspace) if files is None else [(file.name, file.size) for file in files]
    if not sizes and workspace.whole("documents"):  # raw_documents may have been deleted meanwhile
        return workspace.bytes("documents")
    return sum(size * (_EXPANDED if name.lower().endswith(detection.PACKED) else 1) for name, size in sizes)


def _do_all(
    chosen: tuple[Step, ...],
    order_of: Callable[[Step], Order],
    workspace: Workspace,
    engine: Engine,
    compiler: kernels.Compiler,
    device: str,
    workers: Workers,
    *,
    force: bool,
) -> None:
    """Do the steps that are due, in order; from the beginning again where damaged tables made one fail, once for each table."""
    finished: set[str] = set()  # steps
    mended: set[str] = set()  # tables that were found damaged
    position = 0
    while position < len(chosen):
        step = chosen[position]
        position += 1
        order = order_of(step)
        fresh = _is_due(step, workspace, order.fingerprint, force=force and step.name not in finished)
        if fresh is None:
            continue
        order = order._replace(fresh=fresh)
        try:
            _carry_out(order, engine, compiler, device, workers)
            finished.add(step.name)
        except Exception as error:
            mended |= _made_missing(order, engine, error, mended, workers)
            position = 0


def _is_due(step: Step, workspace: Workspace, fingerprint: str, *, force: bool) -> bool | None:
    """None if the step is done; else whether all its rows are to be made anew."""
    if force:
        return True
    if (fault := freshness.fault_of(workspace, step)) is not None:
        log.warning("%s: %s; it is written anew", step.name, fault)
        return True
    if freshness.is_done(workspace, step, fingerprint):
        log.info("%s: done before, for the same input and config", step.name)
        return None
    return False


def _made_missing(order: Order, engine: Engine, error: Exception, mended: set[str], workers: Workers) -> set[str]:
    """The damaged tables that made a step fail; they count as missing from now on, so that the steps that write them run again.

    Raises the error again if nothing is damaged; WajueError if what is damaged cannot be written anew, or the workspace is gone.
    """
    try:
        is_gone = not order.workspace.is_at_work()
        faults = damage.damaged_tables(order.workspace, order.step, error) if damage.may_be(error) and not is_gone else {}
    except (OSError, WajueError):  # the file system cannot be asked any more: the first error counts
        raise error from None
    if is_gone:
        said = f"the workspace {order.workspace.location} was deleted or moved while the run was at work"
        raise WajueError(f"{order.step.name}: {said}; run the same again") from error
    if not faults:
        raise error
    said = "; ".join(f"the table {t} is damaged: {fault}" for t, fault in faults.items())
    writers = damage.writers(faults)
    if mended & set(faults):
        raise WajueError(
            f"{order.step.name}: {said}, though it was written anew in this run; see whether the disk is sound"
        ) from error
    if not writers <= set(order.plan) or workers.size > 1 or not engine.is_alive:
        first = min(writers, key=dag.NAMES.index)
        raise WajueError(f"{order.step.name}: {said}; wajue run CONFIG --force --from {first} writes it anew") from error
    log.warning("%s: %s; %s", order.step.name, said, "it is written anew by " + ", ".join(sorted(writers, key=dag.NAMES.index)))
    order.workspace.discard(*faults)
    order.workspace.sweep()
    engine.forget()
    return set(faults)


def _prepare(config: Config, workspace: Workspace) -> None:
    """Make the workspace ready, and say which steps the config leaves out, and why.

    Tables that they wrote earlier would pass for results of this config.
    """
    workspace.prepare()
    verdicts.refresh(workspace)  # of this format, with what people changed in the CSV
    for name, why in dag.left_out(config).items():
        log.info("%s is left out: %s", name, why)
        freshness.discard_old(workspace, name)


def _absent(config: Config, workspace: Workspace, *, train: bool) -> frozenset[str]:
    """Tables of steps that are left out, and of trainers that are not to run and have not run."""
    left_out = dag.left_out(config)
    absent = {t for s in dag.STEPS if s.name in left_out for t in s.writes}
    return frozenset(absent | {t for s in dag.STEPS if s.trainer for t in s.writes if not train and not workspace.whole(t)})


def _carry_out(order: Order, engine: Engine, compiler: kernels.Compiler, device: str, workers: Workers) -> None:
    """Do a step. Raises WajueError for a failure of the machines that it runs on, instead of what Java or Python call it."""
    name = order.step.name
    try:
        if order.step.on_spark:
            session = engine.session  # Java starts while kernels are compiled
            compiler.wait(name)
            with functions.of(session):
                spark_step.run(order, session)
            return
        compiler.wait(name)
        if order.step.trainer:
            _train(order, device, workers)
        else:
            alone.run(order)
    except WajueError:
        raise
    except Exception as error:
        if said := said_by_task(error):
            raise WajueError(f"{name}: {said}") from error
        why = cause(error)
        if why is None and order.step.on_spark and not engine.is_alive:
            why = JAVA_ENDED  # Py4J says in many ways that nobody answers
        if why is None:
            raise
        raise WajueError(f"{name}: {why}; the steps that were done are kept, run the same again to go on") from error


def _train(order: Order, device: str, workers: Workers = ALONE) -> None:
    """One trainer; it goes on from where it was killed, unless it is to start afresh."""
    step, config, workspace = order.step, order.config, order.workspace
    started = datetime.now(UTC)
    watch = Watch(step.name, plan=order.plan, expected=order.expected)
    inputs = freshness.inputs_of(workspace, step)
    chosen = trainers.choose(step.name, config, device)
    log.info("%s: training on the %s: %s", step.name, {"cpu": "CPU", "cuda": "GPU"}[chosen.device], chosen.why)
    key = trainers.saved_key(order.fingerprint, inputs, workers)
    training = trainers.Training(step.name, config, workspace.location, key, chosen.device)
    with watch.running():
        facts = trainers.train(training, workspace, watch, fresh=order.fresh, workers=workers)
        rows_out = manifests.rows_written(workspace, step)
    facts |= {"inputs": inputs, "rejected": {}, "bytes_in": manifests.bytes_read(workspace, step), "fingerprint": order.fingerprint}
    manifests.finish(step, config, workspace, watch, started, rows_out, facts)
    checkpoints.discard(workspace, step.name)
