"""The `wajue` command: parses the command line and calls runner/ or results/, which do the work.

Results go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong usage or config, 130 stopped by Ctrl-C.
"""

import logging
import os
import shlex
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.models import OptionInfo

from wajue import config as configuration
from wajue import console
from wajue.cli.app import (
    ConfigArgument,
    Device,
    Format,
    MasterOption,
    StepName,
    VectorKind,
    WorkspaceArgument,
    WorkspaceOption,
    app,
    as_text,
    show_rows,
)
from wajue.console import output
from wajue.errors import ConfigError, WajueError
from wajue.results import concordance, export, loaders, new_words, query, query_output
from wajue.schemas import KEPT
from wajue.spark import environment
from wajue.store.workspace import Workspace, versions

log = logging.getLogger(__name__)

LogStyle = StrEnum("LogStyle", {s: s for s in ("auto", "plain", "json")})  # type: ignore[misc]
ExportFormat = StrEnum("ExportFormat", {f: f for f in export.FORMATS})  # type: ignore[misc]
Role = StrEnum("Role", {r: r for r in new_words.ROLES})  # type: ignore[misc]
DocumentRole = StrEnum("DocumentRole", {r: r for r in ("domain", "general")})  # type: ignore[misc]
Sorting = StrEnum("Sorting", {s: s for s in concordance.ORDERS})  # type: ignore[misc]
GOLD_OPTIONS = ("--similarity", "--analogy", "--clusters", "--segmentation", "--lexicon", "--terms")


def _show_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"wajue {versions()['wajue']}\n")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="show tracebacks")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="show the version and exit", callback=_show_version, is_eager=True)
    ] = False,
    log_style: Annotated[LogStyle, typer.Option("--log", help="how to log on stderr")] = LogStyle.auto,  # type: ignore[attr-defined]
) -> None:
    console.set_up_logging(log_style.value, debug=debug)


@app.command()
def run(
    config: ConfigArgument,
    workspace: WorkspaceOption = None,
    first: Annotated[StepName | None, typer.Option("--from", help="first step to run")] = None,
    last: Annotated[StepName | None, typer.Option("--until", help="last step to run")] = None,
    force: Annotated[bool, typer.Option("--force", help="run again what is done")] = False,
    master: MasterOption = None,
    device: Annotated[Device, typer.Option("--device", help="where to train")] = Device.auto,  # type: ignore[attr-defined]
    train: Annotated[bool, typer.Option("--train/--no-train", help="--no-train leaves out the trainers, for jobs/train.py")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would run, on what, and what it would take")] = False,
) -> None:
    """Run the steps of the pipeline that are not done yet."""
    from wajue.runner import run as runner

    loaded = configuration.load(config)
    target = runner.workspace_of(loaded, workspace)
    names = [s.value if s else None for s in (first, last)]
    if dry_run:
        from wajue.runner import estimates, freshness

        files, chosen = runner.find_files(loaded), freshness.selected(loaded, *names, train=train)
        planned = estimates.plan(loaded, target, files, chosen, force=force)
        parts = estimates.shown_inputs(loaded, files), estimates.shown_plan(loaded, planned), estimates.total(target, planned)
        output.print(parts[0], "", parts[1], "", parts[2], sep="\n")
        return
    started = time.monotonic()
    runner.run(loaded, target, first=names[0], last=names[1], force=force, master=master, device=device.value, train=train)
    _end(target, started)


@app.command("mine")
def mine_command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="files, folders or globs of the domain's text; - is standard input")
    ],
    against: Annotated[list[str] | None, typer.Option("--against", help="general text to contrast it with")] = None,
    out: Annotated[str, typer.Option("--out", help="folder of the results")] = "out",
    last: Annotated[StepName | None, typer.Option("--until", help="last step to run")] = None,
    master: MasterOption = None,
    device: Annotated[Device, typer.Option("--device", help="where to train")] = Device.auto,  # type: ignore[attr-defined]
) -> None:
    """Mine files without a config: formats, encodings and fields are told from the files."""
    from wajue.reading.guessing import corpora_of, keep_input
    from wajue.runner.mine import mine

    base = Path.cwd()
    if paths.count("-") + (against or []).count("-") > 1:
        raise ConfigError("- is named more than once; standard input is read once")
    paths, against = (
        [keep_input(sys.stdin.buffer, out, base) if p == "-" else p for p in given or ()] for given in (paths, against)
    )
    corpus = (*corpora_of(paths, "domain", base), *(corpora_of(against, "general", base) if against else ()))
    config = configuration.Config(base=base, workspace=out, corpus=corpus)
    started = time.monotonic()
    _end(mine(config, last=last.value if last else None, master=master, device=device.value), started)


def _end(workspace: Workspace, started: float) -> None:
    """Say what a run found, and print where it is."""
    from wajue.results import summary

    for line in summary.lines(workspace, time.monotonic() - started):
        log.info(line)
    log.info("done; the tables are in %s", workspace.location)
    output.print(workspace.location)


@app.command()
def steps(
    config: ConfigArgument,
    workspace: WorkspaceOption = None,
    style: Annotated[Format, typer.Option("--format", help="of the result")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Show every step: what it reads and writes, its state, and what it took: rows, bytes, shuffle, spill, time, memory."""
    from wajue.runner import estimates
    from wajue.runner import run as runner

    loaded = configuration.load(config)
    step_rows = estimates.steps(loaded, runner.workspace_of(loaded, workspace), runner.find_files(loaded))
    show_rows(estimates.as_table(step_rows), style, lambda: [estimates.shown_steps(step_rows)])


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


@app.command()
def segment(
    workspace: WorkspaceArgument,
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="UTF-8 text; - or nothing: standard input")] = "-",
) -> None:
    """Cut text into words by the mined lexicon, a line out for each line in."""
    from wajue.results.cut_lines import cut_lines

    try:
        stream = sys.stdin.buffer if file == "-" else open(file, "rb")  # noqa: SIM115
    except OSError as error:
        raise WajueError(f"cannot read {file}: {error.strerror}") from None
    out = console.results()
    with stream:
        for lines in cut_lines(Workspace(workspace), stream, file):
            out.write(lines)


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


@app.command("find")
def find_command(
    workspace: WorkspaceArgument,
    strings: Annotated[list[str], typer.Argument(metavar="WORD...", help="any strings", callback=as_text)],
    role: Annotated[DocumentRole | None, typer.Option("--role", help="of the documents")] = None,
    corpus: Annotated[str | None, typer.Option("--corpus", help="of the documents")] = None,
    sort: Annotated[
        Sorting, typer.Option("--sort", help="by the text on the left, on the right, or by document")
    ] = Sorting.document,  # type: ignore[attr-defined]
    most: Annotated[int, typer.Option("--limit", min=1, help="rows that a table shows; other formats hold all")] = 50,
    style: Annotated[Format, typer.Option("--format", help="of the result")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Show every occurrence of some words, in its sentence (a concordance)."""
    occurrences = concordance.find(Workspace(workspace), strings, role=role.value if role else None, corpus=corpus, sort=sort.value)
    show_rows(occurrences, style, lambda: [concordance.render(occurrences, most)])


@app.command("explain")
def explain_command(
    workspace: WorkspaceArgument,
    word: Annotated[str, typer.Argument(metavar="WORD", help="any string", callback=as_text)],
) -> None:
    """Say why a string is, or is not, a word, a new word, a term: figures, the rule that decided, what would change it."""
    from wajue.results.explain import explain

    for finding in explain(Workspace(workspace), word):
        output.print(finding.text)


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


@app.command()
def demo(
    workspace: WorkspaceOption = None,
    master: MasterOption = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="en|zh", help="language of what is shown; else the terminal's")
    ] = None,
) -> None:
    """Mine the bundled sample through every step, and show the best of it."""
    from wajue.results import demo as shown
    from wajue.runner import run as runner

    if lang not in (None, *shown.Language):
        raise typer.BadParameter(f"{lang} is no language of the demo: en or zh", param_hint="--lang")

    target = Workspace(workspace or "wajue-demo")
    runner.run(configuration.load(shown.sample_folder() / "demo.toml"), target, master=master)
    shown.show(target, output, shown.Language(lang) if lang else shown.language())


from wajue.cli import asking, judging, reviewing, starting  # noqa: E402, F401 - the commands of a module are there once it is imported


def main(arguments: list[str] | None = None) -> None:
    """Run the command, then exit with its status where that is not 0. arguments: else those of the command line."""
    environment.prefer_own_spark()
    console.set_up_streams()
    console.set_up_logging("auto")
    try:
        if app(_globals_first(sys.argv[1:] if arguments is None else arguments), standalone_mode=False) == 130:
            raise KeyboardInterrupt  # typer catches it, and returns its status
    except WajueError as error:
        if _is_debugging():
            raise
        log.error("%s", error)
        sys.exit(error.exit_status)
    except typer.Exit as error:
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        log.error("stopped%s", _to_go_on(arguments))
        sys.exit(130)
    except (BrokenPipeError, SystemExit) as error:
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):  # typer may wrap it
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if _is_debugging():
            raise
        sys.exit(_explained(error))


def _is_debugging() -> bool:
    """Was --debug given? Then errors show their traceback."""
    return log.isEnabledFor(logging.DEBUG)


def _explained(error: Exception) -> int:
    """Log a usage error of the command line, or an error that nobody foresaw; the exit status."""
    if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # click's usage errors
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself, and gets no time in front
            sys.stderr.write(f"{console.printable(error.format_message())}\n")
        else:
            log.error("%s; see wajue --help", error.format_message().rstrip("."))
        return 2
    log.error("%s", _summary(error))
    log.error("this is probably a bug in wajue; run again with wajue --debug and report what it shows")
    return 1


def _to_go_on(arguments: list[str] | None) -> str:
    """What to type after Ctrl-C; without --force, which would begin anew. arguments: those of a caller other than the shell."""
    typed = sys.argv[1:] if arguments is None else arguments
    if not {"run", "mine", "demo"} & set(typed):
        return ""
    again = "run the same again"
    if arguments is None:
        again = f"{console.typed_command()} {shlex.join(a for a in typed if a != '--force')}"
    return f"; the steps that were done are kept; to go on: {again}"


def _globals_first(arguments: list[str]) -> list[str]:
    """Move --debug and --log, which may stand anywhere, before the command, where click wants them."""
    first: list[str] = []
    rest: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--":
            return [*first, *rest, argument, *given]
        if argument == "--debug" or argument.startswith("--log="):
            first.append(argument)
        elif argument == "--log":
            first += [argument, *([value] if (value := next(given, None)) is not None else [])]
        else:
            rest.append(argument)
    return first + _files_apart(rest)


def _files_apart(arguments: list[str]) -> list[str]:
    """`evaluate DIR --terms A B` means `evaluate DIR --terms A --terms B`, and `mine PATH --against A B` likewise.

    After DIR or PATH, what follows a file of such an option is another one.
    """
    given: list[str] = []
    option, wants_value, positions = "", False, 0
    for argument in arguments:
        if argument.startswith("--"):
            option, _, value = argument.partition("=")
            wants_value = not value
        elif wants_value:
            wants_value = False
        elif (option in GOLD_OPTIONS and positions == 2) or (option == "--against" and positions >= 2):
            given.append(option)
        else:
            positions += 1
        given.append(argument)
    return given


def _summary(error: Exception) -> str:
    """An error in one line, out of the hundred lines that Spark may wrap it in: the last that names an error, else the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    naming = [line for line in lines if "Error: " in line or "Exception: " in line]
    return f"{type(error).__name__}: {(naming or lines or ['no message'])[-1 if naming else 0]}"
