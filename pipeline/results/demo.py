"""`wajue demo`: where the bundled sample is, and what is shown once it is mined. In: a workspace. Out: lines on a console."""

import enum
import os
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from rich.console import Console

from wajue import console, schemas
from wajue.errors import WajueError
from wajue.results import loaders, query, query_output
from wajue.results.glossary import glossary
from wajue.store.workspace import Workspace

_NEW_WORDS = "SELECT rank, word, domain_count, general_count, round(score, 1) AS score FROM new_words ORDER BY rank LIMIT 10"
_TERMS = "SELECT rank, term, domain_count, general_count, score FROM terms WHERE is_listed ORDER BY rank LIMIT 10"
_BEST_WITH_VECTORS = "SELECT t.term FROM terms t JOIN sgns_words v ON t.term = v.word ORDER BY t.rank LIMIT 3"


class Language(enum.StrEnum):
    """What people read the demo in."""

    english = "en"
    chinese = "zh"


class _Texts(NamedTuple):
    new_words: str
    terms: str
    neighbours: str
    everything: str
    report: str
    go_on: str


_TEXTS = {
    Language.english: _Texts(
        "The ten best new words",
        "The ten best domain terms",
        "Neighbours by meaning",
        "Everything is in {folder}: {tables}",
        "Look at it with: {command}",
        "Go on with: {command}",
    ),
    Language.chinese: _Texts(
        "得分最高的十个新词",
        "得分最高的十个领域术语",
        "词义相近的词",
        "结果都在 {folder}：{tables}",
        "打开报告：{command}",
        "继续查询：{command}",
    ),
}


def language() -> Language:
    """That of the terminal: Chinese where the first of LC_ALL, LC_MESSAGES and LANG that is set says so, else English."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return Language.chinese if named.startswith("zh") else Language.english


def sample_folder() -> Path:
    """The bundled sample: beside the package in a checkout, inside it when installed. Raises WajueError if it is gone."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "sample", package.parent / "data"):
        if (folder / "demo.toml").is_file():
            return folder
    raise WajueError("the bundled sample is missing from this installation; install wajue again")


def show(workspace: Workspace, output: Console, language: Language = Language.english) -> None:
    """Print the best new words and terms, neighbours by meaning, and what to type next."""
    texts = _TEXTS[language]
    with query.connect(workspace) as connection:
        for title, sql in ((texts.new_words, _NEW_WORDS), (texts.terms, _TERMS)):
            output.print(f"\n{title}")
            output.print(query_output.render(_named(query.execute(connection, sql), language)))
        best = [str(term) for term in query.execute(connection, _BEST_WITH_VECTORS).column("term").to_pylist()]
    output.print(f"\n{texts.neighbours}")
    vectors = loaders.load_vectors(workspace)
    for term in best:
        output.print(f"{term}: " + "  ".join(f"{word} {cosine:.2f}" for word, cosine in vectors.most_similar(term, top=5)))
    tables = ", ".join(t for t in schemas.TABLES if workspace.whole(t))
    command, location = console.typed_command(), workspace.location
    output.print("\n" + texts.everything.format(folder=Path(location).resolve(), tables=tables))
    output.print(texts.report.format(command=f"{command} report {location}"))
    output.print(texts.go_on.format(command=f'{command} query {location} "SELECT * FROM terms LIMIT 50"'))


def _named(rows: pa.Table, language: Language) -> pa.Table:
    """With the names of columns in the language; those of the tables are English."""
    if language == Language.english:
        return rows
    columns = glossary()["columns"]
    return rows.rename_columns([columns[name][1] for name in rows.column_names])
