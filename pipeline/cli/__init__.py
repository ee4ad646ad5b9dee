"""The `wajue` command: parses the command line and calls runner/ or results/, which do the work.

Results go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong usage or config, 130 stopped by Ctrl-C.
"""

import atexit
import gc
import importlib
import logging
import os
import shlex
import sys
from enum import StrEnum
from typing import Annotated

import typer

from wajue import console
from wajue.cli.app import MODULES, app
from wajue.cli.arguments import in_clicks_order
from wajue.errors import WajueError
from wajue.spark import environment
from wajue.store.workspace import versions

log = logging.getLogger(__name__)

# What pyarrow and Numba import wherever it is installed, for nothing that these commands do: it took .4 s, half of their time.
# (pyarrow makes nanoseconds of SQL to objects of pandas, so `query` is not among them.)
_QUICK, _UNUSED = {"show", "find", "similar", "segment"}, {"pandas", "scipy.linalg"}
_GARBAGE = (50_000, 20, 100)  # gc.set_threshold: collecting as often as by default is a twentieth of mining a million questions

LogStyle = StrEnum("LogStyle", {s: s for s in ("auto", "plain", "json")})  # type: ignore[misc]


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


def main(arguments: list[str] | None = None) -> None:
    """Run the command, then exit with its status where that is not 0. arguments: else those of the command line."""
    gc.set_threshold(*_GARBAGE)
    environment.prefer_own_spark()
    console.set_up_streams()
    console.set_up_logging("auto")
    typed = in_clicks_order(sys.argv[1:] if arguments is None else arguments)
    named = next((argument for argument in typed if argument in MODULES), None)
    if arguments is None:  # this process ends with the command
        atexit.register(_leave_cycles)
        if named in _QUICK:
            sys.meta_path.insert(0, _NotInstalled)
    _load_commands(named, typed)
    try:
        if app(typed, standalone_mode=False) == 130:
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


def _leave_cycles() -> None:
    """At its end Python looks for cycles once more, among all that it imported: .3 s. DuckDB would report what is left as leaks."""
    if "_duckdb" not in sys.modules:
        gc.freeze()


class _NotInstalled:
    """A finder of modules (sys.meta_path), for which there is none of _UNUSED."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Raises ModuleNotFoundError for these; others are left to the finders behind it."""
        if name in _UNUSED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _load_commands(named: str | None, typed: list[str]) -> None:
    """Import the module of the command that is named, else all of them: some take half a second."""
    for module in (MODULES[named],) if named else () if typed == ["--version"] else dict.fromkeys(MODULES.values()):
        importlib.import_module(f"wajue.cli.{module}")


def _is_debugging() -> bool:
    """Was --debug given? Then errors show their traceback."""
    return log.isEnabledFor(logging.DEBUG)


def _explained(error: Exception) -> int:
    """Log a usage error of the command line, or an error that nobody foresaw; the exit status."""
    if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # click's usage errors
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself, and gets no time in front
            sys.stderr.write(f"{console.printable(error.format_message())}\n")
        else:
            context = getattr(error, "ctx", None)
            command = f"wajue {context.info_name}" if context is not None and context.parent is not None else "wajue"
            log.error("%s; see %s --help", error.format_message().rstrip("."), command)
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


def _summary(error: Exception) -> str:
    """An error in one line, out of the hundred lines that Spark may wrap it in: the last that names an error, else the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    naming = [line for line in lines if "Error: " in line or "Exception: " in line]
    return f"{type(error).__name__}: {(naming or lines or ['no message'])[-1 if naming else 0]}"
