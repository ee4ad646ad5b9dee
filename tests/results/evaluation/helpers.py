"""What tests of scores share: a score's rows by part and figure, gold files, tables of vectors and words."""

from pathlib import Path
from typing import Any

from wajue.results.evaluate import evaluate
from wajue.results.evaluation.common import Options
from wajue.store.workspace import Workspace


def scores(place: Workspace, test: str, *files: Path | str, **options: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """{(part, figure): row}, of one gold file or of all of them; nothing may come twice."""
    rows = evaluate(place, {test: [str(f) for f in files]}, Options(**options)).to_pylist()
    found = {(r["part"], r["figure"]) if len(files) == 1 else (f"{r['gold']}: {r['part']}", r["figure"]): r for r in rows}
    assert len(found) == len(rows) and {r["test"] for r in rows} == {test}
    return found


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def vectors(**each: list[float]) -> list[dict[str, Any]]:
    return [{"word": w, "count": 10 - i, "vector": v} for i, (w, v) in enumerate(each.items())]


PLANE = vectors(man=[1, 0], king=[0.8, 0.6], woman=[0, 2], queen=[-0.6, 0.8], apple=[-1, 0])


def lexicon(**words: tuple[float, bool]) -> list[dict[str, Any]]:
    """Words with their score and whether they are new; all equally probable, longer ones win by fewer parts."""
    return [{"word": w, "count": 9, "log_prob": -5.0, "score": s, "is_new": n, "role": "domain"} for w, (s, n) in words.items()]


WORDS = lexicon(断路器=(9.0, True), 开关=(0.0, False), 与=(0.0, False), 器与=(5.0, True), 合上=(2.0, True), 断=(0.0, False))
CUT_BY_LEXICON = {"tokens": {"segment": {"unknown_share": 0.0}}}
