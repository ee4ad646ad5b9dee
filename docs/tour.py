"""A tour: from raw text to a plot of its terms. python docs/tour.py [CONFIG]."""

import logging
import sys
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib import pyplot as plt

from wajue import Workspace, load_segmenter, load_vectors, mine, read, select
from wajue.results.demo import sample_folder

CHINESE = ("Noto Sans CJK SC", "Noto Serif CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "PingFang SC", "Heiti TC", "SimHei")


def tour(workspace: Workspace) -> None:
    """Print what was mined."""
    # 1. What went in, what was dropped, and why
    print(select(workspace, "SELECT corpus, role, count(*) AS documents FROM documents GROUP BY ALL ORDER BY 1").to_pandas())
    print(select(workspace, "SELECT step, reason, count(*) AS dropped FROM rejects GROUP BY ALL ORDER BY 3 DESC").to_pandas())

    # 2. Words that no dictionary has
    print(select(workspace, "SELECT rank, word, score, domain_count, general_count FROM new_words LIMIT 10").to_pandas())

    # 3. Text cut by them
    print(load_segmenter(workspace).spaced(["主变的油枕漏油怎么处理", "母联断路器拒动"]))

    # 4. Terms that set the field apart, and their nearest words
    vectors = load_vectors(workspace)
    terms = select(workspace, "SELECT term FROM terms ORDER BY rank LIMIT 20").column("term").to_pylist()
    for term in [t for t in terms if t in vectors][:5]:
        print(term, vectors.most_similar(term, top=3))


def plot(workspace: Workspace, path: Path, most: int = 60) -> None:
    """A map of the first terms that have a vector: terms that are used alike lie near each other."""
    vectors = load_vectors(workspace)
    terms = read(workspace, "terms", ["rank", "term", "domain_count", "score"]).to_pandas().sort_values("rank")
    terms = terms[terms.term.isin(vectors.vocabulary)].head(most)
    unit = np.stack([vectors.unit[vectors.vocabulary.index(term)] for term in terms.term])  # [terms, dim]
    axes_of_most_variance = np.linalg.svd(unit - unit.mean(axis=0), full_matrices=False)[2][:2]
    x, y = (axes_of_most_variance @ unit.T).argsort(axis=1).argsort(axis=1)  # ranks, not distances: no name hides another
    installed = {font.name for font in font_manager.fontManager.ttflist}
    matplotlib.rcParams["font.family"] = next((font for font in CHINESE if font in installed), "sans-serif")
    matplotlib.rcParams["axes.unicode_minus"] = False
    figure, axes = plt.subplots(figsize=(11, 9), layout="constrained")
    dots = axes.scatter(x, y, c=terms.score, s=30, cmap="viridis")
    figure.colorbar(dots, label="score")
    for term, across, up in zip(terms.term, x, y, strict=True):
        axes.annotate(term, (across, up), xytext=(5, 0), textcoords="offset points", fontsize=9, va="center")
    axes.set(xticks=[], yticks=[], title=f"{len(terms)} terms")
    figure.savefig(path, dpi=150)
    plt.close(figure)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    matplotlib.use("agg")  # no window
    config = Path(sys.argv[1]) if len(sys.argv) > 1 else sample_folder() / "demo.toml"
    mined = mine(config, None if len(sys.argv) > 1 else Workspace("wajue-demo"))
    tour(mined)
    plot(mined, Path("tour.png"))
    print("see tour.png")
