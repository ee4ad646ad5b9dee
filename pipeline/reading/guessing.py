"""Corpora without a config: which files are meant, and which fields of their records hold the text. In: paths. Out: corpora.

Formats and encodings are told file by file (detection.py, decoding.py), fields by their names and values (field_roles.py).
"""

import itertools
import logging
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from wajue.config import Corpus
from wajue.errors import ConfigError
from wajue.reading import corpora, file_names, records
from wajue.reading.corpora import CorpusFile
from wajue.reading.field_roles import field_roles, text_fields
from wajue.reading.formats import FORMATS
from wajue.reading.formats.reader import Record
from wajue.store import whole_files

log = logging.getLogger(__name__)

_SAMPLE = 20  # records of a file


class Sampled(NamedTuple):
    """A file, the format it was read in, and the fields of its first records; none where its format has no fields."""

    file: CorpusFile
    format: str
    fields: list[dict[str, Any]]


class Guess(NamedTuple):
    """A corpus as it was made out, and the files that it was made out from, of which the first has most records to show."""

    corpus: Corpus
    sampled: list[Sampled]

    def counted(self) -> dict[str, Counter[str]]:
        """{format: {encoding: files}}."""
        counts: dict[str, Counter[str]] = {}
        for one in self.sampled:
            counts.setdefault(one.format, Counter())[one.file.encoding] += 1
        return counts


def corpora_of(paths: Sequence[str], role: str, base: Path) -> tuple[Corpus, ...]:
    """One corpus, or more where records of different files have different fields. Raises ConfigError if there is nothing to read.

    paths: files, folders with all that is below them, globs; base: the folder to which they are relative.
    """
    return tuple(guess.corpus for guess in _guesses(paths, role, base))


def guesses_of(paths: Sequence[str], role: str, base: Path) -> list[Guess]:
    """The same corpora, with the fields that name, date and describe their records. Raises as `corpora_of` does."""
    guesses = []
    for guess in _guesses(paths, role, base):
        roles = field_roles(guess.sampled[0].fields, guess.corpus.text)
        guesses.append(guess._replace(corpus=guess.corpus.model_copy(update=roles._asdict())))
    return guesses


def keep_input(stream: BinaryIO, folder: str, base: Path) -> str:
    """Write a stream to the file `stdin` of a local folder, because a run may read its corpora again; returns the file's path.

    Raises ConfigError if the folder is not local, or nothing came.
    """
    if "://" in folder:
        raise ConfigError(f"what comes on standard input is kept in --out, which has to be a local folder; {folder} is none")
    path = Path(base, folder, "stdin")
    with whole_files.written(path) as unfinished:
        with open(unfinished, "wb") as file:
            shutil.copyfileobj(stream, file)
        if not unfinished.stat().st_size:
            raise ConfigError("nothing came on standard input")
    return f"{folder.rstrip('/')}/stdin"


def _guesses(paths: Sequence[str], role: str, base: Path) -> list[Guess]:
    globs = tuple(file_names.shown(f"{path.rstrip('/')}/**/*" if (base / path).is_dir() else path) for path in paths)
    whole = Corpus(name=role, role=role, paths=globs, encoding="auto")  # type: ignore[arg-type]
    by_fields: dict[tuple[str, ...], list[Sampled]] = {}
    without_text: list[ConfigError] = []
    for file in corpora.local_files(whole, base):
        sampled, fields = _sample(file, whole), whole.text
        try:
            fields = text_fields(sampled.fields, file.name)
        except ConfigError as error:  # those of its records that have no text are rejected
            without_text.append(error)
            sampled = sampled._replace(fields=[])
        by_fields.setdefault(fields, []).append(sampled)
    if len(without_text) == sum(map(len, by_fields.values())):
        raise without_text[0]
    for fault in without_text:
        log.warning(fault)
    guesses = []
    for i, (fields, files) in enumerate(by_fields.items(), 1):
        files.sort(key=lambda sampled: -len(sampled.fields))  # a stable sort: by name among equals
        if files[0].fields and "text" not in files[0].fields[0]:
            others = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
            of = ", ".join(files[0].fields[0])
            log.info("%s%s: the text is taken from %s, out of %s", files[0].file.name, others, ", ".join(fields), of)
        changes: dict[str, Any] = {}
        if len(by_fields) > 1:  # some of them may be settings and the like, which lie beside documents and hold no text
            changes = {"name": f"{role}-{i}", "paths": tuple(sorted(s.file.name for s in files)), "may_be_empty": True}
        guesses.append(Guess(whole.model_copy(update={"text": fields, **changes}), files))
    return guesses


def _sample(file: CorpusFile, corpus: Corpus) -> Sampled:
    with open(file.location, "rb") as stream:
        for part in records.parts(stream, file.name, corpus, file.encoding):
            if part.format not in FORMATS or not FORMATS[part.format].fields:
                return Sampled(file, part.format or "unknown", [])
            read = itertools.chain.from_iterable(run if isinstance(run, list) else (run,) for run in part.runs)
            return Sampled(file, part.format, [r.fields for r in itertools.islice(read, _SAMPLE) if isinstance(r, Record)])
    return Sampled(file, "empty archive", [])
