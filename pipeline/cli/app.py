"""What every command shares: the application, how rows are shown, and arguments that several commands take."""

import os
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.console import RenderableType
from typer.core import TyperGroup

from wajue import console, dag, word_lists
from wajue.errors import ConfigError
from wajue.results import query_output

# the module of each command, as --help lists them: before a run, the run, what to ask of its results, what to make of them
MODULES = {
    "demo": "running",
    **dict.fromkeys(("init", "check", "settings"), "starting"),
    **dict.fromkeys(("mine", "run", "steps"), "running"),
    **dict.fromkeys(("query", "show", "find", "explain", "similar", "topics", "evaluate", "compare"), "asking"),
    "segment": "cutting",
    "report": "writing",
    "review": "reviewing",
    "judge": "judging",
    "export": "writing",
}


class _InOrder(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=list(MODULES).index)


app = typer.Typer(
    cls=_InOrder,
    help="Mine new words, domain terms and vectors from raw Chinese text, without labels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StepName = StrEnum("StepName", {name: name for name in dag.NAMES})  # type: ignore[misc]
Device = StrEnum("Device", {d: d for d in ("auto", "cpu", "cuda")})  # type: ignore[misc]
Format = StrEnum("Format", {f: f for f in query_output.STYLES})  # type: ignore[misc]
VectorKind = StrEnum("VectorKind", {v: v for v in ("sgns", "jose")})  # type: ignore[misc]


def as_text(given: Any) -> Any:
    """One or more words, or SQL, of the command line: UTF-8 in every locale. Raises ConfigError for bytes that are not."""
    if isinstance(given, list | tuple):
        return [as_text(one) for one in given]
    if given is None or not any("\ud800" <= c <= "\udfff" for c in given):
        return given
    try:
        return os.fsencode(given).decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{console.one_line(given)!r} is not UTF-8, as words and SQL have to be") from None


def _at_home(workspace: str) -> str:
    """~ is a home, as in a shell, also where no shell saw it."""
    return workspace if "://" in workspace else str(word_lists.located(workspace, Path()))


ConfigArgument = Annotated[Path, typer.Argument(metavar="CONFIG", help="the TOML config")]
WorkspaceArgument = Annotated[str, typer.Argument(metavar="DIR", help="the workspace", callback=_at_home)]
WorkspaceOption = Annotated[str | None, typer.Option("--workspace", help="folder of the results; wins over the config")]
MasterOption = Annotated[
    str | None,
    typer.Option(help="Spark master, e.g. local[4] or spark://host:7077; none: no Spark, as up to 2 GB are mined anyway"),
]


def show_rows(answer: pa.Table, style: StrEnum, render: Callable[[], Iterable[RenderableType]]) -> None:
    """Print what `render` makes of an answer where a table is asked for; else write its rows in that format."""
    if style.value == "table":
        with console.paged():
            for part in render():
                console.output.print(part)
    else:
        query_output.write(answer.to_reader(), style.value, console.results())
