"""What a dictionary changes (`wajue export --check`): sentences that jieba cuts otherwise with it, the worst first.

In: a dictionary in jieba's format, as it was exported, and sentences of a file or of the workspace. Out: a row for each sentence
whose cut changes, and how many stay as they were.

Joining pieces is what a dictionary is for. It does harm where it cuts apart a word that jieba had, so that is what counts first.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from wajue.errors import WajueError
from wajue.mining.tokens import jieba_dictionary
from wajue.results import query
from wajue.results.utf8_lines import numbered_lines
from wajue.store.workspace import Workspace, WorkspaceOrFolder

SAMPLE = "sample"  # instead of a file: sentences of the workspace
SAMPLE_SIZE = 2_000  # sentences of each role
SCHEMA = pa.schema(
    [
        ("source", pa.string()),  # line 12 of the file, or domain or general, the role of a sampled sentence
        ("cut_apart", pa.int64()),  # words of jieba's own dictionary in the cut before, that the cut after ends within
        ("changed", pa.int64()),  # pieces of the cut before that are none of the cut after
        ("before", pa.string()),  # pieces with spaces between them; white space of the text is left out
        ("after", pa.string()),
        ("because_of", pa.list_(pa.string())),  # words of the dictionary among the new pieces
    ]
)
# runs of text up to the mark that ends a sentence; of equal ones one is taken, and their order is that of a hash
_SAMPLED = """
SELECT role AS source, trim(sentence) AS text FROM (
    SELECT DISTINCT role, unnest(regexp_extract_all(text, '[^。！？!?；;\n]+[。！？!?；;]?')) AS sentence
    FROM documents
) WHERE length(trim(sentence)) > 1
QUALIFY row_number() OVER (PARTITION BY role ORDER BY md5(sentence)) <= {size}
ORDER BY role, md5(sentence)
"""


class Sentence(NamedTuple):
    """A text, and where it comes from."""

    source: str
    text: str


class Regression(NamedTuple):
    """changes: rows as SCHEMA has them, the worst first; unchanged: sentences that are cut as before."""

    changes: pa.Table
    unchanged: int

    @property
    def summary(self) -> str:
        """In words."""
        total = self.unchanged + self.changes.num_rows
        cut_apart = sum(self.changes.column("cut_apart").to_pylist())
        return f"{self.unchanged:,} of {total:,} sentences are cut as before; {cut_apart:,} words of jieba's are cut apart"


def check_dictionary(workspace: WorkspaceOrFolder, path: str | Path, source: str = SAMPLE) -> Regression:
    """Cut sentences with jieba as it comes and with a dictionary that was exported for it. source: a text file, or SAMPLE.

    Raises WajueError if a file cannot be read, there are no sentences, or the dictionary is none of jieba's.
    """
    sentences = _sampled(Workspace.of(workspace)) if source == SAMPLE else list(_lines(Path(source)))
    if not sentences:
        raise WajueError(f"nothing to check the dictionary on: {'the workspace' if source == SAMPLE else source} has no sentence")
    return compare(sentences, _read(Path(path)))


def compare(sentences: Iterable[Sentence], frequencies: dict[str, int]) -> Regression:
    """What changes in these sentences once jieba has the words with these frequencies."""
    plain, mined = jieba_dictionary.tokenizer(), jieba_dictionary.tokenizer(frequencies)
    changes: list[dict[str, Any]] = []
    unchanged = 0
    for sentence in sentences:
        before, after = plain.lcut(sentence.text), mined.lcut(sentence.text)
        if before == after:
            unchanged += 1
        else:
            changes.append({"source": sentence.source} | _change(before, after, frequencies))
    changes.sort(key=lambda c: (-c["cut_apart"], -c["changed"]))  # equally bad ones stay in the order of the text
    return Regression(pa.Table.from_pylist(changes, SCHEMA), unchanged)


def _change(before: list[str], after: list[str], frequencies: dict[str, int]) -> dict[str, Any]:
    """One row of SCHEMA but for its source."""
    spans_before, spans_after = _spans(before), _spans(after)
    ends = {end for _, end in spans_after}
    known = jieba_dictionary.frequencies()
    gone = {span: piece for span, piece in spans_before.items() if span not in spans_after}
    return {
        "cut_apart": sum(piece in known and any(e in ends for e in range(start + 1, end)) for (start, end), piece in gone.items()),
        "changed": len(gone),
        "before": _spaced(before),
        "after": _spaced(after),
        "because_of": [p for span, p in spans_after.items() if span not in spans_before and p in frequencies],
    }


def _spans(pieces: list[str]) -> dict[tuple[int, int], str]:
    """{(first character, end): piece}."""
    ends = list(accumulate(map(len, pieces)))
    return dict(zip(zip([0, *ends], ends, strict=False), pieces, strict=True))


def _spaced(pieces: list[str]) -> str:
    return " ".join(piece for piece in pieces if not piece.isspace())


def _read(path: Path) -> dict[str, int]:
    """{word: frequency} of a dictionary in jieba's format."""
    try:
        entries = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        return {word: int(frequency) for word, frequency, _ in entries}
    except ValueError:  # UnicodeDecodeError is one
        raise WajueError(f"{path} is no dictionary that --to jieba wrote; --check goes with --to jieba") from None
    except OSError as error:
        raise WajueError(f"cannot read {path}: {error.strerror}") from None


def _lines(path: Path) -> Iterator[Sentence]:
    """The lines of a UTF-8 file that are not blank."""
    yield from (Sentence(f"line {number}", line.strip()) for number, line in numbered_lines(path) if line.strip())


def _sampled(workspace: Workspace) -> list[Sentence]:
    """SAMPLE_SIZE distinct sentences of each role, the same each time."""
    workspace.must_have("documents")
    return [Sentence(**row) for row in query.select(workspace, _SAMPLED.format(size=SAMPLE_SIZE)).to_pylist()]
