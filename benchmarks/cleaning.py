"""Cleaning with every rule on, in characters a CPU second, and what each rule costs, beside plain NFKC and OpenCC of the same."""

import unicodedata

import opencc

from benchmarks.common import corpora, record, timed
from benchmarks.dedup import real_questions
from wajue.cleaning import rules
from wajue.config import Clean


def _batches(texts: list[str], characters: int = 1_000_000) -> list[list[str]]:
    size = max(1, characters * len(texts) // sum(map(len, texts)))
    return [texts[i : i + size] for i in range(0, len(texts), size)]


def measure(name: str, texts: list[str]) -> None:
    """All rules, then each rule alone, less what the verdicts cost; the median of three rounds."""
    settings, batches = Clean(), _batches(texts)
    size = sum(map(len, texts))
    rules.clean(texts[:100], settings)

    def cost(only: tuple[str, ...] | None) -> float:
        def work() -> None:
            for batch in batches:
                rules.clean(batch, settings, only=only)

        return sorted(timed(work)[1] for _ in range(3))[1]

    note = f"{name}: {len(texts)} texts, {size / len(texts):.0f} characters each"
    record("cleaning", "wajue", "characters/CPU s", f"{note}, every rule", speed=size / cost(None))
    verdicts = cost(())
    record("cleaning", "wajue", "us a character", note, verdicts=verdicts / size * 1e6)
    for rule in rules.CHANGES[1:]:
        record("cleaning", "wajue", "us a character", note, **{rule: max(0.0, cost((rule,)) - verdicts) / size * 1e6})
    convert = opencc.OpenCC("t2s").convert
    spent = timed(lambda: [unicodedata.normalize("NFKC", t) for t in texts])[1]
    record("cleaning", "NFKC alone", "characters/CPU s", note, speed=size / spent)
    spent = timed(lambda: [convert(t) for t in texts])[1]
    record("cleaning", "OpenCC alone", "characters/CPU s", note, speed=size / spent)


def main() -> None:
    """News, a day to a text, and questions cut to 15 characters."""
    news = [p.read_text(encoding="utf-8") for p in sorted(corpora().glob("general/xinwenlianbo*/news/*.md"))]
    measure("news", news)
    measure("questions", [q[:15] for q in real_questions()])


if __name__ == "__main__":
    main()
