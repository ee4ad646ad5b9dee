"""The whole pipeline as data. Nothing else states the order.

A Spark step is the function of its name in pipeline/stages, a trainer the one in pipeline/models. Its parameters are the
tables it reads; it returns the tables it writes, in this order. `sections` are the parts of the config it depends on.
"""

from dataclasses import dataclass

from wajue.config import Config


@dataclass(frozen=True)
class Step:
    """One step: what it reads and writes, the config it depends on, and who runs it."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    sections: tuple[str, ...] = ()
    trainer: bool = False


STEPS = (
    Step("ingest", (), ("raw_documents", "ingest_rejects", "files"), ("corpus",)),
    Step("clean", ("raw_documents",), ("clean_documents", "clean_rejects", "boilerplate"), ("clean", "segment")),
    Step("dedup", ("clean_documents",), ("documents", "duplicates", "crowded_buckets"), ("dedup", "corpus", "segment")),
    Step("ngrams", ("documents",), ("clauses", "ngrams"), ("ngrams",)),
    Step("new_words", ("clauses", "ngrams"), ("lexicon",), ("new_words",)),
    Step("segment", ("documents", "lexicon"), ("tokens",), ("segment",)),
    Step("word_counts", ("tokens",), ("word_counts",)),
    Step("contrast", ("tokens", "word_counts"), ("candidates",), ("contrast",)),
    Step("vocabulary", ("tokens", "word_counts"), ("vocabulary", "sequences"), ("vocabulary",)),
    Step("sgns", ("vocabulary", "sequences"), ("sgns_words",), ("sgns",), trainer=True),
    Step("jose", ("vocabulary", "sequences"), ("jose_words", "jose_documents"), ("jose",), trainer=True),
    Step("terms", ("candidates", "tokens", "sgns_words"), ("terms",), ("terms",)),
    Step("trends", ("tokens", "word_counts", "terms"), ("periods", "period_counts", "trends"), ("trends",)),
)
NAMES = tuple(step.name for step in STEPS)


def left_out(config: Config) -> dict[str, str]:
    """The steps that this config leaves out, and why."""
    reasons: dict[str, str] = {}
    if config.segment.method == "whitespace":
        why = '[segment] method = "whitespace": the text is segmented already'
        reasons |= dict.fromkeys(("ngrams", "new_words"), why)
    for role in ("general", "domain"):
        if not config.has_role(role) and (role == "domain" or config.contrast.background == "none"):
            way = '; [contrast] background = "jieba" contrasts with its dictionary' if role == "general" else ""
            reasons |= dict.fromkeys(("contrast", "terms"), f'no corpus has role = "{role}"{way}')
    if not any(c.date or c.date_in_path for c in config.corpus):
        reasons["trends"] = "no corpus has dates; [[corpus]] date or date_in_path says where they stand"
    for name in ("sgns", "jose", "trends"):
        if not getattr(config, name).enabled:
            reasons[name] = f"[{name}] enabled = false"
    return reasons


def planned(config: Config) -> tuple[Step, ...]:
    """The steps to run, in order; one that reads a table nobody writes gets nothing in its place."""
    out = left_out(config)
    return tuple(step for step in STEPS if step.name not in out)
