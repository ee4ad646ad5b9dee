"""One Spark step. In: its tables, and for a step that reads files the files. Out: the tables it writes, with their manifests.

1. what was added since the step ran is processed alone, where the step can do that (growth.py);
2. else the stage gets all tables that it reads, and the sections of the config that it declares;
3. its tables are written, their rows counted, and rows in = rows kept + rows rejected is checked;
4. tables and manifests move into place.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, cast

from pyspark.sql import DataFrame, SparkSession

from wajue import dag
from wajue.config import Config
from wajue.dag import Step
from wajue.errors import WajueError
from wajue.reading.corpora import CorpusFile
from wajue.runner import elsewhere, freshness, growth, manifests
from wajue.runner.progress import Watch
from wajue.spark import functions as F
from wajue.spark import tables
from wajue.spark.counters import Counters
from wajue.spark.flow import Flow
from wajue.spark.session import is_spark
from wajue.stages import (
    clean,
    contrast,
    dedup,
    field_terms,
    ingest,
    new_words,
    ngrams,
    relations,
    segment,
    terms,
    trends,
    variants,
    vocabulary,
    word_counts,
)
from wajue.store import parquet
from wajue.store.workspace import UNFINISHED, Workspace

Stage = Callable[..., Any]
STAGES: dict[str, Stage] = {
    "ingest": ingest.ingest,
    "clean": clean.clean,
    "dedup": dedup.dedup,
    "ngrams": ngrams.ngrams,
    "new_words": new_words.new_words,
    "segment": segment.segment,
    "word_counts": word_counts.word_counts,
    "variants": variants.variants,
    "contrast": contrast.contrast,
    "vocabulary": vocabulary.vocabulary,
    "terms": terms.terms,
    "field_terms": field_terms.field_terms,
    "relations": relations.relations,
    "trends": trends.trends,
}

log = logging.getLogger(__name__)


class Order(NamedTuple):
    """What a run asks of a step."""

    step: Step
    config: Config
    workspace: Workspace
    files: list[CorpusFile] | None  # of the corpora; None where they are not looked at, for no step of the run reads them
    absent: frozenset[str]  # tables that the step gets None for
    fingerprint: str
    plan: tuple[str, ...]  # names of the steps of the run, in order
    fresh: bool  # all rows are made anew
    expected: Mapping[str, float]  # seconds that steps of the plan are forecast to take, as estimates.expected has them


def run(order: Order, spark: SparkSession) -> None:
    """Do the step. Raises WajueError if a corpus is left without a document."""
    step, workspace = order.step, order.workspace
    started = datetime.now(UTC)
    rows_known = manifests.rows_read(workspace, step)
    counters = Counters(spark, step.name)
    rows_shown = rows_known if rows_known >= manifests.FEW else None
    watch = Watch(step.name, _progress(spark), plan=order.plan, expected=order.expected, rows=rows_shown)
    with watch.running():
        facts = _write(order, spark)
        if counted := counters.read():
            facts["spark"] = counted
        spark.catalog.clearCache()
        rows_out = manifests.rows_written(workspace, step)
        facts |= _counted(order)
    kept_or_rejected = sum(rows_out[t] for t in step.writes[:2])
    if step.rejects and facts["rows_in"] != kept_or_rejected:
        raise WajueError(
            f"{step.name}: {facts['rows_in']} rows went in, {rows_out} came out; this is a fault of wajue, please report it"
        )
    manifests.finish(step, order.config, workspace, watch, started, rows_out, facts | {"fingerprint": order.fingerprint})
    workspace.sweep()
    if step.rejects:
        _need_documents(order, spark)


def _write(order: Order, spark: SparkSession) -> manifests.Facts:
    """Write the step's tables to their unfinished places. Returns facts for the manifest."""
    step, workspace = order.step, order.workspace
    stage = STAGES[step.name]
    if step.other and step.other.parameter:
        stage = partial(stage, **{step.other.parameter: elsewhere.read(spark, order.config, step)})
    more = None if order.fresh else growth.added(step, stage, order.config, workspace, spark, order.files)
    frames = more.frames if more else _whole(order, stage, spark)
    for table, frame in zip(step.writes, frames, strict=True):
        tables.write(frame, workspace, table)
    return {"grown": growth.carry_over(workspace, more.added_to)} if more else {}


def _whole(order: Order, stage: Stage, spark: SparkSession) -> tuple[Flow | DataFrame, ...]:
    """What the stage makes of all that it reads."""
    step, workspace, config = order.step, order.workspace, dag.visible(order.config, order.step)
    if step.reads_files:
        assert order.files is not None  # a run lists them whenever such a step is to run
        scratch_folder = tables.scratch_folder(workspace)
        return stage(spark, order.files, config=config, scratch_folder=scratch_folder)
    if missing := (order.absent & set(step.reads)) - set(step.optional):
        raise AssertionError(f"{step.name} cannot do without {missing}")
    inputs = {t: None if t in order.absent else tables.read(spark, workspace, t) for t in step.reads}
    frames = stage(**inputs, config=config)
    return frames if isinstance(frames, tuple) else (frames,)


def _counted(order: Order) -> manifests.Facts:
    """What went in and what became of it, of a step whose tables are written and not yet in place."""
    step, workspace = order.step, order.workspace
    if step.reads_files:
        files = order.files or []
        facts: manifests.Facts = {
            "inputs": {"files": growth.listing(files)},
            "rows_in": parquet.total(workspace, f"{UNFINISHED}/{step.writes[-1]}", "records"),
            "bytes_in": sum(f.size for f in files),
        }
    else:
        facts = {
            "inputs": freshness.inputs_of(workspace, step),
            "rows_in": manifests.rows_read(workspace, step),
            "bytes_in": manifests.bytes_read(workspace, step),
        }
    if step.other:
        facts["elsewhere"] = elsewhere.runs(order.config, step)
    facts["rejected"] = parquet.value_counts(workspace, f"{UNFINISHED}/{step.rejects}", "reason") if step.rejects else {}
    if tally := step.tally:
        counts = parquet.value_counts(workspace, f"{UNFINISHED}/{tally.table}", tally.column)
        facts |= {tally.name: counts} if counts else {}
    return facts


def _need_documents(order: Order, spark: SparkSession) -> None:
    """Raises WajueError, with what was wrong with the rejected ones, if a corpus has no document left; says so where it may."""
    step, workspace = order.step, order.workspace
    alive = parquet.value_counts(workspace, step.writes[0], "corpus")
    roles = {c.role for c in order.config.corpus if c.name in alive}
    for corpus in order.config.corpus:
        if corpus.name in alive:
            continue
        rejects = tables.read(spark, workspace, step.rejects).frame.where(F.col("corpus") == corpus.name)
        by_reason = rejects.groupBy("reason").agg(F.count("*").alias("n"), F.min("detail").alias("detail"))
        top = by_reason.orderBy(F.desc("n")).limit(3).collect()
        reasons = "; ".join(f"{r['n']:,} x {r['reason']} ({r['detail']})" for r in top)
        left = f"corpus {corpus.name!r} has no document left after {step.name}: {reasons or 'its files hold no record at all'}"
        if not corpus.may_be_empty or corpus.role not in roles:
            workspace.discard(step.writes[0])  # the rejects stay, to be looked at; the step counts as missing
            raise WajueError(f"{left}; mend its [[corpus]] settings or files")
        if reasons or step.reads_files:  # else a step before this one said it
            log.warning(left)


def _progress(spark: SparkSession) -> Callable[[], tuple[float, str] | None]:
    """A function that tells (share, remark) of what is at work now."""
    if not is_spark(spark):
        return cast(Any, spark).progress
    store = spark.sparkContext._jsc.sc().statusStore()  # statusTracker() tells no rows

    def ask() -> tuple[float, str] | None:
        active = store.activeStages()
        stages = [active.apply(i) for i in range(active.size())]
        total = sum(s.numTasks() for s in stages)
        if not total:
            return None
        done = sum(s.numCompleteTasks() for s in stages)
        rows_in = sum(s.inputRecords() for s in stages)  # that Spark reads; not those of files that tasks read themselves
        begun = min((s.submissionTime().get().getTime() / 1000 for s in stages if s.submissionTime().isDefined()), default=0.0)
        known = rows_in >= manifests.FEW and (spent := time.time() - begun) > 0
        rate = f", {rows_in:,} rows, {rows_in / spent:,.0f} rows/s" if known else ""
        return done / total, f"{done}/{total} tasks{rate}"

    return ask
