"""The concordance: every occurrence of some words, in its sentence. In: a workspace and words. Out: a table, a row an occurrence.

A word is looked for as a string in documents.text, or by tokens; occurrences.py says where it stands in one text.
"""

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from rich import box
from rich.cells import cell_len
from rich.table import Table as RichTable
from rich.text import Text

from wajue.console import printable
from wajue.errors import WajueError
from wajue.results import query
from wajue.results.occurrences import Asked, occurrences, sentence
from wajue.store.workspace import Workspace, WorkspaceOrFolder

CONTEXT = 40  # characters on either side
_NAME = 24  # columns of a terminal for a document and for a match, at most
_BETWEEN = 16  # columns of a terminal that stand between and beside the others, and for headings
_NEAREST = 5  # words that are offered instead of one that is nowhere
SCHEMA = pa.schema(
    [
        ("corpus", pa.string()),
        ("role", pa.string()),
        ("doc_id", pa.string()),
        ("date", pa.string()),
        ("file", pa.string()),  # that held the document
        ("tags", pa.list_(pa.string())),  # of the document
        ("start", pa.int64()),  # characters of the text before it
        ("left", pa.string()),
        ("match", pa.string()),
        ("right", pa.string()),
    ]
)


_COLUMNS = {n: n for n in ("corpus", "doc_id", "role", "date")} | {"file": "source.file", "tags": "tags", "text": "text"}


class Occurrence(NamedTuple):
    """One occurrence, as SCHEMA has it."""

    corpus: str
    role: str
    doc_id: str
    date: str | None
    file: str
    tags: list[str] | None
    start: int
    left: str
    match: str
    right: str


class Among(NamedTuple):
    """The documents that are searched: those of which all that is given here holds.

    file: a part of the file's name; since, until: dates such as 2023 or 2023-05, of which `until` is still meant.
    """

    role: str | None = None
    corpus: str | None = None
    file: str | None = None
    tag: str | None = None
    since: str | None = None
    until: str | None = None

    def conditions(self) -> list[str]:
        """The same in SQL."""
        written = {
            "role": "role = {}",
            "corpus": "corpus = {}",
            "file": "contains(source.file, {})",
            "tag": "list_contains(tags, {})",
            "since": "date >= {}",
            "until": "left(date, len({0})) <= {0}",
        }
        return [written[name].format(query.literal(value)) for name, value in self._asdict().items() if value is not None]

    def __str__(self) -> str:
        return " and ".join(f"{name} {value}" for name, value in self._asdict().items() if value is not None)


_Order = Callable[[Occurrence], tuple[Any, ...]]


def _place(o: Occurrence) -> tuple[Any, ...]:
    return o.corpus, o.doc_id, o.start, o.match


ORDERS: dict[str, _Order] = {  # what --sort takes
    "document": _place,
    "left": lambda o: (o.left[::-1], _place(o)),  # from the word outwards
    "right": lambda o: (o.right, _place(o)),
}
COUNTED = ("corpus", "role", "file", "date", "tag", "match")  # what --count takes


def find(
    workspace: WorkspaceOrFolder,
    strings: Sequence[str],
    *,
    role: str | None = None,
    corpus: str | None = None,
    file: str | None = None,
    tag: str | None = None,
    since: str | None = None,
    until: str | None = None,
    by_token: bool = False,
    near: Sequence[str] = (),
    within: int | None = None,
    sort: str = "document",
    context: int = CONTEXT,
) -> pa.Table:
    """Every occurrence of each string, overlapping ones too, with the columns of SCHEMA.

    role, corpus, file, tag, since, until: which documents are searched, as `Among` has it; by_token, near, within: as `Asked` has
    them; sort: one of ORDERS; context: characters on either side at most, within the sentence. Raises WajueError if there are no
    documents, nothing can be found, or none occurs at all.
    """
    asked = Asked(tuple(dict.fromkeys(strings)), by_token, tuple(near), within).checked()
    documents = Among(role, corpus, file, tag, since, until)
    workspace = Workspace.of(workspace)
    workspace.must_have("documents", *(["tokens"] if asked.needs_tokens else []))
    found = sorted(_occurrences(workspace, asked, _where(asked, documents), context), key=ORDERS[sort])
    if not found:
        raise WajueError(_nowhere(workspace, asked, documents))
    return pa.Table.from_pylist([o._asdict() for o in found], SCHEMA)


def first(workspace: WorkspaceOrFolder, strings: Sequence[str], most: int, among: Among) -> tuple[pa.Table, int]:
    """(the rows of `find` in the first `most` documents that hold one of the strings, how many hold one); the others are not read.

    Raises WajueError as `find` does.
    """
    asked = Asked(tuple(dict.fromkeys(strings))).checked()
    workspace = Workspace.of(workspace)
    workspace.must_have("documents")
    fields = ", ".join(f"{name}: {column}" for name, column in _COLUMNS.items())  # compared in this order
    sql = f"SELECT count(*) AS held, min({{{fields}}}, {most}) AS first FROM documents WHERE {_where(asked, among)}"
    [row] = query.select(workspace, sql).to_pylist()
    if not row["held"]:
        raise WajueError(_nowhere(workspace, asked, among))
    found = sorted(_in_rows(row["first"], asked, CONTEXT), key=_place)
    return pa.Table.from_pylist([o._asdict() for o in found], SCHEMA), row["held"]


def counts(found: pa.Table, name: str) -> pa.Table:
    """(name, count) of the rows of `find`, the most frequent first. name: one of COUNTED; a row of several tags counts for each."""
    if name == "tag":
        counted = Counter(tag for tags in found.column("tags").to_pylist() for tag in tags or [None])
    else:
        counted = Counter(found.column(name).to_pylist())
    rows = sorted(counted.items(), key=lambda item: (-item[1], item[0] or ""))
    return pa.table({name: pa.array([v for v, _ in rows], pa.string()), "count": pa.array([n for _, n in rows], pa.int64())})


def _where(asked: Asked, documents: Among) -> str:
    """The condition in SQL that a document has to meet to hold an occurrence."""
    sought = (" AND ".join(f"contains(text, {query.literal(s)})" for s in asked.strings(word)) for word in asked.sought)
    others = [f"contains(text, {query.literal(word)})" for word in asked.near]
    conditions = [" OR ".join(f"({word})" for word in sought), *([" OR ".join(others)] if others else []), *documents.conditions()]
    return " AND ".join(f"({c})" for c in conditions)


def _occurrences(workspace: Workspace, asked: Asked, where: str, context: int) -> Iterator[Occurrence]:
    sql = f"SELECT {', '.join(f'{column} AS {name}' for name, column in _COLUMNS.items())} FROM documents WHERE {where}"
    if asked.needs_tokens:
        sql = f"SELECT d.*, t.tokens FROM ({sql}) AS d JOIN tokens AS t USING (doc_id)"
    for batch in query.stream(query.connect(workspace), sql):
        yield from _in_rows(batch.to_pylist(), asked, context)


def _in_rows(rows: list[dict[str, Any]], asked: Asked, context: int) -> Iterator[Occurrence]:
    for row in rows:
        text, tokens = row.pop("text"), row.pop("tokens", None)
        for start, stop in occurrences(text, tokens, asked):
            yield Occurrence(**row, start=start, match=text[start:stop], **_around(text, start, stop, context))


def _around(text: str, start: int, stop: int, context: int) -> dict[str, Any]:
    """The text before and behind, within its sentence; the mark that ends the sentence belongs to it."""
    begin, end = sentence(text, start, stop, context)
    return {"left": text[begin:start], "right": text[stop:end].rstrip("\n")}


def _nowhere(workspace: Workspace, asked: Asked, documents: Among) -> str:
    near = f" near {', '.join(asked.near)}" if asked.near else ""
    said = f"{', '.join(asked.sought)}: in no document" + (f" of {documents}" if str(documents) else "") + near
    if asked.by_token:
        said += " as tokens; without --by-token strings are looked for"
    if asked.near or asked.by_token or not workspace.whole("lexicon"):
        return said
    known = query.select(workspace, "SELECT word FROM lexicon WHERE len(word) > 1").column("word").to_pylist()
    like = list(dict.fromkeys(near for word in asked.sought for near in difflib.get_close_matches(word, known, _NEAREST)))
    return f"{said}; the lexicon has {', '.join(like)}" if like else said


def render(occurrences: pa.Table, most: int, width: int, documents: int | None = None) -> RichTable:
    """The first so many occurrences, aligned on the word, in so many columns of a terminal.

    documents: how many hold one, if these are not all occurrences.
    """
    of = f"{len(occurrences):,}" if documents is None else f"those in {documents:,} documents"
    page = occurrences.slice(0, most).to_pylist()
    names = [printable(f"{row['corpus']} {row['doc_id'][:8]}") for row in page]
    widest = [min(max(map(cell_len, cells), default=0), _NAME) for cells in (names, [printable(r["match"]) for r in page])]
    side = max(8, (width - sum(widest) - _BETWEEN) // 2)
    shown = RichTable(box=box.SIMPLE, caption=f"{min(most, len(occurrences)):,} of {of}")
    shown.add_column("document", no_wrap=True, width=max(widest[0], cell_len("document")))
    shown.add_column("left", justify="right", no_wrap=True, width=side)
    shown.add_column("match", style="bold", no_wrap=True, width=max(widest[1], cell_len("match")))
    shown.add_column("right", no_wrap=True, overflow="ellipsis", width=side)
    for name, row in zip(names, page, strict=True):
        cells = (name, _end(printable(row["left"]), side), printable(row["match"]), printable(row["right"]))
        shown.add_row(*map(Text, cells))
    return shown


def _end(text: str, width: int) -> str:
    """As much of the end as so many columns of a terminal hold: what stands next to the word."""
    if cell_len(text) <= width:
        return text
    begin = next(i for i in range(len(text) + 1) if cell_len(text[i:]) < width)
    return f"…{text[begin:]}"
