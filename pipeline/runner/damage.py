"""Damage that no size shows. In: a step that failed, and its error. Out: the tables that it read and that are damaged.

Whatever Spark, Hadoop or Arrow calls it, and if a Python worker died of it: the pages of the tables are compared with their
checksums. A failure is rare, and this costs a fraction of the step.
"""

import re

from wajue.dag import STEPS, Step
from wajue.errors import DamagedTable, WajueError
from wajue.store import parquet
from wajue.store.workspace import Workspace


def may_be(error: BaseException) -> bool:
    """Can damage be behind it? Not where one of our messages says what it was."""
    return isinstance(error, DamagedTable) or not isinstance(error, WajueError) or isinstance(error.__cause__, Exception)


def damaged_tables(workspace: Workspace, step: Step, error: BaseException) -> dict[str, str]:
    """{table: what is wrong} of the tables that the step reads, its own included, which it may add to."""
    faults = {}
    for table in (*step.reads, *step.writes):
        if (fault := parquet.damage(workspace, table) or _of_hadoop(workspace, table, error)) is not None:
            faults[table] = fault
    return faults


def _of_hadoop(workspace: Workspace, table: str, error: BaseException) -> str | None:
    """What Hadoop says of its own checksums, which lie beside some files: those may be what is damaged."""
    found = re.search(rf"Checksum error: \S*/{table}/(\S+)", str(error))
    return f"{found[1]} fails Hadoop's checksum" if found and workspace.whole(table) else None


def writers(tables: dict[str, str]) -> frozenset[str]:
    """The steps that write these tables."""
    return frozenset(s.name for s in STEPS if set(s.writes) & set(tables))
