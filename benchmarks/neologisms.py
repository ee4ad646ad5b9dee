"""New words over time, against people's lists: are listed new words found, how far up by emergence, and how soon?

In: gold/neologisms_weibo_to_2023 of the corpora, text.tsv (date, title) and gold.tsv (term, ...), and newscasts as general text.
The titles are mined by month with the real pipeline; the lists are read only to score. A listed word is scored if FLOOR titles
hold it, counted in this text: the counts of gold.tsv are of a longer one.

in_lexicon       one word of the lexicon
as_one_unit      a word of the lexicon or a run of words that may be a term: 直播带货, 中国式现代化
within_2000      among the first TOP words and terms by emergence: by trends.z, how surely its share rose, or by nats, the greater
                 of half its square and trends.burst, since a word that came and went has a burst and no rise
of_news          the same among those that could emerge: first used after the text's first three months, in SURE titles
lag_months       from the first title to `since`, the mean and the median of those labelled emerged or rose
"""

import csv
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.common import corpora, record
from wajue import config
from wajue.runner import mine
from wajue.store import parquet
from wajue.store.workspace import Workspace

FLOOR, SURE, TOP, OPENING = 5, 20, 2000, 3  # titles; titles; ranks; months
_SHOWN = 25


class Listed(NamedTuple):
    """A word that people listed: how many titles hold it, and the month of the first, YYYY-MM."""

    word: str
    titles: int
    first: str


def listed(folder: Path) -> list[Listed]:
    """The words of gold.tsv that FLOOR titles and more hold, in its order."""
    lines = (folder / "text.tsv").read_text(encoding="utf-8").split("\n")
    dated = sorted((date, title) for date, tab, title in (line.partition("\t") for line in lines) if tab)
    with open(folder / "gold.tsv", encoding="utf-8", newline="") as file:
        words = dict.fromkeys(row["term"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    holding = {word: [date for date, title in dated if word in title] for word in words}
    return [Listed(word, len(dates), dates[0][:7]) for word, dates in holding.items() if len(dates) >= FLOOR]


def mined(titles: Path, general: Path, folder: Path) -> Workspace:
    """The titles by month, with every third newscast as general text."""
    news = [str(path) for path in sorted(general.glob("xinwenlianbo*/news/*.md"))[::3]]
    settings = (
        f'[[corpus]]\nname = "titles"\nrole = "domain"\npaths = ["{titles}"]\nformat = "tsv"\ncolumns = ["date", "title"]\n'
        'text = ["title"]\ndate = "date"\n'
        f'[[corpus]]\nname = "news"\nrole = "general"\npaths = {json.dumps(news)}\nformat = "markdown"\n'
        f"[trends]\nmin_count = {FLOOR}\n"
    ) + "".join(f"[{step}]\nenabled = false\n" for step in ("variants", "sgns", "jose", "topics"))
    path = folder / "neologisms.toml"
    path.write_text(settings, encoding="utf-8")
    return mine.mine(config.load(path), Workspace(str(folder / "mined")), last="trends")


def by_emergence(workspace: Workspace) -> list[dict[str, Any]]:
    """The rows of `trends` of the words and terms of two and more characters, with `nats`, the surest rise first."""
    trends = parquet.read(workspace, "trends", ["term", "role", "label", "since", "z", "burst"])
    rows = [row for row in trends.to_pylist() if row["role"] == "domain" and len(row["term"]) > 1]
    rows = [row | {"nats": max(max(row["z"], 0.0) ** 2 / 2, row["burst"])} for row in rows]
    return sorted(rows, key=lambda row: (-row["z"], row["term"]))


def months(first: str, last: str) -> int:
    """From one YYYY-MM to another."""
    (year, month), (later_year, later_month) = (map(int, m.split("-")) for m in (first, last))
    return (later_year - year) * 12 + later_month - month


def _share(words: list[Listed], among: set[str]) -> float:
    return sum(w.word in among for w in words) / len(words)


def _first_ranks(rows: list[dict[str, Any]], words: list[Listed]) -> None:
    """Record which share of the words stands among the first TOP, in both orders."""
    opening = min(w.first for w in words)
    news = [w for w in words if w.titles >= SURE and months(opening, w.first) >= OPENING]
    for name in ("z", "nats"):
        top = {row["term"] for row in sorted(rows, key=lambda row: (-row[name], row["term"]))[:TOP]}
        note = f"by {name}; {len(words)} listed words, {len(news)} of them news; {len(rows):,} words and terms ranked"
        record("neologisms", "wajue", "share", note, within_2000=_share(words, top), of_news=_share(news, top))


def _lags(rows: list[dict[str, Any]], words: list[Listed]) -> None:
    """Record how long after its first title a word counts as risen, and print the best places by z."""
    by_word = {w.word: w for w in words}
    placed = ((place, row, by_word.get(row["term"])) for place, row in enumerate(rows, 1) if row["label"] in ("emerged", "rose"))
    rose = [(place, row, word) for place, row, word in placed if word]
    lags = [months(word.first, row["since"]) for _, row, word in rose]
    lag = {"mean": statistics.mean(lags), "median": statistics.median(lags)}
    record("neologisms", "wajue", "months", f"from first use to since, {len(lags)} that emerged or rose", **lag)
    for place, row, word in rose[:_SHOWN]:
        print(f"{place:>6}  {word.word}  {word.titles} titles, first {word.first}, {row['label']} since {row['since']}")


def main() -> None:
    """Mine the titles, and score the lists."""
    folder = corpora() / "gold" / "neologisms_weibo_to_2023"
    words = listed(folder)
    with tempfile.TemporaryDirectory() as work:
        workspace = mined(folder / "text.tsv", corpora() / "general", Path(work))
        lexicon = set(parquet.read(workspace, "lexicon", ["word"]).column("word").to_pylist())
        runs = set(parquet.read(workspace, "candidates", ["term"]).column("term").to_pylist())
        rows = by_emergence(workspace)
    note = f"{len(words)} listed words in {FLOOR} titles and more"
    record("neologisms", "wajue", "share", note, in_lexicon=_share(words, lexicon), as_one_unit=_share(words, lexicon | runs))
    _first_ranks(rows, words)
    _lags(rows, words)


if __name__ == "__main__":
    main()
