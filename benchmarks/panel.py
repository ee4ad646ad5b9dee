"""The panel: does the ranked terminology hold on fields that it was not tuned to?

WAJUE_GOLD      a folder for each field: text.txt (a document a line) or text/ (.md or .txt files), and gold.txt, the terms that
                people listed or marked in it, one a line
WAJUE_GENERAL   general text: xinwenlianbo*/news/*.md, of which every third file is read, and zhihu*/raw/*.json, every fourth
WAJUE_PANEL     where the workspaces go; they stay, so that a second run does again only what changed
WAJUE_FIELDS    names of fields, if not all are wanted

Beside wajue, on the same cleaned text, stands what anybody has in ten lines: the words of jieba ranked by G2. A term of the gold
counts if the domain's text holds it FLOOR times as a string; case, spaces and script are ignored. P@k says something where the gold
is exhaustive (marked text); average precision and the recall of the first 1,000 do always. The ratio of the average precisions is
taken over all fields as a geometric mean, each at most CAP: one easy field must not carry the others.
"""

import json
import math
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import jieba
from opencc import OpenCC

from benchmarks.common import record
from wajue import config
from wajue.mining.terms.contrast_measures import keyness
from wajue.results.evaluation.terms import average_precision
from wajue.runner import mine
from wajue.store import parquet
from wajue.store.workspace import Workspace

FLOOR, CAP = 5, 3.0
_SIMPLIFIED = OpenCC("t2s")
_NO_WORD = re.compile(r"[^\w\u4e00-\u9fff+-]+")
_NUMBER = re.compile(r"[\d._-]+")


class Scores(NamedTuple):
    """Of a ranked list against the gold: precision of the first 100 and 500, recall of the first 1,000, average precision."""

    p_100: float
    p_500: float
    r_1000: float
    ap: float

    @classmethod
    def of(cls, ranked: Iterable[str], gold: set[str]) -> "Scores":
        """Gold as `normal` has it."""
        terms = list(dict.fromkeys(normal(t) for t in ranked))
        hits = [t in gold for t in terms]
        precision = [sum(hits[:k]) / k for k in (100, 500)]
        return cls(*precision, sum(hits[:1000]) / max(len(gold), 1), average_precision(terms, gold) or 0.0)


def normal(term: str) -> str:
    """A term without what the comparison ignores."""
    return _SIMPLIFIED.convert(re.sub(r"\s+", "", term).lower())


def gold_of(field: Path, text: str) -> set[str]:
    """The terms of gold.txt that the text holds FLOOR times."""
    plain = normal(text)
    listed = {normal(t) for t in (field / "gold.txt").read_text(encoding="utf-8").split("\n") if len(t.strip()) >= 2}
    return {t for t in listed if plain.count(t) >= FLOOR}


def words_of(texts: Iterable[str]) -> Counter[str]:
    """How often jieba cuts out each word of two and more characters."""
    runs = (run for text in texts for run in _NO_WORD.split(text))
    return Counter(w for run in runs for w in jieba.cut(run) if len(w) >= 2)


def by_g2(domain: Counter[str], general: Counter[str]) -> list[str]:
    """The words that the domain uses FLOOR times and more, the greatest G2 first."""
    totals = float(domain.total()), float(general.total())
    g2 = {w: float(keyness(n, general[w], *totals)) for w, n in domain.items() if n >= FLOOR and not _NUMBER.fullmatch(w)}
    return sorted(g2, key=lambda w: (-g2[w], w))


def ratio(ours: Scores, theirs: Scores) -> float:
    """Of the average precisions."""
    return ours.ap / max(theirs.ap, 1e-9)


def mean_ratio(ratios: list[float]) -> float:
    """Their geometric mean, each at most CAP."""
    return math.exp(sum(math.log(min(max(r, 1e-3), CAP)) for r in ratios) / len(ratios))


def folder_of(variable: str) -> Path:
    folder = os.environ.get(variable)
    if not folder or not Path(folder).is_dir():
        sys.exit(f"set {variable} to a folder; the first lines of benchmarks/panel.py say what belongs in it")
    return Path(folder)


def _settings(field: Path, general: Path) -> str:
    """The config that mines a field."""
    if (field / "text.txt").exists():
        domain = f'paths = ["{field}/text.txt"]\nformat = "text"'
    else:
        kind, ending = ("markdown", "md") if any((field / "text").rglob("*.md")) else ("text", "txt")
        domain = f'paths = ["{field}/text/**/*.{ending}"]\nformat = "{kind}"'
    news = [str(p) for p in sorted(general.glob("xinwenlianbo*/news/*.md"))[::3]]
    questions = [str(p) for p in sorted(general.glob("zhihu*/raw/*.json"))[::4]]
    return (
        f'[[corpus]]\nname = "{field.name}"\nrole = "domain"\n{domain}\n'
        f'[[corpus]]\nname = "news"\nrole = "general"\npaths = {json.dumps(news)}\nformat = "markdown"\n'
        f'[[corpus]]\nname = "questions"\nrole = "general"\npaths = {json.dumps(questions)}\nformat = "json"\ntext = ["title"]\n'
        "[jose]\nenabled = false\n[trends]\nenabled = false\n"
    )


def mined(field: Path, general: Path, folder: Path) -> Workspace:
    path = folder / f"{field.name}.toml"
    path.write_text(_settings(field, general), encoding="utf-8")
    return mine.mine(config.load(path), Workspace(str(folder / field.name)))


def _measured(workspace: Workspace, field: Path) -> dict[str, Scores]:
    """Scores of both systems."""
    documents = parquet.read(workspace, "documents", ["role", "text"]).to_pylist()
    domain, general = ([d["text"] for d in documents if d["role"] == role] for role in ("domain", "general"))
    gold = gold_of(field, "\n".join(domain))
    ranked = parquet.read(workspace, "terms", ["rank", "term"]).sort_by("rank").column("term").to_pylist()
    return {"wajue": Scores.of(ranked, gold), "jieba and G2": Scores.of(by_g2(words_of(domain), words_of(general)), gold)}


def main() -> None:
    """Every field, or those that WAJUE_FIELDS names."""
    gold, general, folder = (folder_of(f"WAJUE_{name}") for name in ("GOLD", "GENERAL", "PANEL"))
    chosen = os.environ.get("WAJUE_FIELDS", "").split()
    fields = [p for p in sorted(gold.iterdir()) if (p / "gold.txt").exists() and (not chosen or p.name in chosen)]
    ratios = []
    for field in fields:
        scores = _measured(mined(field, general, folder), field)
        for system, figures in scores.items():
            record("panel", system, "", field.name, **figures._asdict())
        ratios.append(ratio(*scores.values()))
    record("panel", "wajue", "times jieba and G2", f"{len(ratios)} fields", ap_ratio=mean_ratio(ratios), least_ap_ratio=min(ratios))
