"""Results for other tools. In: a workspace, the name of a format, a path. Out: a file, or for the projector a folder.

A format is one function and one row of a table in formats/: DICTIONARIES, VECTOR_FORMATS or TERM_FORMATS. This module reads
what each of the three kinds needs, and leaves out and counts what a format cannot hold. The file is there whole, or as it was
(store/whole_files.py).
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from wajue.errors import WajueError
from wajue.mining.relations.relation_table import SAID_SO
from wajue.results import fields, loaders, new_words, query
from wajue.results.dictionary_words import Wish, choose
from wajue.results.formats import spreadsheets, synonyms
from wajue.results.formats.dictionaries import DICTIONARIES
from wajue.results.formats.terminology import Terminology
from wajue.results.formats.terms import TERM_FORMATS
from wajue.results.formats.vectors import VECTOR_FORMATS
from wajue.store import parquet, whole_files
from wajue.store.workspace import Workspace, WorkspaceOrFolder

log = logging.getLogger(__name__)

FORMATS = (*DICTIONARIES, *VECTOR_FORMATS, *TERM_FORMATS, "synonyms")


@dataclass(frozen=True)
class _Written:
    """What an export wrote, in words; and {what was left out, and why: how much}."""

    text: str
    left_out: dict[str, int]


def export(
    workspace: WorkspaceOrFolder,
    form: str,
    path: str | Path,
    *,
    model: str = "sgns",
    role: str | None = None,
    min_score: float | None = None,
    words_only: bool = False,
    top: int | None = None,
    columns: str | None = None,
    field: str | None = None,
) -> None:
    """Write one of FORMATS to a path. model: whose vectors, sgns or jose. top: the first so many words or terms.

    Of dictionaries: role, whose new words, one of new_words.ROLES, else the domain's; min_score, of new words, else the run's;
    words_only, no terms. Of spreadsheets: columns, their names with commas. Of terms: field, whose terms, else the domain's. Raises
    WajueError if a table that it needs is missing, there is no such field, the path cannot be written, or an option is of another
    format; ConfigError if there is no such column.
    """
    workspace, path = Workspace.of(workspace), Path(path)
    _must_fit(form, {"--role": role, "--min-score": min_score, "--words-only": words_only or None}, DICTIONARIES)
    _must_fit(form, {"--top": top}, [*DICTIONARIES, *TERM_FORMATS])
    _must_fit(form, {"--field": field}, TERM_FORMATS)
    _must_fit(form, {"--columns": columns}, [name for name, target in TERM_FORMATS.items() if target.has_columns])
    if form in DICTIONARIES:
        wish = Wish(role or new_words.shown_role(workspace), min_score, words_only)
        written = _dictionary(workspace, form, path, wish, top)
    elif form in VECTOR_FORMATS:
        written = _vectors(workspace, form, path, model)
    elif form == "synonyms":
        written = _synonyms(workspace, path)
    else:
        shown = () if columns is None else spreadsheets.chosen(columns)
        terms = _listed_terms(workspace) if field is None else fields.listed(workspace, field)
        written = _terms(workspace, form, path, terms, top, shown)
    log.info("%s: %s in %s", form, written.text, path)
    for reason, count in written.left_out.items():
        if count:
            log.warning("left out: %d %s", count, reason)


def _must_fit(form: str, options: Mapping[str, object], forms: Collection[str]) -> None:
    """Raises WajueError if an option is given that only other formats have."""
    given = [name for name, value in options.items() if value is not None]
    if given and form not in forms:
        raise WajueError(f"{form} has no {given[0]}: that is for {', '.join(forms)}")


def _dictionary(workspace: Workspace, form: str, path: Path, wish: Wish, top: int | None) -> _Written:
    """The words that the format can hold."""
    dictionary = DICTIONARIES[form]
    chosen = choose(workspace, wish)
    fitting = {word: count for word, count in chosen.counts.items() if dictionary.holds.fullmatch(word)}
    kept = dict(islice(fitting.items(), top))
    if wish.has_terms and not workspace.whole("terms"):
        log.warning("there is no table terms yet: the dictionary holds the new words alone")
    with whole_files.written(path) as unfinished, open(unfinished, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in dictionary.lines(kept))
    left_out = {
        f"words with white space or other characters at which {form} always cuts": len(chosen.counts) - len(fitting),
        "words, the last by rank (--top)": len(fitting) - len(kept),
    }
    return _Written(f"{len(kept)} words", left_out | chosen.left_out)


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


def _terms(
    workspace: Workspace, form: str, path: Path, terms: list[dict[str, Any]], top: int | None, columns: tuple[str, ...]
) -> _Written:
    """The terms, examples and relations that the format can hold. terms: rows of `terms`."""
    target = TERM_FORMATS[form]
    fitting = [row for row in terms if target.holds.fullmatch(row["term"])]
    most = min(filter(None, (target.most, top)), default=None)
    kept = fitting[:most]
    unfit_examples = 0
    for row in kept:
        examples = row["examples"] or []
        row["examples"] = [e for e in examples if target.holds.fullmatch(e)]
        unfit_examples += len(examples) - len(row["examples"])
    relations = _relations(workspace, {row["term"] for row in kept})
    fitting_relations = [
        r for r in relations if all(target.holds.fullmatch(value) for value in r.values() if isinstance(value, str))
    ]
    with whole_files.written(path) as unfinished:
        target.write(Terminology(kept, fitting_relations, *_origin(workspace), columns), unfinished)
    left_out = {
        f"terms with characters that {form} cannot hold": len(terms) - len(fitting),
        f"terms, the last by rank: {form if top != most else '--top'} ends at {most}": len(fitting) - len(kept),
        f"examples with characters that {form} cannot hold": unfit_examples,
        f"relations with characters that {form} cannot hold": len(relations) - len(fitting_relations),
    }
    return _Written(f"{len(kept)} terms", left_out)


def _relations(workspace: Workspace, terms: set[str]) -> list[dict[str, Any]]:
    """The relations of these terms, in the order of the table, and where their examples stand: FILE, line N."""
    if not workspace.whole("term_relations"):
        log.warning("there is no table term_relations yet: no other names, definitions, broader and narrower terms")
        return []
    relations = parquet.read(workspace, "term_relations").to_pylist()
    shown = [r for r in relations if r["from_term"] in terms or r["to_term"] in terms]
    source_of = _sources(workspace, {r["doc_id"] for r in shown if r["doc_id"]})
    return [r | {"source": "a reviewer" if r["score"] == SAID_SO else source_of.get(r["doc_id"])} for r in shown]


def _sources(workspace: Workspace, doc_ids: set[str]) -> dict[str, str]:
    """{doc_id: its file and line}"""
    listed = ", ".join(map(query.literal, sorted(doc_ids)))
    if not listed:
        return {}
    sql = f"SELECT doc_id, min(source) AS source FROM documents WHERE doc_id IN ({listed}) GROUP BY doc_id"
    sources = ((r["doc_id"], r["source"]) for r in query.select(workspace, sql).to_pylist() if r["source"])
    return {doc_id: s["file"] if s["line"] is None else f"{s['file']}, line {s['line']}" for doc_id, s in sources}


def _synonyms(workspace: Workspace, path: Path) -> _Written:
    """The names that the text uses for the same thing."""
    workspace.must_have("term_relations")
    lines = list(synonyms.lines(parquet.read(workspace, "term_relations").to_pylist()))
    with whole_files.written(path) as unfinished, open(unfinished, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in lines)
    return _Written(f"other names of {len(lines)} terms", {})


def _listed_terms(workspace: Workspace) -> list[dict[str, Any]]:
    """The terms with evidence, the best first."""
    read = parquet.read(workspace, "terms")
    return read.filter(read.column("is_listed")).sort_by("rank").to_pylist()


def _origin(workspace: Workspace) -> tuple[list[str], str]:
    """(names of the domain corpora, language of the text), as the manifests say."""
    corpora = workspace.settings("raw_documents", "corpus")
    names = [c["name"] for c in corpora if c["role"] == "domain"] or [Path(workspace.location).name]
    method = workspace.settings("tokens", "segment").get("method")
    return names, "und" if method == "whitespace" else "zh"
