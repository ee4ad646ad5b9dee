"""Results for other tools. In: a workspace, the name of a format, a path. Out: a file, or for the projector a folder.

A format is one function and one row of a table in formats/: DICTIONARIES, VECTOR_FORMATS or TERM_FORMATS. This module reads
what each of the three kinds needs, and leaves out and counts what a format cannot hold. The file is there whole, or as it was
(store/whole_files.py).
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from wajue import word_lists
from wajue.config import NewWords
from wajue.errors import WajueError
from wajue.results import loaders, new_words, query
from wajue.results.formats.dictionaries import DICTIONARIES
from wajue.results.formats.terms import TERM_FORMATS, Terminology
from wajue.results.formats.vectors import VECTOR_FORMATS
from wajue.store import parquet, whole_files
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

FORMATS = (*DICTIONARIES, *VECTOR_FORMATS, *TERM_FORMATS)


@dataclass(frozen=True)
class _Written:
    """What an export wrote, in words; and {what was left out, and why: how much}."""

    text: str
    left_out: dict[str, int]


def export(
    workspace: Workspace, form: str, path: Path, *, model: str = "sgns", min_score: float | None = None, role: str | None = None
) -> None:
    """Write one of FORMATS to a path. model: whose vectors, sgns or jose; min_score: of new words in a dictionary, else the run's;
    role: whose new words a dictionary holds, one of new_words.ROLES, else the domain's.

    Raises WajueError if a table that it needs is missing, the path cannot be written, or a role is given for another format.
    """
    if role and form not in DICTIONARIES:
        raise WajueError(f"{form} has no new words: --role is for dictionaries, {', '.join(DICTIONARIES)}")
    if form in DICTIONARIES:
        written = _dictionary(workspace, form, path, min_score, role or new_words.shown_role(workspace))
    elif form in VECTOR_FORMATS:
        written = _vectors(workspace, form, path, model)
    else:
        written = _terms(workspace, form, path)
    log.info("%s: %s in %s", form, written.text, path)
    for reason, count in written.left_out.items():
        if count:
            log.warning("left out: %d %s", count, reason)


def _dictionary(workspace: Workspace, form: str, path: Path, min_score: float | None, role: str) -> _Written:
    """The new words by rank, then, but for general text's, the terms by rank; a word that is both counts once."""
    has_terms = workspace.whole("terms")
    workspace.must_have(*(() if has_terms and role != "general" else ("lexicon",)))
    settings = workspace.settings("lexicon", "new_words")
    least = settings.get("min_score", NewWords().min_score) if min_score is None else min_score
    accepted = _accepted(settings)
    new = query.select(workspace, f"SELECT word, count, word_score FROM {new_words.view(role)} ORDER BY rank").to_pylist()
    counts = {row["word"]: row["count"] for row in new if row["word_score"] >= least or row["word"] in accepted}
    if role != "general" and not has_terms:
        log.warning("there is no table terms yet: the dictionary holds the new words alone")
    elif role != "general":
        for row in _listed_terms(workspace, ["rank", "term", "domain_count", "general_count"]):
            counts[row["term"]] = max(row["domain_count"] + row["general_count"], counts.get(row["term"], 0))
    too_low = sum(row["word"] not in counts for row in new)
    dictionary = DICTIONARIES[form]
    kept = {word: count for word, count in counts.items() if dictionary.holds.fullmatch(word)}
    with whole_files.written(path) as unfinished, open(unfinished, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in dictionary.lines(kept))
    left_out = {
        f"words with white space or other characters at which {form} always cuts": len(counts) - len(kept),
        f"new words of a score below {least:g} (--min-score, by default [new_words] min_score of the run)": too_low,
    }
    return _Written(f"{len(kept)} words", left_out)


def _accepted(settings: dict[str, Any]) -> set[str]:
    """The words that `[new_words] accept` names itself, without their counts; files of words are not at hand any more."""
    named = [entry for entry in settings.get("accept", ()) if not entry.endswith(".txt")]
    return {word_lists.counted(entry)[0] for entry in word_lists.entries(named, Path())}


def _vectors(workspace: Workspace, form: str, path: Path, model: str) -> _Written:
    """The vectors of the words that the format can hold."""
    vectors = loaders.load_vectors(workspace, model, documents=form == "safetensors" and model == "jose")
    target = VECTOR_FORMATS[form]
    fits = [target.holds.fullmatch(word) is not None for word in vectors.vocabulary]
    kept = np.flatnonzero(fits)
    if len(kept) < len(fits):
        vocabulary = [vectors.vocabulary[i] for i in kept.tolist()]
        vectors = replace(vectors, vocabulary=vocabulary, counts=vectors.counts[kept], matrix=vectors.matrix[kept])
    with whole_files.all_written(path, target.files) as unfinished:
        target.write(vectors, unfinished)
    also = f" and {len(vectors.doc_ids)} documents" if vectors.doc_ids is not None else ""
    left_out = {f"words with white space, at which {form} ends a word": len(fits) - len(kept)}
    return _Written(f"{model} vectors of {len(kept)} words{also}", left_out)


def _terms(workspace: Workspace, form: str, path: Path) -> _Written:
    """The terms and examples that the format can hold."""
    target = TERM_FORMATS[form]
    terms = _listed_terms(workspace)
    fitting = [row for row in terms if target.holds.fullmatch(row["term"])]
    kept = fitting[: target.most]
    unfit_examples = 0
    for row in kept:
        examples = row["examples"] or []
        row["examples"] = [e for e in examples if target.holds.fullmatch(e)]
        unfit_examples += len(examples) - len(row["examples"])
    with whole_files.written(path) as unfinished:
        target.write(Terminology(kept, *_origin(workspace)), unfinished)
    left_out = {
        f"terms with characters that {form} cannot hold": len(terms) - len(fitting),
        f"terms, the last by rank: {form} ends at {target.most} rows": len(fitting) - len(kept),
        f"examples with characters that {form} cannot hold": unfit_examples,
    }
    return _Written(f"{len(kept)} terms", left_out)


def _listed_terms(workspace: Workspace, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """The terms with evidence, the best first."""
    read = parquet.read(workspace, "terms", None if columns is None else [*columns, "is_listed"])
    return read.filter(read.column("is_listed")).drop_columns(["is_listed"]).sort_by("rank").to_pylist()


def _origin(workspace: Workspace) -> tuple[list[str], str]:
    """(names of the domain corpora, language of the text), as the manifests say."""
    corpora = workspace.settings("raw_documents", "corpus")
    names = [c["name"] for c in corpora if c["role"] == "domain"] or [Path(workspace.location).name]
    method = workspace.settings("tokens", "segment").get("method")
    return names, "und" if method == "whitespace" else "zh"
