"""Figures of the pages, from benchmarks/results/results.csv: docs/generate.py writes each table between its two markers.

A number stands in one place, the row that was measured. A table says which row; a newer row takes the place of an older one.
"""

import csv
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "results.csv"
SCALE_STEPS = ("ingest", "clean", "dedup", "ngrams", "new_words", "segment", "word_counts", "variants", "contrast", "vocabulary")
ONE, THREE, TEN = (f"{n}000000 made-up questions" for n in (1, 3, 10))
CHARACTERS = {ONE: 19.8, THREE: 57.8, TEN: 183.5}  # millions that cleaning kept, as the notes of the rows have it
ALONE = "wajue without Spark"
WITH_SPARK, WITHOUT_SPARK = ", local[2], ", ", none, "  # masters, in notes: beside which of the runs jieba was asked
MOST_GAIN = 3  # of a field in the mean, as in benchmarks/panel.py


@cache
def _rows() -> list[dict[str, str]]:
    with open(RESULTS, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _of_name(benchmark: str, system: str, figure: str, *notes: str) -> list[dict[str, str]]:
    """The rows of that name whose note holds all of these. Raises LookupError if there is none."""
    wanted = (benchmark, system, figure)
    found = [r for r in _rows() if (r["benchmark"], r["system"], r["figure"]) == wanted and all(n in r["note"] for n in notes)]
    if not found:
        raise LookupError(f"results.csv has no row {wanted} with {' and '.join(map(repr, notes))} in its note")
    return found


def measured(benchmark: str, system: str, figure: str, *notes: str) -> float:
    """The last value of that name."""
    return float(_of_name(benchmark, system, figure, *notes)[-1]["value"])


def mean(benchmark: str, system: str, figure: str, *notes: str) -> float:
    """Of all values of that name at the last commit that has any."""
    rows = _of_name(benchmark, system, figure, *notes)
    values = [float(r["value"]) for r in rows if r["commit"] == rows[-1]["commit"]]
    return sum(values) / len(values)


def _short(value: float) -> str:
    """Three digits: 4,705,100 is 4.71 M."""
    scale, sign = (1e6, " M") if value >= 1e6 else (1e3, " k")
    return f"{value / scale:.3g}{sign}"


def _share(value: float) -> str:
    """Three digits without the zero: 0.849126 is .849."""
    return f"{value:.3f}".removeprefix("0")


def speed() -> str:
    """wajue beside its peers, one row a peer."""
    lines = ["| | wajue | peer | times as fast |", "| --- | --- | --- | --- |"]
    for what, benchmark, peers in (
        ("cut text by the same dictionary, characters a CPU second", "segmentation", {"jieba": "jieba"}),
        ("MinHash signatures of 64 hashes, texts a CPU second", "dedup", {"rensa": "rensa", "datasketch": "datasketch"}),
        ("train skip-gram, 2 threads, words a second", "sgns", {"gensim, list": "gensim"}),
        ("train JoSE, 2 threads, words a second", "jose", {"jose-Ofast": "the authors' C, -Ofast", "jose-O3": "the same, -O3"}),
    ):
        ours = measured(benchmark, "wajue", "speed")
        for system, shown in peers.items():
            theirs = measured(benchmark, system, "speed")
            times = f"{ours / theirs:.1f}" if ours < 10 * theirs else f"{ours / theirs:.0f}"
            lines.append(f"| {what} | {_short(ours)} | {shown} {_short(theirs)} | {times} |")
            what = "the same"
    return "\n".join(lines)


def quality() -> str:
    """What comes out, beside what the peers bring out of the same text."""

    def of(*names: str, note: str = "", shown: Callable[[float], str] = _share) -> str:
        benchmark, system, *figures = names
        return ", ".join(shown(measured(benchmark, system, figure, note)) for figure in figures)

    def percent(value: float) -> str:
        return f"{100 * value:.0f} %"

    def points(value: float) -> str:
        return f"{value:.1f}"

    vectors = ("ws353", "men", "analogy")
    rows = (
        (
            "of the first 100 new words of the SXU corpus, words of its hand-made segmentation",
            of("discovery", "wajue", "at_100", shown=percent),
            "jieba's model " + of("peers", "jieba", "at_100", shown=percent),
        ),
        (
            "segmentation F1 on SXU, the lexicon mined without labels",
            of("discovery", "wajue", "test_f1"),
            f"jieba, its dictionary made by hand {of('peers', 'jieba', 'test_f1')}",
        ),
        (
            "of the first 500 terms of medical questions, terms of a medical lexicon",
            of("terms", "wajue", "at_500", note="medical", shown=percent),
            "the plain log ratio " + of("terms", "log ratio", "at_500", note="medical", shown=percent),
        ),
        (
            "WordSim-353, MEN and analogies after one epoch of 17 M words",
            of("sgns", "wajue", *vectors, note="3 seeds", shown=points),
            "gensim " + of("sgns", "gensim", *vectors, note="3 seeds", shown=points),
        ),
        (
            "memory for that epoch, MB",
            of("sgns", "wajue", "peak_rss", shown=lambda v: f"{v:,.0f}"),
            "gensim " + of("sgns", "gensim, list", "peak_rss", shown=lambda v: f"{v:,.0f}"),
        ),
        (
            "NMI of JoSE's clusters of the 20 newsgroups; with the combined hinge",
            f"{of('jose', 'wajue, two', 'nmi', note='5 seeds')}; {of('jose', 'wajue, combined', 'nmi', note='5 seeds')}",
            f"the authors' C {of('jose', 'jose-Ofast', 'nmi', note='5 seeds')}",
        ),
        (
            "ten million questions, from JSON to word ids, CPU seconds",
            of("scale", ALONE, "cpu", note=TEN, shown=lambda v: f"{v:,.0f}"),
            "jieba, only cutting the same text " + of("scale", "jieba", "cpu", note=TEN, shown=lambda v: f"{v:,.0f}"),
        ),
    )
    return "\n".join(["| | wajue | peer |", "| --- | --- | --- |", *(f"| {' | '.join(row)} |" for row in rows)])


def scale() -> str:
    """Of every step the CPU seconds at three sizes, beside the line through the first and the last, and what it holds and moves."""
    lines = [
        f"| step | 1 M, {CHARACTERS[ONE]} M characters kept | 3 M, {CHARACTERS[THREE]} M (line) | 10 M, {CHARACTERS[TEN]} M "
        "| peak, GB | exchanged, GB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for shown, system in [*((s, f"wajue {s}") for s in SCALE_STEPS), ("all, with Spark's start", "wajue")]:
        one, three, ten = (measured("scale", system, "cpu", note) for note in (ONE, THREE, TEN))
        peak = measured("scale", system, "rss" if system == "wajue" else "peak", TEN)
        moved = "" if system == "wajue" else f"{measured('scale', system, 'shuffle', TEN):.1f}"
        cells = (f"{one:.1f}", f"{three:.1f} ({_on_line(system, CHARACTERS[THREE]):.1f})", f"{ten:.1f}", f"{peak:.1f}", moved)
        lines.append(f"| {shown} | {' | '.join(cells)} |")
    of_jieba = " | ".join(f"{measured('scale', 'jieba', 'cpu', note, WITH_SPARK):.0f}" for note in (ONE, THREE, TEN))
    return "\n".join([*lines, f"| jieba, cutting the same cleaned text | {of_jieba} | | |"])


def alone() -> str:
    """The same without Spark: CPU seconds of every step, and the most memory, each process's share of what is shared."""
    runs = ((ALONE, ONE, WITHOUT_SPARK), (ALONE, TEN, WITHOUT_SPARK), ("wajue", TEN, WITH_SPARK))

    def line(shown: str, figure: str, digits: int, step: str = "", system: str = "") -> str:
        values = (measured("scale", system or f"{us}{step}", figure, size, master) for us, size, master in runs)
        return f"| {shown} | {' | '.join(f'{value:.{digits}f}' for value in values)} |"

    lines = ["| step | 1 M | 10 M | Spark, 10 M |", "| --- | --- | --- | --- |"]
    lines += [line(step, "cpu", 1, step=f" {step}") for step in SCALE_STEPS]
    lines += [line("all", "cpu", 1), line("jieba, cutting the same cleaned text", "cpu", 0, system="jieba")]
    lines += [line("jieba without its HMM", "cpu", 0, system="jieba HMM off")]
    return "\n".join([*lines, line("seconds on two cores", "wall", 0), line("memory, GB", "pss", 1)])


def engines() -> str:
    """Small runs by either engine: seconds, and CPU seconds in brackets."""
    lines = ["| text | without Spark | Spark, two workers |", "| --- | --- | --- |"]
    for megabytes in (3, 10, 30, 100):
        cells = []
        for system in ("in process", "Spark, local[2]"):
            wall, cpu = (mean("engines", system, figure, f"{megabytes} MB ") for figure in ("wall", "cpu"))
            cells.append(f"{wall:.1f} s ({cpu:.0f})")
        lines.append(f"| {megabytes} MB | {' | '.join(cells)} |")
    return "\n".join(lines)


def _on_line(system: str, characters: float) -> float:
    """The CPU seconds for so many millions of characters on the line through 1 M and 10 M questions."""
    one, ten = (measured("scale", system, "cpu", note) for note in (ONE, TEN))
    return one + (ten - one) * (characters - CHARACTERS[ONE]) / (CHARACTERS[TEN] - CHARACTERS[ONE])


def sizes() -> str:
    """A cluster for ten million documents, a hundred million and a billion: CPU seconds on the line of the measured ones."""
    lines = [
        "| documents | text | CPU | cores | minutes = CPU / cores x 3/2 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for times, documents, cores in ((1, "10 M", 16), (10, "100 M", 64), (100, "1 B", 256)):
        cpu = _on_line("wajue", CHARACTERS[TEN] * times)
        text = f"{CHARACTERS[TEN] * times:,.0f} M characters, {1.6 * times:.3g} GB of JSON"
        minutes = cpu / cores * 1.5 / 60
        lines.append(f"| {documents} | {text} | {cpu:,.0f} s = {cpu / 3600:.2g} h | {cores} | {minutes:.2g} |")
    return "\n".join(lines)


def fields() -> str:
    """Every field of the panel, the one where wajue gains least first."""
    listed: dict[str, None] = {}
    for row in _rows():
        if (row["benchmark"], row["system"], row["figure"]) == ("panel", "wajue", "ap"):
            listed[row["note"]] = None
    systems = ("wajue", "jieba and G2")
    scores = {f: {s: [measured("panel", s, figure, f) for figure in ("p_100", "p_500", "ap")] for s in systems} for f in listed}
    gains = {field: of["wajue"][-1] / of["jieba and G2"][-1] for field, of in scores.items()}
    lines = ["| field | P@100 | jieba and G2 | P@500 | jieba and G2 | AP | jieba and G2 | times |", f"| --- |{' --- |' * 7}"]
    for field in sorted(gains, key=lambda f: gains[f]):
        pairs = (_share(value) for pair in zip(*(scores[field][s] for s in systems), strict=True) for value in pair)
        lines.append(f"| {field} | {' | '.join(pairs)} | {gains[field]:.2f} |")
    mean = math.exp(sum(math.log(min(gain, MOST_GAIN)) for gain in gains.values()) / len(gains))
    return "\n".join([*lines, f"| geometric mean of {len(gains)}, each at most {MOST_GAIN} | | | | | | | {mean:.2f} |"])


def topics() -> str:
    """NMI, and coherence by NPMI, of topics made in five ways of six labelled sets; CPU seconds of wajue's and of LDA."""
    sets = ("thucnews titles", "csldcp", "20news", "online_shopping", "iflytek", "tnews")
    systems = ("wajue", "TF-IDF, SVD, k-means", "NMF", "JoSE's documents, c-TF-IDF", "gensim LdaMulticore")
    lines = [f"| NMI; NPMI | {' | '.join(systems)} | CPU s, wajue | with JoSE | LDA |", f"| --- |{' --- |' * (len(systems) + 3)}"]
    for name in sets:
        note = f"{name}, "
        pairs = [[measured("topics", system, figure, note) for figure in ("nmi", "c_npmi")] for system in systems]
        seconds = [
            measured("topics", s, f, note) for s, f in (("wajue", "cpu"), ("wajue", "cpu_all"), ("gensim LdaMulticore", "cpu"))
        ]
        cells = [f"{_share(nmi)}; {npmi:.3f}" for nmi, npmi in pairs] + [f"{value:.1f}" for value in seconds]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


TABLES = {
    "topics": topics,
    "fields": fields,
    "speed": speed,
    "quality": quality,
    "scale": scale,
    "alone": alone,
    "engines": engines,
    "sizes": sizes,
}
