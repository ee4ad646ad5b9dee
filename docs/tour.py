"""A tour: from raw text to a plot of its terms. python docs/tour.py [CONFIG]."""

import logging
import sys
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib import pyplot as plt

from pipeline import Workspace, load_segmenter, load_vectors, mine, read, select
from pipeline.cli import sample_folder

CHINESE = ("Noto Sans CJK SC", "Noto Serif CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "PingFang SC", "Heiti TC", "SimHei")


def tour(workspace: Workspace) -> None:
    """What was mined, in print."""
    # 1. What went in, what was dropped, and why
    print(select(workspace, "SELECT corpus, role, count(*) AS documents FROM documents GROUP BY ALL ORDER BY 1").to_pandas())
    print(select(workspace, "SELECT step, reason, count(*) AS dropped FROM rejects GROUP BY ALL ORDER BY 3 DESC").to_pandas())

    # 2. Words that no dictionary has
    words = read(workspace, "lexicon", ["word", "count", "score", "is_new"]).to_pandas()
    print(words[words.is_new].nlargest(10, "score"))

    # 3. Text cut by them
    print(load_segmenter(workspace).spaced(["主变的油枕漏油怎么处理", "母联断路器拒动"]))

    # 4. Terms that set the field apart, and their nearest words
    vectors = load_vectors(workspace)
    terms = select(workspace, "SELECT term FROM terms ORDER BY rank LIMIT 20").column("term").to_pylist()
    for term in [t for t in terms if t in vectors][:5]:
        print(term, vectors.most_similar(term, top=3))


def plot(workspace: Workspace, path: Path, named: int = 30) -> None:
    """Domain against general frequency of the terms, the first `named` by name."""
    terms = read(workspace, "terms", ["rank", "term", "domain_count", "general_count", "score"]).to_pandas().sort_values("rank")
    total = select(workspace, "SELECT role, sum(count) AS n FROM word_counts GROUP BY role").to_pandas().set_index("role").n
    x = terms.general_count / int(total["general"]) * 1e6 + 1
    y = terms.domain_count / int(total["domain"]) * 1e6 + 1
    there = {font.name for font in font_manager.fontManager.ttflist}
    matplotlib.rcParams["font.family"] = next((f for f in CHINESE if f in there), "sans-serif")
    figure, axes = plt.subplots(figsize=(9, 7), layout="constrained")
    dots = axes.scatter(x, y, c=terms.score, s=12, cmap="viridis")
    figure.colorbar(dots, label="score")
    axes.axline((1, 1), slope=1, linestyle="--", linewidth=1, color="grey")
    for term, across, up in list(zip(terms.term, x, y, strict=True))[:named]:
        axes.annotate(term, (across, up), xytext=(4, 0), textcoords="offset points", fontsize=8, va="center")
    axes.set(
        xscale="log", yscale="log", xlabel="general text, per million words, plus 1", ylabel="domain, per million words, plus 1"
    )
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
