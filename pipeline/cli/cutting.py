"""The command that cuts text by what was mined. It stands in pipes, and does without DuckDB and Spark, which load slowly."""

import sys
from typing import Annotated

import typer

from wajue import console
from wajue.cli.app import WorkspaceArgument, app
from wajue.errors import WajueError
from wajue.results.cut_lines import cut_lines
from wajue.store.workspace import Workspace


@app.command()
def segment(
    workspace: WorkspaceArgument,
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="UTF-8 text; - or nothing: standard input")] = "-",
) -> None:
    """Cut text into words by the mined lexicon, a line out for each line in."""
    try:
        stream = sys.stdin.buffer if file == "-" else open(file, "rb")  # noqa: SIM115
    except OSError as error:
        raise WajueError(f"cannot read {file}: {error.strerror}") from None
    out = console.results()
    with stream:
        for lines in cut_lines(Workspace(workspace), stream, file):
            out.write(lines)
