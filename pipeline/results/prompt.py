"""The prompt of `wajue query`. In: lines from a terminal, or from a pipe. Out: tables, each after its statement."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.sql import SqlLexer
from rich.console import Console
from rich.text import Text

from wajue import console, schemas
from wajue.errors import WajueError
from wajue.results import query
from wajue.store.workspace import Workspace

_SHOWN = 1_000  # rows; more would scroll away
_COMMANDS = {
    ".tables": "the tables, and what a row of each is",
    ".schema TABLE": "its columns",
    ".help": "this list",
    ".quit": "leave; Ctrl-D does too",
}
_KEYWORDS = re.findall(
    r"\w+",
    """SELECT FROM WHERE GROUP BY ORDER LIMIT JOIN LEFT USING ON AS WITH HAVING UNION ALL DISTINCT DESCRIBE SUMMARIZE UNNEST FILTER
    CASE WHEN THEN ELSE END LIKE BETWEEN IS NULL NOT AND OR DESC count list_contains list_cosine_similarity regexp_matches""",
)


def prompt(connection: duckdb.DuckDBPyConnection, workspace: Workspace, output: Console) -> None:
    """Answer statements until .quit or the end of input; an error is shown and does not leave."""
    console.terminal.print(
        "a statement ends with ; and may take many lines; .help lists the commands", markup=False, highlight=False
    )
    read = _terminal() if sys.stdin.isatty() else _pipe()
    while True:
        try:
            text = read()
            if text.strip() in (".quit", ".exit"):
                return
            if text.strip():
                _answer(connection, workspace, text, output)
        except EOFError:
            return
        except KeyboardInterrupt:
            console.terminal.print("stopped", style="red")
        except WajueError as error:
            console.terminal.print(Text(str(error)), style="red")


def _answer(connection: duckdb.DuckDBPyConnection, workspace: Workspace, text: str, output: Console) -> None:
    command, *rest = text.split()
    if command == ".tables":
        for name, meaning in _views().items():
            output.print(Text(f"{name}: {meaning}" + ("" if _there(workspace, name) else " (not written yet)")))
    elif command == ".schema":
        for name in rest or _views():
            if name not in _views():
                raise WajueError(f"there is no table {name!r}; .tables lists them")
            output.print(_schema(connection, name))
    elif command == ".help":
        for name, meaning in _COMMANDS.items():
            output.print(Text(f"{name:15}{meaning}"))
    elif command.startswith("."):
        raise WajueError(f"there is no command {command}; .help lists them")
    else:
        for statement in query.statements(connection, text):
            rows = query.interruptible(connection, lambda statement=statement: _first(connection, statement))  # type: ignore[misc]
            output.print(query.render(rows.slice(0, _SHOWN)))
            if rows.num_rows > _SHOWN:
                console.terminal.print(
                    f"the first {_SHOWN} rows; wajue query DIR SQL --format csv gives all of them", highlight=False
                )


def _views() -> dict[str, str]:
    return {t.name: t.row for t in schemas.TABLES.values()} | query.VIEWS


def _there(workspace: Workspace, name: str) -> bool:
    return name in query.VIEWS or workspace.whole(name)


def _schema(connection: duckdb.DuckDBPyConnection, name: str) -> Text:
    meaning = {c.name: c.meaning for c in schemas.TABLES[name].columns} if name in schemas.TABLES else {}
    lines = [f"{name}: {_views()[name]}"]
    for row in query.execute(connection, f"DESCRIBE {name}").to_pylist():
        lines.append(f"  {row['column_name']:18} {row['column_type']:12} {meaning.get(row['column_name'], '')}".rstrip())
    return Text("\n".join(lines))


def _first(connection: duckdb.DuckDBPyConnection, statement: str) -> pa.Table:
    """Rows of one statement, not many more than are shown."""
    reader = query.stream(connection, statement)
    batches: list[pa.RecordBatch] = []
    for batch in reader:
        batches.append(batch)
        if sum(b.num_rows for b in batches) > _SHOWN:
            break
    return pa.Table.from_batches(batches, reader.schema)


def _pipe() -> Callable[[], str]:
    """What reads the next statement of a pipe: up to a line that ends with ; or an empty one, or a command."""

    def read() -> str:
        lines: list[str] = []
        for line in sys.stdin:
            lines.append(line)
            if _complete("".join(lines)) or not line.strip():
                return "".join(lines)
        if not lines:
            raise EOFError
        return "".join(lines)

    return read


def _complete(text: str) -> bool:
    return text.rstrip().endswith(";") or text.lstrip().startswith(".")


def _terminal() -> Callable[[], str]:
    """What reads the next statement of a terminal, with history, completion and colours."""
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if _complete(buffer.text) or not buffer.text.strip() or (buffer.document.on_last_line and not buffer.document.current_line):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    session: PromptSession[str] = PromptSession(
        "wajue> ",
        multiline=True,
        prompt_continuation="   ... ",
        key_bindings=keys,
        lexer=PygmentsLexer(SqlLexer),
        completer=completer(),
        complete_while_typing=False,
        history=_history(),
    )
    return session.prompt


def completer() -> WordCompleter:
    """Completes tables, columns, words of SQL and the prompt's own commands."""
    words = {c.name: "" for t in schemas.TABLES.values() for c in t.columns} | dict.fromkeys(_KEYWORDS, "") | _views()
    words |= {c.split()[0]: meaning for c, meaning in _COMMANDS.items()}
    return WordCompleter(list(words), ignore_case=True, meta_dict=words, pattern=re.compile(r"[\w.]+"))


def _history() -> History:
    """Earlier statements, kept where the XDG base directories have state; in memory where that cannot be written."""
    place = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "wajue" / "history"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
    except OSError as error:
        console.terminal.print(f"no history is kept: {error}", highlight=False)
        return InMemoryHistory()
    return FileHistory(str(place))
