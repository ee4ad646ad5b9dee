"""The commands that write results for people and for other tools."""

import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from wajue.cli.app import Format, VectorKind, WorkspaceArgument, app, as_text, show_rows
from wajue.console import output
from wajue.errors import WajueError
from wajue.results import export, new_words, query_output
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

ExportFormat = StrEnum("ExportFormat", {f: f for f in export.FORMATS})  # type: ignore[misc]
Role = StrEnum("Role", {r: r for r in new_words.ROLES})  # type: ignore[misc]


@app.command("export")
def export_command(
    workspace: WorkspaceArgument,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="the file to write; for the projector a folder")],
    to: Annotated[ExportFormat, typer.Option("--to", help="the format")],
    vectors: Annotated[VectorKind, typer.Option("--vectors", help="whose vectors")] = VectorKind.sgns,  # type: ignore[attr-defined]
    role: Annotated[
        Role | None, typer.Option("--role", help="whose new words a dictionary holds; else the domain's, then its terms")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option("--min-score", help="of new words in a dictionary; else [new_words] min_score of the run")
    ] = None,
    words_only: Annotated[bool, typer.Option("--words-only", help="no terms in a dictionary")] = False,
    top: Annotated[int | None, typer.Option("--top", min=1, help="the first so many words or terms")] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="NAME,...", help="of csv and xlsx: what they show, in this order")
    ] = None,
    field: Annotated[
        str | None,
        typer.Option("--field", metavar="NAME", help="of terms: those of one field, else the whole domain's", callback=as_text),
    ] = None,
    check: Annotated[
        str | None,
        typer.Option("--check", metavar="FILE|sample", help="show what jieba cuts otherwise with the dictionary, the worst first"),
    ] = None,
    most: Annotated[int, typer.Option("--limit", min=1, help="rows that the table of --check shows; other formats hold all")] = 50,
    style: Annotated[Format, typer.Option("--format", help="of what --check shows")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Write results for other tools: dictionaries of segmenters, vectors, the terminology."""
    if check is not None and to.value != "jieba":
        raise WajueError(f"--check cuts text with jieba: give it with --to jieba; a dictionary for {to.value} has the same words")
    of_words: dict[str, Any] = {"role": role.value if role else None, "min_score": min_score, "words_only": words_only}
    of_terms: dict[str, Any] = {"columns": columns, "field": field}
    export.export(Workspace(workspace), to.value, path, model=vectors.value, top=top, **of_words, **of_terms)
    if check is None:
        output.print(str(path))
    else:
        _show_changes(Workspace(workspace), path, check, style, most)


def _show_changes(workspace: Workspace, path: Path, check: str, style: Format, most: int) -> None:
    """What jieba cuts otherwise with a dictionary."""
    from wajue.results.dictionary_check import check_dictionary

    regression = check_dictionary(workspace, path, check)
    show_rows(regression.changes, style, lambda: [query_output.render(regression.changes.slice(0, most))])
    log.info("%s", regression.summary)


@app.command()
def report(
    workspace: WorkspaceArgument,
    title: Annotated[str | None, typer.Option(help="what the page is called; else the names of the domain's corpora")] = None,
    show: Annotated[bool, typer.Option("--open", help="open it in the browser")] = False,
) -> None:
    """Write DIR/report.html, one page that shows everything, and print its path."""
    import webbrowser

    from wajue.results import report as reporter

    path = reporter.write(Workspace(workspace), title)
    output.print(path)
    if show and not ("://" not in path and webbrowser.open(Path(path).absolute().as_uri())):
        raise WajueError(f"no browser could be opened; the page is {path}")
