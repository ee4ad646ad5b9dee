"""The concordance: every occurrence of some words, in its sentence. In: a workspace and words. Out: a table, a row an occurrence.

A word is looked for as a string in documents.text, so that it is found however the text was cut into tokens.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from wajue.console import printable
from wajue.errors import WajueError
from wajue.results import query
from wajue.store.workspace import Workspace, WorkspaceOrFolder

CONTEXT = 40  # characters on either side
_BOUND = re.compile(r"[。！？!?；;\n]")
_NEAREST = 5  # words that are offered instead of one that is nowhere
SCHEMA = pa.schema(
    [
        ("corpus", pa.string()),
        ("role", pa.string()),
        ("doc_id", pa.string()),
        ("date", pa.string()),
        ("start", pa.int64()),  # characters of the text before it
        ("left", pa.string()),
        ("match", pa.string()),
        ("right", pa.string()),
    ]
)


class Occurrence(NamedTuple):
    """One occurrence, as SCHEMA has it."""

    corpus: str
    role: str
    doc_id: str
    date: str | None
    start: int
    left: str
    match: str
    right: str


_Order = Callable[[Occurrence], tuple[Any, ...]]


def _place(o: Occurrence) -> tuple[Any, ...]:
    return o.corpus, o.doc_id, o.start, o.match


ORDERS: dict[str, _Order] = {  # what --sort takes
    "document": _place,
    "left": lambda o: (o.left[::-1], _place(o)),  # from the word outwards
    "right": lambda o: (o.right, _place(o)),
}


def find(
    workspace: WorkspaceOrFolder,
    strings: Sequence[str],
    *,
    role: str | None = None,
    corpus: str | None = None,
    sort: str = "document",
    context: int = CONTEXT,
) -> pa.Table:
    """Every occurrence of each string, overlapping ones too, with the columns of SCHEMA.

    role, corpus: of the documents that are searched; sort: one of ORDERS; context: characters on either side at most, within the
    sentence. Raises WajueError if there are no documents, one is empty, or none occurs at all.
    """
    wanted = list(dict.fromkeys(strings))
    if not wanted or not all(w.strip() for w in wanted):
        raise WajueError("nothing to look for: give at least one word")
    workspace = Workspace.of(workspace)
    workspace.must_have("documents")
    occurrences = sorted(_occurrences(workspace, wanted, role, corpus, context), key=ORDERS[sort])
    if not occurrences:
        raise WajueError(_nowhere(workspace, wanted, role, corpus))
    return pa.Table.from_pylist([o._asdict() for o in occurrences], SCHEMA)


def _occurrences(
    workspace: Workspace, wanted: list[str], role: str | None, corpus: str | None, context: int
) -> Iterator[Occurrence]:
    conditions = [" OR ".join(f"contains(text, {query.literal(w)})" for w in wanted)]
    conditions += [f"{name} = {query.literal(value)}" for name, value in (("role", role), ("corpus", corpus)) if value is not None]
    where = " AND ".join(f"({c})" for c in conditions)
    sql = f"SELECT corpus, role, doc_id, date, text FROM documents WHERE {where}"
    for batch in query.stream(query.connect(workspace), sql):
        for row in batch.to_pylist():
            text = row.pop("text")
            for word in wanted:
                for start in _starts(text, word):
                    yield Occurrence(**row, start=start, match=word, **_around(text, start, start + len(word), context))


def _starts(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _around(text: str, start: int, stop: int, context: int) -> dict[str, str]:
    """The text before and behind, within its sentence; the mark that ends the sentence belongs to it."""
    before, behind = text[max(0, start - context) : start], text[stop : stop + context]
    bounds = [m.end() for m in _BOUND.finditer(before)]
    end = _BOUND.search(behind)
    return {"left": before[bounds[-1] if bounds else 0 :], "right": behind[: end.end()].rstrip("\n") if end else behind}


def _nowhere(workspace: Workspace, wanted: list[str], role: str | None, corpus: str | None) -> str:
    places = " and ".join(f"{kind} {name}" for kind, name in (("role", role), ("corpus", corpus)) if name is not None)
    said = f"{', '.join(wanted)}: in no document" + (f" of {places}" if places else "")
    if not workspace.whole("lexicon"):
        return said
    known = query.select(workspace, "SELECT word FROM lexicon WHERE len(word) > 1").column("word").to_pylist()
    like = list(dict.fromkeys(near for word in wanted for near in difflib.get_close_matches(word, known, _NEAREST)))
    return f"{said}; the lexicon has {', '.join(like)}" if like else said


def render(occurrences: pa.Table, most: int) -> RichTable:
    """The first so many occurrences, aligned on the word."""
    shown = RichTable(box=box.SIMPLE, caption=f"{min(most, len(occurrences)):,} of {len(occurrences):,}")
    shown.add_column("document", no_wrap=True, max_width=24)
    shown.add_column("left", justify="right", no_wrap=True, overflow="crop")
    shown.add_column("match", style="bold", no_wrap=True)
    shown.add_column("right", no_wrap=True, overflow="ellipsis")
    for row in occurrences.slice(0, most).to_pylist():
        cells = (f"{row['corpus']} {row['doc_id'][:8]}", row["left"], row["match"], row["right"])
        shown.add_row(*(Text(printable(cell)) for cell in cells))
    return shown
