"""A step that runs in this process, without Spark, on what the trainers wrote. In: its tables. Out: those it writes, finished."""

from collections.abc import Callable
from datetime import UTC, datetime

from wajue import dag
from wajue.config import Config
from wajue.runner import freshness, manifests
from wajue.runner.progress import Watch
from wajue.runner.spark_step import Order
from wajue.runner.topic_trends import topic_trends
from wajue.runner.topics import topics
from wajue.store.workspace import Workspace

STEPS: dict[str, Callable[[Workspace, Config, frozenset[str], Watch], None]] = {"topics": topics, "topic_trends": topic_trends}
"""The function of each step: it reads a workspace, and writes unfinished tables; absent are those that it must do without."""


def run(order: Order) -> None:
    """Do the step."""
    step, workspace = order.step, order.workspace
    started, inputs = datetime.now(UTC), freshness.inputs_of(workspace, step)
    watch = Watch(step.name, plan=order.plan, expected=order.expected)
    with watch.running():
        STEPS[step.name](workspace, dag.visible(order.config, step), order.absent, watch)
        rows_out = manifests.rows_written(workspace, step)
    facts: manifests.Facts = {"inputs": inputs, "rows_in": manifests.rows_read(workspace, step), "rejected": {}}
    facts |= {"bytes_in": manifests.bytes_read(workspace, step), "fingerprint": order.fingerprint}
    manifests.finish(step, order.config, workspace, watch, started, rows_out, facts)
