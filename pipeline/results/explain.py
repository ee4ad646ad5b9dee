"""Why a string is, or is not, a word, a new word, a term. In: a workspace and a string. Out: findings, in words.

What discovery made of the string is worked out again from the tables (mining/lexicon/word_strength.py).
"""

from typing import Any, NamedTuple

import pyarrow as pa

from wajue import config
from wajue.mining.lattice.weights import LONGEST_SPELLED
from wajue.mining.lexicon import word_roles
from wajue.mining.lexicon.word_strength import WordStrength, word_strength
from wajue.mining.text.alphabet import ALL
from wajue.results import query
from wajue.results.evaluation.common import as_mined
from wajue.results.glossary import glossary
from wajue.store.workspace import Workspace

_SETTINGS = {"too_long": "max_characters", "nested": "max_nesting"}
_MANY = 0.5  # share of a string's occurrences that longer words hold


class Finding(NamedTuple):
    """An answer to one question; figures: what it rests on; change: what would change it, or nothing."""

    question: str
    answer: str
    figures: tuple[str, ...] = ()
    change: str = ""

    @property
    def text(self) -> str:
        """Some lines, without an end of line after the last."""
        parts = [f"{self.question} {self.answer}", *self.figures, *([f"to change it: {self.change}"] if self.change else [])]
        return "\n  ".join(parts)


def explain(workspace: Workspace, string: str) -> list[Finding]:
    """Is it a word? A new word? A term? Raises WajueError if the workspace has no lexicon."""
    workspace.must_have("clauses", "ngrams", "lexicon")
    [word] = as_mined(workspace, [string])
    asked = _Asked(workspace, word)
    return [_is_word(asked), _is_new(asked), _is_term(asked)]


class _Asked:
    """A string, and what the tables say of it."""

    def __init__(self, workspace: Workspace, word: str) -> None:
        self.workspace, self.word = workspace, word
        self.quoted = query.literal(word)
        self.connection = query.connect(workspace)
        self.entry = self.row(f"SELECT * FROM lexicon WHERE word = {self.quoted}")
        self.ngram = self.row(f"SELECT * FROM ngrams WHERE ngram = {self.quoted}")

    def rows(self, sql: str) -> pa.Table:
        """All rows of a query."""
        return query.execute(self.connection, sql)

    def row(self, sql: str) -> dict[str, Any]:
        """The first row of a query, or an empty dict."""
        first: dict[str, Any] = next(iter(self.rows(sql).slice(0, 1).to_pylist()), {})
        return first

    def setting(self, table: str, section: type[config.Section], name: str) -> Any:
        """A setting of the run that wrote a table, else the default."""
        written = self.workspace.settings(
            table, {config.Ngrams: "ngrams", config.NewWords: "new_words", config.Terms: "terms"}.get(section, "contrast")
        )
        return written.get(name, getattr(section(), name))


def _is_word(asked: _Asked) -> Finding:
    question = "Is it a word?"
    code = ALL.units(pa.array([asked.word])).code[:-1]
    longest = asked.setting("ngrams", config.Ngrams, "max_length")
    if asked.entry and asked.ngram:
        change = _refusal(asked.word) if asked.ngram["n"] > 1 else ""
        return Finding(question, f"Yes: {asked.word} is in the lexicon.", _figures(asked), change)
    if asked.entry:
        return Finding(question, "Yes: [new_words] accept names it, or it is a symbol of what accept names.")
    if not len(code) or (code == 0).any():
        return Finding(question, "No: it holds a mark, a space or a number of more than 3 digits, at which text is always cut.")
    if len(code) > longest:
        why = f"No: it has {len(code)} symbols, more than [ngrams] max_length = {longest}."
        return Finding(question, why, change=f"[ngrams] max_length, 8 at most; or {_acceptance(asked.word)}")
    if not asked.ngram:
        return _uncounted(asked, question)
    return _pruned(asked, question, len(code))


def _figures(asked: _Asked) -> tuple[str, ...]:
    entry, ngram = asked.entry, asked.ngram
    figures = [
        f"count {ngram['count']}",
        f"left entropy {ngram['left_entropy']:.2f}, right entropy {ngram['right_entropy']:.2f} nats",
    ]
    if ngram["pmi"] is not None:
        figures.append(f"PMI {ngram['pmi']:.2f} nats")
    if entry:
        figures.append(
            f"used as a word {entry['used']} times: {entry['domain_count']} in the domain, {entry['general_count']} in general text"
        )
    if ngram["n"] > 1:
        strength = _strength(asked)
        figures.append(
            f"S = gain {strength.gain:.2f} - edges {strength.edges:.2f} + autonomy {strength.autonomy:.2f} - substitution "
            f"{strength.substitution:.2f} = {strength.total:.2f}, of a word of {ngram['n']} symbols at least {strength.least:g}"
        )
        figures.append(f"its best split: {' | '.join(strength.parts)}")
    return tuple(figures)


def _uncounted(asked: _Asked, question: str) -> Finding:
    least = asked.setting("ngrams", config.Ngrams, "min_count")
    size = len(asked.word)
    counted = asked.row(f"SELECT sum(length(clauses) - length(replace(clauses, {asked.quoted}, ''))) // {size} AS n FROM clauses")[
        "n"
    ]
    if not counted:
        return Finding(question, "No: it stands in no clause. The views changes and rejects show what cleaning took out.")
    why = f"No: its count in distinct clauses is {counted}, less than [ngrams] min_count = {least}."
    return Finding(question, why, change=f"more text, a lower [ngrams] min_count, or {_acceptance(asked.word)}")


def _pruned(asked: _Asked, question: str, length: int) -> Finding:
    """A string that was counted, and is not in the lexicon."""
    strength, figures = _strength(asked), _figures(asked)
    floor = asked.setting("lexicon", config.NewWords, "branching_entropy")
    entropy = min(asked.ngram["left_entropy"], asked.ngram["right_entropy"])
    inside, longer = _inside(asked)
    change = _acceptance(asked.word)
    if asked.word in asked.setting("lexicon", config.NewWords, "reject"):
        return Finding(question, "No: [new_words] reject names it.", figures, "take it out of [new_words] reject")
    if strength.is_counted:
        why = "No: a number belongs to a word only where the rest seldom stands without it."
    elif length > LONGEST_SPELLED and entropy < floor:
        why = f"No: strings of more than {LONGEST_SPELLED} symbols are tried from [new_words] branching_entropy = {floor:g} on."
        change = f"[new_words] branching_entropy below {entropy:.2f}, or {change}"
    elif strength.total < strength.least:
        why = f"No: even were each occurrence this word, S = {strength.total:.2f}; its parts explain the text nearly as well."
    elif inside >= _MANY:
        why = f"No: {inside:.0%} of its occurrences lie in longer words."
    else:
        why = "No: its parts explain most of its occurrences better; the expected count of the whole sank too low, round by round."
    if longer:
        figures = (*figures, f"longer words that hold it: {longer}")
    return Finding(question, why, figures, change)


def _strength(asked: _Asked) -> WordStrength:
    counted = asked.ngram["count"] if not asked.entry else asked.entry["used"]
    floor = asked.setting("lexicon", config.NewWords, "branching_entropy")
    # left autonomy is standardised over all of a length, and substitution looks at what stands beside a word
    whole = " OR n IN (2, 3)" if asked.ngram["n"] in (2, 3) else ""
    listed = asked.rows(f"SELECT * FROM ngrams WHERE n = 1 OR ngram IN (SELECT word FROM lexicon) OR ngram = {asked.quoted}{whole}")
    lexicon = asked.rows("SELECT word, used FROM lexicon")
    return word_strength(asked.word, counted, listed, lexicon, _holding(asked), branching_entropy=floor)


def _holding(asked: _Asked) -> pa.StringArray:
    """The distinct clauses that hold a string of two symbols; none for any other, of which nothing is asked."""
    if asked.ngram["n"] != 2:
        return pa.array([], pa.string())
    each = "SELECT unnest(string_split(clauses, chr(10))) AS clause FROM clauses"
    return asked.rows(f"SELECT clause FROM ({each}) WHERE contains(clause, {asked.quoted})").column("clause").combine_chunks()


def _inside(asked: _Asked) -> tuple[float, str]:
    """(share of its occurrences in longer words, the most used of these with their uses)."""
    longer = asked.rows(
        f"SELECT word, used FROM lexicon WHERE contains(word, {asked.quoted}) AND word <> {asked.quoted} AND used > 0 "
        "ORDER BY used DESC, word"
    ).to_pylist()
    share = sum(r["used"] for r in longer) / asked.ngram["count"]
    return min(share, 1.0), "、".join(f"{r['word']} {r['used']}" for r in longer[:5])


def _is_new(asked: _Asked) -> Finding:
    question, entry = "Is it a new word?", asked.entry
    if not entry:
        return Finding(question, "No: it is no word.")
    if not entry["is_new"]:
        return Finding(question, "No: the known words have it.", change='[new_words] known, "jieba" by default')
    least = asked.setting("lexicon", config.NewWords, "min_score")
    figures = [f"score {entry['score']:.2f}; dictionaries have words from [new_words] min_score = {least:g} on"]
    figures.append(
        f"{entry['remainder_share']:.0%} of its uses stand beside what is left of another word, and take as much off the score"
    )
    if entry["log_ratio"] is not None:
        figures.append(f"log ratio {entry['log_ratio']:.2f} bits; the domain's own words have {word_roles.OWN:g} and more")
    if entry["role"] != "domain":
        whose = "it is general text's" if entry["role"] == "general" else "general text uses it, too"
        return Finding(question, f"Not of the domain's own: {whose}. The view new_words_all has it.", tuple(figures))
    rank = asked.row(f"SELECT rank, (SELECT count(*) FROM new_words) AS of FROM new_words WHERE word = {asked.quoted}")
    change = "--min-score of the export" if entry["score"] < least else _refusal(asked.word)
    return Finding(question, f"Yes: number {rank['rank']} of {rank['of']} in new_words.", tuple(figures), change)


def _is_term(asked: _Asked) -> Finding:
    question = "Is it a term?"
    if not asked.workspace.whole("candidates"):
        return Finding(question, "Not known: there is no table candidates yet; wajue run writes it.")
    listed = query.literal(query.as_listed(asked.connection, asked.word))
    term = asked.row(f"SELECT * FROM terms WHERE term = {listed}")
    candidate = asked.row(f"SELECT * FROM candidates WHERE term = {listed}")
    if term:
        return _ranked_term(asked, question, term)
    accept = f'[terms] accept = ["{asked.word}"]'
    if not candidate:
        least, most = (asked.setting("candidates", config.Contrast, name) for name in ("min_count", "max_words"))
        why = f"No: it is no run of 1 to {most} whole words that stands [contrast] min_count = {least} times in the domain."
        return Finding(question, why, change="see above, whether it is a word; a lower [contrast] min_count")
    figures = (
        f"{candidate['domain_count']} times in the domain, {candidate['general_count']} in general text",
        f"npmi {candidate['npmi']:.2f}, nesting {candidate['nesting'] or 0:.2f} in {candidate['nested_in'] or 'nothing'}",
    )
    rule = candidate["filtered_by"]
    if not rule:
        return Finding(
            question, "No: it passed all rules, but [terms] reject names it, or the terms are not ranked yet.", figures, accept
        )
    meaning = glossary()["filters"].get(rule, [rule])[0]
    change = f"[contrast] {_SETTINGS[rule]}, or {accept}" if rule in _SETTINGS else accept
    return Finding(question, f"No: the rule {rule} keeps it out: {meaning}.", figures, change)


def _ranked_term(asked: _Asked, question: str, term: dict[str, Any]) -> Finding:
    figures = [
        f"score {term['score']:.2f}; {term['domain_count']} times in the domain, {term['general_count']} in general text",
        f"evidence {term['evidence'] or 0:.3f}, that the domain uses it more",
        *([f"doubts: {', '.join(term['doubts'])}"] if term["doubts"] else []),
        "the view why has what each ingredient adds to the score",
    ]
    if term["is_listed"]:
        change = f'[terms] reject = ["{asked.word}"] takes it out'
        return Finding(question, f"Yes: number {term['rank']} of the terms.", tuple(figures), change)
    least, accept = asked.setting("terms", config.Terms, "min_evidence"), f'[terms] accept = ["{asked.word}"]'
    if (term["evidence"] or 0) < least:
        why, change = f"its evidence is below [terms] min_evidence = {least:g}", f"a lower [terms] min_evidence, or {accept}"
    else:
        why, change = "its words are those of a piece of a sentence", accept
    return Finding(question, f"No: {why}; by its score it is number {term['rank']}.", tuple(figures), change)


def _acceptance(word: str) -> str:
    return f'[new_words] accept = ["{word}"]'


def _refusal(word: str) -> str:
    return f'[new_words] reject = ["{word}"] takes it out'
