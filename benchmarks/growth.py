"""python -m benchmarks.growth N ADDED FOLDER: what ADDED new questions cost beside N old ones, made up by benchmarks/zhidao.py.

Three things are asked, with local[2]: dedup of the new ones against a workspace of the old ones, by its signatures and by its
text; and all steps until ngrams of one corpus to which the new ones were added, beside a run from scratch. Seconds are those of
the manifests. FOLDER keeps the questions and the workspaces; what is there is not made again.
"""

import json
import sys
from pathlib import Path

from benchmarks import zhidao
from benchmarks.common import record
from wajue import config as configuration
from wajue import dag
from wajue.runner import run
from wajue.store.workspace import Workspace

_CORPUS = """
[[corpus]]
name = "{role}"
role = "{role}"
paths = [{paths}]
text = ["question"]
id = "url"
"""


def main() -> None:
    """Measure, and record."""
    count, added, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    if not (folder / "old").exists():
        _make(count, added, folder)
    old = _until(folder, "old", "dedup", "old")
    note = f"{added:,} new against {count:,} old questions"
    _recorded("signatures", note, _until(folder, "new", "dedup", "new", against="old"))
    Path(old.path("signatures")).rename(folder / "signatures")
    _recorded("text", note, _until(folder, "new", "dedup", "new", against="old"))
    (folder / "signatures").rename(old.path("signatures"))
    _until(folder, "all", "ngrams", "old")
    note = f"{added:,} questions added to {count:,}"
    for system, force in (("added", False), ("from scratch", True)):
        _recorded(system, note, _until(folder, "all", "ngrams", "old", "new", force=force), last="ngrams")


def _make(count: int, added: int, folder: Path) -> None:
    """FOLDER/old and FOLDER/new: a line a question; of each role, the new ones are spread over all."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "made.json").exists():
        (folder / "made.json").write_text(json.dumps(zhidao.generate(count + added, folder)), encoding="utf-8")
    for name in ("new", "old"):
        (folder / name).mkdir()
    every = (count + added) // added
    for role in ("domain", "general"):
        questions = json.loads((folder / f"{role}.json").read_text(encoding="utf-8"))
        for name in ("new", "old"):
            lines = [
                json.dumps(q, ensure_ascii=False) for i, q in enumerate(questions) if (i % every == every // 2) == (name == "new")
            ]
            (folder / name / f"{role}.jsonl").write_text("\n".join(lines), encoding="utf-8")


def _until(folder: Path, name: str, last: str, *parts: str, against: str = "", force: bool = False) -> Workspace:
    """The workspace FOLDER/NAME.out, after a run over these parts of the questions."""
    text = f'[dedup]\nagainst = "{against}.out"\n' if against else ""
    for role in ("domain", "general"):
        text += _CORPUS.format(role=role, paths=", ".join(f'"{part}/{role}.jsonl"' for part in parts))
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    workspace = Workspace(str(folder / f"{name}.out"))
    run.run(configuration.load(folder / f"{name}.toml"), workspace, last=last, master="local[2]", force=force)
    return workspace


def _recorded(system: str, note: str, workspace: Workspace, last: str = "") -> None:
    """A row for dedup's seconds, or for those of each step until `last`."""
    names = dag.NAMES[: dag.NAMES.index(last) + 1] if last else ("dedup",)
    for step in (s for s in dag.STEPS if s.name in names):
        manifest = workspace.manifest(step.writes[0]) or {}
        figures = {f"{step.name}_cpu": manifest["cpu_seconds"], f"{step.name}_wall": manifest["seconds"]}
        record("growth", system, "s", note, **figures)
    if not last:
        stored = {f"{table}_bytes": float(workspace.bytes(table)) for table in ("documents", "signatures")}
        record("growth", system, "bytes", note, **stored)


if __name__ == "__main__":
    main()
