"""python -m benchmarks.growth N ADDED FOLDER: what ADDED new questions cost beside N old ones, made up by benchmarks/zhidao.py.

Three things are asked, as a run without --master does them: dedup of the new ones against a workspace of the old ones, by its
signatures and by its text; and all steps until ngrams of the domain, to which the new ones were added, beside a run from scratch.
Seconds are those of the manifests. FOLDER keeps the questions and the workspaces; what was made is not made again.
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

_ROLES = ("domain", "general")
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
    if not (folder / "earlier").exists():
        _make(count, added, folder)
    old = _until(folder, "earlier", "dedup", "earlier")
    note = f"{added:,} new against {count:,} old questions"
    signatures, aside = Path(old.path("signatures")), folder / "signatures"
    for _ in range(2):
        _recorded("signatures", note, _until(folder, "later", "dedup", "later", against="earlier", force=True))
        signatures.rename(aside)
        _recorded("text", note, _until(folder, "later", "dedup", "later", against="earlier", force=True))
        aside.rename(signatures)
    domain = ("domain",)
    _until(folder, "all", "ngrams", "earlier", roles=domain)
    note = f"one in {1 + count // added} questions added to the domain's share of {count + added:,}"
    for system, force in (("added", False), ("from scratch", True)):
        _recorded(system, note, _until(folder, "all", "ngrams", "earlier", "later", roles=domain, force=force), last="ngrams")


def _make(count: int, added: int, folder: Path) -> None:
    """FOLDER/earlier and FOLDER/later, which sort like this: a line a question; the new ones are spread over all of a role."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "made.json").exists():
        (folder / "made.json").write_text(json.dumps(zhidao.generate(count + added, folder)), encoding="utf-8")
    for name in ("later", "earlier"):
        (folder / name).mkdir()
    every = (count + added) // added
    for role in _ROLES:
        questions = json.loads((folder / f"{role}.json").read_text(encoding="utf-8"))
        for name in ("later", "earlier"):
            lines = [
                json.dumps(q, ensure_ascii=False) for i, q in enumerate(questions) if (i % every == every // 2) == (name == "later")
            ]
            (folder / name / f"{role}.jsonl").write_text("\n".join(lines), encoding="utf-8")


def _until(
    folder: Path, name: str, last: str, *parts: str, against: str = "", roles: tuple[str, ...] = _ROLES, force: bool = False
) -> Workspace:
    """The workspace FOLDER/NAME.out, after a run over these parts of the questions."""
    text = f'[dedup]\nagainst = "{against}.out"\n' if against else ""
    for role in roles:
        text += _CORPUS.format(role=role, paths=", ".join(f'"{part}/{role}.jsonl"' for part in parts))
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    workspace = Workspace(str(folder / f"{name}.out"))
    run.run(configuration.load(folder / f"{name}.toml"), workspace, last=last, force=force)
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
