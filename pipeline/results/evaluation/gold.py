"""Gold files as they are published. In: a path. Out: pairs, questions, labels, lines, words. An error names file and line.

The format is recognised by what a file holds, never by its name.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from wajue import word_lists
from wajue.errors import WajueError
from wajue.results.utf8_lines import numbered_lines

_TAG = re.compile(r".-[nvj]$")  # MEN's lemma forms
_DICTIONARY = re.compile(r"\S+ \d+( \S+)?")  # jieba's: word, frequency, tag


def lines(path: Path) -> list[tuple[int, str]]:
    """(number, line) of every line that is not blank. Raises WajueError if the file cannot be read, or has no such line."""
    numbered = [(number, line) for number, line in numbered_lines(path) if line.strip()]
    if not numbered:
        raise WajueError(f"{path} is empty")
    return numbered


def pairs(path: Path) -> list[tuple[str, str, float]]:
    """Two words and a score: WordSim-353, MEN, SimLex-999, wordsim-240 and their like.

    Columns are separated by tabs, commas or white space; the score is the column SimLex999 if a header names it, else the first
    number after the words. Raises WajueError at any other line.
    """
    numbered = [(number, line) for number, line in lines(path) if not line.startswith("#")]
    table = list(zip([n for n, _ in numbered], _fields([line for _, line in numbered]), strict=True))
    head = [f.strip() for f in table[0][1]] if table else []
    column = head.index("SimLex999") if "SimLex999" in head else None
    if column is not None or (len(table) > 1 and _number(head[2:3]) is None and _number(table[1][1][2:3]) is not None):
        table = table[1:]
    judged = []
    for number, fields in table:
        if column is None:
            column = next((i for i in range(2, len(fields)) if _number(fields[i : i + 1]) is not None), 2)
        score = _number(fields[column : column + 1])
        if score is None or not fields[0].strip() or not fields[1].strip():
            raise WajueError(f"{path}, line {number}: two words and a score are wanted, this has {' | '.join(fields)!r}")
        judged.append((fields[0].strip(), fields[1].strip(), score))
    if not judged:
        raise WajueError(f"{path} holds no pair of words with a score")
    if all(_TAG.search(word) for a, b, _ in judged for word in (a, b)):
        judged = [(a[:-2], b[:-2], score) for a, b, score in judged]
    return judged


def _fields(rows: list[str]) -> list[list[str]]:
    """The columns of each row, by the separator of the first."""
    for separator in ("\t", ","):
        if rows and rows[0].count(separator) >= 2:
            return list(csv.reader(rows, delimiter=separator))
    return [row.split() for row in rows]


def _number(fields: Sequence[str]) -> float | None:
    """The first field as a finite number, or None."""
    try:
        value = float(fields[0])
    except (ValueError, IndexError):
        return None
    return value if abs(value) < float("inf") else None


def questions(path: Path) -> dict[str, list[list[str]]]:
    """{section: [four words, ...]} of questions-words, CA8 and their like, with a line `: section` above each section.

    Raises WajueError at a line that does not have four words.
    """
    by_section: dict[str, list[list[str]]] = {}
    section = "no section"
    for number, line in lines(path):
        if line.startswith(":"):
            section = line[1:].strip()
            continue
        words = line.split()
        if len(words) != 4:
            raise WajueError(f"{path}, line {number}: a question has four words, this has {len(words)}: {line.strip()!r}")
        by_section.setdefault(section, []).append(words)
    if not by_section:
        raise WajueError(f"{path} holds no question, only sections")
    return by_section


def labels(path: Path) -> dict[str, str]:
    """{doc_id: label} from two columns separated by tabs or commas, or from the columns that a header calls doc_id and label.

    Raises WajueError at a line without a label, or with another label for the same document.
    """
    numbered = lines(path)
    separator = "\t" if "\t" in numbered[0][1] else ","
    table = list(zip([n for n, _ in numbered], csv.reader([line for _, line in numbered], delimiter=separator), strict=True))
    head = [f.strip() for f in table[0][1]]
    document, label = 0, 1
    if "doc_id" in head:
        if "label" not in head:
            raise WajueError(f"{path}, line {table[0][0]}: the header names no column label, only {', '.join(head)}")
        document, label, table = head.index("doc_id"), head.index("label"), table[1:]
    label_of: dict[str, str] = {}
    for number, fields in table:
        if len(fields) <= max(document, label) or not fields[document].strip() or not fields[label].strip():
            raise WajueError(f"{path}, line {number}: a doc_id and a label are wanted, this has {' | '.join(fields)!r}")
        doc_id, given = fields[document].strip(), fields[label].strip()
        if label_of.setdefault(doc_id, given) != given:
            raise WajueError(f"{path}, line {number}: {doc_id} is labelled {given} here and {label_of[doc_id]} above")
    return label_of


def words(path: Path) -> list[str]:
    """A word a line, without what follows a tab."""
    return [word for _, line in lines(path) if (word := line.split("\t")[0].strip())]


def segmented(path: Path) -> list[str] | None:
    """The lines of a text with spaces between its words; None for a list with one word a line, alone or with its frequency."""
    text = [line for _, line in lines(path)]
    if any("\t" in line for line in text) or all(_DICTIONARY.fullmatch(line.strip()) for line in text):
        return None
    return text if any(len(line.split()) > 1 for line in text) else None


def dictionary(path: Path) -> list[str]:
    """The words of a list, without the counts and tags that may stand behind them."""
    return [word_lists.without_count(word_lists.Entry(line.strip(), f"{path}, line {number}")) for number, line in lines(path)]
