"""The prompt of `wajue query`. In: lines from a terminal or a pipe. Out: after each statement its rows, as a table."""

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
from wajue.results import query, query_output
from wajue.store.workspace import Workspace

_SHOWN_ROWS = 1_000  # more would scroll away
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
    """Answer statements until .quit or the end of input; after an error the prompt goes on."""
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
    """Carry out one of _COMMANDS, or the statements of the text. Raises WajueError for what is neither."""
    command, *names = text.split()
    if command == ".tables":
        for name, meaning in _views().items():
            written = name in query.VIEWS or workspace.whole(name)
            output.print(Text(f"{name}: {meaning}" + ("" if written else " (not written yet)")))
    elif command == ".schema":
        for name in names or _views():
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
            _show(connection, statement, output)


def _show(connection: duckdb.DuckDBPyConnection, statement: str, output: Console) -> None:
    """Print the first rows of a statement."""
    first_rows = query.interruptible(connection, lambda: _first(connection, statement))
    output.print(query_output.render(first_rows.slice(0, _SHOWN_ROWS)))
    if first_rows.num_rows > _SHOWN_ROWS:
        hint = f"the first {_SHOWN_ROWS} rows; wajue query DIR SQL --format csv gives all of them"
        console.terminal.print(hint, highlight=False)


def _views() -> dict[str, str]:
    """{table or view: what a row of it is}"""
    return {t.name: t.row for t in schemas.TABLES.values()} | query.VIEWS


def _schema(connection: duckdb.DuckDBPyConnection, name: str) -> Text:
    meaning = {c.name: c.meaning for c in schemas.TABLES[name].columns} if name in schemas.TABLES else {}
    lines = [f"{name}: {_views()[name]}"]
    for row in query.execute(connection, f"DESCRIBE {name}").to_pylist():
        lines.append(f"  {row['column_name']:18} {row['column_type']:12} {meaning.get(row['column_name'], '')}".rstrip())
    return Text("\n".join(lines))


def _first(connection: duckdb.DuckDBPyConnection, statement: str) -> pa.Table:
    """The first rows of one statement: at least one more than are shown, if there are so many."""
    reader = query.stream(connection, statement)
    batches: list[pa.RecordBatch] = []
    for batch in reader:
        batches.append(batch)
        if sum(b.num_rows for b in batches) > _SHOWN_ROWS:
            break
    return pa.Table.from_batches(batches, reader.schema)


def _pipe() -> Callable[[], str]:
    """A function that reads the next statement from a pipe: up to a line that ends with ;, an empty line, or a command."""

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
    """A function that reads the next statement from a terminal, with history, completion and colours."""
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
    """Completes tables, columns, keywords of SQL and the prompt's own commands."""
    meanings = {c.name: "" for t in schemas.TABLES.values() for c in t.columns} | dict.fromkeys(_KEYWORDS, "") | _views()
    meanings |= {c.split()[0]: meaning for c, meaning in _COMMANDS.items()}
    return WordCompleter(list(meanings), ignore_case=True, meta_dict=meanings, pattern=re.compile(r"[\w.]+"))


def _history() -> History:
    """Earlier statements, in the state folder of the XDG base directories; in memory if that cannot be written."""
    try:
        file = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "wajue" / "history"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except (OSError, RuntimeError) as error:  # RuntimeError: a user without a home
        console.terminal.print(f"no history is kept: {error}", highlight=False)
        return InMemoryHistory()
    return FileHistory(str(file))
