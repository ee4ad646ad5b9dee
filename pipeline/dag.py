"""The whole pipeline as data. Nothing else states the order, or treats a step apart by its name.

A Spark step is the function of its name in stages/, a trainer the one in models/, and what is neither has one in runner/. A
stage's parameters are the tables it reads; it returns the tables it writes, in this order.
"""

from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any, NamedTuple, cast

from wajue.config import Config


class Other(NamedTuple):
    """Tables of other workspaces that a step reads beside its own: `table` of each that the setting names.

    Where `instead` was written there by the same versions, with the same settings of those in `alike` and without those in
    `unset`, it is read instead, and with it `dropped`, the documents in it that do not count.
    """

    section: str
    setting: str
    table: str
    parameter: str = ""  # of the stage's function; a trainer reads them itself
    instead: str = ""
    dropped: str = ""
    alike: tuple[str, ...] = ()  # SECTION.SETTING, as in:
    unset: tuple[str, ...] = ()  # settings by which `table` there says more than `instead`


class Tally(NamedTuple):
    """What a step's manifest counts beside rows: under `name`, how often each value stands in a column of lists."""

    name: str
    table: str
    column: str


@dataclass(frozen=True)
class Step:
    """One step, and everything in which it differs from the others.

    name: of the step, and of the function that does it
    reads, writes: tables, in order
    sections: the parts of the config that it sees and depends on
    optional: those of the tables it reads that it can do without; it gets None for them
    reads_files: it reads the files of the corpora, and no table
    other: tables of other workspaces that it reads, too
    rejects: the table of the rows that it drops: every row that goes in comes out in this table or in the first one
    tally: what it counts beside rows
    grows: what is said where only files were added, and it processes what they bring and leaves the rows that are there; "" if it
        cannot do that
    rereads: its own tables, as they were, that it needs for that
    rewrites: those that are written whole all the same
    trainer: it runs without Spark, and may go on from a saved state
    alone: it runs without Spark, in this process, on what the trainers wrote
    by_field: it compares fields, and is the only one that depends on which corpus is of which
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    sections: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    reads_files: bool = False
    other: Other | None = None
    rejects: str = ""
    tally: Tally | None = None
    grows: str = ""
    rereads: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()
    trainer: bool = False
    alone: bool = False
    by_field: bool = False

    @property
    def on_spark(self) -> bool:
        """Is it a stage?"""
        return not (self.trainer or self.alone)


STEPS = (
    Step(
        "ingest",
        reads=(),
        writes=("raw_documents", "ingest_rejects", "files"),
        sections=("corpus",),
        reads_files=True,
        rejects="ingest_rejects",
        grows="and not read again",
    ),
    Step(
        "clean",
        reads=("raw_documents",),
        writes=("clean_documents", "clean_rejects", "boilerplate"),
        sections=("clean", "segment"),
        rejects="clean_rejects",
        tally=Tally("changed", "clean_documents", "changed_by"),
        grows="the documents that were added are cleaned; the others stay: boilerplate is the same",
        rereads=("boilerplate",),
        rewrites=("boilerplate",),
    ),
    Step(
        "dedup",
        reads=("clean_documents",),
        writes=("documents", "duplicates", "crowded_buckets", "repeated_passages", "signatures"),
        sections=("dedup", "corpus", "segment"),
        other=Other(
            "dedup",
            "against",
            "documents",
            parameter="earlier",
            instead="signatures",
            dropped="duplicates",
            alike=tuple(f"dedup.{s}" for s in ("exact", "near", "threshold", "shingle_size", "bands", "rows_per_band"))
            + ("segment.method",),
            unset=("dedup.passage_length",),  # it shortens documents after they were signed
        ),
        rejects="duplicates",
        grows="the documents that were added are compared with the others; these stay",
        rereads=("signatures", "duplicates"),
    ),
    Step("ngrams", ("documents",), ("clauses", "ngrams"), ("ngrams",)),
    Step("new_words", ("clauses", "ngrams"), ("lexicon",), ("new_words",)),
    Step("segment", ("documents", "lexicon", "ngrams"), ("tokens",), ("segment", "new_words"), optional=("lexicon", "ngrams")),
    Step("word_counts", ("tokens",), ("word_counts",)),
    Step("variants", ("lexicon", "tokens", "word_counts"), ("variants",), ("variants",)),
    Step("contrast", ("tokens", "word_counts"), ("candidates",), ("contrast", "corpus", "segment")),
    Step("vocabulary", ("tokens", "word_counts"), ("vocabulary", "sequences"), ("vocabulary",)),
    Step(
        "sgns", ("vocabulary", "sequences"), ("sgns_words",), ("sgns",), other=Other("sgns", "initial", "sgns_words"), trainer=True
    ),
    Step(
        "jose",
        reads=("vocabulary", "sequences"),
        writes=("jose_words", "jose_documents"),
        sections=("jose",),
        other=Other("jose", "initial", "jose_words"),
        trainer=True,
    ),
    Step(
        "topics",
        reads=("sequences", "jose_words", "candidates"),
        writes=("topics", "topic_words", "document_topics"),
        sections=("topics", "corpus"),
        optional=("candidates",),
        alone=True,
    ),
    Step("topic_trends", ("documents", "topics", "document_topics"), ("topic_trends",), ("trends",), alone=True),
    Step("terms", ("candidates", "tokens", "sgns_words"), ("terms",), ("terms", "segment"), optional=("sgns_words",)),
    Step(
        "field_terms",
        reads=("candidates", "tokens", "word_counts", "sgns_words"),
        writes=("field_terms",),
        sections=("contrast", "terms", "corpus", "segment"),
        optional=("sgns_words",),
        by_field=True,
    ),
    Step("relations", ("documents", "candidates", "terms"), ("term_relations",), ("terms",)),
    Step("trends", ("tokens", "word_counts", "terms"), ("periods", "period_counts", "trends"), ("trends",), optional=("terms",)),
)
NAMES = tuple(step.name for step in STEPS)


def left_out(config: Config) -> dict[str, str]:
    """The steps that this config leaves out, and why."""
    reasons: dict[str, str] = {}
    if config.segment.method == "whitespace":
        why = '[segment] method = "whitespace": the text is segmented already'
        reasons |= dict.fromkeys(("ngrams", "new_words", "variants"), why)
    for role in ("general", "domain"):
        if not config.has_role(role) and (role == "domain" or config.contrast.background == "none"):
            way = '; [contrast] background = "jieba" contrasts with its dictionary' if role == "general" else ""
            why = f'no corpus has role = "{role}"{way}'
            reasons |= dict.fromkeys(("contrast", "terms", "field_terms", "relations"), why)
    if len(config.fields) < 2:
        named = f"{next(iter(config.fields))} is the only field" if config.fields else "no corpus names a field"
        reasons.setdefault("field_terms", f"{named}; [[corpus]] field names two or more to compare")
    if not any(c.date or c.date_in_path for c in config.corpus):
        reasons["trends"] = "no corpus has dates; [[corpus]] date or date_in_path says where they stand"
    if not config.jose.enabled:
        reasons["topics"] = "no word has a spherical vector: [jose] enabled = false"
    for name in ("variants", "sgns", "jose", "topics", "trends"):
        if not getattr(config, name).enabled:
            reasons[name] = f"[{name}] enabled = false"
    if "topics" in reasons:
        reasons["topic_trends"] = reasons["topics"]
    return reasons


def planned(config: Config) -> tuple[Step, ...]:
    """The steps to run, in order; one that reads a table nobody writes gets nothing in its place."""
    out = left_out(config)
    return tuple(step for step in STEPS if step.name not in out)


class _Declared:
    """A config of which only some sections may be asked for; AttributeError names the step that should declare another."""

    def __init__(self, config: Config, step: Step) -> None:
        self._config, self._step = config, step

    def __getattr__(self, name: str) -> Any:
        if name in Config.model_fields and name not in (*self._step.sections, "base"):
            raise AttributeError(f"the step {self._step.name} does not declare the section [{name}] that it asks for; see dag.py")
        computed = vars(Config).get(name)
        if isinstance(computed, property) and computed.fget:
            return computed.fget(self)
        return MethodType(computed, self) if isinstance(computed, FunctionType) else getattr(self._config, name)


def visible(config: Config, step: Step) -> Config:
    """The config as a step sees it: the sections that it declares, and what the config computes from them."""
    return cast(Config, _Declared(config, step))
