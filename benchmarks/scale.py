"""python -m benchmarks.scale N [N ...]: the Spark steps on N made-up Zhidao questions, beside jieba cutting the same text.

N counts records, or millions of them where it is below 1,000. For each N the questions are made (benchmarks/zhidao.py), and
`wajue run --until vocabulary` runs in a process of its own, with local[2] or what --master says (none: without Spark), and a fresh
workspace. What the steps took is read from their manifests; all processes are watched from outside as well. After each step they
are halted while jieba cuts a few of the questions: such machines change their speed by the minute, so the run is compared with
jieba's mean. An N whose figures are in FOLDER/scale-N.json is not run again.
"""

import argparse
import json
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import jieba
import psutil
import pyarrow.compute as pc
import pyarrow.dataset as ds

from benchmarks import zhidao
from benchmarks.common import hardware, record, timed
from wajue import dag

_CONFIG = """workspace = "workspace"
""" + "".join(
    f"""
[[corpus]]
name = "{role}"
role = "{role}"
paths = ["{role}.json"]
text = ["question"]
id = "url"
url = "url"
tags = "tags"
"""
    for role in ("domain", "general")
)
_LAST = "vocabulary"
_CUT = 200_000  # texts that jieba cuts after the run
_PROBE_BYTES = 4_000_000  # of a file; jieba cuts the questions in them between the steps
_EVERY, _EVERY_PSS = 0.3, 3.0  # seconds between readings; to ask for shares of pages takes a while
_FINISHED = re.compile(r"CPU s[,)]")  # in the line that ends a step
Figures = dict[str, Any]


class Tree:
    """CPU seconds and peak memory of a process and all its descendants, read from time to time."""

    def __init__(self, root: int) -> None:
        self._root, self._spent = root, dict[tuple[int, float], float]()
        self.rss = self.pss = 0

    def sample(self, *, shares: bool) -> None:
        """Take a reading; shares: also of PSS, which divides shared memory among the processes."""
        rss = pss = 0
        try:
            root = psutil.Process(self._root)
            processes = [root, *root.children(recursive=True)]
        except psutil.Error:
            return
        for process in processes:
            try:
                times = process.cpu_times()
                self._spent[process.pid, process.create_time()] = times.user + times.system
                rss += process.memory_info().rss
                pss += process.memory_full_info().pss if shares else 0
            except psutil.Error:
                continue  # it ended between being listed and being asked
        self.rss, self.pss = max(self.rss, rss), max(self.pss, pss)

    def halt(self, signal_: int) -> None:
        """Send a signal to all of them."""
        root = psutil.Process(self._root)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):
                process.send_signal(signal_)

    @property
    def cpu(self) -> float:
        """CPU seconds of all processes seen so far."""
        return sum(self._spent.values())


def run(folder: Path, master: str) -> Figures:
    """Run the Spark steps. Returns what all processes took together; exits with the last lines of the log if the run fails."""
    (folder / "config.toml").write_text(_CONFIG, encoding="utf-8")
    options = ["--until", _LAST, "--master", master, "--force"]
    command = [sys.executable, "-m", "wajue", "run", str(folder / "config.toml"), *options]
    texts = questions(folder / "general.json")
    probes, halted = [probe(texts)], 0.0
    began, log = time.perf_counter(), folder / "run.log"
    with open(log, "w", encoding="utf-8") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        tree, asked = Tree(process.pid), 0.0
        while process.poll() is None:
            if due := time.perf_counter() - asked >= _EVERY_PSS:
                asked = time.perf_counter()
            tree.sample(shares=due)
            if len(_FINISHED.findall(log.read_text(encoding="utf-8"))) >= len(probes):
                since = time.perf_counter()
                tree.halt(signal.SIGSTOP)
                probes.append(probe(texts))
                tree.halt(signal.SIGCONT)
                halted += time.perf_counter() - since
            time.sleep(_EVERY)
    if process.returncode:
        sys.exit("\n".join([f"{' '.join(command)} failed:", *log.read_text(encoding="utf-8").splitlines()[-20:]]))
    wall = time.perf_counter() - began - halted
    return {"wall": wall, "cpu": tree.cpu, "rss": tree.rss, "pss": tree.pss, "probes": probes}


def questions(path: Path) -> list[str]:
    """The first questions of a file."""
    with open(path, encoding="utf-8") as file:
        return re.findall(r'"question": "(.*?)"', file.read(_PROBE_BYTES))


def probe(texts: list[str]) -> float:
    """jieba's CPU seconds a character of these texts, now."""
    jieba.setLogLevel(60)
    jieba.initialize()
    return timed(lambda: [list(jieba.cut(t)) for t in texts])[1] / sum(map(len, texts))


def steps(workspace: Path) -> list[Figures]:
    """What each step took, by the manifests of the tables that it wrote."""
    figures = []
    for step in dag.STEPS[: dag.NAMES.index(_LAST) + 1]:
        manifests = [json.loads((workspace / t / "_step.json").read_text(encoding="utf-8")) for t in step.writes]
        first: Figures = manifests[0]
        row: Figures = {"step": step.name, "wall": first["seconds"], "cpu": first["cpu_seconds"], "peak": first["peak_rss_bytes"]}
        spark = first.get("spark", {})  # nothing where it did not run
        row |= {k: spark.get(k, 0) for k in ("tasks", "shuffle_write_bytes", "spilled_disk_bytes", "cached_bytes", "gc_seconds")}
        row |= {"java_cpu": spark.get("executor_cpu_seconds", 0.0)}
        row |= {"rows_in": first["rows_in"], "rows_out": [m["rows_out"] for m in manifests]}
        figures.append(row | {"bytes_in": first["bytes_in"], "bytes_out": sum(m["bytes_out"] for m in manifests)})
    return figures


def cut_by_jieba(workspace: Path) -> Figures:
    """Characters of all cleaned text, and the CPU seconds that jieba takes for a character of it, with its HMM and without."""
    jieba.setLogLevel(60)
    jieba.initialize()
    size, sample = 0, []
    for batch in ds.dataset(workspace / "documents", format="parquet", exclude_invalid_files=True).to_batches(columns=["text"]):
        size += pc.sum(pc.utf8_length(batch["text"])).as_py() or 0
        sample += batch["text"][: max(0, _CUT - len(sample))].to_pylist()
    read = sum(map(len, sample))
    spent = {
        name: timed(lambda hmm=hmm: [list(jieba.cut(t, HMM=hmm)) for t in sample])[1]  # type: ignore[misc]
        for name, hmm in (("jieba", True), ("jieba_hmm_off", False))
    }
    return {"characters": size, "cut": read, **{name: cpu / read for name, cpu in spent.items()}}


def measured(count: int, folder: Path, *, seed: int, master: str, keep: bool) -> Figures:
    """One size, from making the questions to the last figure; written to FOLDER/scale-N.json as soon as it is complete."""
    results = folder / f"scale-{count}.json"
    if results.exists():
        return dict(json.loads(results.read_text(encoding="utf-8")))
    run_folder = folder / f"{count}"
    run_folder.mkdir(parents=True, exist_ok=True)
    made = run_folder / "made.json"
    if not made.exists():
        # in a process of its own, whose memory is free again when the steps run
        subprocess.run(
            [sys.executable, "-m", "benchmarks.scale", "--make", str(count), "--folder", str(run_folder), "--seed", str(seed)],
            check=True,
        )
    figures = {"records": count, "master": master, "made": json.loads(made.read_text(encoding="utf-8"))}
    workspace = run_folder / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    figures |= run(run_folder, master)
    probed = questions(run_folder / "general.json")
    before = probe(probed)
    figures |= {"steps": steps(workspace)} | cut_by_jieba(workspace)
    # jieba as fast as it was on average beside the steps, not as it is now
    now = statistics.mean((before, probe(probed)))
    for name in ("jieba", "jieba_hmm_off"):
        figures[name] *= statistics.mean(figures["probes"]) / now
    results.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    _record(figures, seed)
    if not keep:
        shutil.rmtree(run_folder)
    return figures


def make(count: int, folder: Path, seed: int) -> None:
    """Write the questions, and last made.json, which says how many there are of each corpus."""
    counts = zhidao.generate(count, folder, seed)
    sizes = {f"{name}_bytes": (folder / f"{name}.json").stat().st_size for name in counts}
    (folder / "made.json").write_text(json.dumps(counts | sizes), encoding="utf-8")


def _record(figures: Figures, seed: int) -> None:
    millions, us = figures["characters"] / 1e6, "wajue without Spark" if figures["master"] == "none" else "wajue"
    note = f"{figures['records']} made-up questions, {millions:.1f} M characters cleaned, {figures['master']}, seed {seed}"
    record("scale", us, "CPU s", note, cpu=figures["cpu"])
    record("scale", us, "CPU s/M characters", note, per_million=figures["cpu"] / millions)
    record("scale", us, "s", note, wall=figures["wall"])
    record("scale", us, "GB", note, pss=figures["pss"] / 1e9, rss=figures["rss"] / 1e9)
    for row in figures["steps"]:
        record("scale", f"{us} {row['step']}", "CPU s", note, cpu=row["cpu"])
        record("scale", f"{us} {row['step']}", "GB", note, peak=row["peak"] / 1e9, shuffle=row["shuffle_write_bytes"] / 1e9)
    for name, system in (("jieba", "jieba"), ("jieba_hmm_off", "jieba HMM off")):
        whole = f"{note}; of {figures['cut'] / 1e6:.1f} M characters cut"
        record("scale", system, "CPU s", whole, cpu=figures[name] * figures["characters"])
        ratio = figures["cpu"] / figures[name] / figures["characters"]
        record("scale", us, f"of {system}'s CPU s", note, **{f"to_{name}": ratio})


def show(every: list[Figures]) -> None:
    """Print each size, step by step, and what a million characters took relative to the smallest size."""
    least = {row["step"]: row["cpu"] / every[0]["characters"] for row in every[0]["steps"]}
    for figures in every:
        millions, jieba_cpu = figures["characters"] / 1e6, figures["jieba"] * figures["characters"]
        print(
            f"\n{figures['records']:,} records, {millions:,.1f} M characters cleaned: {figures['cpu']:,.0f} CPU s, "
            f"{figures['wall']:,.0f} s, {figures['pss'] / 1e9:.2f} GB (RSS {figures['rss'] / 1e9:.2f}); "
            f"jieba {jieba_cpu:,.0f} CPU s, HMM off {figures['jieba_hmm_off'] * figures['characters']:,.0f}; "
            f"ratio {figures['cpu'] / jieba_cpu:.2f}; "
            f"jieba beside the steps {', '.join(f'{1e6 * p:.2f}' for p in figures['probes'])} us a character; "
            f"{figures['cpu'] / millions:.2f} CPU s/M characters, "
            f"{figures['cpu'] / figures['characters'] / every[0]['cpu'] * every[0]['characters']:.2f} of the first"
        )
        print(
            "step          CPU s  Java s   GC s  wall s  /M chars  of 1st  MB in  out MB  shuffle  spill  cached  peak GB"
            "  MB/CPU s  rows out"
        )
        for row in figures["steps"]:
            moved = row["bytes_in"] + row["bytes_out"]
            sizes = [row[k] / 1e6 for k in ("bytes_in", "bytes_out", "shuffle_write_bytes", "spilled_disk_bytes", "cached_bytes")]
            print(
                f"{row['step']:<11}{row['cpu']:>8.1f}{row['java_cpu']:>8.1f}{row['gc_seconds']:>7.1f}{row['wall']:>8.1f}"
                f"{row['cpu'] / millions:>10.3f}{row['cpu'] / figures['characters'] / least[row['step']]:>8.2f}"
                f"{sizes[0]:>7.0f}{sizes[1]:>8.0f}{sizes[2]:>9.0f}{sizes[3]:>7.0f}{sizes[4]:>8.0f}{row['peak'] / 1e9:>9.2f}"
                f"{moved / 1e6 / row['cpu']:>10.1f}  {' '.join(f'{n:,}' for n in row['rows_out'])}"
            )
        steps_cpu = sum(row["cpu"] for row in figures["steps"])
        print(f"outside the steps (start of Python, Java and Spark, end): {figures['cpu'] - steps_cpu:.1f} CPU s", flush=True)


def main() -> None:
    """Run the sizes asked for, one after another."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("sizes", metavar="N", type=float, nargs="*", help="records, or millions of them below 1,000")
    parser.add_argument("--folder", type=Path, help="of questions, workspaces and results; default: a temporary folder")
    parser.add_argument("--keep", action="store_true", help="leave questions and workspaces in it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="wajue-scale-"))
    if asked.make:
        make(asked.make, folder, asked.seed)
        return
    if not asked.sizes:
        parser.error("say how many records, for example 1 2 4 8 10")
    print(f"{hardware()}; results in {folder}", flush=True)
    every: list[Figures] = []
    for size in asked.sizes:
        count = round(size * 1_000_000) if size < 1000 else round(size)
        every.append(measured(count, folder, seed=asked.seed, master=asked.master, keep=asked.keep))
        show(every[:1] + every[1:][-1:])


if __name__ == "__main__":
    main()
