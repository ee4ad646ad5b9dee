"""Corpora without a config: which files are meant, and which fields of their records hold the text. In: paths. Out: corpora.

Formats and encodings are told file by file (detection.py, decoding.py). Of records with fields the text is `text` where there is
such a field; else the strings that hold most of the Han characters, or of the letters where there are none.
"""

import itertools
import logging
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from wajue.config import Corpus
from wajue.errors import ConfigError
from wajue.reading import corpora, file_names, records
from wajue.reading.corpora import CorpusFile
from wajue.reading.formats import FORMATS
from wajue.reading.formats.reader import Record

log = logging.getLogger(__name__)

_SAMPLE = 20  # records of a file
_LEAST_SHARE = 0.15  # of the characters of all fields, that a field of the text holds
_HAN, _LETTER = re.compile("[\u3400-\u9fff]"), re.compile(r"[^\W\d_]")


def corpora_of(paths: Sequence[str], role: str, base: Path) -> tuple[Corpus, ...]:
    """One corpus, or more where records of different files have different fields. Raises ConfigError if there is nothing to read.

    paths: files, folders with all that is below them, globs; base: the folder to which they are relative.
    """
    globs = tuple(file_names.shown(f"{path.rstrip('/')}/**/*" if (base / path).is_dir() else path) for path in paths)
    whole = Corpus(name=role, role=role, paths=globs, encoding="auto")  # type: ignore[arg-type]
    by_fields: dict[tuple[str, ...], list[CorpusFile]] = {}
    for file in corpora.local_files(whole, base):
        by_fields.setdefault(text_fields(_sample(file, whole), file.name), []).append(file)
    if len(by_fields) == 1:
        return (whole.model_copy(update={"text": next(iter(by_fields))}),)
    return tuple(
        whole.model_copy(update={"name": f"{role}-{i}", "text": fields, "paths": tuple(f.name for f in files)})
        for i, (fields, files) in enumerate(by_fields.items(), 1)
    )


def _sample(file: CorpusFile, corpus: Corpus) -> list[dict[str, Any]]:
    """The fields of the first records of a file; none where its format has no fields."""
    with open(file.location, "rb") as stream:
        for part in records.parts(stream, file.name, corpus, file.encoding):
            if part.format not in FORMATS or not FORMATS[part.format].fields:
                return []
            read = itertools.chain.from_iterable(run if isinstance(run, list) else (run,) for run in part.runs)
            return [r.fields for r in itertools.islice(read, _SAMPLE) if isinstance(r, Record)]
    return []


def text_fields(sample: Iterable[dict[str, Any]], name: str) -> tuple[str, ...]:
    """The fields that hold the text of these records, in their order; `text` where there are no records. name: of the file.

    Raises ConfigError if the records have no field with letters in it.
    """
    sampled = list(sample)
    if not sampled or any("text" in row for row in sampled):
        return ("text",)
    for characters in (_HAN, _LETTER):
        held: dict[str, int] = {}
        for field, value in itertools.chain.from_iterable(row.items() for row in sampled):
            held[field] = held.get(field, 0) + (len(characters.findall(value)) if isinstance(value, str) else 0)
        chosen = tuple(field for field, count in held.items() if count and count >= _LEAST_SHARE * sum(held.values()))
        # a field that some records lack would cost them
        if chosen := tuple(f for f in chosen if all(isinstance(row.get(f), str) for row in sampled)) or chosen[:1]:
            log.info("%s: the text is taken from %s, out of %s", name, ", ".join(chosen), ", ".join(sampled[0]))
            return chosen
    raise ConfigError(f"{name}: no field of its records holds text; there are {', '.join(sampled[0])}")
