"""What a run says while it works, on stderr: progress bars on a terminal, plain or JSON lines elsewhere."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from types import MappingProxyType

import psutil
from rich.console import Group
from rich.live import Live
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from wajue import console

log = logging.getLogger(__name__)

_EVERY = 10.0  # seconds between plain lines
_POLL, _RAREST = 0.2, 1.0  # seconds between readings, and where a step takes long: each takes some 10 ms of CPU time


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
    """Shows one step's progress, and meters it. `set` takes the share done and a remark.

    plan: the steps of this run, in order; expected: seconds that those which run are forecast to take, {} for no forecast; rows:
    that go in, if known; ask: gives (share, remark) where the step itself cannot.
    """

    def __init__(
        self,
        name: str,
        ask: Callable[[], tuple[float, str] | None] | None = None,
        *,
        plan: tuple[str, ...] = (),
        expected: Mapping[str, float] = MappingProxyType({}),
        rows: int | None = None,
    ) -> None:
        self.name, self.ask, self.plan = name, ask, plan or (name,)
        self.rows, self._expected = rows, expected
        self.meter = Meter()
        self._share, self._remark = 0.0, ""
        self._of = " in this stage" if ask else ""  # Spark's stages follow one another, and none knows of the next
        self._stop = threading.Event()
        self._began = self._said = self._measured = time.monotonic()
        self._bar: Progress | None = None

    def set(self, share: float, remark: str = "") -> None:
        """The share of the step that is done, 0..1; of Spark's current stage where it has several, so that it may fall."""
        if share < self._share:
            self._measured = time.monotonic()
        self._share, self._remark = share, remark

    @property
    def seconds_left(self) -> float | None:
        """At the rate so far; None where too little is done to tell."""
        return (time.monotonic() - self._measured) / self._share * (1 - self._share) if 0.02 < self._share < 1 else None

    @property
    def run_seconds_left(self) -> float | None:
        """Until the end of the run, by what its steps are forecast to take; None without a forecast."""
        if self.name not in self._expected:
            return None
        own = max(0.0, self._expected[self.name] - (time.monotonic() - self._began))
        return own + sum(self._expected.get(step, 0.0) for step in self.plan[self.plan.index(self.name) + 1 :])

    def _tick(self) -> None:
        self.meter.sample()
        if (answer := self._answer()) is not None:
            self.set(*answer)
        if self._bar is not None:
            remark = self._remark + (f" · {_clock(left)} left{self._of}" if (left := self.seconds_left) is not None else "")
            remark += f" · {_clock(left)} left in this run" if (left := self.run_seconds_left) is not None else ""
            self._bar.update(self._bar.task_ids[0], completed=self._share, remark=remark)
        elif time.monotonic() - self._said >= _EVERY:
            self._said = time.monotonic()
            self._say(self._said - self._began)

    def _answer(self) -> tuple[float, str] | None:
        try:
            return self.ask() if self.ask else None
        except Exception:  # who is asked has ended; the step itself will say so
            log.debug("%s: nothing more is heard of its progress", self.name, exc_info=True)
            self.ask = None
            return None

    def _say(self, spent: float) -> None:
        left, run_left = self.seconds_left, self.run_seconds_left
        parts = [
            f"{100 * self._share:.0f}%",
            self._remark,
            f"{spent:.0f} s",
            f"{left:.0f} s left{self._of}" if left is not None else "",
            f"{_clock(run_left)} left in this run" if run_left is not None else "",
        ]
        title = f"{self.plan.index(self.name) + 1}/{len(self.plan)} {self.name}"
        facts = {"event": "progress", "step": self.name, "rows": self.rows, "share": round(self._share, 4), "remark": self._remark}
        facts |= {"seconds": round(spent, 1), "seconds_left": None if left is None else round(left, 1)}
        facts |= {"run_seconds_left": None if run_left is None else round(run_left, 1)}
        log.info("%s: %s", title, ", ".join(p for p in parts if p), extra={"facts": facts})

    def _watch(self) -> None:
        while not self._stop.wait(min(_RAREST, max(_POLL, (time.monotonic() - self._began) / 50))):
            self._tick()

    def _trail(self) -> Text:
        """The steps of the run on one line: what is done, what is at work, what comes."""
        at = self.plan.index(self.name)
        marks = [("✓ ", "green") if i < at else ("▶ ", "bold cyan") if i == at else ("· ", "dim") for i in range(len(self.plan))]
        words = [Text(f"{mark}{step}", style) for (mark, style), step in zip(marks, self.plan, strict=True)]
        return Text("  ").join(words)

    def _live(self) -> Live:
        """The trail, and below it the step's bar; both vanish when the step is done, and what is logged stays above them."""
        self._bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TaskProgressColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[remark]}"), console=console.terminal,
        )  # fmt: skip
        self._bar.add_task(self.name + (f", {self.rows:,} rows" if self.rows is not None else ""), total=1.0, remark="")
        return Live(Group(self._trail(), self._bar), console=console.terminal, transient=True, refresh_per_second=8)

    @contextmanager
    def running(self) -> Iterator["Watch"]:
        """While the step runs."""
        self.meter.sample()
        begun = self.meter.cpu_seconds
        thread = threading.Thread(target=self._watch, daemon=True)
        shown = any(isinstance(h, RichHandler) for h in logging.getLogger("wajue").handlers)
        with self._live() if shown else nullcontext():
            thread.start()
            try:
                yield self
            finally:
                self._stop.set()
                thread.join()
                self.meter.sample()
                self.cpu_seconds = max(0.0, self.meter.cpu_seconds - begun)


def _clock(seconds: float) -> str:
    """Seconds as one says them: 8 s, 3 min, 2 h 5 min."""
    minutes = round(seconds / 60)
    return f"{seconds:.0f} s" if seconds < 100 else f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
