"""What every benchmark needs: the hardware in a line, the corpora, clocks, and the rows of results."""

import csv
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "results.csv"
_COLUMNS = ("date", "commit", "hardware", "benchmark", "system", "figure", "value", "unit", "note")


def corpora() -> Path:
    """The folder of real corpora, from WAJUE_CORPORA. Without one, ends the program and says what to do."""
    folder = os.environ.get("WAJUE_CORPORA")
    if not folder or not Path(folder).is_dir():
        sys.exit("set WAJUE_CORPORA to the folder of the corpora; benchmarks/README.md says what belongs in it")
    return Path(folder)


def hardware() -> str:
    """Processor, cores and memory in a few words."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    named = re.search(r"model name\s*: (.*)", info)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{named[1] if named else platform.processor()}, {os.cpu_count()} cores, {memory:.0f} GiB"


def commit() -> str:
    """The short hash of the code that is measured."""
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "?"


def record(benchmark: str, system: str, unit: str, note: str = "", **figures: float) -> None:
    """Append one row for each figure, and print them."""
    fresh = not RESULTS.exists()
    RESULTS.parent.mkdir(exist_ok=True)
    with open(RESULTS, "a", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        if fresh:
            writer.writerow(_COLUMNS)
        for name, value in figures.items():
            writer.writerow([date.today(), commit(), hardware(), benchmark, system, name, f"{value:.6g}", unit, note])
    print(f"{benchmark}: {system}: " + ", ".join(f"{n} {v:,.4g}" for n, v in figures.items()) + f" {unit} {note}", flush=True)


def record_means(benchmark: str, unit: str, note: str, by_system: dict[str, list[dict[str, float]]]) -> None:
    """Record the mean over seeds of every figure, with the deviation in the note; by_system: {system: the figures of each seed}."""
    for system, seeds in by_system.items():
        for name in seeds[0]:
            values = [figures[name] for figures in seeds]
            spread = statistics.stdev(values) if len(values) > 1 else 0.0
            record(benchmark, system, unit, f"{note}, {len(values)} seeds, sd {spread:.4g}", **{name: statistics.mean(values)})


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(wall seconds, CPU seconds of this process)."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def peak_rss_mb() -> float:
    """Peak memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
