"""What a run ends with: the best of what it found, what it dropped and why, and what to type next. In: a workspace. Out: lines."""

from collections.abc import Iterator

import duckdb

from wajue import console
from wajue.console import printable
from wajue.dag import STEPS
from wajue.results import fields, loaders, query
from wajue.store.workspace import Workspace

_BEST = 10
_NEIGHBOURS = 5
_REASONS = 6
_LISTS = {  # by the table that they need
    "lexicon": ("new words of the domain", "SELECT word AS item FROM new_words ORDER BY rank"),
    "terms": ("terms", "SELECT term AS item FROM terms WHERE is_listed ORDER BY rank"),
}
_BEST_WITH_VECTOR = "SELECT t.term FROM terms t JOIN sgns_words v ON t.term = v.word WHERE t.is_listed ORDER BY t.rank LIMIT 1"
_DROPPED = "SELECT step || ' ' || reason AS rule, count(*) AS n FROM rejects GROUP BY ALL ORDER BY n DESC, rule"


def lines(workspace: Workspace, seconds: float) -> Iterator[str]:
    """The summary, for the tables that are there. seconds: that the run took."""
    with query.connect(workspace) as connection:
        for table, (title, sql) in _LISTS.items():
            if workspace.whole(table):
                items = query.execute(connection, sql).column("item").to_pylist()
                yield _list(title, items, len(items))
        for field in fields.best(workspace, connection, _BEST):
            yield _list(f"terms of {field.name}", [row["term"] for row in field.terms], field.listed)
        best = query.execute(connection, _BEST_WITH_VECTOR).column("term").to_pylist()
        if best:
            near = loaders.load_vectors(workspace).most_similar(best[0], top=_NEIGHBOURS)
            yield f"near {printable(best[0])}: " + ", ".join(f"{printable(word)} {cosine:.2f}" for word, cosine in near)
        yield _dropped(workspace, connection)
    yield f"took {console.seconds(seconds)}"
    yield f"next: {_next(workspace, best[0] if best else None)}"


def _list(title: str, items: list[str], length: int) -> str:
    """The best of a list that is so long."""
    if not items:
        return f"{title}: none"
    return f"{title}: {'、'.join(map(printable, items[:_BEST]))}" + (f" ... ({length:,})" if length > _BEST else "")


def _dropped(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> str:
    """How many records were dropped of those that were read, by the rules that dropped most."""
    rules = query.execute(connection, _DROPPED).to_pylist()
    total = sum(row["n"] for row in rules)
    kept = next((m["rows_out"] for t in ("documents", "clean_documents", "raw_documents") if (m := workspace.manifest(t))), 0)
    named = ", ".join(f"{row['n']:,} {row['rule']}" for row in rules[:_REASONS])
    others = sum(row["n"] for row in rules[_REASONS:])
    listed = (f": {named}" if named else "") + (f", {others:,} by other rules" if others else "")
    return f"{kept:,} documents kept, {total:,} dropped{listed}"


def _next(workspace: Workspace, term: str | None) -> str:
    """What to type next: the report once all is there, else what the next step needs."""
    command, location = console.typed_command(), workspace.location
    if not workspace.whole("lexicon"):
        missing = next(s.name for s in STEPS if not all(map(workspace.whole, s.writes)))
        return f"go on without --until: {missing} and what follows have not run"
    shown = f", or {command} show {location} {printable(term)}" if term else ""
    return f"{command} report {location}{shown}"
