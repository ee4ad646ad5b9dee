"""A word's profile. In: a workspace and a word. Out: tables: its counts, its course over time, what stands around it, what it is in
and what is in it, its other names and spellings, its neighbours by meaning, good examples.

A word is a token, or a term of several tokens, whatever its spaces and capitals; what is only part of tokens has no profile, and
`find` finds it.
"""

from dataclasses import asdict
from typing import Any, NamedTuple

import pyarrow as pa

from wajue.config import Trends
from wajue.errors import WajueError
from wajue.mining.terms.contrast_measures import per_million
from wajue.mining.terms.example_sentences import sentences
from wajue.mining.tokens.surface import written
from wajue.mining.trends import dates
from wajue.mining.usage import good_examples
from wajue.mining.usage.surroundings import Surroundings
from wajue.results import concordance, loaders, query
from wajue.results.evaluation.common import as_mined
from wajue.store.workspace import Workspace, WorkspaceOrFolder

TITLES = {  # of the tables of a profile, as they are shown
    "counts": "Occurrences",
    "periods": "Over time",
    "collocates": "Beside it: within 5 tokens, and adjacent",
    "frames": "Frames",
    "terms": "Terms that hold it",
    "parts": "Words in it",
    "relations": "Other names, spellings, definitions, broader and narrower terms",
    "neighbours": "Neighbours by meaning",
    "examples": "Good examples",
}

_COLLOCATES, _FRAMES, _TERMS, _RELATIONS, _NEIGHBOURS, _EXAMPLES = 10, 10, 20, 20, 10, 3  # that are shown
_READ_FOR_EXAMPLES = 5_000  # documents, the first by doc_id, which is a hash


class Profile(NamedTuple):
    """Tables of one word; those that the workspace has nothing for are empty."""

    word: str
    counts: pa.Table  # role, corpus, count, document_count, per_million (tokens of the corpus)
    periods: pa.Table  # role, corpus, period, count, per_million (words of the corpus in the period)
    collocates: pa.Table  # side, span, collocate, count, log_dice, keyness
    frames: pa.Table  # frame, count, document_count
    terms: pa.Table  # terms that hold it: rank, term, domain_count, general_count
    parts: pa.Table  # words of the lexicon in it: word, used
    relations: pa.Table  # kind, from_term, to_term, count, example; of a variant the kind is the reason in `variants`
    neighbours: pa.Table  # word, cosine
    examples: pa.Table  # doc_id, sentence


def profile(workspace: WorkspaceOrFolder, word: str) -> Profile:
    """The profile of a word or term. Raises WajueError if it is no token and no run of tokens, or there are no tokens."""
    workspace = Workspace.of(workspace)
    workspace.must_have("tokens")
    [asked] = as_mined(workspace, [word])
    with query.connect(workspace) as connection:
        asked = query.as_listed(connection, asked)
        tables = _Tables(workspace, connection, asked)
        used = tables.usage()
        if not used.around.occurrences:
            raise WajueError(_no_token(workspace, asked))
        return Profile(
            asked,
            tables.counts(used),
            tables.periods(used),
            tables.collocates(used),
            tables.frames(used),
            tables.holding(),
            tables.held(),
            tables.relations(),
            _neighbours(workspace, asked),
            tables.examples(),
        )


def _no_token(workspace: Workspace, word: str) -> str:
    try:
        concordance.find(workspace, [word])
    except WajueError as error:
        return str(error)
    return f"{word} occurs, but never as a word of its own: wajue find shows where, wajue explain says why it is no word"


class _Usage(NamedTuple):
    """Occurrences: counts, by (role, corpus); periods, by (role, corpus, period)."""

    around: Surroundings
    counts: dict[tuple[str, str], list[int]]  # [occurrences, documents]
    periods: dict[tuple[str, str, str], int]


class _Tables:
    """What the tables say of one word."""

    def __init__(self, workspace: Workspace, connection: Any, word: str) -> None:
        self.workspace, self._connection, self.word = workspace, connection, word
        self.quoted = query.literal(word)
        self.joiner = " " if workspace.settings("tokens", "segment").get("method") == "whitespace" else ""

    def _rows(self, sql: str) -> pa.Table:
        return query.execute(self._connection, sql)

    def _parts(self) -> list[str]:
        """The tokens that make the word; itself where no table of terms says more."""
        found = (
            f"SELECT parts FROM terms WHERE term = {self.quoted} UNION ALL SELECT parts FROM candidates WHERE term = {self.quoted}"
        )
        listed = self._rows(found).column("parts").to_pylist()
        return listed[0] if listed else [self.word]

    def usage(self) -> _Usage:
        """Read the documents that hold the first of its tokens."""
        parts = self._parts()
        used = _Usage(Surroundings(parts), {}, {})
        period = self.workspace.settings("periods", "trends").get("period", Trends().period)
        sql = (
            f"SELECT doc_id, corpus, role, date, tokens, breaks FROM tokens WHERE list_contains(tokens, {query.literal(parts[0])})"
        )
        for batch in query.stream(self._connection, sql):
            for row in batch.to_pylist():
                tokens = row["tokens"]
                count = sum(used.around.add(tokens[a:b], row["doc_id"]) for a, b in sentences(tokens, row["breaks"] or []))
                if count:
                    tally = used.counts.setdefault((row["role"], row["corpus"]), [0, 0])
                    tally[0], tally[1] = tally[0] + count, tally[1] + 1
                    day = dates.parse(row["date"]) if row["date"] else None
                    if name := dates.period(day, period) if day else None:
                        key = (row["role"], row["corpus"], name)
                        used.periods[key] = used.periods.get(key, 0) + count
        return used

    def counts(self, used: _Usage) -> pa.Table:
        sizes = self._rows(
            "SELECT role, corpus, sum(len(tokens))::BIGINT AS tokens FROM tokens GROUP BY ALL ORDER BY ALL"
        ).to_pylist()
        counted = []
        for row in sizes:
            count, documents = used.counts.get((row["role"], row["corpus"]), (0, 0))
            counted.append(
                {
                    "role": row["role"],
                    "corpus": row["corpus"],
                    "count": count,
                    "document_count": documents,
                    "per_million": per_million(count, row["tokens"]) if row["tokens"] else None,
                }
            )
        return pa.Table.from_pylist(counted)

    def periods(self, used: _Usage) -> pa.Table:
        """Each corpus by itself: one that begins, ends or grows would look like a change of the word."""
        texts = [(name, pa.string()) for name in ("role", "corpus", "period")]
        schema = pa.schema([*texts, ("count", pa.int64()), ("per_million", pa.float64())])
        sizes = self._rows("SELECT role, corpus, period, words FROM periods WHERE period IS NOT NULL ORDER BY role, corpus, period")
        holding = {(role, corpus) for role, corpus, _ in used.periods}
        listed = []
        for row in sizes.to_pylist():
            key, words = (row["role"], row["corpus"], row["period"]), row.pop("words")
            if key[:2] in holding:
                count = used.periods.get(key, 0)
                listed.append(row | {"count": count, "per_million": per_million(count, words) if words else None})
        return pa.Table.from_pylist(listed, schema)

    def collocates(self, used: _Usage) -> pa.Table:
        beside = sorted(used.around.seen())
        listed = f"[{', '.join(map(query.literal, beside))}]::VARCHAR[]"
        counted = self._rows(
            f"SELECT word, sum(count)::BIGINT AS count FROM word_counts WHERE list_contains({listed}, word) GROUP BY word"
        )
        counts = dict(zip(counted.column("word").to_pylist(), counted.column("count").to_pylist(), strict=True))
        total = self._rows("SELECT coalesce(sum(count), 0)::BIGINT AS n FROM word_counts").column("n")[0].as_py()
        types = (pa.string(), pa.string(), pa.string(), pa.int64(), pa.float64(), pa.float64())
        names = ("side", "span", "collocate", "count", "log_dice", "keyness")
        collocates = [asdict(c) for c in used.around.collocates(counts, total, _COLLOCATES)]
        return pa.Table.from_pylist(collocates, pa.schema(list(zip(names, types, strict=True))))

    def frames(self, used: _Usage) -> pa.Table:
        schema = pa.schema([("frame", pa.string()), ("count", pa.int64()), ("document_count", pa.int64())])
        typical = used.around.typical_frames(_FRAMES)
        listed = [{"frame": written(f, self.joiner), "count": n, "document_count": d} for f, n, d in typical]
        return pa.Table.from_pylist(listed, schema)

    def holding(self) -> pa.Table:
        return self._rows(
            f"SELECT rank, term, domain_count, general_count FROM terms WHERE contains(term, {self.quoted}) "
            f"AND term <> {self.quoted} AND is_listed ORDER BY rank LIMIT {_TERMS}"
        )

    def held(self) -> pa.Table:
        return self._rows(
            f"SELECT word, used FROM lexicon WHERE contains({self.quoted}, word) AND word <> {self.quoted} AND len(word) > 1 "
            "ORDER BY len(word) DESC, used DESC, word"
        )

    def relations(self) -> pa.Table:
        return self._rows(
            f"""SELECT kind, from_term, to_term, count, example FROM (
                SELECT kind, from_term, to_term, count, example, score FROM term_relations
                UNION ALL SELECT reason, word, variant_of, count, NULL, similarity FROM variants)
            WHERE {self.quoted} IN (from_term, to_term) ORDER BY kind, score DESC, from_term, to_term LIMIT {_RELATIONS}"""
        )

    def examples(self) -> pa.Table:
        holding = f"SELECT doc_id, text FROM documents WHERE contains(text, {self.quoted})"
        texts = self._rows(f"{holding} ORDER BY role, doc_id LIMIT {_READ_FOR_EXAMPLES}")
        pairs = zip(texts.column("doc_id").to_pylist(), texts.column("text").to_pylist(), strict=True)
        listed = [{"doc_id": d, "sentence": s} for d, s in good_examples.best(pairs, self.word, _EXAMPLES)]
        return pa.Table.from_pylist(listed, pa.schema([("doc_id", pa.string()), ("sentence", pa.string())]))


def _neighbours(workspace: Workspace, word: str) -> pa.Table:
    """By the vectors of sgns, else of jose; none where the word has no vector."""
    near: list[tuple[str, float]] = []
    model = next((m for m in ("sgns", "jose") if workspace.whole(f"{m}_words")), None)
    if model and word in (vectors := loaders.load_vectors(workspace, model)):
        near = vectors.most_similar(word, top=_NEIGHBOURS)
    schema = pa.schema([("word", pa.string()), ("cosine", pa.float64())])
    return pa.Table.from_pylist([{"word": w, "cosine": c} for w, c in near], schema)
