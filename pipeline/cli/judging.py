"""The command by which a model on a server of the user's decides of terms and new words: the only one that sends anything away."""

import importlib.util
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer

from wajue import verdict_files
from wajue.cli.app import Format, WorkspaceArgument, app, as_text, show_rows
from wajue.errors import ConfigError, WajueError
from wajue.results import query_output
from wajue.store import verdicts, whole_files
from wajue.store.lock import reviewing
from wajue.store.workspace import Workspace

if TYPE_CHECKING:
    from wajue.results.review.judging import Judge, Judged, Prompt, Unanswered
    from wajue.results.review.listing import Listing

log = logging.getLogger(__name__)

KEY = "WAJUE_API_KEY"
PROMPTS = "judge_prompts"  # folder of the workspace: the prompts that were used, whole, by their hash


@app.command("judge")
def judge_command(
    workspace: WorkspaceArgument,
    endpoint: Annotated[str, typer.Option("--endpoint", metavar="URL", help="of a server with OpenAI's chat completions")],
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="as the server calls it", callback=as_text)],
    of_new_words: Annotated[bool, typer.Option("--new-words", help="judge new words, and not terms")] = False,
    top: Annotated[int, typer.Option("--top", min=1, help="the first so many of the list")] = 100,
    of_a_request: Annotated[int, typer.Option("--per-request", min=1, max=100, help="words that are asked about at once")] = 10,
    field: Annotated[
        str | None, typer.Option("--field", metavar="TEXT", help="what the texts are about, in words", callback=as_text)
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="seconds that an answer may take")] = 120.0,
    variable: Annotated[
        str, typer.Option("--key-variable", metavar="NAME", help="variable of the environment that holds the server's key, if any")
    ] = KEY,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask before anything is sent")] = False,
    style: Annotated[Format, typer.Option("--format", help="of the list of unanswered words")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Have a model judge the first terms or new words; their sentences go to the server that you name."""
    _must_have_httpx()
    from wajue.results.review import chat, judging
    from wajue.results.review.listing import listing

    opened = Workspace(workspace)
    opened.must_have()
    url, kind = chat.address(endpoint), "new_word" if of_new_words else "term"
    prompt = judging.prompt(kind, field or _corpora(opened))
    judge = judging.Judge(_name(model), str(url.copy_with(query=None)), prompt)
    unanswered: list[Unanswered] = []
    with reviewing(str(verdicts.path_of(opened).parent)):
        listed = listing(opened, kind)
        requests = judging.batches(judge.open_rows(listed, verdicts.read(opened), top), of_a_request)
        _say_what_goes(judge, listed, requests, top)
        if requests:
            _must_agree(yes)
            with chat.Server(url, judge.model, os.environ.get(variable, "").strip(), timeout) as server:
                unanswered = _judge(opened, judge, judging.judged(judge, server, listed, requests), sum(map(len, requests)))
            _say_agreement(opened, judge.reviewer, kind)
    _show(unanswered, style)


def _show(unanswered: "list[Unanswered]", style: Format) -> None:
    """List the words without a verdict. Raises WajueError where there is one."""
    from wajue.results.review.judging import UNANSWERED

    table = pa.Table.from_pylist([u._asdict() for u in unanswered], schema=UNANSWERED)
    show_rows(table, style, lambda: [query_output.render(table)] if unanswered else [])
    if unanswered:
        raise WajueError(f"words without a verdict: {len(unanswered)}; the same command asks about them again")


def _must_have_httpx() -> None:
    if importlib.util.find_spec("httpx") is None:
        raise WajueError("wajue judge needs httpx, which is not installed: pip install 'wajue[judge]'")


def _name(model: str) -> str:
    """Raises ConfigError for a name that would not fit into a line."""
    if not model.strip() or not model.isprintable():
        raise ConfigError("--model is the name of a model, in one line")
    return model.strip()


def _corpora(workspace: Workspace) -> str:
    """What the texts are, where nobody says: the names of their corpora."""
    corpora = workspace.settings("raw_documents", "corpus") if workspace.whole("raw_documents") else []
    names = [c["name"] for c in corpora if c["role"] == "domain"] or [c["name"] for c in corpora]
    return f"that of the texts called {', '.join(names)}" if names else "not told"


def _say_what_goes(judge: "Judge", listed: "Listing", requests: list[list[int]], top: int) -> None:
    """Tell what would be sent to whom, and about what it costs."""
    from wajue.results.review import judging

    asked = sum(map(len, requests))
    if done := min(top, len(listed)) - asked:
        log.info("%d of them %s has judged by this prompt before", done, judge.model)
    going = sum(judging.tokens(judge.messages(listed, rows)) for rows in requests)
    log.info(
        "%d %ss, with up to %d sentences each, go to the model %s at %s: %d requests, about %s tokens, and %s in the answers",
        asked,
        listed.kind.replace("_", " "),
        judging.SENTENCES,
        judge.model,
        judge.address,
        len(requests),
        f"{going:,}",
        f"{asked * judging.TOKENS_OF_AN_ANSWER:,}",
    )


def _must_agree(yes: bool) -> None:
    """Raises Abort if the user does not want it, ConfigError where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError("nothing was sent: say --yes where nobody can be asked")
    typer.confirm("Send them?", abort=True, err=True)


def _judge(workspace: Workspace, judge: "Judge", answers: "Iterator[Judged]", asked: int) -> "list[Unanswered]":
    """Keep verdicts as they come; returns the words without one."""
    _keep(workspace, judge.prompt)
    counts: Counter[str] = Counter()
    unanswered: list[Unanswered] = []
    going, coming = 0, 0
    try:
        for answer in answers:
            counts.update(v.verdict for v in answer.verdicts)
            if answer.verdicts:
                verdicts.append(workspace, answer.verdicts)
                log.info("%d of %d judged", counts.total(), asked)
            unanswered += answer.unanswered
            going, coming = going + answer.tokens_in, coming + answer.tokens_out
    except KeyboardInterrupt:
        log.info("what was judged is kept; the same command goes on")
        raise
    finally:
        verdicts.refresh(workspace)
    told = ", ".join(f"{counts[v]} {v}" for v in (verdict_files.ACCEPT, verdict_files.REJECT, verdict_files.LATER))
    log.info(
        "%s in %s as the reviewer %s; the server counted %s tokens in, %s out",
        told,
        verdicts.path_of(workspace),
        judge.reviewer,
        f"{going:,}",
        f"{coming:,}",
    )
    return unanswered


def _keep(workspace: Workspace, prompt: "Prompt") -> None:
    with whole_files.written(verdicts.path_of(workspace).with_name(PROMPTS) / f"{prompt.name}.txt") as unfinished:
        unfinished.write_text(prompt.text, encoding="utf-8")


def _say_agreement(workspace: Workspace, reviewer: str, kind: str) -> None:
    """How far it agrees with the people who reviewed before."""
    from wajue.results.review import merging

    stated = verdicts.read(workspace)
    theirs = [s for s in stated if s.verdict.reviewer == reviewer]
    [agreement] = [a for a in merging.agreement(verdict_files.of_people(stated), theirs) if a.kind == kind]
    if agreement.both:
        log.info("people and the model: %d and %d words decided, %s", agreement.ours, agreement.theirs, agreement.shared())
