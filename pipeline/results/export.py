"""Results for other tools. In: a workspace, the name of a format, a path. Out: a file there, or for the projector a folder.

What a format cannot hold is left out and counted. A file is written beside its place and then renamed: it is there whole,
or as it was.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from wajue.config import NewWords
from wajue.errors import WajueError
from wajue.results import loaders
from wajue.results.formats.dictionaries import DICTIONARIES
from wajue.results.formats.terms import TERM_FORMATS, Terminology
from wajue.results.formats.vectors import VECTOR_FORMATS
from wajue.store import parquet
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

FORMATS = (*DICTIONARIES, *VECTOR_FORMATS, *TERM_FORMATS)


def export(workspace: Workspace, form: str, path: Path, *, model: str = "sgns", min_score: float | None = None) -> None:
    """Write one of FORMATS to a path; model: whose vectors, sgns or jose; min_score: of new words in a dictionary.

    Raises WajueError if a table that it needs is missing, or the path cannot be written.
    """
    if form in DICTIONARIES:
        written, left_out = _dictionary(workspace, form, path, min_score)
    elif form in VECTOR_FORMATS:
        written, left_out = _vectors(workspace, form, path, model)
    else:
        written, left_out = _terms(workspace, form, path)
    log.info("%s: %s in %s", form, written, path)
    for reason, count in left_out.items():
        if count:
            log.warning("left out: %d %s", count, reason)


def _dictionary(workspace: Workspace, form: str, path: Path, min_score: float | None) -> tuple[str, dict[str, int]]:
    """The terms by rank, then the new words by score; a word that is both counts once."""
    counts: dict[str, int] = {}
    low = 0
    workspace.must_have(*(() if workspace.whole("terms") else ("lexicon",)))
    if workspace.whole("terms"):
        for row in _ranked(workspace, ["rank", "term", "domain_count", "general_count"]):
            counts[row["term"]] = row["domain_count"] + row["general_count"]
    else:
        log.warning("there is no table terms yet: the dictionary holds the new words alone")
    settings = workspace.settings("lexicon", "new_words")
    least = settings.get("min_score", NewWords().min_score) if min_score is None else min_score
    accepted = {entry.split()[0] for entry in settings.get("accept", ()) if entry.strip() and not entry.endswith(".txt")}
    if workspace.whole("lexicon"):
        lexicon = parquet.read(workspace, "lexicon", ["word", "count", "score", "is_new"])
        rows = lexicon.filter(pc.field("is_new")).sort_by([("score", "descending"), ("word", "ascending")])
        for row in rows.to_pylist():
            if row["score"] >= least or row["word"] in accepted:
                counts[row["word"]] = max(row["count"], counts.get(row["word"], 0))
            else:
                low += row["word"] not in counts
    dictionary = DICTIONARIES[form]
    kept = {word: count for word, count in counts.items() if dictionary.holds.fullmatch(word)}
    with _written(path) as place, open(place, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in dictionary.lines(kept))
    return f"{len(kept)} words", {
        f"words with white space or other characters at which {form} always cuts": len(counts) - len(kept),
        f"new words of a score below {least:g} (--min-score, by default [new_words] min_score of the run)": low,
    }


def _vectors(workspace: Workspace, form: str, path: Path, model: str) -> tuple[str, dict[str, int]]:
    found = loaders.load_vectors(workspace, model, documents=form == "safetensors" and model == "jose")
    target = VECTOR_FORMATS[form]
    fits = [target.holds.fullmatch(word) is not None for word in found.words]
    kept = np.flatnonzero(fits)
    if len(kept) < len(fits):
        words = [found.words[i] for i in kept.tolist()]
        found = replace(found, words=words, counts=found.counts[kept], matrix=found.matrix[kept])
    with _all_written(path, target.files) as places:
        target.write(found, places)
    also = f" and {len(found.documents)} documents" if found.documents is not None else ""
    return f"{model} vectors of {len(kept)} words{also}", {
        f"words with white space, at which {form} ends a word": len(fits) - len(kept)
    }


def _terms(workspace: Workspace, form: str, path: Path) -> tuple[str, dict[str, int]]:
    target = TERM_FORMATS[form]
    rows = _ranked(workspace)
    fitting = [row for row in rows if target.holds.fullmatch(row["term"])]
    kept = fitting[: target.most]
    examples = 0
    for row in kept:
        held = [e for e in row["examples"] or [] if target.holds.fullmatch(e)]
        examples += len(row["examples"] or []) - len(held)
        row["examples"] = held
    with _written(path) as place:
        target.write(Terminology(kept, *_origin(workspace)), place)
    return f"{len(kept)} terms", {
        f"terms with characters that {form} cannot hold": len(rows) - len(fitting),
        f"terms, the last by rank: {form} ends at {target.most} rows": len(fitting) - len(kept),
        f"examples with characters that {form} cannot hold": examples,
    }


def _ranked(workspace: Workspace, columns: list[str] | None = None) -> list[dict[str, Any]]:
    return parquet.read(workspace, "terms", columns).sort_by("rank").to_pylist()


def _origin(workspace: Workspace) -> tuple[list[str], str]:
    """(names of the domain corpora, language of the text), as the manifests say."""
    corpora = workspace.settings("raw_documents", "corpus")
    names = [c["name"] for c in corpora if c["role"] == "domain"] or [Path(workspace.location).name]
    method = workspace.settings("tokens", "segment").get("method")
    return names, "und" if method == "whitespace" else "zh"


@contextmanager
def _all_written(path: Path, files: tuple[str, ...]) -> Iterator[Mapping[str, Path]]:
    """Where to write the files of a folder, by name, until they move to their places; the name "" is the path itself."""
    beside = {name: (path / name).with_name(f".{(path / name).name}.{os.getpid()}") for name in files}
    try:
        try:
            for name in files:
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                if (path / name).is_dir():
                    raise WajueError(f"{path / name} is a folder; name a file in it, e.g. {path / 'export'}")
            yield beside
            for name, place in beside.items():
                place.replace(path / name)
        finally:
            for place in beside.values():
                place.unlink(missing_ok=True)
    except OSError as error:
        raise WajueError(f"cannot write {path}: {error.strerror or error}") from None


@contextmanager
def _written(path: Path) -> Iterator[Path]:
    """Where to write a file until it moves to its place."""
    with _all_written(path, ("",)) as places:
        yield places[""]
