"""The command by which people decide of terms and new words."""

import getpass
import logging
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from wajue import verdict_files
from wajue.cli.app import Format, WorkspaceArgument, app, show_rows
from wajue.console import output
from wajue.errors import ConfigError, WajueError
from wajue.results import query_output
from wajue.store import verdicts, whole_files
from wajue.store.lock import reviewing
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

_NAMED = 10  # words in a message


@app.command("review")
def review_command(
    workspace: WorkspaceArgument,
    of_new_words: Annotated[bool, typer.Option("--new-words", help="review new words, and not terms")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="of the page on this machine; 0: a free one")] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="print the address, and open no browser")] = False,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="HTML", help="write a page that needs no server, and saves a file of verdicts")
    ] = None,
    merge: Annotated[
        Path | None,
        typer.Option("--merge", metavar="CSV", help="take over another reviewer's verdicts; shows agreement, conflicts"),
    ] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help="the reviewer; else the name of the account")] = None,
    style: Annotated[Format, typer.Option("--format", help="of the conflicts that --merge shows")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Accept or reject terms and new words on a local page; each answer re-ranks the list, and is kept as it is given."""
    opened = Workspace(workspace)
    opened.must_have()
    if merge is not None:
        _merge(opened, merge, style)
        return
    kind, reviewer = "new_word" if of_new_words else "term", who or _account()
    if reviewer.startswith(verdict_files.JUDGE):
        raise ConfigError(f"--who {reviewer}: names that begin with {verdict_files.JUDGE} are those of models, see wajue judge")
    if file is not None:
        _write_page(opened, kind, reviewer, file)
    else:
        _serve(opened, kind, reviewer, port, no_open=no_open)


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise WajueError("this account has no name; give one with --who") from None


def _serve(workspace: Workspace, kind: str, reviewer: str, port: int, *, no_open: bool) -> None:
    """Serve the page until Ctrl-C."""
    from wajue.results.review import answers, page, server
    from wajue.results.review.listing import listing

    path = verdicts.path_of(workspace)

    def write(given: list[verdict_files.Verdict]) -> None:
        verdicts.append(workspace, given)
        verdicts.refresh(workspace)

    with reviewing(str(path.parent)), server.bound(port) as listening:
        review = answers.Review(listing(workspace, kind), verdicts.read(workspace), reviewer, write)
        verdicts.refresh(workspace)
        html, policy = page.html(review, workspace.name, with_server=True)
        secret = server.token()
        address = f"http://{server.HOST}:{listening.getsockname()[1]}/{secret}/"
        log.info("%d rows to review; answers go to %s as they are given; Ctrl-C ends", len(review.listing), path)
        output.print(address, soft_wrap=True)
        if not no_open:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        try:
            server.serve(review, html, policy, listening, secret)
        except KeyboardInterrupt:
            log.info("ended; the page no longer takes answers")
    _say_what_next(path, kind)


def _say_what_next(path: Path, kind: str) -> None:
    if path.exists():
        section = "new_words" if kind == "new_word" else "terms"
        log.info('next: verdicts = ["%s"] under [%s] of the config, and wajue run CONFIG', path, section)


def _write_page(workspace: Workspace, kind: str, reviewer: str, file: Path) -> None:
    from wajue.results.review import answers, page
    from wajue.results.review.listing import listing

    def write(_: list[verdict_files.Verdict]) -> None:
        raise WajueError("a page without a server keeps its answers itself")

    review = answers.Review(listing(workspace, kind), verdicts.read(workspace), reviewer, write)
    html, _ = page.html(review, workspace.name, with_server=False)
    with whole_files.written(file) as unfinished:
        unfinished.write_text(html, encoding="utf-8")
    log.info("open it in a browser; what it saves goes into a workspace by wajue review DIR --merge verdicts.csv")
    output.print(str(file))


def _merge(workspace: Workspace, file: Path, style: Format) -> None:
    """Take over the verdicts of a file, and show how far they agree with those that were there."""
    from wajue.results.review import merging
    from wajue.results.review.listing import listed_words

    with reviewing(str(verdicts.path_of(workspace).parent)):
        ours, theirs = verdicts.read(workspace), merging.named(verdict_files.read(file), file.stem)
        people = verdict_files.of_people(merging.of_others(ours, theirs)), verdict_files.of_people(theirs)
        agreements, conflicts = merging.agreement(*people), merging.conflicts(*people)
        added = merging.new_lines(ours, theirs)
        if added:
            verdicts.append(workspace, added)
        verdicts.refresh(workspace)
    log.info("%d new lines in %s", len(added), verdicts.path_of(workspace))
    if unknown := merging.unlisted(theirs, listed_words(workspace)):
        log.warning("verdicts on %d words that are in no list here: %s", len(unknown), "、".join(unknown[:_NAMED]))
    told = [Text(a.told()) for a in agreements if a.theirs]
    show_rows(conflicts, style, lambda: [*told, *([query_output.render(conflicts)] if conflicts.num_rows else [])])
