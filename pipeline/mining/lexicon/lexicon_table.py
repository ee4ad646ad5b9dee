"""The table `lexicon`. In: candidates after the last round, and how often the best cut uses each. Out: words, the best first."""

import logging

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.mining.lexicon.lexicon_candidates import NgramCandidates
from wajue.mining.text.alphabet import Alphabet
from wajue.mining.text.symbols import pseudo_characters

log = logging.getLogger(__name__)

_LOG_PROB_OF_RARE = -20.0  # nats, of a pseudo-character where no word is listed


def build(mined: NgramCandidates, used: np.ndarray, known: set[str]) -> pa.Table:
    """Words and single symbols, with `candidate_id` (-1 for a symbol) beside the columns of `lexicon`, `example` left out.

    used: int64 [candidates], how often the best cut uses each.
    """
    candidates, symbol_rows = mined.candidates, mined.symbol_rows
    kept = np.flatnonzero((candidates.expected > 0) & ((used > 0) | candidates.accepted))
    log_prob, symbol_log_prob = candidates.log_probabilities()
    symbols = mined.alphabet.codes(mined.ngrams.column("ngram").combine_chunks().take(pa.array(symbol_rows)), 1)[:, 0]
    listed = mined.ngrams.take(pa.array(np.concatenate((mined.word_rows[kept], symbol_rows))))
    table = listed.rename_columns({"ngram": "word"}).drop_columns(["n"])
    strings = table.column("word").to_pylist()
    zeros = np.zeros(len(symbol_rows))
    columns = {
        "candidate_id": np.concatenate((kept, np.full(len(symbol_rows), -1))),
        "used": np.concatenate((used[kept], np.rint(candidates.symbol_expected[symbols]).astype(np.int64))),
        "score": np.concatenate((candidates.score(used)[kept], zeros)),
        "gain": np.concatenate((candidates.gain[kept], zeros)),
        "log_prob": np.concatenate((log_prob[kept], symbol_log_prob[symbols])),
        "is_new": [word not in known for word in strings],
        "is_latin": [_is_latin(word) for word in strings],
    }
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    return table.sort_by([("score", "descending"), ("count", "descending"), ("word", "ascending")])


def shown(table: pa.Table, most: int) -> np.ndarray:
    """The candidate ids of the first new words, which are shown with an example."""
    is_shown = pc.and_(table.column("is_new"), pc.greater_equal(table.column("candidate_id"), 0))
    ids: np.ndarray = table.filter(is_shown).column("candidate_id").to_numpy()[:most]
    return ids


def with_examples(table: pa.Table, example_of: dict[int, str]) -> pa.Table:
    """With the column `example`; example_of: a clause for each candidate id that is shown."""
    examples = [example_of.get(i) for i in table.column("candidate_id").to_pylist()]
    return table.append_column("example", pa.array(examples, pa.string()))


def with_accepted(table: pa.Table, accepted: dict[str, float], known: set[str]) -> pa.Table:
    """With the accepted words that never reach the count floor, and the pseudo-characters in them.

    accepted: log probabilities by word.
    """
    listed = set(table.column("word").to_pylist())
    least = min(table.column("log_prob").to_pylist(), default=_LOG_PROB_OF_RARE)
    missing = {word: log_prob for word, log_prob in accepted.items() if word not in listed}
    units = Alphabet().units(pa.array(list(missing), pa.string()))
    missing |= {s: least for s in pseudo_characters(units).to_pylist() if s not in listed and s not in missing}
    if not missing:
        return table
    log.info("[new_words] accept: %d words never reach the count floor, e.g. %s", len(missing), "、".join(list(missing)[:5]))
    columns = {f.name: [0] * len(missing) for f in table.schema} | {
        "word": list(missing),
        "pmi": [None] * len(missing),
        "example": [None] * len(missing),
        "log_prob": list(missing.values()),
        "is_new": [word not in known for word in missing],
        "is_latin": [_is_latin(word) for word in missing],
    }
    return pa.concat_tables([table, pa.table(columns, schema=table.schema)])


def _is_latin(word: str) -> bool:
    return any(c.isalpha() and c < "\u2e80" for c in word)
