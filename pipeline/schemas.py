"""Every table of a workspace: its columns, their types and what they mean. Each is declared here once.

Types are Arrow's; spark_io turns them into Spark's. Vectors are stored as FixedSizeList<float32, dim>.
"""

from dataclasses import dataclass

import pyarrow as pa

FORMAT_VERSION = 8

_TEXTS = pa.list_(pa.string())
COUNTS_BY_FIELD = pa.list_(pa.struct([("field", pa.string()), ("count", pa.int64()), ("per_million", pa.float64())]))
_VECTOR = pa.list_(pa.float32())
SOURCE = pa.struct([("file", pa.string()), ("line", pa.int64()), ("record", pa.int64())])


@dataclass(frozen=True)
class Column:
    """One column: Arrow type, and what a row of it means."""

    name: str
    type: pa.DataType
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table: what one row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema."""
        return pa.schema([(c.name, c.type) for c in self.columns])

    def differences(self, actual_schema: pa.Schema) -> list[str]:
        """Every way in which a schema differs from the declaration, in words; a vector's dimension is free."""
        names = [c.name for c in self.columns]
        faults = [f"column {n!r} is not declared" for n in actual_schema.names if n not in names]
        for column in self.columns:
            if column.name not in actual_schema.names:
                faults.append(f"column {column.name!r} is missing")
            elif (actual := _plain(actual_schema.field(column.name).type)) != column.type:
                faults.append(f"column {column.name!r} is {actual}, declared as {column.type}")
        return faults


def _plain(type_: pa.DataType) -> pa.DataType:
    """The declared form of a type: large strings and lists of fixed size are the plain ones."""
    if pa.types.is_large_string(type_):
        return pa.string()
    if pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_):
        return pa.list_(_plain(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([(f.name, _plain(f.type)) for f in type_])
    return type_


_DOC_ID = Column("doc_id", pa.string(), "hash of the corpus and the record's id, or of corpus, file and position")
_CORPUS = Column("corpus", pa.string(), "name of the corpus")
_ROLE = Column("role", pa.string(), "domain or general")
_SOURCE = Column("source", SOURCE, "file (as configured), line of its first character, number of the record; both from 1")
_DATE = Column("date", pa.string(), "the configured field as written, or null")
_CARRIED = (
    Column("url", pa.string(), "the configured field, or null"),
    Column("tags", _TEXTS, "the configured field, or null"),
    _DATE,
)
_REJECT = (
    Column("doc_id", pa.string(), "null where no record could be made out"),
    _CORPUS,
    Column("step", pa.string(), "the step that dropped it"),
    Column("reason", pa.string(), "a fixed name for the rule that dropped it"),
    Column("detail", pa.string(), "what was wrong with this one"),
    Column("duplicate_of", pa.string(), "doc_id of the document kept in its place, or null"),
    _SOURCE,
    Column("text", pa.string(), "the text, or the raw line or record where there is none; cut at 10,000 characters"),
)


_QUALITY = (
    Column("line_length", pa.float32(), "characters a line, on average"),
    Column("han_share", pa.float32(), "Han among the characters that are not white space, 0..1"),
    Column("latin_share", pa.float32(), "Latin letters among them"),
    Column("digit_share", pa.float32(), "digits among them"),
    Column("mark_share", pa.float32(), "punctuation and symbols among them"),
    Column("repeated_share", pa.float32(), "of the text's runs of 13 characters those that stand in it more than once, 0..1"),
    Column("flagged_words", pa.int32(), "how many of the words of [clean] flagged stand in it, each counted once"),
)


def _documents(name: str, row: str, text: str) -> Table:
    raw = Column("raw_text", pa.string(), "the text before cleaning, if [clean] keep_raw_text; else null")
    changed = Column("changed_by", _TEXTS, "the rules of cleaning that changed the text")
    of_cleaning = () if name == "raw_documents" else (raw, changed, *_QUALITY)
    return Table(name, row, (_DOC_ID, _CORPUS, _ROLE, Column("text", pa.string(), text), *of_cleaning, *_CARRIED, _SOURCE))


def _vectors(name: str, key: tuple[Column, ...], row: str) -> Table:
    return Table(name, row, (*key, Column("vector", _VECTOR, "float32 components, as many as dim")))


_WORD = Column("word", pa.string(), "the word")
_COUNT_ALL = Column("count", pa.int64(), "occurrences in all corpora; of a Han character those in words that are split, too")
_ENTROPIES = (
    Column("left_entropy", pa.float64(), "branching entropy of the left neighbours, nats"),
    Column("right_entropy", pa.float64(), "branching entropy of the right neighbours, nats"),
)
_PERIOD = Column("period", pa.string(), "2021, 2021-Q1, 2021-03 or 2021-W09, as [trends] period says; null for documents without")
_CONTRASTS = (
    Column("domain_count", pa.int64(), "occurrences in the domain corpora"),
    Column("general_count", pa.int64(), "occurrences in the general corpora, 0 if none"),
    Column("domain_per_million", pa.float64(), "occurrences in a million words of the domain"),
    Column("general_per_million", pa.float64(), "occurrences in a million words of general text"),
    Column("share", pa.float64(), "of all its occurrences, smoothed, those in the domain, 0..1 (after Su Jianlin's method)"),
    Column("simple_maths", pa.float64(), "per million + 1 in the domain over the same in general (Kilgarriff 2009)"),
    Column("log_ratio", pa.float64(), "bits: log2 of simple_maths (Hardie 2014)"),
    Column("log_ratio_low", pa.float64(), "bits: its lower bound, 95 %, occurrences being independent"),
    Column("log_ratio_high", pa.float64(), "bits: its upper bound, 95 %"),
    Column("relevance", pa.float64(), "1 - 1/log2(2 + ratio of the shares of the words), 0..1 (Penas et al. 2001)"),
    Column("pertinence", pa.float64(), "ratio of the shares of the words, a tenth of an occurrence added (Navigli & Velardi 2004)"),
    Column("keyness", pa.float64(), "log-likelihood ratio G2, negative where the general corpora use it more (Dunning 1993)"),
    Column("log_odds", pa.float64(), "z score of log-odds with an informative Dirichlet prior (Monroe et al. 2008)"),
    Column("burst", pa.float64(), "how strongly its occurrences cluster in few stretches of text, nats (Church & Gale 1995)"),
    Column("npmi", pa.float64(), "normalised PMI, least over its splits, -1..1; 1 for a single word (Bouma 2009)"),
)

_EVIDENCE = Column(
    "evidence", pa.float64(), "1 - q: how sure it is that the domain uses it more, 0..1, false discoveries being kept down"
)

TABLES = {
    t.name: t
    for t in (
        _documents("raw_documents", "a record as read", "the configured fields, joined by newlines"),
        Table("ingest_rejects", "a line, record or file that could not be read", _REJECT),
        Table(
            "files",
            "a file",
            (
                _CORPUS,
                _ROLE,
                Column("file", pa.string(), "as the rows that came from it name it; a member of an archive: ARCHIVE/MEMBER"),
                Column("format", pa.string(), "in which it was read; null if nobody knows it"),
                Column(
                    "encoding",
                    pa.string(),
                    "in which it was read; where the corpus says auto, the one that was chosen; null if its format says which",
                ),
                Column("bytes", pa.int64(), "as it lies there, compressed or not; null for a member of an archive"),
                Column("unwrapped_at", pa.int64(), "columns at which its lines were wrapped, and joined again; else null"),
                Column(
                    "notes",
                    pa.list_(pa.string()),
                    "what was read otherwise than format and config say, such as a separator; else null",
                ),
                Column("records", pa.int64(), "lines, records or documents in it: each is in raw_documents or in ingest_rejects"),
                Column("unreadable", pa.int64(), "of these, how many were rejected as they were read"),
            ),
        ),
        _documents("clean_documents", "a cleaned document", "the cleaned text"),
        Table("clean_rejects", "a document that a rule of cleaning dropped", _REJECT),
        Table(
            "boilerplate",
            "a line that stands in so many documents of a corpus that it was taken out of all but the first",
            (
                _CORPUS,
                Column("line", pa.string(), "the line; cut at 1,000 characters"),
                Column("documents", pa.int64(), "documents that hold it"),
                Column("kept_in", SOURCE, "the document that keeps it"),
            ),
        ),
        _documents("documents", "a kept document", "the cleaned text"),
        Table(
            "duplicates",
            "a document dropped because another one stands for it",
            (*_REJECT, Column("similarity", pa.float64(), "Jaccard similarity to the document kept; 1 for an exact duplicate")),
        ),
        Table(
            "repeated_passages",
            "a passage that stands in several documents, and that was taken out of all but the first ([dedup] passage_length)",
            (
                _CORPUS,
                Column("passage", pa.string(), "the passage; cut at 1,000 characters"),
                Column("characters", pa.int64(), "how long it is"),
                Column("documents", pa.int64(), "documents that hold it, or the part of it that most of them hold"),
                Column("kept_in", SOURCE, "the document that keeps it"),
            ),
        ),
        Table(
            "crowded_buckets",
            "a bucket of MinHash banding with so many documents that each was compared with [dedup] max_bucket of them only",
            (
                Column("members", pa.int64(), "distinct texts in the bucket"),
                Column("compared", pa.int64(), "pairs of them that were compared"),
            ),
        ),
        Table(
            "signatures",
            "a document of clean_documents as de-duplication compares it, so that its text need not be read again",
            (
                _DOC_ID,
                _CORPUS,
                _SOURCE,
                Column(
                    "folded_high",
                    pa.int64(),
                    "of the text without width, case, white space and punctuation: a hash, its upper half",
                ),
                Column("folded_low", pa.int64(), "the lower half"),
                Column("text_hash", pa.int64(), "a hash of the text as it stands"),
                Column(
                    "sketch",
                    pa.int32(),
                    "a bit of each of its first 32 least hashes; null without [dedup] near, like the next three",
                ),
                Column(
                    "second_sketch",
                    pa.int64(),
                    "a bit of each of up to 63 shingles, and how many, in the upper 6 bits; of more, another bit of each hash",
                ),
                Column("bands", pa.binary(), "the keys of its MinHash bands, a uint32 each: documents that share one are compared"),
                Column(
                    "elements", pa.binary(), "what its shingles are made of: code points as UTF-16, or hashed words, a uint32 each"
                ),
            ),
        ),
        Table(
            "clauses",
            "many clauses",
            (
                Column("clauses", pa.string(), "runs of symbols without a break, a line each, distinct in more than their numbers"),
                Column("role", pa.string(), "domain, general, or both: where all of them stand"),
            ),
        ),
        Table(
            "ngrams",
            "a character n-gram at or above the count floor",
            (
                Column("ngram", pa.string(), "a run of Latin letters and digits in it is one symbol"),
                Column("n", pa.int32(), "symbols"),
                Column("count", pa.int64(), "occurrences in distinct clauses"),
                Column("pmi", pa.float64(), "pointwise mutual information, nats, least over all splits; null for n = 1"),
                *_ENTROPIES,
            ),
        ),
        Table(
            "lexicon",
            "a word, the best first",
            (
                _WORD,
                Column("count", pa.int64(), "occurrences of the string in distinct clauses"),
                Column("used", pa.int64(), "of these, how many the best segmentation cuts out as this word: its uses"),
                Column("domain_count", pa.int64(), "its uses in distinct clauses of the domain corpora"),
                Column(
                    "general_count",
                    pa.int64(),
                    "its uses in distinct clauses of the general corpora; in both, a clause counts twice",
                ),
                Column(
                    "log_ratio", pa.float64(), "bits: log2 of its share of the domain's uses over that of general text's, or null"
                ),
                Column("role", pa.string(), "whose word it is: domain or general, where it is four times as frequent, else both"),
                Column(
                    "score",
                    pa.float64(),
                    "gain/(n-1) * used/count * sqrt(least entropy) * (1 - remainder_share); 0 for single symbols. SXU's new words "
                    "of 8 and more: 68 % are words of that segmented corpus, 93 % mostly end where its words end; "
                    "of 12 and more 87 and 96 %",
                ),
                Column("gain", pa.float64(), "log probability over its best split into other words, nats"),
                Column(
                    "remainder_share",
                    pa.float64(),
                    "of its uses, those beside what is left of another word, on the left or on the right, where there are more",
                ),
                Column("pmi", pa.float64(), "pointwise mutual information, nats; null for single symbols"),
                *_ENTROPIES,
                Column("log_prob", pa.float64(), "natural logarithm of its probability in the word model"),
                Column("is_new", pa.bool_(), "absent from the known words ([new_words] known)"),
                Column("is_latin", pa.bool_(), "holds a Latin or Greek letter"),
                Column(
                    "example",
                    pa.string(),
                    "a clause that it is cut out of, the domain's if it stands there, for the first [new_words] examples; or null",
                ),
                Column("general_example", pa.string(), "such a clause of the general corpora, or null"),
            ),
        ),
        Table(
            "tokens",
            "a segmented document",
            (
                _DOC_ID,
                _CORPUS,
                _ROLE,
                _DATE,
                Column("tokens", _TEXTS, "words, numbers and punctuation in order; no white space"),
                Column(
                    "breaks",
                    pa.list_(pa.int32()),
                    "tokens, from 0, before which a line ends or Han characters stand apart: no term goes on there",
                ),
                Column("gaps", pa.list_(pa.int32()), "tokens, from 0, before which there is other white space"),
                Column(
                    "starts",
                    pa.list_(pa.int32()),
                    "where each begins, characters of the text from 0, if [segment] offsets; else null",
                ),
                Column(
                    "pieces",
                    pa.list_(pa.int32()),
                    "characters of each piece that the lattice cuts; null where these are the tokens (fine), or no lexicon cuts",
                ),
                Column(
                    "grades",
                    pa.list_(pa.int8()),
                    "at which granularity a token ends with the piece: 1 fine alone, 2 standard too, 3 coarse too; or null",
                ),
                Column(
                    "perplexity",
                    pa.float32(),
                    "exp of the nats that a symbol takes in the cut, by the run's own lexicon: the greater, the stranger; or null",
                ),
            ),
        ),
        Table(
            "word_counts",
            "a word in a role",
            (
                _WORD,
                _ROLE,
                Column("count", pa.int64(), "occurrences in the role's corpora"),
                Column("document_count", pa.int64(), "documents that hold it"),
            ),
        ),
        Table(
            "variants",
            "a word that is another spelling of a more frequent one, or a slip; both stay in the lexicon",
            (
                _WORD,
                Column("variant_of", pa.string(), "the word that it is written for"),
                Column(
                    "reason",
                    pa.string(),
                    "latin case, other form; of slips: same reading, other tone, like reading, like shape, transposed",
                ),
                Column("similarity", pa.float64(), "share of its adjacent words that stand beside the other one, too, 0..1"),
                Column("evidence", pa.float64(), "nats: how much likelier its neighbours are the other word's than any word's"),
                Column("count", pa.int64(), "its uses in distinct clauses"),
                Column("standard_count", pa.int64(), "those of the other word"),
            ),
        ),
        Table(
            "candidates",
            "a word or a run of words that may be a term",
            (
                Column("term", pa.string(), "the string"),
                Column("parts", _TEXTS, "its words"),
                *_CONTRASTS,
                Column("domain_documents", pa.int64(), "domain documents that hold it"),
                Column("general_documents", pa.int64(), "general documents that hold it"),
                *_ENTROPIES,
                Column("after_de", pa.float64(), "share of its occurrences in the domain right after 的 or 之"),
                Column("enumerated", pa.float64(), "share of them beside 、 和 与 及 或 or /"),
                Column("beside_han", pa.float64(), "share of them beside a word with a Han character"),
                Column("han_around", pa.float64(), "mean share of such words among the five on either side"),
                _EVIDENCE,
                Column("nesting", pa.float64(), "share of its occurrences inside the most frequent longer candidate"),
                Column("nested_in", pa.string(), "that longer candidate, or null"),
                Column("filtered_by", pa.string(), "the form rule that keeps it from the terms, or null"),
                Column("doubts", _TEXTS, "what else speaks against it; what each costs is in pipeline/mining/terms/termhood.py"),
            ),
        ),
        Table(
            "vocabulary",
            "a word id",
            (Column("word_id", pa.int32(), "0 for the most frequent word"), _WORD, _COUNT_ALL),
        ),
        Table(
            "sequences",
            "a document as word ids, ordered by doc_id",
            (_DOC_ID, _CORPUS, Column("ids", pa.list_(pa.int32()), "word ids; a word outside the vocabulary is split or left out")),
        ),
        _vectors("sgns_words", (_WORD, _COUNT_ALL), "a word's skip-gram vector"),
        _vectors("jose_words", (_WORD, _COUNT_ALL), "a word's spherical vector, of length 1"),
        _vectors("jose_documents", (_DOC_ID,), "a document's spherical vector, of length 1"),
        Table(
            "topics",
            "a topic, a group of topics, or the documents that are in none",
            (
                Column("topic", pa.int32(), "from 1, the largest first, and then the groups; 0: the documents that are in none"),
                Column("parent", pa.int32(), "the group that it belongs to; null for groups, for 0, and where topics are few"),
                Column("size", pa.int64(), "documents in it"),
                Column(
                    "label",
                    pa.string(),
                    "of its terms the best that no other topic has a better claim to; or the name that a seed gave it",
                ),
                Column("terms", _TEXTS, "words and terms that set it apart and lie near its centroid, the best first"),
                Column(
                    "term_scores",
                    pa.list_(pa.float64()),
                    "of each: p ln(p / q) times its cosine; p, q: the share of the topic's documents and of all that hold it",
                ),
                Column("documents", _TEXTS, "doc_id of the documents nearest to its centroid, the nearest first"),
                Column("coherence", pa.float64(), "mean NPMI of its terms in documents, -1..1; null for fewer than two"),
                Column("least_similarity", pa.float64(), "cosine below which a document is in no topic; null for 0 and for groups"),
                Column(
                    "vector",
                    _VECTOR,
                    "its centroid, of length 1; of 0 the mean of documents, from which directions are measured",
                ),
            ),
        ),
        _vectors("topic_words", (_WORD,), "a word's part in the vector of a document, beside its spherical vector"),
        Table(
            "document_topics",
            "a document and its topic",
            (
                _DOC_ID,
                Column("topic", pa.int32(), "as in topics, never a group; 0 for a document unlike all, or without a known word"),
                Column("similarity", pa.float64(), "cosine to the nearest centroid; null for a document without a known word"),
                Column("second", pa.int32(), "the topic that comes next; of a document in topic 0, the nearest; or null"),
                Column("second_similarity", pa.float64(), "cosine to its centroid, or null"),
            ),
        ),
        Table(
            "topic_trends",
            "a topic or group in a period, a corpus, or one of the most frequent tags, where it has documents",
            (
                Column("topic", pa.int32(), "as in topics"),
                Column("kind", pa.string(), "of the value: period, corpus or tag"),
                Column("value", pa.string(), "a period as [trends] period says, a corpus, or a tag"),
                Column("documents", pa.int64(), "how many of its documents are there"),
                Column("share", pa.float64(), "of all documents there, 0..1"),
                Column(
                    "expected", pa.float64(), "how many chance would put there; of a period, as each corpus has the topic in all"
                ),
                Column("surprise", pa.float64(), "G2 of them against its documents elsewhere, negative where fewer than by chance"),
            ),
        ),
        Table(
            "terms",
            "a domain term",
            (
                Column("rank", pa.int32(), "from 1, the best first"),
                Column("term", pa.string(), "the string"),
                Column("parts", _TEXTS, "its words"),
                Column("score", pa.float64(), "what ranks, [terms] score; the combination is in pipeline/mining/terms/termhood.py"),
                *_CONTRASTS,
                _EVIDENCE,
                Column(
                    "is_listed", pa.bool_(), "does it count? Its evidence is [terms] min_evidence, no doubt costs 3; or accepted"
                ),
                Column("nested_in", pa.string(), "as in candidates"),
                Column("doubts", _TEXTS, "as in candidates"),
                Column("similarity", pa.float64(), "cosine to the centroid of the seeds; null without vectors"),
                Column("centrality", pa.float64(), "ln of its PageRank among neighbours by meaning; null where that is unknown"),
                Column("by_log_ratio_low", pa.float64(), "what log_ratio_low adds to the combined score"),
                Column("by_burst", pa.float64(), "what burst adds to it"),
                Column("by_npmi", pa.float64(), "what npmi adds"),
                Column("by_entropy", pa.float64(), "what the lesser of left_entropy and right_entropy adds"),
                Column("by_after_de", pa.float64(), "what after_de adds"),
                Column("by_enumerated", pa.float64(), "what enumerated adds"),
                Column("by_similarity", pa.float64(), "what similarity adds"),
                Column("by_centrality", pa.float64(), "what centrality adds"),
                Column("by_doubts", pa.float64(), "what the doubts take away; null, like all by_, for what expansion found"),
                Column("source", pa.string(), "contrast, or expansion: found by likeness to the seeds given"),
                Column("path", _TEXTS, "of an expansion: from the seed given, by each word on the way, to the term; else null"),
                Column("examples", _TEXTS, "short sentences that hold it, unlike each other, from different documents"),
                Column("first_document", pa.string(), "doc_id of the domain's document of the least date that holds it, or null"),
                Column("last_document", pa.string(), "doc_id of that of the greatest date; null where no document has a date"),
            ),
        ),
        Table(
            "field_terms",
            "a term of a field, which the field uses more than the other fields of the domain, and more than general text",
            (
                Column("field", pa.string(), "the field, as [[corpus]] field names it; in the order of the config"),
                Column("rank", pa.int32(), "in the field, from 1, the best first"),
                Column("term", pa.string(), "the string"),
                Column("parts", _TEXTS, "its words"),
                Column("score", pa.float64(), "what ranks, [terms] score, by the figures of this table and those of candidates"),
                Column("field_count", pa.int64(), "occurrences in the field"),
                Column("others_count", pa.int64(), "occurrences in the other fields; with field_count domain_count of candidates"),
                Column("general_count", pa.int64(), "as in candidates"),
                Column(
                    "counts",
                    COUNTS_BY_FIELD,
                    "occurrences in every field, and in a million words of it, in the order of the config",
                ),
                Column("field_documents", pa.int64(), "documents of the field that hold it"),
                Column("field_per_million", pa.float64(), "occurrences in a million words of the field"),
                Column("others_per_million", pa.float64(), "occurrences in a million words of the other fields"),
                Column("general_per_million", pa.float64(), "as in candidates"),
                Column("against", pa.string(), "fields or general: which of both uses it more; the next four are against that"),
                Column("log_ratio", pa.float64(), "bits, as in candidates"),
                Column("log_ratio_low", pa.float64(), "bits: its lower bound, 95 %"),
                Column("log_ratio_high", pa.float64(), "bits: its upper bound, 95 %"),
                Column("keyness", pa.float64(), "log-likelihood ratio G2, as in candidates"),
                Column("evidence", pa.float64(), "as in candidates, against both: how sure it is that neither uses it as much"),
                Column("is_listed", pa.bool_(), "does it count? As in terms"),
                Column("doubts", _TEXTS, "as in candidates"),
                Column("similarity", pa.float64(), "cosine to the centroid of the field's best; null without vectors"),
                Column("examples", _TEXTS, "short sentences of the field that hold it, from different documents"),
            ),
        ),
        Table(
            "term_relations",
            "two names that belong together, as documents say or as they are written",
            (
                Column("from_term", pa.string(), "the term, or the name that the text uses for it"),
                Column("to_term", pa.string(), "its gloss, short form, other name, definition, broader term or variant"),
                Column("kind", pa.string(), "gloss, abbreviation, alias, definition, broader or variant: docs/relations.md"),
                Column(
                    "score",
                    pa.float64(),
                    "how much speaks for it, 0..1: 1 - 1/(1 + mentions), bounded ones twice; 1: a reviewer's verdict",
                ),
                Column("count", pa.int64(), "mentions in the domain; of broader and variant, occurrences of the rarer of the two"),
                Column("example", pa.string(), "a sentence that says so; null for broader and variant, which are told by form"),
                Column("doc_id", pa.string(), "the document that holds this sentence, or null"),
            ),
        ),
        Table(
            "verdicts",
            "what a reviewer last decided of a word or term",
            (
                Column("word", pa.string(), "the word or term"),
                Column("kind", pa.string(), "term or new_word: which list it was shown in; null where a file does not say"),
                Column("verdict", pa.string(), "accept, reject, variant, or later: not yet decided"),
                Column("variant_of", pa.string(), "of a variant: the word that it is another form of; else null"),
                Column("reviewer", pa.string(), "who decided; null where a file does not say"),
                Column("time", pa.string(), "when, ISO 8601, UTC; null where a file does not say"),
                Column("note", pa.string(), "why, in the reviewer's words, or null"),
            ),
        ),
        Table(
            "periods",
            "a corpus in a period, or its documents that are in none",
            (
                _ROLE,
                _CORPUS,
                _PERIOD,
                Column("reason", pa.string(), "of no period: no date, not understood, or too coarse; else null"),
                Column("documents", pa.int64(), "documents in it"),
                Column("words", pa.int64(), "words in them; what holds no letter, digit or Han is none"),
            ),
        ),
        Table(
            "period_counts",
            "a word or term in a corpus and a period, where the role has it [trends] min_count times in all",
            (
                Column("term", pa.string(), "the word, or the term of several words"),
                _ROLE,
                _CORPUS,
                _PERIOD,
                Column("count", pa.int64(), "occurrences; over all periods, and null, they add up to those of word_counts"),
                Column("document_count", pa.int64(), "documents that hold it"),
            ),
        ),
        Table(
            "trends",
            "a word or term of period_counts, and what became of it",
            (
                Column("term", pa.string(), "the string"),
                Column("rank", pa.int32(), "in terms; null for what is none"),
                _ROLE,
                Column("label", pa.string(), "emerged, rose, faded, burst or steady; the rule is in docs/concepts/trends.md"),
                Column("since", pa.string(), "first period of its new level, where one cut into before and after explains most"),
                Column(
                    "change",
                    pa.float64(),
                    "bits: log2 of its share of the words since, over before, within corpora, each drawn to the whole",
                ),
                Column("z", pa.float64(), "how sure the change is, negative for a fall (Worsley 1983; counts: Rao & Scott 1992)"),
                Column(
                    "before_per_million",
                    pa.float64(),
                    "occurrences in a million words before the change, in corpora with text on both sides",
                ),
                Column("after_per_million", pa.float64(), "and since"),
                Column("burst", pa.float64(), "weight of its strongest burst, nats, 0 for none (Kleinberg 2003)"),
                Column("burst_first", pa.string(), "first period of that burst"),
                Column("burst_last", pa.string(), "last period of that burst"),
                Column("first_period", pa.string(), "first period that holds it"),
                Column("last_period", pa.string(), "last period that holds it"),
                Column("count", pa.int64(), "occurrences in documents with a date"),
                Column("document_count", pa.int64(), "such documents that hold it"),
                Column(
                    "design_effect", pa.float64(), "how often an occurrence counts twice, for being one of several in a document"
                ),
            ),
        ),
    )
}

KEPT = ("verdicts",)  # what people said: no step writes these tables, and no run removes them
REJECT_TABLES = ("ingest_rejects", "clean_rejects", "duplicates")  # the view `rejects` is their union
MAX_REJECT_TEXT = 10_000


def kinds(*tables: str) -> pa.Schema:
    """A column for each table, a struct of its columns: for what makes rows of several tables at once."""
    return pa.schema([(t, pa.struct(list(TABLES[t].schema))) for t in tables])
