"""Documents cleaned, a batch at a time. In: rows of raw_documents, and the lines that are boilerplate. Out: rows of clean_documents
with the rules that changed each, and of clean_rejects with the rule that dropped each.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue import schemas
from wajue.arrays import cells
from wajue.cleaning import passages, rules
from wajue.cleaning.quality import flagged_words
from wajue.config import Clean

JUDGED = schemas.kinds("clean_documents", "clean_rejects")
DocumentName = tuple[str, int]  # its file and record
Boilerplate = dict[tuple[str, str], DocumentName]  # (corpus, line): the document that keeps the line


def judge(
    documents: pa.RecordBatch, settings: Clean, boilerplate: Boilerplate, *, flagged: Sequence[str] = (), han_rules: bool
) -> Iterator[pa.RecordBatch]:
    """Rows of JUDGED: the documents that are kept, then those that are not, with the text as it was.

    flagged: words to look for; han_rules: the text is Chinese that has not been segmented.
    """
    raw = documents.column("text")
    texts, changed = without_passages(raw, settings)
    shortened = _without_boilerplate(texts, documents, boilerplate)
    cleaned = rules.clean(texts, settings, han_rules=han_rules)
    changed |= cleaned.changed | shortened.astype(np.uint32) << _bit("boilerplate")
    text = pa.array(cleaned.texts, pa.string())
    judged = pa.RecordBatch.from_pydict(
        dict(zip(documents.schema.names, documents.columns, strict=True))
        | {
            "text": text,
            "raw_text": raw if settings.keep_raw_text else pa.nulls(len(raw), pa.string()),
            "changed_by": _names(changed),
            **cleaned.quality.columns(),
            "flagged_words": pa.array(flagged_words(text, flagged)),
            "step": pa.repeat("clean", len(raw)),
            "reason": pa.array(cleaned.reasons, pa.string()),
            "detail": pa.array(cleaned.details, pa.string()),
            "duplicate_of": pa.nulls(len(raw), pa.string()),
        }
    )
    is_kept = judged.column("reason").is_null()
    yield cells.one_of(JUDGED, "clean_documents", judged.filter(is_kept))
    column = judged.schema.get_field_index("text")
    rejected = judged.set_column(column, "text", raw).filter(pc.invert(is_kept))
    shown = pc.utf8_slice_codeunits(rejected.column("text"), 0, schemas.MAX_REJECT_TEXT)
    yield cells.one_of(JUDGED, "clean_rejects", rejected.set_column(column, "text", shown))


def without_passages(texts: pa.StringArray, settings: Clean) -> tuple[list[str], np.ndarray]:
    """(the texts without marks, and without the marked passages that are dropped; uint32 [texts], a bit for each kind of those)."""
    changed = np.zeros(len(texts), np.uint32)
    resolved: list[str] = texts.to_pylist()
    kept = frozenset({"code"} if settings.code == "keep" else ()) | ({"math", "formula"} if settings.math == "keep" else set())
    for i in np.flatnonzero(pc.match_substring(texts, passages.BEGIN).to_numpy(zero_copy_only=False)).tolist():
        resolved[i], dropped = passages.resolved(resolved[i], kept)
        for kind in dropped:
            changed[i] |= np.uint32(1) << _bit(kind)
    return resolved, changed


def _bit(rule: str) -> np.uint32:
    return np.uint32(rules.CHANGES.index(rule))


def _without_boilerplate(texts: list[str], documents: pa.RecordBatch, boilerplate: Boilerplate) -> np.ndarray:
    """Take the lines out of the texts; returns which lost one (bool [texts]). The document that keeps a line has it still."""
    shortened = np.zeros(len(texts), bool)
    if not boilerplate:
        return shortened
    corpora, sources = documents.column("corpus"), documents.column("source")
    for i, text in enumerate(texts):
        if "\n" not in text:  # a document of one line is for dedup to judge
            continue
        corpus, source = corpora[i].as_py(), sources[i].as_py()
        own = (source["file"], source["record"])
        lines = text.split("\n")
        kept = [line for line in lines if boilerplate.get((corpus, line.strip(" ")), own) == own]
        if len(kept) < len(lines):
            texts[i], shortened[i] = "\n".join(kept), True
    return shortened


def _names(changed: np.ndarray) -> pa.ListArray:
    """The names of the rules whose bits are set, a list a text."""
    bits = (changed[:, None] >> np.arange(len(rules.CHANGES), dtype=np.uint32)) & 1
    offsets = np.concatenate(([0], np.cumsum(bits.sum(axis=1)))).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(np.array(rules.CHANGES, object)[np.nonzero(bits)[1]], pa.string()))
