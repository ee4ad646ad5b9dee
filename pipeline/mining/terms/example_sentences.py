"""Sentences that hold terms. In: batches of documents as tokens. Out: HOLDING, a row for each term of each short sentence, and a
choice of sentences that are unlike each other."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa

from wajue.arrays.cells import Batches
from wajue.mining.tokens.surface import written

HOLDING = "term string, doc_id string, text string"
_SCHEMA = pa.schema([("term", pa.string()), ("doc_id", pa.string()), ("text", pa.string())])
_SHORTEST, _LONGEST = 8, 60  # characters of an example; twice as many in scripts that are written with spaces
_SENTENCE_END = re.compile(r"[。！？!?；;.]+")


class TermList(NamedTuple):
    """Terms by their words; first_words: the words that one begins with; longest: words of the longest."""

    term_of: dict[tuple[str, ...], str]
    first_words: set[str]
    longest: int

    @classmethod
    def from_table(cls, terms: pa.Table) -> "TermList":
        """Of rows of (term, parts)."""
        parts = [tuple(p) for p in terms.column("parts").to_pylist()]
        term_of = dict(zip(parts, terms.column("term").to_pylist(), strict=True))
        return cls(term_of, {p[0] for p in term_of}, max(map(len, term_of), default=1))

    def in_sentence(self, sentence: list[str]) -> set[str]:
        """The terms that a sentence holds."""
        terms = set()
        for i, word in enumerate(sentence):
            if word in self.first_words:
                for n in range(1, min(self.longest, len(sentence) - i) + 1):
                    if (term := self.term_of.get(tuple(sentence[i : i + n]))) is not None:
                        terms.add(term)
        return terms


def find(terms: TermList, joiner: str) -> Callable[[Batches], Batches]:
    """(doc_id, tokens, breaks, gaps) -> HOLDING; joiner: what stands between two words."""
    longest = _LONGEST * (1 + len(joiner))

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            holding = []
            columns = (batch.column(name).to_pylist() for name in ("doc_id", "tokens", "breaks", "gaps"))
            for doc_id, tokens, breaks, gaps in zip(*columns, strict=True):
                for begin, end in sentences(tokens, breaks):
                    sentence = tokens[begin:end]
                    text = written(sentence, joiner, {gap - begin for gap in gaps or ()} - {0})
                    if _SHORTEST <= len(text) <= longest:
                        holding += [{"term": term, "doc_id": doc_id, "text": text} for term in terms.in_sentence(sentence)]
            yield pa.RecordBatch.from_pylist(holding, _SCHEMA)

    return apply


def sentences(tokens: list[str], breaks: list[int]) -> Iterator[tuple[int, int]]:
    """(begin, end) of a document's sentences, which end at breaks, and before full stops and the like."""
    for begin, end in pairwise([0, *breaks, len(tokens)]):
        for stop in range(begin, end):
            if _SENTENCE_END.fullmatch(tokens[stop]):
                yield begin, stop
                begin = stop + 1
        yield begin, end


def unlike_each_other(texts: list[str], most: int) -> list[str]:
    """So many of these texts, in their order, each sharing less than half its pairs of characters with any before it.

    Where there are not enough of them the others follow.
    """
    pairs = [{t[i : i + 2] for i in range(len(t) - 1)} for t in texts]
    chosen: list[int] = []
    for i, own in enumerate(pairs):
        if len(chosen) < most and all(2 * len(own & pairs[j]) < min(len(own), len(pairs[j])) for j in chosen):
            chosen.append(i)
    others = [i for i in range(len(texts)) if i not in chosen]
    return [texts[i] for i in (chosen + others)[:most]]
