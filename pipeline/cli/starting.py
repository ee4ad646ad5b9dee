"""The commands before a run: a config is written, what it would read is shown, its settings are explained."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from wajue import config as configuration
from wajue.cli.app import ConfigArgument, Format, app, show_rows
from wajue.console import output
from wajue.errors import ConfigError
from wajue.store import whole_files

log = logging.getLogger(__name__)


@app.command("init")
def init_command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="files, folders or globs of the domain's text")],
    against: Annotated[list[str] | None, typer.Option("--against", help="general text to contrast it with")] = None,
    out: Annotated[str, typer.Option("--out", help="folder of the results")] = "out",
    file: Annotated[Path, typer.Option("--config", help="the file to write")] = Path("wajue.toml"),
    force: Annotated[bool, typer.Option("--force", help="write over a file that is there")] = False,
) -> None:
    """Look at files and write a commented config for them: formats, encodings, and the fields of their records."""
    from wajue.reading.config_text import config_text
    from wajue.reading.guessing import guesses_of

    if file.exists() and not force:
        raise ConfigError(f"{file} is there already; --force writes over it, --config NAME writes another one")
    base = file.resolve().parent
    shared = [(role, [_seen_from(base, p) for p in given or ()]) for role, given in (("domain", paths), ("general", against))]
    text = config_text(
        [g for role, given in shared if given for g in guesses_of(given, role, base)], _seen_from(base, out), str(file)
    )
    with whole_files.written(file) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    configuration.load(file)
    sys.stderr.write(text)
    log.info("next: wajue check %s", file)
    output.print(str(file))


@app.command()
def settings(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="a section, a setting, or both: sgns, dim, sgns.dim")] = None,
) -> None:
    """Explain settings: default, unit and range or allowed values, meaning."""
    from wajue.config_reference import Setting, find, listed

    chosen = find(name) if name else listed()
    for section in dict.fromkeys(s.section for s in chosen):
        output.print(f"[{section}]")
        of_section: list[Setting] = [s for s in chosen if s.section == section]
        for setting in of_section:
            allowed = f", {setting.allowed}" if setting.allowed else ""
            output.print(f"  {setting.name} = {setting.default}{allowed}\n      {setting.meaning}")


def _seen_from(base: Path, path: str) -> str:
    """A path of the command line as the config has to name it: relative to its own folder, unless it is absolute or a URI."""
    if "://" in path or Path(path).expanduser().is_absolute() or base == Path.cwd():
        return path
    return os.path.relpath(path, base)


@app.command()
def check(
    config: ConfigArgument,
    most: Annotated[int, typer.Option("--records", min=1, help="of each corpus")] = 10,
    style: Annotated[Format, typer.Option("--format", help="of the result")] = Format.table,  # type: ignore[attr-defined]
) -> None:
    """Read some records of each corpus; show what would become text, id and date, and what would be rejected and why."""
    from wajue.reading import preview

    loaded = configuration.load(config)
    previewed = preview.preview(loaded, most)
    for corpus in loaded.corpus:
        if remote := [path for path in corpus.paths if "://" in path]:
            log.warning("corpus %s: %s is not looked at; a run reads it through Spark", corpus.name, ", ".join(remote))
    show_rows(previewed, style, lambda: map(Text, preview.lines(previewed)))
