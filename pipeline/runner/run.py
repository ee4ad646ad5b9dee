"""Runs the steps of dag.STEPS: reads tables, calls the step, writes tables, manifests and progress.

In: a config. Out: a workspace. A step that is done for the same inputs and config is skipped; one that was killed is done
again from its beginning.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from wajue import dag
from wajue.config import Config
from wajue.dag import Step
from wajue.errors import WajueError, cause, said_by_task
from wajue.reading import corpora
from wajue.runner import freshness, growth, trainers
from wajue.runner.progress import Watch
from wajue.schemas import FORMAT_VERSION
from wajue.spark import counters as spark_counters
from wajue.spark import flow, hadoop
from wajue.spark import session as spark_session
from wajue.spark import tables as spark_tables
from wajue.spark.flow import Flow
from wajue.stages import clean, contrast, dedup, ingest, new_words, ngrams, segment, terms, trends, vocabulary, word_counts
from wajue.store import checkpoints, parquet
from wajue.store.workspace import Workspace, split, versions

log = logging.getLogger(__name__)

STAGES: dict[str, Callable[..., Any]] = {
    "ingest": ingest.ingest,
    "clean": clean.clean,
    "dedup": dedup.dedup,
    "ngrams": ngrams.ngrams,
    "new_words": new_words.new_words,
    "segment": segment.segment,
    "word_counts": word_counts.word_counts,
    "contrast": contrast.contrast,
    "vocabulary": vocabulary.vocabulary,
    "terms": terms.terms,
    "trends": trends.trends,
}
_FEW = 1000  # rows: so few may be packed blocks, each with thousands in it, and say nothing of the work
_REJECTING = {"ingest": "ingest_rejects", "clean": "clean_rejects", "dedup": "duplicates"}


def workspace_of(config: Config, location: str | None = None) -> Workspace:
    """The workspace of a config; `location`, from the command line, wins."""
    return Workspace(location or config.located(config.workspace))


def find_files(config: Config, spark: SparkSession | None = None) -> list[corpora.CorpusFile]:
    """All files of the corpora; the remote ones are listed through Spark. Raises ConfigError if there is none."""
    remote = [(c, p) for c in config.corpus for p in c.paths if "://" in p]
    session = (spark or spark_session.session()) if remote else None
    return corpora.find(config, [f for c, p in remote if session for f in hadoop.remote_files(session, c, p)])


@trainers.team()
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
    """Run the steps from `first` until `last`, those that are done skipped unless `force`.

    train False: the Spark steps only; terms are ranked with the vectors that are there, or without. Of several processes that
    torchrun started, the first runs the steps, and all train.

    Raises WajueError or ConfigError with one message that says what to do.
    """
    chosen = freshness.selected(config, first, last, train=train)
    for step in (s for s in chosen if s.trainer):
        trainers.choose(step.name, config, device)  # before hours of mining
    spark = _reaching(config, workspace, master) if any(not s.trainer for s in chosen) else None
    if not force:
        freshness.must_be_same_project(config, workspace)
    files = find_files(config, spark) if chosen and chosen[0].name == "ingest" else None
    wanted = freshness.fingerprints(config, workspace, files)
    plan = tuple(s.name for s in chosen)
    workspace.create()
    with workspace.locked():
        workspace.prepare()
        for name, why in dag.left_out(config).items():
            log.info("%s is left out: %s", name, why)
            freshness.discard_old(workspace, name)
        try:
            for step in chosen:
                fault = None if force else freshness.fault_of(workspace, step)
                if fault is not None:
                    log.warning("%s: %s; it is written anew", step.name, fault)
                elif not force and freshness.is_done(workspace, step, wanted[step.name]):
                    log.info("%s: done before, for the same input and config", step.name)
                    continue
                with _explained(step):
                    if step.trainer:
                        _train(step, config, workspace, wanted[step.name], plan, device=device, fresh=force)
                    else:
                        spark = spark or _start(master, config)
                        absent = {t for s in dag.STEPS if s.trainer for t in s.writes if not train and not workspace.whole(t)}
                        _mine(
                            step, config, workspace, spark, files, absent, wanted[step.name], plan, fresh=force or fault is not None
                        )
        except KeyboardInterrupt:
            if spark is not None:
                spark.sparkContext.cancelAllJobs()  # in a notebook the session lives on
            raise
        finally:
            workspace.close()


@contextmanager
def _explained(step: Step) -> Iterator[None]:
    """Raises WajueError for a failure of the machines that the step runs on, instead of what Java or Python call it."""
    try:
        yield
    except WajueError:
        raise
    except Exception as error:
        if said := said_by_task(error):
            raise WajueError(f"{step.name}: {said}") from error
        if (why := cause(error)) is None:
            raise
        raise WajueError(f"{step.name}: {why}; the steps that were done are kept, run the same again to go on") from error


def _reaching(config: Config, workspace: Workspace, master: str | None) -> SparkSession | None:
    """Spark, started already if something lies where only Hadoop may reach it; workspaces there are reached through it."""
    places = [workspace.location, *(w.location for w in freshness.against(config))]
    if not any("://" in place for place in (*places, *(p for c in config.corpus for p in c.paths))):
        return None
    for place in places:
        split(place)  # one with a password is refused before anything is started
    spark = _start(master, config)
    for place in places:
        hadoop.reach(spark, place)
    return spark


def _start(master: str | None, config: Config) -> SparkSession:
    log.info("starting Spark")
    return spark_session.session(master, config.located(config.spark.event_log) if config.spark.event_log else None)


def _spark_progress(spark: SparkSession) -> Callable[[], tuple[float, str] | None]:
    store = spark.sparkContext._jsc.sc().statusStore()  # statusTracker() tells no rows

    def ask() -> tuple[float, str] | None:
        active = store.activeStages()
        stages = [active.apply(i) for i in range(active.size())]
        total = sum(s.numTasks() for s in stages)
        if not total:
            return None
        done = sum(s.numCompleteTasks() for s in stages)
        rows = sum(s.inputRecords() for s in stages)  # that Spark reads; not those of files that tasks read themselves
        begun = min((s.submissionTime().get().getTime() / 1000 for s in stages if s.submissionTime().isDefined()), default=0.0)
        rate = f", {rows:,} rows, {rows / spent:,.0f} rows/s" if rows >= _FEW and (spent := time.time() - begun) > 0 else ""
        return done / total, f"{done}/{total} tasks{rate}"

    return ask


def _mine(
    step: Step,
    config: Config,
    workspace: Workspace,
    spark: SparkSession,
    files: list[corpora.CorpusFile] | None,
    absent: set[str],
    fingerprint: str,
    plan: tuple[str, ...],
    *,
    fresh: bool,
) -> None:
    """One Spark step; it gets None for a table that is absent, or whose step is left out."""
    left_out = dag.left_out(config)
    absent = absent | {t for s in dag.STEPS if s.name in left_out for t in s.writes}
    started = datetime.now(UTC)
    known = _rows_read(workspace, step)
    counters = spark_counters.Counters(spark, step.name)
    watch = Watch(step.name, _spark_progress(spark), plan=plan, rows=known if known >= _FEW else None)
    with watch.running():
        more = growth.added(step, config, workspace, spark, files) if not fresh else None
        if more is None:
            frames = _whole(step, config, workspace, spark, files, absent)
        for table, frame in zip(step.writes, more.frames if more else frames, strict=True):
            spark_tables.write(frame, workspace, table)
        grown = growth.carry_over(workspace, more.added_to) if more else []
        counted = counters.read()
        exchanged = spark_counters.exchanged_bytes(workspace)
        counted |= {k: counted[k] + exchanged for k in ("shuffle_write_bytes", "shuffle_read_bytes")}
        spark.catalog.clearCache()
        rows = {t: parquet.count_rows(workspace, f"_unfinished/{t}") for t in step.writes}
        rejected = _rejected(spark, workspace, step)
        rows_in = _rows_in(spark, workspace, step)
        changed = _changed(spark, workspace, step)
    if step.name in _REJECTING and rows_in != sum(rows[t] for t in step.writes[:2]):
        raise WajueError(f"{step.name}: {rows_in} rows went in, {rows} came out; this is a fault of wajue, please report it")
    facts: dict[str, Any] = {
        "inputs": {"files": growth.listing(files or [])} if step.name == "ingest" else freshness.inputs_of(workspace, step),
        "rows_in": rows_in,
        "bytes_in": sum(f.size for f in files or ()) if step.name == "ingest" else _bytes_read(workspace, step),
        "rejected": rejected,
        "spark": counted,
    }
    facts |= {"changed": changed} if changed else {}
    facts |= {"grown": grown} if grown else {}
    _finish(step, config, workspace, watch, started, rows, facts | {"fingerprint": fingerprint})
    workspace.sweep()
    if step.name in _REJECTING:
        _need_documents(config, spark, workspace, step)


def _whole(
    step: Step,
    config: Config,
    workspace: Workspace,
    spark: SparkSession,
    files: list[corpora.CorpusFile] | None,
    absent: set[str],
) -> tuple[Flow | DataFrame, ...]:
    """What the step makes of all that it reads."""
    if step.name == "ingest":
        assert files is not None  # `run` lists them whenever ingest is to run
        return ingest.ingest(spark, files, config=config, place=spark_tables.place_of(workspace))
    tables = {t: None if t in absent else spark_tables.read(spark, workspace, t) for t in step.reads}
    more = {}
    if step.name == "dedup":
        more["earlier"] = tuple((w.location, spark_tables.read(spark, w, "documents")) for w in freshness.against(config))
    frames = STAGES[step.name](**tables, config=config, **more)
    return frames if isinstance(frames, tuple) else (frames,)


def _rejected(spark: SparkSession, workspace: Workspace, step: Step) -> dict[str, int]:
    if step.name not in _REJECTING:
        return {}
    rejects = spark.read.parquet(flow.literal(workspace.unfinished(_REJECTING[step.name])))
    return {r["reason"]: r["count"] for r in rejects.groupBy("reason").count().orderBy("reason").collect()}


def _rows_in(spark: SparkSession, workspace: Workspace, step: Step) -> int:
    """Rows read; for ingest, as the readers counted them file by file."""
    if step.name != "ingest":
        return _rows_read(workspace, step)
    files = spark.read.parquet(flow.literal(workspace.unfinished("files")))
    return files.agg(F.coalesce(F.sum("records"), F.lit(0))).collect()[0][0]


def _rows_read(workspace: Workspace, step: Step) -> int:
    return sum(m["rows_out"] for t in step.reads[:1] if (m := workspace.manifest(t)) is not None)


def _bytes_read(workspace: Workspace, step: Step) -> int:
    return sum(m.get("bytes_out", 0) for t in step.reads if (m := workspace.manifest(t)) is not None)


def _changed(spark: SparkSession, workspace: Workspace, step: Step) -> dict[str, int]:
    """For clean: how many of the documents that it kept each rule changed."""
    if step.name != "clean":
        return {}
    kept = spark.read.parquet(flow.literal(workspace.unfinished("clean_documents")))
    rules = kept.select(F.explode("changed_by").alias("rule")).groupBy("rule").count().orderBy("rule")
    return {r["rule"]: r["count"] for r in rules.collect()}


def _finish(
    step: Step,
    config: Config,
    workspace: Workspace,
    watch: Watch,
    started: datetime,
    rows: dict[str, int],
    facts: dict[str, Any],
) -> None:
    finished = datetime.now(UTC)
    sections = {s: _plain(getattr(config, s)) for s in step.sections}
    sizes = {t: workspace.bytes(f"_unfinished/{t}") for t in step.writes}
    shared = {
        "format_version": FORMAT_VERSION,
        "step": step.name,
        "config": sections,
        "run_id": uuid.uuid4().hex[:16],
        "versions": versions(),
        **facts,
        "seconds": round((finished - started).total_seconds(), 3),
        "cpu_seconds": round(watch.cpu_seconds, 3),
        "peak_rss_bytes": watch.meter.peak_rss,
        "started": started.isoformat(),
        "finished": finished.isoformat(),
    }
    workspace.finish({t: {"table": t, **shared, "rows_out": rows[t], "bytes_out": sizes[t]} for t in step.writes})
    shown = ", ".join(f"{n:,} {t}" for t, n in rows.items())
    remarks = {
        "event": "finished",
        "step": step.name,
        "rows": rows,
        "seconds": shared["seconds"],
        "cpu_seconds": shared["cpu_seconds"],
    }
    rate = f", {facts['rows_in'] / shared['seconds']:,.0f} rows/s" if facts["rows_in"] >= _FEW and "grown" not in facts else ""
    if "words_per_second" in facts:
        rate = f", {facts['words_per_second']:,} words/s in training"
    message = f"{step.name}: {shown} in {shared['seconds']:.1f} s ({shared['cpu_seconds']:.1f} CPU s{rate})"
    if rejected := facts.get("rejected"):
        message += "; " + ", ".join(f"{n:,} {reason}" for reason, n in rejected.items())
    if changed := facts.get("changed"):
        message += "; changed: " + ", ".join(f"{n:,} {rule}" for rule, n in changed.items())
    log.info(message, extra={"facts": remarks | {k: facts[k] for k in ("rejected", "changed") if facts.get(k)}})


def _plain(value: Any) -> Any:
    return [v.model_dump(mode="json") for v in value] if isinstance(value, tuple) else value.model_dump(mode="json")


def _need_documents(config: Config, spark: SparkSession, workspace: Workspace, step: Step) -> None:
    """Raises WajueError, with what was wrong with the rejected ones, if a corpus has no document left."""
    kept = spark_tables.read(spark, workspace, step.writes[0]).frame
    alive = {r["corpus"] for r in kept.select("corpus").distinct().collect()}
    for corpus in config.corpus:
        if corpus.name in alive:
            continue
        rejects = spark_tables.read(spark, workspace, step.writes[1]).frame.where(F.col("corpus") == corpus.name)
        top = rejects.groupBy("reason").agg(F.count("*").alias("n"), F.min("detail").alias("detail")).orderBy(F.desc("n")).limit(3)
        reasons = (
            "; ".join(f"{r['n']:,} x {r['reason']} ({r['detail']})" for r in top.collect()) or "its files hold no record at all"
        )
        workspace.discard(step.writes[0])  # the rejects stay, to be looked at; the step counts as missing
        raise WajueError(
            f"corpus {corpus.name!r} has no document left after {step.name}: {reasons}; mend its [[corpus]] settings or files"
        )


def _train(
    step: Step, config: Config, workspace: Workspace, fingerprint: str, plan: tuple[str, ...], *, device: str = "auto", fresh: bool
) -> None:
    """One trainer; it goes on from where it was killed, unless it is to start afresh."""
    started = datetime.now(UTC)
    watch = Watch(step.name, plan=plan)
    inputs = freshness.inputs_of(workspace, step)
    chosen = trainers.choose(step.name, config, device)
    log.info("%s: training on the %s: %s", step.name, {"cpu": "CPU", "cuda": "card"}[chosen.device], chosen.why)
    key = trainers.saved_key(fingerprint, inputs)
    with watch.running():
        facts = trainers.train(step.name, config, workspace, watch, key, device=chosen.device, fresh=fresh)
        rows = {t: parquet.count_rows(workspace, f"_unfinished/{t}") for t in step.writes}
    facts |= {"inputs": inputs, "rejected": {}, "bytes_in": _bytes_read(workspace, step), "fingerprint": fingerprint}
    _finish(step, config, workspace, watch, started, rows, facts)
    checkpoints.discard(workspace, step.name)
