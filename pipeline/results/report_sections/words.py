"""The section of new words: the words with their figures and example sentences, and how many there are."""

import re
from typing import Any

from wajue.config import NewWords
from wajue.results import new_words
from wajue.results.report_sections.excerpts import masked
from wajue.results.report_sections.tables import Facts, Rows, Tables

WORDS = 5000  # new words shown; with their examples some 2 MB
_SENTENCES = 3  # in which a new word is shown
_SEARCHED = 50_000  # documents of either role in which they are looked for
_TOKENS_AROUND = 12  # on either side, from which the sentence is cut
_SENTENCE_END = re.compile(r"[。！？!?；;\n]+")
_EDGES = "，、：,: "  # not shown at either end of a sentence


def words(tables: Tables, facts: Facts) -> Facts:
    """`words`: the domain's best new words, each with sentences; `lexicon`: how many words, new and good new words there are."""
    view = new_words.view(new_words.shown_role(tables.workspace))
    return {"words": _new_words(tables, view), "lexicon": _counts(tables, view)}


def _counts(tables: Tables, view: str) -> dict[str, Any]:
    """Good is a score that an export takes: `[new_words] min_score` of the run."""
    least = tables.settings().get("new_words", {}).get("min_score", NewWords().min_score)
    counts = tables.select(f"""
        SELECT (SELECT count(*) FROM lexicon) AS words, count(*) AS new, count(*) FILTER (word_score >= {float(least)}) AS good
        FROM {view}""")[0]
    return counts | {"least": f"{least:g}"}


def _new_words(tables: Tables, view: str) -> Rows:
    """The new words, the best first. The first sentence of each is its clause in the lexicon."""
    new = tables.select(f"SELECT * EXCLUDE (role) FROM {view} ORDER BY rank LIMIT {WORDS}")
    others = _sentences(tables, view)
    for row in new:
        clause = row.pop("example")
        sentences = [s for s in others.get(row["word"], []) if clause is None or clause not in s]
        row["examples"] = ([clause] if clause else []) + sentences[: _SENTENCES - bool(clause)]
    return new


def _sentences(tables: Tables, view: str) -> dict[str, list[str]]:
    """{new word: sentences of different documents, the domain's first}.

    Of the documents that are searched those with the least doc_id are taken: doc_ids are hashes, so every run takes the same.
    """
    searched = " UNION ALL ".join(
        f"(SELECT doc_id, role, tokens FROM tokens WHERE role = '{role}' LIMIT {_SEARCHED})" for role in ("domain", "general")
    )
    around = tables.select(f"""
        WITH shown AS (SELECT word FROM {view} ORDER BY rank LIMIT {WORDS}),
        searched AS ({searched}),
        positions AS (SELECT doc_id, role, unnest(tokens) AS word, generate_subscripts(tokens, 1) AS i FROM searched),
        firsts AS (SELECT word, role, doc_id, min(i) AS i FROM positions SEMI JOIN shown USING (word) GROUP BY ALL),
        chosen AS (SELECT word, unnest(min_by({{doc_id: doc_id, i: i}}, role || doc_id, {_SENTENCES}), recursive := true)
                   FROM firsts GROUP BY word)
        SELECT word, array_to_string(tokens[greatest(i - {_TOKENS_AROUND}, 1):i - 1], '') AS before,
               array_to_string(tokens[i + 1:i + {_TOKENS_AROUND}], '') AS after
        FROM chosen JOIN searched USING (doc_id) ORDER BY word, role || doc_id""")
    of_word: dict[str, list[str]] = {}
    for row in around:
        before, after = _SENTENCE_END.split(row["before"])[-1], _SENTENCE_END.split(row["after"])[0]
        sentences = of_word.setdefault(row["word"], [])
        if (sentence := masked(f"{before}{row['word']}{after}").strip(_EDGES)) not in sentences:
            sentences.append(sentence)
    return of_word
