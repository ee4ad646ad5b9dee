"""Scores against gold files. In: a workspace and paths. Out: a table, a row a figure.

What each figure is, with its formula and source, stands in docs/evaluation.md.
"""

import logging
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.cleaning.rules import convert_script
from wajue.config import Clean, Contrast
from wajue.errors import ConfigError, WajueError
from wajue.results import loaders
from wajue.results.document_vectors import document_vectors, first_tags
from wajue.results.scores import gold, segmentation, terms, words
from wajue.store import parquet
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

_MOST_DOCUMENTS = 20_000  # labelled ones; nearest neighbours compare each with each
_FIRST = {"lexicon": (100, 300, 500), "terms": (100, 500, 1000, 3000)}
_ERRORS = 50


SCHEMA = pa.schema(
    dict.fromkeys(("test", "gold", "vectors", "part", "figure"), pa.string())
    | {"value": pa.float64(), "spread": pa.float64()}  # spread: sample standard deviation over seeds
    | {"found": pa.int64(), "of": pa.int64(), "note": pa.string()}  # found, of: what the value was computed from
)
Score = dict[str, Any]  # one row, without the test


@dataclass(frozen=True)
class Options:
    """Whose vectors, sgns or jose; how many of the most frequent words may answer an analogy, None for all."""

    vectors: str = "sgns"
    restrict: int | None = None


def evaluate(workspace: Workspace, asked: dict[str, list[str]], options: Options) -> pa.Table:
    """The scores of the tests asked for: {one of TESTS: gold files}.

    Raises ConfigError if none is asked for, WajueError if a gold file is wrong or a table is missing.
    """
    chosen = {test: files for test, files in asked.items() if files}
    if not chosen:
        raise ConfigError(
            f"say what to score, each with a gold file: {', '.join(f'--{t}' for t in TESTS)}; see wajue evaluate --help"
        )
    workspace.must_have()
    found: list[Score] = []
    for test, files in chosen.items():
        log.info("%s: %s", test, ", ".join(files))
        found += [{"test": test, **score} for score in TESTS[test](workspace, files, options)]
    return pa.Table.from_pylist(found, schema=SCHEMA)


def by_test(scores: pa.Table) -> Iterator[pa.Table]:
    """The scores of each test, without the columns that say nothing there."""
    for test in dict.fromkeys(scores.column("test").to_pylist()):
        rows = scores.filter(pc.field("test") == test)
        yield rows.select([name for name in rows.schema.names if rows.column(name).null_count < rows.num_rows])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _of(figure: str, part: int, whole: int) -> Score:
    return {"figure": figure, "value": _share(part, whole), "found": part, "of": whole}


def _named(files: list[str]) -> dict[str, Path]:
    """{name to show: path}: the file's own name, or the whole path if two have it."""
    names = Counter(Path(file).name for file in set(files))
    return {path.name if names[path.name] == 1 else str(path): path for path in map(Path, files)}


def _vocabulary(workspace: Workspace, options: Options) -> words.Vocabulary:
    rows = parquet.word_vectors(workspace, options.vectors).sort_by([("count", "descending"), ("word", "ascending")])
    return words.Vocabulary(rows.column("word").to_pylist(), parquet.matrix(rows))


def _similarity(workspace: Workspace, files: list[str], options: Options) -> Iterator[Score]:
    judged = {name: gold.pairs(path) for name, path in _named(files).items()}
    vocabulary = _vocabulary(workspace, options)
    for name, pairs in judged.items():
        of_known, of_all, known = words.similarity(vocabulary, pairs)
        row = {"gold": name, "vectors": options.vectors, "figure": "Spearman", "found": known, "of": len(pairs)}
        yield row | {"part": "pairs with vectors", "value": of_known}
        yield row | {"part": "all pairs", "value": of_all, "note": "cosine 0 where a word has no vector"}


def _analogy(workspace: Workspace, files: list[str], options: Options) -> Iterator[Score]:
    asked = {name: gold.questions(path) for name, path in _named(files).items()}
    vocabulary = _vocabulary(workspace, options).first(options.restrict)
    for name, questions in asked.items():
        row = {"gold": name, "vectors": options.vectors, "figure": "accuracy"}
        row |= {"note": f"among the {options.restrict} most frequent words"} if options.restrict else {}
        sections = words.analogies(vocabulary, questions)
        right, known, of = map(sum, zip(*sections.values(), strict=True))
        for section, counts in [*sections.items(), ("total", (right, known, of))]:
            yield row | {"part": section, "value": _share(*counts[:2]), "found": counts[1], "of": counts[2]}
        yield row | {"part": "total, wrong where a word has no vector", "value": _share(right, of), "found": known, "of": of}


def _clusters(workspace: Workspace, files: list[str], options: Options) -> Iterator[Score]:
    from wajue.results.scores import documents  # scikit-learn takes a second or two to load

    for name, path in _named(files).items():
        labels = first_tags(workspace) if str(path) == "tags" else gold.labels(path)
        chosen, sampled = sorted(labels), None
        if len(chosen) > _MOST_DOCUMENTS:
            sampled = f"{_MOST_DOCUMENTS} of {len(chosen)} labelled documents, drawn at random"
            log.warning("clusters: %s", sampled)
            chosen = np.random.default_rng(0).choice(chosen, _MOST_DOCUMENTS, replace=False).tolist()
        doc_ids, vectors = document_vectors(workspace, set(chosen), options.vectors)
        kinds, truth = np.unique([labels[d] for d in doc_ids], return_inverse=True)
        if len(kinds) < 2 or len(doc_ids) < documents.FOLDS or np.bincount(truth).max() < documents.FOLDS:
            raise WajueError(
                f"--clusters {name}: of {len(chosen)} labelled documents {len(doc_ids)} have a vector, with {len(kinds)} labels; "
                f"two labels are needed, and {documents.FOLDS} documents of one"
            )
        row = {"gold": name, "vectors": options.vectors, "found": len(doc_ids), "of": len(labels), "note": sampled}
        for (method, figure), (mean, deviation) in documents.clusterings(vectors, truth).items():
            part = f"{method}, {len(kinds)} clusters, {documents.SEEDS} seeds"
            yield row | {"part": part, "figure": figure, "value": mean, "spread": deviation}
        part = f"{documents.NEIGHBOURS} nearest neighbours, {documents.FOLDS} folds"
        for figure, value in documents.neighbours_f1(vectors, truth).items():
            yield row | {"part": part, "figure": figure, "value": value}


def _as_mined(workspace: Workspace, texts: Iterable[str]) -> list[str]:
    """Gold text in the width and script of the workspace's own."""
    script = workspace.settings("clean_documents", "clean").get("script", Clean().script)
    return convert_script([unicodedata.normalize("NFKC", text) for text in texts], script)


def _cut(workspace: Workspace) -> segmentation.Cut:
    segmenter = loaders.load_segmenter(workspace)
    return lambda texts: segmenter.tokens(pa.array(texts, pa.string())).to_pylist()


def _segmentation(workspace: Workspace, files: list[str], options: Options) -> Iterator[Score]:
    cut = _cut(workspace)
    known = set(parquet.read(workspace, "lexicon", ["word"]).column("word").to_pylist())
    for name, path in _named(files).items():
        lines = [line.split() for line in _as_mined(workspace, [line for _, line in gold.lines(path)])]
        for part, how in (("runs of Han characters", segmentation.only_han(cut)), ("whole lines", cut)):
            found = segmentation.agreement(how, lines, known)
            row = {"gold": name, "part": part}
            yield row | _of("precision", found.right, found.cut)
            yield row | _of("recall", found.right, found.gold)
            yield row | {"figure": "F1", "value": found.f1}
            note = "words of Han characters that the lexicon lacks"
            yield row | _of("OOV recall", found.unknown_right, found.unknown) | {"note": note}


def _lexicon(workspace: Workspace, files: list[str], options: Options) -> Iterator[Score]:
    rows = parquet.read(workspace, "lexicon", ["word", "score", "is_new"])
    listed = rows.column("word").to_pylist()
    new = rows.filter(pc.field("is_new")).sort_by([("score", "descending"), ("word", "ascending")]).column("word").to_pylist()
    for name, path in _named(files).items():
        text = gold.segmented(path)
        if text is None:
            wanted = set(_as_mined(workspace, gold.dictionary(path)))
            scored, given, how = segmentation.scored(wanted), segmentation.scored(listed), "a list of words"
        else:
            lines = [line.split() for line in _as_mined(workspace, text)]
            types = Counter(w for line in lines for w in line)
            used = Counter(w for line in _cut(workspace)(["".join(line) for line in lines]) for w in line)
            wanted, scored = set(types), segmentation.gold_types(types)
            given = segmentation.scored(w for w in listed if used[w] >= segmentation.LEAST)
            how = f"a segmented text: words that stand {segmentation.LEAST} times in it"
        both = len(scored & given)
        row = {"gold": name, "part": "words of 2 to 4 Han characters", "note": how}
        yield row | _of("precision", both, len(given))
        yield row | _of("recall", both, len(scored))
        yield row | {"figure": "F1", "value": _share(2 * both, len(given) + len(scored))}
        for first in _FIRST["lexicon"]:
            yield {"gold": name, "part": "new words by score"} | _of(f"P@{first}", segmentation.hits(new, wanted, first), first)


def _terms(workspace: Workspace, files: list[str], options: Options) -> Iterator[Score]:
    ranked = parquet.read(workspace, "terms", ["rank", "term"]).sort_by("rank").column("term").to_pylist()
    columns = ["term", "domain_count", "keyness", "filtered_by"]
    candidates = parquet.read(workspace, "candidates", columns).sort_by([("keyness", "descending"), ("term", "ascending")])
    lexicons = {n: {w for w in _as_mined(workspace, gold.words(path)) if len(w) > 1} for n, path in _named(files).items()}
    union: set[str] = set().union(*lexicons.values())
    if len(lexicons) > 1:
        lexicons["all of them"] = union
    least = workspace.settings("candidates", "contrast").get("min_count", Contrast().min_count)
    texts = parquet.batches(workspace, "documents", ["text"], pc.field("role") == "domain")
    counts = terms.occurrences((t for batch in texts for t in batch.column("text").to_pylist()), union)
    occurring = {t for t, n in counts.items() if n >= least}
    unfiltered = candidates.filter(pc.field("filtered_by").is_null())
    stages = {name: set(rows.column("term").to_pylist()) for name, rows in (("candidates", candidates), ("unfiltered", unfiltered))}
    stages |= {"ranked": set(ranked), "first 3000": set(ranked[:3000])}
    for name, lexicon in lexicons.items():
        for first in _FIRST["terms"]:
            note = {"note": f"only {len(ranked)} are ranked"} if len(ranked) < first else {}
            yield {"gold": name, "part": "ranked"} | _of(f"P@{first}", sum(t in lexicon for t in ranked[:first]), first) | note
        wanted = lexicon & occurring
        row = {"gold": name, "found": len(wanted), "of": len(lexicon), "note": f"wanted: those {least} times in the domain's text"}
        yield row | {"part": "ranked", "figure": "average precision", "value": terms.average_precision(ranked, wanted)}
        for length, bounds in terms.LENGTHS.items():
            of_length = terms.of_length(wanted, *bounds)
            for stage, reached in stages.items():
                yield {"gold": name, "part": length} | _of(f"recall, {stage}", len(of_length & reached), len(of_length))
    yield from _top_errors(ranked, candidates, union)


def _top_errors(ranked: list[str], candidates: pa.Table, lexicon: set[str]) -> Iterator[Score]:
    """For reading: the first terms that no lexicon holds; the terms of a lexicon, by keyness, that a form rule dropped."""
    unranked = pa.array(sorted(lexicon.difference(ranked)), pa.string())  # an accepted term is ranked whatever rule it breaks
    strange = [(rank, term) for rank, term in enumerate(ranked, 1) if term not in lexicon]
    for rank, term in strange[:_ERRORS]:
        yield {"gold": "in no lexicon", "part": term, "figure": "rank", "value": rank}
    dropped = candidates.filter(pc.field("filtered_by").is_valid() & pc.field("term").isin(unranked))
    for row in dropped.slice(0, _ERRORS).to_pylist():
        yield {
            "gold": "dropped",
            "part": row["term"],
            "figure": "domain_count",
            "value": row["domain_count"],
            "note": row["filtered_by"],
        }


TESTS: dict[str, Callable[[Workspace, list[str], Options], Iterator[Score]]] = {
    "similarity": _similarity,
    "analogy": _analogy,
    "clusters": _clusters,
    "segmentation": _segmentation,
    "lexicon": _lexicon,
    "terms": _terms,
}
