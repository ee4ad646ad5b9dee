"""What a run says: bars on a terminal, lines elsewhere, an object a line for machines."""

import io
import json
import logging
import re
import threading
import time
from collections.abc import Iterator

import pytest
from rich.console import Console

from wajue import cli, config, console
from wajue.runner import progress

PLAN = ("ingest", "clean", "sgns")


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    monkeypatch.setattr(progress, "_POLL", 0.01)


def watch() -> None:
    """A step that is half done after a while."""
    with progress.Watch("clean", plan=PLAN, rows=1234).running() as at_work:
        two_ticks(at_work)
        at_work.set(0.5, "loss 0.2, 9 words/s")
        two_ticks(at_work)


def two_ticks(at_work: progress.Watch) -> None:
    """Returns when what the watch tells has been told twice, so once at least by what it knows now."""
    ticks, tick = threading.Semaphore(0), at_work._tick

    def counted() -> None:
        tick()
        ticks.release()

    at_work._tick = counted  # type: ignore[method-assign]
    assert ticks.acquire(timeout=60) and ticks.acquire(timeout=60)


def test_an_object_a_line_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    console.set_up_logging("json")
    watch()
    rows = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {r["event"] for r in rows} == {"progress"}
    assert rows[0]["share"] == 0 and rows[0]["seconds_left"] is None
    last = rows[-1]
    assert (last["step"], last["rows"], last["share"], last["remark"]) == ("clean", 1234, 0.5, "loss 0.2, 9 words/s")
    assert abs(last["seconds_left"] - last["seconds"]) < 0.2  # half is done: as long again
    assert {"time", "level", "message", "seconds"} <= set(last)


def test_plain_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.set_up_logging("auto")  # pytest's stderr is none
    watch()
    said = capsys.readouterr().err
    assert re.search(r"^\d\d:\d\d:\d\d 2/3 clean: 50%, loss 0.2, 9 words/s, \d+ s, \d+ s left$", said, re.M) and "\x1b" not in said


@pytest.fixture(params=[{}, {"NO_COLOR": "1"}])
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[io.StringIO, bool]]:
    shown = io.StringIO()
    terminal = Console(file=shown, force_terminal=True, width=100, _environ={"TERM": "xterm-256color", **request.param})
    monkeypatch.setattr(console, "terminal", terminal)
    yield shown, not request.param


def test_the_steps_and_a_bar_on_a_terminal(terminal: tuple[io.StringIO, bool]) -> None:
    shown, coloured = terminal
    console.set_up_logging("auto")
    watch()
    logging.getLogger("wajue.runner.run").info("clean: 1,234 clean_documents")
    said = shown.getvalue()
    bare = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", said)
    assert "✓ ingest  ▶ clean  · sgns" in bare and "clean, 1,234 rows" in bare and "50%" in bare
    assert re.search(r"loss 0.2, 9 words/s · \d+ s left", bare) and "clean: 1,234 clean_documents" in bare
    assert bool(re.search(r"\x1b\[[\d;]*(?:3[0-7]|9[0-7]|38;)[\d;]*m", said)) is coloured


def test_no_bar_where_the_terminal_cannot_show_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "terminal", Console(file=io.StringIO(), force_terminal=True, _environ={"TERM": "dumb"}))
    console.set_up_logging("auto")
    watch()
    assert "2/3 clean: 50%" in capsys.readouterr().err


def test_time_left_begins_anew_with_each_stage_of_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    at_work = progress.Watch("clean", lambda: None)
    clock[0] += 30
    at_work.set(0.75, "3/4 tasks")
    assert at_work.seconds_left == pytest.approx(10)  # 30 s for three quarters
    at_work.set(0.0, "0/8 tasks")
    assert at_work.seconds_left is None
    clock[0] += 6
    at_work.set(0.5, "4/8 tasks")
    assert at_work.seconds_left == pytest.approx(6)  # of this stage alone


def test_the_run_has_left_what_its_steps_are_forecast_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    at_work = progress.Watch("clean", plan=PLAN, expected={"ingest": 40, "clean": 20, "sgns": 300})
    clock[0] += 5
    assert at_work.run_seconds_left == 315
    clock[0] += 25
    assert at_work.run_seconds_left == 300  # it takes longer than was forecast
    assert progress.Watch("clean", plan=PLAN).run_seconds_left is None


@pytest.mark.parametrize(("seconds", "said"), [(7.6, "8 s"), (99, "99 s"), (150, "2 min"), (7500, "2 h 5 min")])
def test_time_left_in_words(seconds: float, said: str) -> None:
    assert progress._clock(seconds) == said


def test_ctrl_c_says_what_to_type(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(config, "load", stopped)
    for typed, said in (
        (["run", "my config.toml", "--force", "--until", "terms"], "to go on: wajue run 'my config.toml' --until terms\n"),
        (["steps", "c.toml"], "stopped\n"),
    ):
        monkeypatch.setattr("sys.argv", ["wajue", *typed])
        with pytest.raises(SystemExit) as status:
            cli.main()
        assert status.value.code == 130 and capsys.readouterr().err.endswith(said)


def test_who_is_asked_may_end_before_the_step(capsys: pytest.CaptureFixture[str]) -> None:
    console.set_up_logging("plain")
    asked: list[int] = []

    def ask() -> tuple[float, str]:
        asked.append(1)
        raise ConnectionError("it has ended")

    with progress.Watch("clean", ask, plan=PLAN).running():
        time.sleep(0.1)
    assert asked == [1] and "Traceback" not in capsys.readouterr().err
