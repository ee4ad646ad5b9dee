"""`--terms`: are the terms terms? In: lexicons of the field, as people made them. Out: P@k, average precision, recall by stage.

Terms are compared without spaces and capitals (tokens/surface.py).
"""

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.config import Contrast
from wajue.mining.tokens.surface import key
from wajue.results.evaluation import gold
from wajue.results.evaluation.common import Options, Row, as_mined, by_name, share_row
from wajue.store import parquet
from wajue.store.workspace import Workspace

LENGTHS: dict[str, tuple[int, int | None]] = {
    "all lengths": (2, None),
    "2 characters": (2, 2),
    "3 characters": (3, 3),
    "4 characters": (4, 4),
    "5 and more": (5, None),
}
_FIRST = (100, 500, 1000, 3000)  # terms whose precision is given
_ERRORS = 50  # shown for reading
_SLOT_BITS = 20  # of a first look-up that fits a processor's cache
_BLOCK = 1 << 22  # characters at a time


def terms(workspace: Workspace, files: list[str], options: Options) -> Iterator[Row]:
    """For each lexicon, and for all together, the figures of the ranked terms; then errors to read."""
    listed = parquet.read(workspace, "terms", ["rank", "term"]).sort_by("rank").column("term").to_pylist()
    ranked = list(map(key, listed))
    columns = ["term", "domain_count", "keyness", "filtered_by"]
    candidates = parquet.read(workspace, "candidates", columns).sort_by([("keyness", "descending"), ("term", "ascending")])
    candidates = candidates.append_column("key", pa.array(map(key, candidates.column("term").to_pylist()), pa.string()))
    gold_terms = {name: map(key, as_mined(workspace, gold.words(path))) for name, path in by_name(files).items()}
    lexicons = {name: {term for term in terms if len(term) > 1} for name, terms in gold_terms.items()}
    union: set[str] = set().union(*lexicons.values())
    if len(lexicons) > 1:
        lexicons["all of them"] = union
    least = workspace.settings("candidates", "contrast").get("min_count", Contrast().min_count)
    occurring = _occurring(workspace, union, least)
    stages = _stages(candidates, ranked)
    for name, lexicon in lexicons.items():
        yield from ({"gold": name} | row for row in _precisions(ranked, lexicon))
        wanted = lexicon & occurring
        row = {"gold": name, "found": len(wanted), "of": len(lexicon), "note": f"wanted: those {least} times in the domain's text"}
        yield row | {"part": "ranked", "figure": "average precision", "value": average_precision(ranked, wanted)}
        yield from ({"gold": name} | row for row in _recalls(stages, wanted))
    yield from _top_errors(listed, candidates, union)


def _occurring(workspace: Workspace, wanted: set[str], least: int) -> set[str]:
    """The wanted terms that the domain's text holds so many times."""
    batches = parquet.batches(workspace, "documents", ["text"], pc.field("role") == "domain")
    counts = occurrences((key(text) for batch in batches for text in batch.column("text").to_pylist()), wanted)
    return {term for term, count in counts.items() if count >= least}


def _stages(candidates: pa.Table, ranked: list[str]) -> dict[str, set[str]]:
    """{stage: the terms that reach it}"""
    unfiltered = candidates.filter(pc.field("filtered_by").is_null())
    reached = {name: set(rows.column("key").to_pylist()) for name, rows in (("candidates", candidates), ("unfiltered", unfiltered))}
    return reached | {"ranked": set(ranked), "first 3000": set(ranked[:3000])}


def _precisions(ranked: list[str], lexicon: set[str]) -> Iterator[Row]:
    for first in _FIRST:
        note = {"note": f"only {len(ranked)} are ranked"} if len(ranked) < first else {}
        yield {"part": "ranked"} | share_row(f"P@{first}", sum(t in lexicon for t in ranked[:first]), first) | note


def _recalls(stages: dict[str, set[str]], wanted: set[str]) -> Iterator[Row]:
    for length, bounds in LENGTHS.items():
        of_this_length = of_length(wanted, *bounds)
        for stage, reached in stages.items():
            yield {"part": length} | share_row(f"recall, {stage}", len(of_this_length & reached), len(of_this_length))


def _top_errors(listed: list[str], candidates: pa.Table, lexicon: set[str]) -> Iterator[Row]:
    """For reading: the first terms that no lexicon holds; and terms of a lexicon, by keyness, that a form rule dropped."""
    unranked = pa.array(
        sorted(lexicon.difference(map(key, listed))), pa.string()
    )  # an accepted term is ranked whatever rule it breaks
    strange = [(rank, term) for rank, term in enumerate(listed, 1) if key(term) not in lexicon]
    for rank, term in strange[:_ERRORS]:
        yield {"gold": "in no lexicon", "part": term, "figure": "rank", "value": rank}
    dropped = candidates.filter(pc.field("filtered_by").is_valid() & pc.field("key").isin(unranked))
    for row in dropped.slice(0, _ERRORS).to_pylist():
        figure = {"figure": "domain_count", "value": row["domain_count"]}
        yield {"gold": "dropped", "part": row["term"], **figure, "note": row["filtered_by"]}


def of_length(listed: Iterable[str], least: int, most: int | None) -> set[str]:
    """The terms of `least` to `most` characters."""
    return {t for t in listed if least <= len(t) and (most is None or len(t) <= most)}


def average_precision(ranked: list[str], wanted: Collection[str]) -> float | None:
    """The mean over all wanted terms of the precision at their rank, 0 for a term that is not ranked; None if none is wanted."""
    hits, total = 0, 0.0
    for rank, term in enumerate(ranked, 1):
        if term in wanted:
            hits += 1
            total += hits / rank
    return total / len(wanted) if wanted else None


def occurrences(texts: Iterable[str], wanted: Collection[str]) -> dict[str, int]:
    """{term: how often it occurs in the texts, as a string, overlapping ones too}; a term that never occurs is left out.

    Windows of each length are looked up by a hash of 64 bits, the sum of their characters times random numbers: among 10^9 windows
    and 10^5 terms the odds of one false match are less than 1 in 10^5.
    """
    groups: dict[int, list[str]] = {}
    for term in sorted(set(wanted)):
        groups.setdefault(len(term), []).append(term)
    longest = max(groups, default=0)
    factors = np.random.default_rng(0).integers(0, 1 << 64, longest, dtype=np.uint64) | np.uint64(1)
    listed = {n: _Listed([int((_codes(t) * factors[:n]).sum()) for t in group]) for n, group in groups.items()}
    for block in _blocks(texts):
        codes = _codes(block)
        keys = np.zeros(len(codes), np.uint64)
        for n in range(1, min(longest, len(codes)) + 1):
            keys = keys[: len(codes) - n + 1]
            keys += codes[n - 1 :] * factors[n - 1]
            if n in listed:
                listed[n].count(keys)
    return {t: int(c) for n, group in groups.items() for t, c in zip(group, listed[n].counts, strict=True) if c}


def _codes(text: str) -> np.ndarray:
    """uint64 [characters]: the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)


def _blocks(texts: Iterable[str]) -> Iterator[str]:
    """Texts joined by line ends, which no term holds, to pieces of about _BLOCK characters."""
    gathered: list[str] = []
    size = 0
    for text in texts:
        gathered.append(text)
        size += len(text)
        if size >= _BLOCK:
            yield "\n".join(gathered)
            gathered, size = [], 0
    yield "\n".join(gathered)


class _Listed:
    """Hashes of the terms of one length, and how often each was seen."""

    def __init__(self, keys: list[int]) -> None:
        self.order = np.argsort(np.array(keys, np.uint64))
        self.keys = np.array(keys, np.uint64)[self.order]
        self.counts = np.zeros(len(keys), np.int64)
        self.slots = np.zeros(1 << _SLOT_BITS, bool)
        self.slots[self.keys >> np.uint64(64 - _SLOT_BITS)] = True

    def count(self, seen: np.ndarray) -> None:
        """Count those of the keys that are listed. seen: uint64, the hash of each window of a text."""
        seen = seen[self.slots[seen >> np.uint64(64 - _SLOT_BITS)]]
        nearest = np.searchsorted(self.keys, seen).clip(max=len(self.keys) - 1)
        nearest = nearest[self.keys[nearest] == seen]
        np.add.at(self.counts, self.order[nearest], 1)
