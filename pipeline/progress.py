"""What a run says while it works, on stderr: progress bars on a terminal, plain or JSON lines elsewhere."""

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

log = logging.getLogger(__name__)
console = Console(stderr=True)

_EVERY = 10.0  # seconds between plain lines
_POLL = 0.2


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        row = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        return json.dumps(row | getattr(record, "facts", {}), ensure_ascii=False)


def set_up_logging(style: str, *, debug: bool = False) -> None:
    """`json`: an object a line; `plain`: text lines; `auto`: colours and bars where stderr is a terminal."""
    root = logging.getLogger("pipeline")
    root.handlers.clear()
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    root.propagate = False
    handler: logging.Handler
    if style == "auto" and console.is_terminal:
        handler = RichHandler(console=console, show_path=False, show_level=False, omit_repeated_times=False)
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_JsonLines() if style == "json" else logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    root.addHandler(handler)


class Meter:
    """CPU seconds and peak memory of this process and all its children, sampled while a step runs."""

    def __init__(self) -> None:
        self._spent: dict[tuple[int, float], float] = {}
        self.peak_rss = 0

    def sample(self) -> None:
        """Take a reading."""
        rss = 0
        me = psutil.Process()
        if "PYSPARK_GATEWAY_PORT" in os.environ and (jvm := me.parent()) is not None:
            me = jvm  # spark-submit: this program is a child of the JVM, and so are the workers
        for process in [me, *me.children(recursive=True)]:
            try:
                times = process.cpu_times()
                self._spent[process.pid, process.create_time()] = times.user + times.system
                rss += process.memory_info().rss
            except psutil.Error:
                continue  # it ended between being listed and being asked
        self.peak_rss = max(self.peak_rss, rss)

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all processes seen so far."""
        return sum(self._spent.values())


class Watch:
    """Shows one step's progress, and meters it. `set` takes the share done and a remark."""

    def __init__(self, name: str, ask: Callable[[], tuple[float, str] | None] | None = None) -> None:
        self.name, self.ask = name, ask
        self.meter = Meter()
        self._share, self._remark = 0.0, ""
        self._stop = threading.Event()
        self._began = time.monotonic()
        self._said = self._began
        self._bar: Progress | None = None

    def set(self, share: float, remark: str = "") -> None:
        """The share of the step that is done, 0..1."""
        self._share, self._remark = share, remark

    def _tick(self) -> None:
        self.meter.sample()
        if self.ask and (answer := self.ask()) is not None:
            self.set(*answer)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._share, remark=self._remark)
        elif time.monotonic() - self._said >= _EVERY:
            self._said = time.monotonic()
            spent = self._said - self._began
            left = f", about {spent / self._share * (1 - self._share):.0f} s left" if 0.02 < self._share < 1 else ""
            log.info("%s: %.0f%% %s, %.0f s%s", self.name, 100 * self._share, self._remark, spent, left)

    def _watch(self) -> None:
        while not self._stop.wait(_POLL):
            self._tick()

    @contextmanager
    def running(self) -> Iterator["Watch"]:
        """While the step runs."""
        self.meter.sample()
        begun = self.meter.cpu_seconds
        thread = threading.Thread(target=self._watch, daemon=True)
        columns: list[Any] = [
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[remark]}"),
            TimeElapsedColumn(), TimeRemainingColumn(),
        ]  # fmt: skip
        if console.is_terminal and any(isinstance(h, RichHandler) for h in logging.getLogger("pipeline").handlers):
            self._bar = Progress(*columns, console=console, transient=True)
            self._bar.add_task(self.name, total=1.0, remark="")
            self._bar.start()
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()
            self.meter.sample()
            self.cpu_seconds = max(0.0, self.meter.cpu_seconds - begun)
            if self._bar is not None:
                self._bar.stop()
