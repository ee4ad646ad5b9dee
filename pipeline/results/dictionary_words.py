"""Which words a user dictionary holds. In: a workspace. Out: words with their counts, the best first, and what was left out.

The new words by rank come first, and then the terms by rank, as far as they are single units. A dictionary does harm where it joins
what a segmenter rightly cuts. So it holds no *run*:

- no word that jieba, by its dictionary alone, cuts into words of two and more characters each: of 57 new words of SXU, of a score
  of 4 and more, that it cuts into twice two characters, 2 are words of that segmented corpus;
- no term of several words, unless jieba cuts one of these words apart, and nothing but an unknown word speaks against the term:
  then the whole term keeps it together.

Nor does it hold pieces of sentences: two characters of which the first is a pronoun, an adverb or the like (最具, 是指), or the
last a particle (盯着); and what breaks one of these rules for terms: numbers (百零二条), persons without a name (肖某), stop words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from wajue import word_lists
from wajue.config import NewWords
from wajue.mining.terms.form_rules import broken_rule
from wajue.mining.terms.fragments import doubts_of
from wajue.mining.tokens import jieba_dictionary
from wajue.mining.tokens.jieba_frequencies import least_frequencies
from wajue.results import new_words, query
from wajue.store import parquet
from wajue.store.workspace import Workspace

# tags of jieba's dictionary: conjunction, preposition, pronouns, particles, interjections, adverb; and 的 着 了
_BEGINS_PHRASE = frozenset(("c", "p", "r", "rr", "rz", "u", "ud", "ug", "uj", "ul", "uv", "uz", "y", "e", "o", "d"))
_ENDS_PHRASE = frozenset(("uj", "uz", "ul"))
_RULES = frozenset(("starts_with_number", "indefinite", "stop_word"))
_UNKNOWN = frozenset(("unknown_first", "unknown_last"))


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    role: whose new words, one of new_words.ROLES; general has no terms. min_score: of new words, None for the run's own.
    words_only: no terms.
    """

    role: str = "domain"
    min_score: float | None = None
    words_only: bool = False

    @property
    def has_terms(self) -> bool:
        """Are terms wanted too?"""
        return self.role != "general" and not self.words_only


@dataclass(frozen=True)
class Chosen:
    """{word: its count}, the best first; and {what was left out, and why: how many}."""

    counts: dict[str, int]
    left_out: dict[str, int]


def choose(workspace: Workspace, wish: Wish) -> Chosen:
    """The words that a dictionary holds, whatever its format. Raises WajueError if the table that it needs is missing."""
    has_terms = wish.has_terms and workspace.whole("terms")
    workspace.must_have(*(() if has_terms else ("lexicon",)))
    settings = workspace.settings("lexicon", "new_words")
    least = settings.get("min_score", NewWords().min_score) if wish.min_score is None else wish.min_score
    accepted = _accepted(settings)
    new = _counts_of_new_words(workspace, wish.role)
    terms = _listed_terms(workspace) if has_terms else {}
    too_low = (_words_below(workspace, least) - accepted) & (new.keys() | terms.keys())
    counts = {w: n for w, n in new.items() if w not in too_low and (w in accepted or is_unit(jieba_dictionary.pieces(w)))}
    units = _units([row for term, row in terms.items() if term not in too_low], counts)
    counts |= {t["term"]: max(t["domain_count"] + t["general_count"], counts.get(t["term"], 0)) for t in units}
    left_out = {
        f"new words of a score below {least:g} (--min-score, by default [new_words] min_score of the run)": len(too_low),
        "runs of words that jieba cuts rightly, and pieces of sentences": len(
            (new.keys() | terms.keys()) - too_low - counts.keys()
        ),
    }
    return Chosen(counts, left_out)


def is_unit(pieces: Sequence[str]) -> bool:
    """Is a word one unit? pieces: of jieba's cut, by its dictionary alone."""
    if len(pieces) == 1:
        return True
    word = "".join(pieces)
    is_run = all(len(piece) > 1 and piece in jieba_dictionary.frequencies() for piece in pieces)
    return not (is_run or (len(word) == 2 and _is_phrase(word)) or broken_rule(word, [word]) in _RULES)


def _is_phrase(word: str) -> bool:
    """Is this word of two characters, which jieba lacks, a piece of a sentence?"""
    tags = jieba_dictionary.tags()
    return tags.get(word[0]) in _BEGINS_PHRASE or tags.get(word[1]) in _ENDS_PHRASE or bool(doubts_of([word], tags))


def keeps_apart(parts: Sequence[str], pieces: Sequence[str]) -> bool:
    """Do the pieces, a cut of the same text, end wherever a part ends? Then each part is a piece, or some of them."""
    return set(accumulate(map(len, parts))) <= set(accumulate(map(len, pieces)))


def _units(terms: list[dict[str, Any]], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The terms that are single units, for a jieba that has the words of counts already; these are units, too."""
    tokenizer = jieba_dictionary.tokenizer(least_frequencies(counts, jieba_dictionary.frequencies()))

    def belongs_together(term: str, parts: Sequence[str], doubts: Sequence[str]) -> bool:
        return len(parts) < 2 or (_UNKNOWN.issuperset(doubts) and not keeps_apart(parts, tokenizer.lcut(term)))

    return [
        row
        for row in terms
        if row["term"] in counts
        or (
            is_unit(jieba_dictionary.pieces(row["term"])) and belongs_together(row["term"], row["parts"] or (), row["doubts"] or ())
        )
    ]


def _counts_of_new_words(workspace: Workspace, role: str) -> dict[str, int]:
    """{new word: its count}, the best first."""
    ranked = query.select(workspace, f"SELECT word, count FROM {new_words.view(role)} ORDER BY rank")
    return dict(zip(ranked.column("word").to_pylist(), ranked.column("count").to_pylist(), strict=True))


def _accepted(settings: Mapping[str, Any]) -> set[str]:
    """The words that `[new_words] accept` names itself, without their counts; files of words are not at hand any more."""
    named = [entry for entry in settings.get("accept", ()) if not entry.endswith(".txt")]
    return {word_lists.counted(entry)[0] for entry in word_lists.entries(named, Path())}


def _words_below(workspace: Workspace, least: float) -> set[str]:
    """The new words, whosever they are, of a lower score: a term has to be a word too."""
    return set(query.select(workspace, f"SELECT word FROM lexicon WHERE is_new AND score < {least!r}").column("word").to_pylist())


def _listed_terms(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """{term: its row}, of those with evidence, the best first."""
    columns = ["rank", "term", "parts", "doubts", "domain_count", "general_count", "is_listed"]
    listed = parquet.read(workspace, "terms", columns)
    return {row["term"]: row for row in listed.filter(listed.column("is_listed")).sort_by("rank").to_pylist()}
