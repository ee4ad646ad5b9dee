"""The commands that ask a workspace: by SQL, of a word, of text, of gold; or two workspaces about each other."""

import json
import logging
from enum import StrEnum
from typing import Annotated

import pyarrow as pa
import typer
from rich.text import Text
from typer.models import OptionInfo

from wajue import console
from wajue.cli.app import Format, VectorKind, WorkspaceArgument, app, as_text, show_rows
from wajue.console import output
from wajue.results import concordance, loaders, query, query_output
from wajue.schemas import KEPT
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

DocumentRole = StrEnum("DocumentRole", {r: r for r in ("domain", "general")})  # type: ignore[misc]
ProfileStyle = StrEnum("ProfileStyle", {s: s for s in ("table", "json")})  # type: ignore[misc]
Counting = StrEnum("Counting", {c: c for c in concordance.COUNTED})  # type: ignore[misc]
Sorting = StrEnum("Sorting", {s: s for s in concordance.ORDERS})  # type: ignore[misc]


@app.command("query")
def query_command(
    workspace: WorkspaceArgument,
    sql: Annotated[
        str | None, typer.Argument(metavar="SQL", help="a statement; without it a prompt opens", callback=as_text)
    ] = None,
    style: Annotated[Format, typer.Option("--format", help="of the result")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Query the tables of a workspace with SQL (DuckDB)."""
    opened = Workspace(workspace)
    connection = query.connect(opened)
    if sql is None:
        from wajue.results.prompt import prompt

        prompt(connection, opened, output)
        return
    for name in query.missing(opened, sql):
        writer = "review" if name in KEPT else "run"
        log.warning("table %s has not been written yet and shows no rows; wajue %s writes it", name, writer)
    if style.value == "table":
        rendered = query_output.render(query.interruptible(connection, lambda: query.execute(connection, sql)))
        with console.paged():
            output.print(rendered)
    else:
        out = console.results()
        query.interruptible(connection, lambda: query_output.write(query.stream(connection, sql), style.value, out))


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


@app.command("find")
def find_command(
    workspace: WorkspaceArgument,
    strings: Annotated[list[str], typer.Argument(metavar="WORD...", help="any strings", callback=as_text)],
    role: Annotated[DocumentRole | None, typer.Option("--role", help="of the documents")] = None,
    corpus: Annotated[str | None, typer.Option("--corpus", help="of the documents")] = None,
    file: Annotated[str | None, typer.Option("--file", help="a part of the name of the file that held them")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="that the documents have")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="2023 or 2023-05: documents from then on")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="and up to then, that included")] = None,
    by_token: Annotated[
        bool, typer.Option("--by-token", help="words as the text was cut; '提高 * 率' is three tokens, the star any")
    ] = False,
    near: Annotated[
        list[str] | None, typer.Option("--near", metavar="WORD", help="that stands in the same sentence; of several, one")
    ] = None,
    within: Annotated[int | None, typer.Option("--within", min=1, help="so many tokens away from it at most")] = None,
    count: Annotated[Counting | None, typer.Option("--count", help="how many by corpus, file ..., instead of each")] = None,
    sort: Annotated[
        Sorting, typer.Option("--sort", help="by the text on the left, on the right, or by document")
    ] = Sorting.document,  # type: ignore[attr-defined]
    most: Annotated[int, typer.Option("--limit", min=1, help="rows that a table shows; other formats hold all")] = 50,
    style: Annotated[Format, typer.Option("--format", help="of the result")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Show every occurrence of some words, in its sentence (a concordance)."""
    opened = Workspace(workspace)
    among = concordance.Among(role.value if role else None, corpus, file, tag, since, until)
    if style.value == "table" and sort.value == "document" and not (by_token or near or within or count):
        page, held = concordance.first(opened, strings, most, among)
        show_rows(page, style, lambda: [concordance.render(page, most, output.width, held if held > most else None)])
        return
    where = among._asdict()
    found = concordance.find(opened, strings, by_token=by_token, near=near or (), within=within, sort=sort.value, **where)
    if count is None:
        show_rows(found, style, lambda: [concordance.render(found, most, output.width)])
    else:
        counted = concordance.counts(found, count.value)
        show_rows(counted, style, lambda: [query_output.render(counted)])


@app.command("explain")
def explain_command(
    workspace: WorkspaceArgument,
    word: Annotated[str, typer.Argument(metavar="WORD", help="any string", callback=as_text)],
) -> None:
    """Say why a string is, or is not, a word, a new word, a term: figures, the rule that decided, what would change it."""
    from wajue.results.explain import explain

    for finding in explain(Workspace(workspace), word):
        output.print(finding.text)


@app.command()
def similar(
    workspace: WorkspaceArgument,
    asked: Annotated[list[str], typer.Argument(metavar="WORD...", help="one or more words", callback=as_text)],
    vectors: Annotated[VectorKind, typer.Option("--vectors", help="whose vectors")] = VectorKind.sgns,  # type: ignore[attr-defined]
    top: Annotated[int, typer.Option("--top", min=1, help="neighbours a word")] = 10,
) -> None:
    """Show the nearest words of each word, with their cosine."""
    loaded = loaders.load_vectors(Workspace(workspace), vectors.value)
    neighbours = {word: loaded.most_similar(word, top=top) for word in asked}  # an unknown word is an error before any output
    out = console.results()
    for word, near in neighbours.items():
        for other, cosine in near:
            out.write(f"{word}\t{other}\t{cosine:.4f}\n".encode())


@app.command("topics")
def topics_command(
    workspace: WorkspaceArgument,
    assign: Annotated[
        str | None,
        typer.Option("--assign", metavar="FILE", help="put these documents, one a line, into topics; - is standard input"),
    ] = None,
    style: Annotated[Format, typer.Option("--format", help="of the result")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Show what the documents are about, or put new documents into these topics."""
    from wajue.results import topics
    from wajue.results.utf8_lines import numbered_lines

    opened = Workspace(workspace)
    if assign is None:
        listed = topics.listing(opened)
        show_rows(listed, style, lambda: [topics.render(listed)])
    else:
        assigned = topics.assigned(opened, [line for _, line in numbered_lines(assign)])
        show_rows(assigned, style, lambda: [query_output.render(assigned)])


def _gold(test: str, text: str) -> OptionInfo:
    """An option that takes gold files. text: its help."""
    return typer.Option(f"--{test}", metavar="FILE...", help=text)


@app.command("evaluate")
def evaluate_command(
    workspace: WorkspaceArgument,
    similarity: Annotated[
        list[str] | None, _gold("similarity", "word pairs and scores: WordSim-353, MEN, SimLex-999, wordsim-240 ...")
    ] = None,
    analogy: Annotated[list[str] | None, _gold("analogy", "questions of four words: questions-words, CA8 ...")] = None,
    clusters: Annotated[
        list[str] | None, _gold("clusters", "doc_id and label; the word tags: the documents' own first tags")
    ] = None,
    segmentation: Annotated[list[str] | None, _gold("segmentation", "text with spaces between its words")] = None,
    lexicon: Annotated[list[str] | None, _gold("lexicon", "such a text, or a word a line")] = None,
    terms: Annotated[list[str] | None, _gold("terms", "terms of the field, one a line; several: each, and all together")] = None,
    vectors: Annotated[VectorKind, typer.Option("--vectors", help="whose vectors")] = VectorKind.sgns,  # type: ignore[attr-defined]
    restrict: Annotated[
        int | None, typer.Option("--restrict", min=1, help="analogies among so many words, the most frequent")
    ] = None,
    style: Annotated[Format, typer.Option("--format", help="of the scores")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Score vectors, segmentation, words and terms against gold files."""
    from wajue.results import evaluate

    files = {"similarity": similarity, "analogy": analogy, "clusters": clusters}
    files |= {"segmentation": segmentation, "lexicon": lexicon, "terms": terms}
    asked = {test: given or [] for test, given in files.items()}
    scores = evaluate.evaluate(Workspace(workspace), asked, evaluate.Options(vectors.value, restrict))
    show_rows(scores, style, lambda: map(query_output.render, evaluate.by_test(scores)))


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
