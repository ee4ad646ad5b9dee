"""The commands that run the steps, or say what stands."""

import logging
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from wajue import config as configuration
from wajue.cli.app import ConfigArgument, Device, Format, MasterOption, StepName, WorkspaceOption, app, show_rows
from wajue.console import output
from wajue.errors import ConfigError
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)


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
