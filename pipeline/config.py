"""Every knob: default, unit, range and source. In: a TOML file. Out: one frozen `Config`.

TOML only overrides what stands here. An unknown key, a wrong type or a value out of range is a ConfigError that names
the file, the section and the key, and suggests what was meant.
"""

import codecs
import hashlib
import re
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from wajue import verdict_files, word_lists
from wajue.errors import ConfigError, meant

Format = Literal[
    "auto", "json", "jsonl", "csv", "tsv", "text", "markdown", "html", "wikidoc", "parquet",
    "docx", "pptx", "xlsx", "pdf", "epub", "rtf", "mediawiki", "warc", "subtitles", "rst", "asciidoc", "latex", "po",
]  # fmt: skip

_LARGEST = (1 << 31) - 1


class Section(BaseModel):
    """A section of the config: frozen, no unknown key, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @field_validator("*")
    @classmethod
    def _in_32_bits(cls, value: Any, info: ValidationInfo) -> Any:
        if type(value) is int and value > _LARGEST and info.field_name != "seed":  # seeds are not counted to, and have bounds
            raise ValueError(f"{value} is more than {_LARGEST:,}, the largest number that every engine can count to")
        return value


def _known_encoding(name: str) -> str:
    if name != "auto":
        try:
            codecs.getincrementaldecoder(name)("strict").decode(b"")
            if not codecs.lookup(name)._is_text_encoding:
                raise LookupError
            "中".encode(name)
        except (LookupError, TypeError, ValueError, AssertionError):
            raise ValueError(f"{name!r} is no encoding of Chinese text; try utf-8, gb18030, big5hkscs or auto") from None
    return name


def _valid_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
    return pattern


def _one_or_many(value: Any) -> Any:
    """A list from TOML as a tuple; a single string as a list of one."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


_PASSWORD = re.compile(r"(\w://[^/?#@:]*):[^/?#@]*@")


def without_password(path: str) -> str:
    """The path or URI. Raises ValueError if it holds a password: paths stand in tables, manifests and logs."""
    if _PASSWORD.search(path):
        raise ValueError(
            "holds a password, which would stand in tables, manifests and logs; leave it out, and give it to Spark "
            "(spark.hadoop.fs.*, a credential provider) or to the environment (AWS_ACCESS_KEY_ID ...)"
        )
    return path


_LONGEST_PATH, _LONGEST_NAME = 4096, 255  # bytes, on the file systems of Linux


def _possible_path(path: str) -> str:
    """The path or URI. Raises ValueError if no file system could hold it."""
    if "\0" in path:
        raise ValueError("holds a NUL character, as no path may")
    size, longest = len(path.encode()), max(len(name.encode()) for name in path.split("/"))
    if size >= _LONGEST_PATH or longest > _LONGEST_NAME:
        raise ValueError(
            f"has {size:,} bytes, {longest:,} of them in one name; a path has {_LONGEST_PATH - 1:,} at most, a name {_LONGEST_NAME}"
        )
    return path


Location = Annotated[str, Field(min_length=1), AfterValidator(_possible_path), AfterValidator(without_password)]


class Corpus(Section):
    """One [[corpus]]: where the raw text lies and how to read it."""

    name: str = Field(pattern=r"^[\w.-]+$", description="any name of letters, digits, - . _; stands in every table")
    role: Literal["domain", "general"] = Field(description="the domain to be mined, or the text to contrast it with")
    field: str | None = Field(
        None,
        pattern=r"^[\w.-]+( [\w.-]+)*$",
        repr=False,  # a fingerprint is one of what repr shows: only the step that compares fields depends on it
        description="domain corpora only: the part of the domain that they are of; two or more parts are compared (fields.md)",
    )
    paths: tuple[Location, ...] = Field(min_length=1, description="globs, relative to the config file; ** = any number of folders")
    may_be_empty: bool = Field(
        False,
        repr=False,  # no row depends on it
        description="go on where no document of it is left but others of its role are; a run stops there otherwise, and says why",
    )
    follow_links: bool = Field(
        False, description="read also what links below the folders of `paths` lead to outside of them; never for unpacked archives"
    )
    format: Format = Field("auto", description="auto goes by what is in each file, and by its extension; see formats.md")
    unit: Literal["line", "file"] = Field("line", description="text only: what one document is")
    unwrap: Literal["auto", "always", "never"] = Field(
        "auto",
        description="text only: join lines that were wrapped at a width, as in old books; auto: where a file shows it",
    )
    main_content: Literal["auto", "always", "never"] = Field(
        "auto", description="html only: leave out navigation, footers, comments; auto: of whole pages, which hold <html>"
    )
    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field("utf-8", description="auto guesses per file and says so")
    columns: tuple[str, ...] = Field((), description="csv and tsv only: names of the columns of files without a header")
    text: tuple[str, ...] = Field(("text",), min_length=1, description="fields that hold the text; dots reach inside")
    id: str | None = Field(None, description="field that names the record; else its file and position do")
    url: str | None = Field(None, description="field carried along")
    tags: str | None = Field(None, description="field carried along, a string or a list of strings")
    date: str | None = Field(None, description="field carried along, as written; `trends` reads it")
    date_in_path: Annotated[str, AfterValidator(_valid_pattern)] | None = Field(
        None,
        description="regular expression; what it matches of the file's path, its first group if it has any, dates records without",
    )

    @field_validator("paths", "text", "columns", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        return _one_or_many(value)


Found = Literal["drop", "mask", "keep"]


class Clean(Section):
    """Rules of cleaning; pipeline/cleaning/rules.py says what each does."""

    keep_raw_text: bool = Field(False, description="keep the text as it was in documents.raw_text")
    boilerplate_share: float = Field(
        0.01, ge=0, le=1, description="lines in more than this share of a corpus's documents stay in the first only; 0 = never"
    )
    boilerplate_documents: int = Field(10, ge=2, description="documents that must hold a line at least for it to be boilerplate")
    boilerplate_length: int = Field(
        5, ge=1, description="characters of such a line at least: shorter ones may be pieces of sentences"
    )
    mojibake: Literal["repair", "keep"] = Field(
        "repair", description="text that was read in the wrong encoding, where that is certain"
    )
    html: bool = Field(True, description="resolve entities, remove tags, comments, scripts and styles")
    code: Literal["drop", "keep"] = Field(
        "drop",
        description="blocks of code, and in other Chinese text lines that are code by their characters; code within a line stays",
    )
    math: Literal["drop", "keep"] = Field("drop", description="formulae in TeX and MathML; □ stays in place of one within a line")
    control_characters: bool = Field(True, description="remove controls, zero-width and other invisible characters")
    width: Literal["letters", "nfkc", "keep"] = Field(
        "letters", description="letters: full-width letters and digits, compatibility ideographs; nfkc: punctuation and symbols too"
    )
    script: Literal["simplified", "traditional", "keep"] = Field("simplified", description="conversion by OpenCC")
    urls: Found = Field("drop", description="web addresses; mask = *** in their place")
    emails: Found = Field("drop", description="e-mail addresses")
    file_paths: Found = Field("drop", description="paths of files on Windows and Unix, shares on a network, and data: addresses")
    ip_addresses: Found = Field("drop", description="IPv4 and IPv6 addresses")
    mac_addresses: Found = Field("drop", description="hardware addresses of network devices")
    phones: Found = Field("drop", description="telephone numbers of mainland China")
    accounts: Found = Field("drop", description="numbers and names of QQ and WeChat accounts, after the service's name")
    identity_numbers: Found = Field("drop", description="resident identity numbers whose check digit is right")
    bank_cards: Found = Field("drop", description="numbers of 16 to 19 digits whose check digit is right (ISO/IEC 7812)")
    passports: Found = Field("drop", description="numbers of Chinese passports and permits, after the word that names them")
    whitespace: bool = Field(True, description="one space for many, no blank lines")
    repeated_characters: int = Field(3, ge=0, le=100, description="of a run of one Han character or mark so many stay; 0 = all")
    min_length: int = Field(4, ge=0, description="characters after cleaning; shorter documents are rejected")
    max_length: int = Field(1_000_000, ge=1, description="characters after cleaning; longer documents are rejected")
    min_han_share: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Han among what is not white space; of a text with less, the lines that have it stay if many",
    )
    max_punctuation_share: float = Field(0.5, ge=0, le=1, description="punctuation and symbols among them")
    max_digit_share: float = Field(0.6, ge=0, le=1, description="digits among them")
    max_mojibake_share: float = Field(0.01, ge=0, le=1, description="U+FFFD and private-use among the characters")
    max_repetition_share: float = Field(0.7, ge=0, le=1, description="of the text's runs of 6 characters that stood in it before")
    advertising: bool = Field(True, description="reject short texts with a telephone or account number and an offer or call")
    flagged: tuple[str, ...] = Field(
        (), description="words, or .txt files of them; documents.flagged_words says how many of them each document has"
    )

    @field_validator("flagged", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        return _one_or_many(value)


class Dedup(Section):
    """De-duplication."""

    exact: bool = Field(True, description="drop documents whose text stood before, in any corpus; false = no de-duplication at all")
    near: bool = Field(True, description="drop documents that resemble one before them, too")
    threshold: float = Field(
        0.8, gt=0, le=1, description="Jaccard similarity of the shingles from which on texts are near-duplicates"
    )
    shingle_size: int = Field(2, ge=1, le=32, description="characters in a shingle; words where the text is segmented already")
    bands: int = Field(0, ge=0, le=256, description="MinHash bands; 0 = so many that a pair at the threshold is found in 99 of 100")
    rows_per_band: int = Field(0, ge=0, le=64, description="hashes in a band; 0 = as the threshold needs")
    max_bucket: int = Field(1000, ge=1, le=100_000, description="texts that one text is compared with in a bucket")
    passage_length: int = Field(
        0, ge=0, le=10_000, description="characters of a passage that stays in the first document only that has it; 0 = never"
    )
    passage_documents: int = Field(2, ge=2, description="documents that must hold a passage at least for that")
    against: tuple[Location, ...] = Field((), description="earlier workspaces; what resembles their documents is dropped")

    @field_validator("against", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        return _one_or_many(value)

    @model_validator(mode="after")
    def _banding(self) -> "Dedup":
        if (self.bands == 0) != (self.rows_per_band == 0):
            raise ValueError("set both bands and rows_per_band, or neither: they work together")
        return self


class Ngrams(Section):
    """Character n-gram counts."""

    min_count: int = Field(3, ge=2, description="occurrences in distinct clauses; rarer n-grams are not listed")
    max_length: int = Field(8, ge=2, le=8, description="symbols; a run of Latin letters and digits is one symbol")
    buckets: int = Field(0, ge=0, le=4096, description="parts of the counting shuffle; 0 = one for every 8 M symbols")


class NewWords(Section):
    """New-word discovery. Recipe: pipeline/mining/lexicon/discovery.py, figures in docs/dev/experiments/discovery.md."""

    known: Literal["jieba", "none"] | tuple[str, ...] = Field(
        "jieba", description="what is not new: a dictionary, or files, which may have counts behind the words"
    )
    accept: tuple[str, ...] = Field(
        (), description="words that must be in the lexicon, or .txt files of them; a count after a word is its weight"
    )
    reject: tuple[str, ...] = Field((), description="words that must not, or .txt files of them")
    verdicts: tuple[str, ...] = Field((), description="files of verdicts of `wajue review`; they accept and reject, too")
    judges: tuple[str, ...] = Field(
        (),
        description="models of `wajue judge`, by their names among reviewers, whose verdicts count where no person has decided",
    )
    sample: int = Field(
        0,
        ge=0,
        description="symbols of the clauses that the rounds look at, chosen by hash; 0 = all. Half of them cost .003 F1 and more",
    )
    min_score: float = Field(8.0, ge=0, description="score from which a new word is taken for one: jieba is given these")
    examples: int = Field(10_000, ge=0, description="new words, from the first, that are shown with a clause they stand in")
    rounds: int = Field(5, ge=2, le=50, description="of expectation maximisation; 3 lose .006 F1, 12 change nothing")
    branching_entropy: float = Field(0.69, ge=0, description="nats; the lesser of left and right, for the first lexicon")

    @field_validator("accept", "reject", "verdicts", "judges", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        return _one_or_many(value)

    @field_validator("known", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        return value if value in ("jieba", "none") else _one_or_many(value)


class Segment(Section):
    """Segmentation."""

    method: Literal["lexicon", "jieba", "whitespace"] = Field(
        "lexicon", description="the mined lexicon; jieba with the mined words added; or text that is segmented already"
    )
    granularity: Literal["fine", "standard", "coarse"] = Field(
        "fine",
        description="of the tokens, with the lexicon: what the lattice cuts; with suffixes (性, 者, 化) joined to words; "
        "or the longest listed unit",
    )
    offsets: bool = Field(False, description="keep where in the text each token begins")
    unknown_share: float = Field(0.03, ge=0, lt=1, description="expected share of tokens outside the lexicon; 0 = allow none")


class Variants(Section):
    """Spellings of one word. Recipe: pipeline/mining/variants/, figures in docs/dev/experiments/variants.md."""

    enabled: bool = Field(True, description="false leaves the step out")
    min_count: int = Field(3, ge=2, description="uses of a word that may be a variant")
    min_evidence: float = Field(
        5.0, description="nats; how much likelier a slip's neighbours are as those of the right spelling than as those of any word"
    )


class Contrast(Section):
    """Domain against general text. Recipe: pipeline/mining/terms/termhood.py, figures in docs/dev/experiments/terms.md."""

    min_count: int = Field(5, ge=2, description="occurrences in the domain")
    max_words: int = Field(4, ge=1, le=8, description="adjacent words in one term")
    max_characters: int = Field(10, ge=2, description="in a term of several words; a run of Latin letters and digits counts as one")
    min_npmi: float = Field(
        0.2, ge=-1, le=1, description="least normalised PMI over the splits of a term of several words; below, it is doubted"
    )
    min_entropy: float = Field(
        1.0, ge=0, description="nats; the lesser branching entropy of a term of several words; below, it is doubted"
    )
    max_nesting: float = Field(0.8, ge=0, le=1, description="share of its occurrences inside one longer term")
    parts_of_speech: Literal["jieba", "none"] = Field(
        "jieba", description="dictionary whose tags tell pieces of sentences, and whose words are words however they are cut"
    )
    background: Literal["none", "jieba"] = Field(
        "none",
        description="what stands for general text where no corpus does: nothing, or the word frequencies of jieba's dictionary",
    )


class Vocabulary(Section):
    """Words with a vector."""

    min_count: int = Field(5, ge=1, description="occurrences in all corpora")
    max_size: int = Field(1_000_000, ge=1, description="words; the most frequent are kept")
    split_rare: Literal["auto", "always", "never"] = Field(
        "auto", description="read rarer words as their Han characters; auto: where documents have 20 words or fewer on average"
    )


class Sgns(Section):
    """Skip-gram with negative sampling (Mikolov et al. 2013)."""

    enabled: bool = Field(True, description="false leaves the step out")
    dim: int = Field(100, ge=1, le=4096, description="components of a vector")
    window: int = Field(5, ge=1, le=100, description="words on each side, shrunk at random")
    negatives: int = Field(5, ge=1, le=100, description="noise words a window")
    epochs: int = Field(5, ge=1, description="passes over the text")
    subsample_threshold: float = Field(1e-3, ge=0, description="share above which a word is thinned out; 0 = never")
    negative_power: float = Field(0.75, ge=-5, le=5, description="noise words are drawn by count to this power")
    learning_rate: float = Field(0.025, gt=0, le=10, description="at the start; falls in a line to 1/250 of it")
    threads: int = Field(0, ge=0, le=1024, description="0 = all cores")
    seed: int = Field(1, ge=0, lt=2**63, description="of every random draw")
    deterministic: bool = Field(False, description="the same vectors in every run: one thread, so slower by their number")
    initial: Location | None = Field(
        None, description="a workspace whose vectors and contexts are trained on; words it lacks start anew"
    )
    checkpoint_seconds: float = Field(
        600.0, ge=0, description="between two saved states, from which a killed run goes on; 0 = none"
    )


class Jose(Section):
    """JoSE, joint spherical embedding (Meng et al., NeurIPS 2019)."""

    enabled: bool = Field(True, description="false leaves the step out")
    dim: int = Field(100, ge=1, le=4096, description="components of a vector")
    window: int = Field(10, ge=1, le=100, description="words on each side, shrunk at random")
    negatives: int = Field(2, ge=1, le=100, description="noise words a pair")
    epochs: int = Field(10, ge=1, description="passes over the text")
    margin: float = Field(0.15, ge=0, le=2, description="by which a true pair's cosine must exceed a noise pair's")
    hinge: Literal["two", "combined"] = Field(
        "two", description="two: word and document each by their own margin, as in the authors' code; combined: the paper's one"
    )
    subsample_threshold: float = Field(1e-3, ge=0, description="share above which a word is thinned out; 0 = never")
    negative_power: float = Field(0.75, ge=-5, le=5, description="noise words are drawn by count to this power")
    learning_rate: float = Field(0.04, gt=0, le=10, description="at the start; falls in a line to 1/10000 of it")
    threads: int = Field(0, ge=0, le=1024, description="0 = all cores")
    seed: int = Field(1, ge=0, lt=2**63, description="of every random draw")
    deterministic: bool = Field(False, description="the same vectors in every run: one thread, so slower by their number")
    initial: Location | None = Field(
        None, description="a workspace whose vectors and contexts are trained on; words it lacks start anew"
    )
    checkpoint_seconds: float = Field(
        600.0, ge=0, description="between two saved states, from which a killed run goes on; 0 = none"
    )


class Topics(Section):
    """What the documents are about; the method is in pipeline/mining/topics, figures in docs/dev/experiments/topics.md."""

    enabled: bool = Field(True, description="false leaves the step out")
    count: int = Field(0, ge=0, le=10_000, description="topics; 0 = as many as the documents show")
    role: Literal["domain", "general", "all"] = Field(
        "domain", description="whose documents; where no corpus has that role, those of all corpora"
    )
    seeds: dict[str, tuple[str, ...]] = Field(
        {}, description='topics that you name, with words of each: {billing = ["退款", "发票"]}; the rest lies around them'
    )
    sample: int = Field(100_000, ge=100, description="documents that topics are made and named from; all are put into topics")
    seed: int = Field(1, ge=0, lt=2**32, description="of the random start")

    @field_validator("seeds", mode="before")
    @classmethod
    def _seeds(cls, value: Any) -> Any:
        return {name: _one_or_many(listed) for name, listed in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _room(self) -> "Topics":
        if self.count and self.count < len(self.seeds):
            raise ValueError(f"count = {self.count}, but seeds names {len(self.seeds)} topics; raise it, or set it to 0")
        if empty := [name for name, listed in self.seeds.items() if not listed or not name.strip()]:
            raise ValueError(f"seeds {empty[0]!r}: give the topic a name and at least one word")
        return self


Score = Literal[
    "combined", "share", "simple_maths", "log_ratio", "log_ratio_low", "relevance", "pertinence", "keyness", "log_odds", "burst",
    "similarity",
]  # fmt: skip


TERM_LISTS = ("seeds", "avoid", "accept", "reject", "stop_words")  # the word lists of [terms]


class Terms(Section):
    """The ranked terminology."""

    seeds: tuple[str, ...] = Field(
        (), description="words known to belong to the domain, or .txt files of them; they steer the ranking"
    )
    avoid: tuple[str, ...] = Field((), description="words known not to, or .txt files of them; what resembles them sinks")
    accept: tuple[str, ...] = Field((), description="terms that must be listed, or .txt files of them")
    reject: tuple[str, ...] = Field((), description="terms that must not, or .txt files of them")
    verdicts: tuple[str, ...] = Field((), description="files of verdicts of `wajue review`; they accept and reject, too")
    judges: tuple[str, ...] = Field(
        (),
        description="models of `wajue judge`, by their names among reviewers, whose verdicts count where no person has decided",
    )
    stop_words: tuple[str, ...] = Field(
        (), description="words that are no terms, nor begin or end one, or .txt files of them; accept goes before"
    )
    score: Score = Field("combined", description="what ranks: the combination, or one column")
    seed_count: int = Field(100, ge=10, description="best candidates taken as seeds, at most a fifth of the list")
    min_evidence: float = Field(
        0.95,
        ge=0,
        le=1,
        description="evidence from which a term counts as one: in the report, the exports and the summary of a run",
    )
    expansion_similarity: float = Field(0.6, ge=0, le=1, description="least cosine to a seed; it rises with each step away")
    expansion_most: int = Field(2000, ge=0, description="terms that expansion from the seeds may add")
    examples: int = Field(5, ge=0, le=20, description="example sentences a term")
    examples_for: int = Field(1000, ge=0, description="terms that get examples, from the first")

    @field_validator(*TERM_LISTS, "verdicts", "judges", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        return _one_or_many(value)


class Trends(Section):
    """Words over time; the method is in pipeline/mining/trends/timeline.py, the floors in docs/dev/experiments/trends.md."""

    enabled: bool = Field(True, description="false leaves the step out")
    period: Literal["week", "month", "quarter", "year"] = Field(
        "month", description="into which dates are put; weeks are ISO 8601's"
    )
    min_count: int = Field(10, ge=2, description="occurrences in documents with a date")
    min_z: float = Field(
        4.0,
        ge=0,
        description="from which a change is sure; of 10,000 words that only vary at random 1 to 12 pass, with 3 to 60 periods",
    )
    min_change: float = Field(1.0, ge=0, description="bits from which a change is one: 1 = twice as frequent, or half")
    min_burst: float = Field(10.0, ge=0, description="nats from which a burst is one (Kleinberg 2003)")
    burst_factor: float = Field(2.0, gt=1, le=100, description="of its usual share, that a word has in a burst")


class Spark(Section):
    """The Spark session that wajue starts; no result depends on it."""

    event_log: Location | None = Field(
        None,
        description="folder for Spark's event logs, for its history server; any Hadoop file system; where it is set, Spark runs",
    )


class Config(Section):
    """The whole config. `base` is the folder of the file, to which relative paths refer."""

    base: Path = Path()
    workspace: Location = Field("out", pattern=r"\S")
    corpus: tuple[Corpus, ...] = ()
    clean: Clean = Clean()
    dedup: Dedup = Dedup()
    ngrams: Ngrams = Ngrams()
    new_words: NewWords = NewWords()
    segment: Segment = Segment()
    variants: Variants = Variants()
    contrast: Contrast = Contrast()
    vocabulary: Vocabulary = Vocabulary()
    sgns: Sgns = Sgns()
    jose: Jose = Jose()
    topics: Topics = Topics()
    terms: Terms = Terms()
    trends: Trends = Trends()
    spark: Spark = Spark()

    @field_validator("corpus", mode="before")
    @classmethod
    def _corpora(cls, value: Any) -> Any:
        if isinstance(value, dict):
            raise ValueError("[corpus] is one table; write [[corpus]], in double brackets")
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _names(self) -> "Config":
        if not self.corpus:
            raise ValueError("no corpus at all; add a [[corpus]] with name, role and paths")
        names = [c.name for c in self.corpus]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two corpora are named {name!r}; every [[corpus]] needs a name of its own")
        return self

    @model_validator(mode="after")
    def _all_of_a_field(self) -> "Config":
        for corpus in self.corpus:
            if corpus.field and corpus.role == "general":
                raise ValueError(f"[[corpus]] {corpus.name}: general text has no field; leave out field = {corpus.field!r}")
        if self.fields and (without := [c.name for c in self.corpus if c.role == "domain" and not c.field]):
            raise ValueError(
                f"[[corpus]] {', '.join(without)}: no field, but other domain corpora name one ({', '.join(self.fields)}); "
                "give each domain corpus a field, or none"
            )
        return self

    def has_role(self, role: str) -> bool:
        """Is there a corpus of this role?"""
        return any(c.role == role for c in self.corpus)

    @property
    def fields(self) -> dict[str, list[str]]:
        """The fields of the domain, in the order in which corpora name them, and the corpora of each."""
        corpora: dict[str, list[str]] = {}
        for corpus in self.corpus:
            if corpus.field:
                corpora.setdefault(corpus.field, []).append(corpus.name)
        return corpora

    def words(self, listed: tuple[str, ...]) -> list[str]:
        """The words of a list in which an entry that ends in .txt is a file of words, one a line."""
        return list(dict.fromkeys(entry.text for entry in word_lists.entries(listed, self.base)))

    def weights(self, listed: tuple[str, ...]) -> dict[str, float | None]:
        """Words with the count that stands after each, if any ("断路器 500"), of a list that may name .txt files of such lines.

        Raises ConfigError, with the place, if a count is none, or a word is too long to be cut out whole.
        """
        weights: dict[str, float | None] = {}
        for entry in word_lists.entries(listed, self.base):
            word, count = word_lists.counted(entry)
            word_lists.check_length(word, entry.source)
            weights[word] = count
        return weights

    @property
    def known_words(self) -> set[str] | None:
        """The words of the files that [new_words] known names, which may be dictionaries with counts; None if it names none."""
        if isinstance(self.new_words.known, str):
            return None
        listed = word_lists.entries(self.new_words.known, self.base, files_only=True)
        return {word_lists.without_count(entry) for entry in listed}

    @property
    def word_verdicts(self) -> tuple[dict[str, float | None], list[str]]:
        """(accepted words with their counts, rejected words) of [new_words]: its lists, and its files of verdicts.

        Raises ConfigError if a list or file cannot be read, or if they contradict each other.
        """
        rules = self.new_words
        accept, reject = self.weights(rules.accept), self.words(rules.reject)
        decided = self._decided(rules, "new_word", [*accept, *reject])
        for word in decided.accept:
            word_lists.check_length(word, "[new_words] verdicts")
        return _joined("new_words", accept, dict.fromkeys(decided.accept), reject, decided.reject)

    @property
    def term_verdicts(self) -> tuple[list[str], list[str]]:
        """(accepted terms, rejected terms) of [terms], likewise."""
        rules = self.terms
        accept, reject = self.words(rules.accept), self.words(rules.reject)
        decided = self._decided(rules, "term", [*accept, *reject])
        accepted, rejected = _joined("terms", dict.fromkeys(accept), dict.fromkeys(decided.accept), reject, decided.reject)
        return list(accepted), rejected

    @property
    def term_variants(self) -> dict[str, str]:
        """{term: what its reviewers call it a variant of}. Raises as `term_verdicts` does."""
        return self._decided(self.terms, "term", [*self.words(self.terms.accept), *self.words(self.terms.reject)]).variant_of

    def _decided(self, section: NewWords | Terms, kind: str, listed: Sequence[str] = ()) -> verdict_files.Decided:
        """What the files of verdicts of a section say of a kind of words. listed: words that its lists decide."""
        stated = [s for f in section.verdicts for s in verdict_files.read(word_lists.located(f, self.base))]
        return verdict_files.decided(stated, kind, section.judges, listed)

    def located(self, path: str) -> str:
        """A path or URI of the config, as any reader takes it: relative to the folder of the file."""
        return path if "://" in path else str(word_lists.located(path, self.base))

    @property
    def joiner(self) -> str:
        """What stands between the words of a term: nothing in Chinese, a space in text that came segmented."""
        return " " if self.segment.method == "whitespace" else ""

    def fingerprint(self, *sections: str) -> str:
        """A hash of these sections, and of the word files they name."""
        digest = hashlib.sha256()
        for name in sections:
            section = getattr(self, name)
            digest.update(f"{name}={section!r}".encode())
            for value in vars(section).values() if isinstance(section, Section) else ():
                for entry in value if isinstance(value, tuple) else ():
                    if isinstance(entry, str) and (entry.endswith(".txt") or value is getattr(section, "known", None)):
                        digest.update(word_lists.content(word_lists.located(entry, self.base)))
            if kind := _REVIEWED.get(name):  # not their bytes: a verdict on a term leaves the lexicon as it is
                digest.update(repr(self._decided(section, kind)).encode())
        return digest.hexdigest()[:16]


_REVIEWED = {"terms": "term", "new_words": "new_word"}  # sections with verdicts, and on what


def _joined(
    section: str, accept: dict[str, Any], also_accept: dict[str, Any], reject: list[str], also_reject: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """Lists of a setting, and what files of verdicts add. Raises ConfigError where one rejects what the other accepts."""
    for listed, files in ((accept, also_reject), (dict.fromkeys(reject), also_accept)):
        if both := [word for word in files if word in listed]:
            raise ConfigError(
                f"[{section}] verdicts contradict accept or reject on {'、'.join(both[:5])}; take them out of the list or the file"
            )
    return also_accept | accept, list(dict.fromkeys([*reject, *also_reject]))


_DEEP_KEY = re.compile(r"^[\[\s]*+(?:[\w-]++\s*+\.\s*+){100}", re.M)


def load(path: Path) -> Config:
    """Read a config file. Raises ConfigError, which lists every fault at once."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if _DEEP_KEY.search(text):  # tomllib takes time with the square of the depth
            raise RecursionError
        raw = tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigError(f"there is no config file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the config file {path}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path} is nested too deeply; no setting has more than two levels") from None
    if "base" in raw:
        raise ConfigError(f"{path}: unknown setting in the top level: 'base'; paths are relative to the config file's folder")
    try:
        config = Config(**raw, base=path.resolve().parent)
    except ValidationError as error:
        faults = [_describe(fault) for fault in error.errors()]
        raise ConfigError(f"{path}: " + "; ".join(dict.fromkeys(faults))) from None
    _check_word_lists(config, path)
    return config


def _check_word_lists(config: Config, path: Path) -> None:
    """Read every word list, so that what is wrong with one is said before a run. Raises ConfigError, with every fault."""
    terms = config.terms
    readings: list[tuple[Callable[[], object], str]] = [
        (lambda: config.known_words, "[new_words] known"),
        (lambda: config.weights(config.new_words.accept), "[new_words] accept"),
        (lambda: config.words(config.new_words.reject), "[new_words] reject"),
        (lambda: config.words(config.clean.flagged), "[clean] flagged"),
        (lambda: config.word_verdicts, "[new_words] verdicts"),
        (lambda: config.term_verdicts, "[terms] verdicts"),
        *((partial(config.words, getattr(terms, name)), f"[terms] {name}") for name in TERM_LISTS),
    ]
    faults = []
    for read, setting in readings:
        try:
            read()
        except ConfigError as error:
            faults.append(f"{setting}: {error}")
    if faults:
        raise ConfigError(f"{path}: " + "; ".join(faults))


_SHOWN = 100  # characters of a wrong value


def _describe(fault: Any) -> str:
    """One fault in words: where, what, and what was probably meant."""
    path = [str(p) if not isinstance(p, int) else f"#{p + 1}" for p in fault["loc"]]
    path = [p for p in path if not p.startswith(("literal[", "tuple["))]
    where = f"[{' '.join(path[:-1])}]" if len(path) > 1 else "the top level"
    if fault["type"] == "extra_forbidden":
        known = _fields(fault["loc"][:-1])
        return f"unknown setting in {where}: {path[-1]!r}; {meant(path[-1], known)}"
    if fault["type"] == "missing":
        return f"{where} lacks the setting {path[-1]!r}"
    message = fault["msg"].removeprefix("Value error, ")
    if not path:
        return message
    value = fault.get("input")
    shown = _PASSWORD.sub(r"\1:***@", repr(value))
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    got = f" (got {shown})" if isinstance(value, str | int | float | bool) else ""
    return f"{where} {path[-1]}: {message[0].lower() + message[1:]}{got}"


def _fields(location: tuple[Any, ...]) -> list[str]:
    model: Any = Config
    for step in location:
        if isinstance(step, str):
            model = Corpus if step == "corpus" else model.model_fields[step].annotation
    return [name for name in model.model_fields if name != "base"]
