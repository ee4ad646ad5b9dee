"""The commands that ask a workspace about a word, or two workspaces about each other."""

import json
from enum import StrEnum
from typing import Annotated

import pyarrow as pa
import typer
from rich.text import Text

from wajue import console
from wajue.cli.app import Format, WorkspaceArgument, app, as_text, show_rows
from wajue.console import output
from wajue.results import query_output
from wajue.store.workspace import Workspace

ProfileStyle = StrEnum("ProfileStyle", {s: s for s in ("table", "json")})  # type: ignore[misc]


@app.command("show")
def show_command(
    workspace: WorkspaceArgument,
    word: Annotated[str, typer.Argument(metavar="WORD", help="a word or a term", callback=as_text)],
    style: Annotated[ProfileStyle, typer.Option("--format", help="of the result")] = ProfileStyle.table,  # type: ignore[attr-defined]
) -> None:
    """Show a word's profile: counts, course over time, collocates, frames, terms, neighbours by meaning, good examples."""
    from wajue.results.profile import TITLES, profile

    shown = profile(Workspace(workspace), word)
    tables: dict[str, pa.Table] = {name: getattr(shown, name) for name in TITLES}
    if style.value == "json":
        listed = {name: query_output.plain(table.to_pylist()) for name, table in tables.items()}
        console.results().write(json.dumps({"word": shown.word, **listed}, ensure_ascii=False, indent=1).encode() + b"\n")
        return
    with console.paged():
        output.print(Text(shown.word))
        for name, title in TITLES.items():
            if tables[name].num_rows:
                output.print(f"\n{title}")
                output.print(query_output.render(tables[name]))


@app.command("compare")
def compare_command(
    first: Annotated[str, typer.Argument(metavar="A", help="a workspace")],
    second: Annotated[str, typer.Argument(metavar="B", help="another one")],
    most: Annotated[int, typer.Option("--limit", min=1, help="rows of a kind that a table shows; other formats hold all")] = 20,
    style: Annotated[Format, typer.Option("--format", help="of the result")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Show what differs between two workspaces, and why: settings, files, words, new words, terms, documents."""
    from wajue.results import compare

    differences = compare.compare(Workspace(first), Workspace(second))
    show_rows(differences, style, lambda: map(Text, compare.lines(differences, most)))
