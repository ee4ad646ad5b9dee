"""Terms against hand-made lexicons: the recipe with several seeds, beside the plain log ratio on the same candidates.

Medical questions, national laws and finance questions, each against news and shop reviews; THUOCL's lexicons. A lexicon's term is
wanted if the domain's text holds it [contrast] min_count times. What the lexicons lack counts as an error, be it a term or not.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.common import corpora, record
from wajue import config
from wajue.results.evaluation import gold
from wajue.results.evaluation.terms import average_precision, occurrences, of_length
from wajue.runner import mine
from wajue.store import parquet
from wajue.store.workspace import Workspace

_SEEDS = 5
_DOMAINS = {
    "medical": (
        'paths = ["domain/medical_toyhom*.csv"]\nencoding = "gb18030"\ntext = ["title", "ask", "answer"]',
        "THUOCL_medical",
    ),
    "finance": ('paths = ["domain/finance_bq_dev.tsv"]\ncolumns = ["a", "b", "label"]\ntext = ["a", "b"]', "THUOCL_caijing"),
    "law": ('paths = ["domain/law_national/**/*.md"]', "THUOCL_law"),
}
_GENERAL = """
[[corpus]]
name = "news"
role = "general"
paths = ["general/xinwenlianbo*/**/*.md"]
[[corpus]]
name = "reviews"
role = "general"
paths = ["general/ChnSentiCorp_htl_all.csv", "general/online_shopping_10_cats.csv"]
text = ["review"]
[jose]
enabled = false
"""


def _mined(domain: str, workspace: Workspace, settings: str) -> Workspace:
    """The workspace, mined with these settings; what stands for the same settings is not done again."""
    corpus, _ = _DOMAINS[domain]
    text = f'{settings}\n[[corpus]]\nname = "{domain}"\nrole = "domain"\n{corpus}\n{_GENERAL}'
    path = Path(workspace.location).with_suffix(".toml")
    path.write_text(
        text.replace('"domain/', f'"{corpora()}/domain/').replace('"general/', f'"{corpora()}/general/'), encoding="utf-8"
    )
    return mine.mine(config.load(path), workspace)


def _scores(workspace: Workspace, lexicon: set[str]) -> dict[str, float]:
    terms = parquet.read(workspace, "terms", ["rank", "term", "parts"]).sort_by("rank")
    ranked = terms.column("term").to_pylist()
    single = [t for t, parts in zip(ranked, terms.column("parts").to_pylist(), strict=True) if len(parts) == 1]
    documents = parquet.read(workspace, "documents", ["role", "text"]).to_pylist()
    counts = occurrences((d["text"] for d in documents if d["role"] == "domain"), lexicon)
    wanted = {t for t, n in counts.items() if n >= config.Contrast().min_count}
    long = of_length(wanted, 5, None)

    def recall(listed: Iterable[str], of: set[str]) -> float:
        return len(of.intersection(listed)) / max(len(of), 1)

    return {
        **{f"at_{k}": sum(t in lexicon for t in ranked[:k]) / k for k in (100, 500, 1000)},
        "ap": average_precision(ranked, wanted) or 0.0,
        "recall": recall(ranked, wanted),
        "recall_words": recall(single, wanted),
        "long_3000": recall(ranked[:3000], long),
        "long_3000_words": recall(single[:3000], long),
    }


def main() -> None:
    """Every domain."""
    for domain, (_, name) in _DOMAINS.items():
        lexicon = {w for w in gold.words(next(corpora().glob(f"lexicon/**/{name}.txt"))) if len(w) > 1}
        with tempfile.TemporaryDirectory() as folder:
            workspace = Workspace(f"{folder}/{domain}")
            plain = _scores(_mined(domain, workspace, '[terms]\nscore = "log_ratio"'), lexicon)
            record("terms", "log ratio", "P@k, AP, recall", f"{domain}, {name}", **plain)
            seeds = [_scores(_mined(domain, workspace, f"[sgns]\nseed = {s}"), lexicon) for s in range(1, _SEEDS + 1)]
        mean = {figure: float(np.mean([s[figure] for s in seeds])) for figure in plain}
        deviation = {f"{figure}_sd": float(np.std([s[figure] for s in seeds])) for figure in ("at_500", "ap")}
        record("terms", "wajue", "P@k, AP, recall", f"{domain}, {name}, mean of {_SEEDS} seeds", **mean, **deviation)


if __name__ == "__main__":
    main()
