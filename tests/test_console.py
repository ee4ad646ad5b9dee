"""Sizes and times as people read them, and the command as they type it."""

from pathlib import Path

import pytest

from wajue import console


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (console.size(999), "999 B"), (console.size(3_480_000), "3.48 MB"), (console.size(5_140_000_000_000), "5,140 GB"),
        (console.size(None), "–"), (console.seconds(7.04), "7.0 s"), (console.seconds(153.3), "2 min 33 s"),
        (console.seconds(7384), "2 h 03 min"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_people(shown: str, expected: str) -> None:
    assert shown == expected


def test_what_to_type_has_the_folder_of_a_command_that_is_not_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "my env" / "wajue"
    script.parent.mkdir()
    script.touch(0o755)
    monkeypatch.setattr("sys.argv", [str(script)])
    monkeypatch.setenv("PATH", "")
    assert console.typed_command() == f"'{script}'"
    monkeypatch.setenv("PATH", str(script.parent))
    assert console.typed_command() == "wajue"
    monkeypatch.setattr("sys.argv", ["wajue/__main__.py"])
    assert console.typed_command() == "wajue"
