import importlib
import os

import pytest
import typer.main

from wajue import cli
from wajue.cli.app import MODULES, _at_home, app, as_text
from wajue.errors import ConfigError


def test_words_of_the_command_line_are_utf_8_in_every_locale() -> None:
    assert as_text(None) is None and as_text("断😀") == "断😀"
    assert as_text(["断".encode().decode("ascii", "surrogateescape"), "a"]) == ["断", "a"]  # as a locale of ASCII has it
    with pytest.raises(ConfigError, match=r"'断\\\\xff' is not UTF-8"):
        as_text(os.fsdecode("断".encode() + b"\xff"))


def test_a_tilde_is_a_home_though_no_shell_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/h")
    assert _at_home("~/w") == "/h/w" and _at_home("hdfs://a/~/w") == "hdfs://a/~/w" and _at_home("w") == "w"


def test_each_command_is_in_the_module_that_is_loaded_for_it() -> None:
    for module in set(MODULES.values()):
        importlib.import_module(f"wajue.cli.{module}")
    commands = typer.main.get_group(app).commands
    assert {name: command.callback.__module__ for name, command in commands.items() if command.callback} == {
        name: f"wajue.cli.{module}" for name, module in MODULES.items()
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "x", "--nosuch"], "No such option: --nosuch; see wajue report --help"),
        (["nosuch"], "No such command 'nosuch'; see wajue --help"),
    ],
)
def test_a_mistake_points_to_the_help_of_its_command(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        cli.main(arguments)
    assert error.value.code == 2 and message in " ".join(capsys.readouterr().err.split())
