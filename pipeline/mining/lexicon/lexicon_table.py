"""The table `lexicon`. In: candidates after the last round, and how often the best cut uses each. Out: words, the best first."""

import logging
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.mining.lexicon.cut_counts import Count
from wajue.mining.lexicon.lexicon_candidates import NgramCandidates
from wajue.mining.lexicon.word_roles import log_ratio, roles
from wajue.mining.text.alphabet import ALL
from wajue.mining.text.clauses import ROLES
from wajue.mining.text.symbols import pseudo_characters

log = logging.getLogger(__name__)

_LOG_PROB_OF_RARE = -20.0  # nats, of a pseudo-character where no word is listed


def build(mined: NgramCandidates, counts: np.ndarray, known: set[str]) -> pa.Table:
    """Words and single symbols, with `number` (-1 for a symbol) beside the columns of `lexicon`, the examples left out.

    counts: int64 [len(Count), words + SYMBOLS], as the final cut has them.
    """
    candidates = mined.candidates
    active = candidates.active
    kept = np.flatnonzero((counts[Count.USES, : len(active)] > 0) | candidates.accepted[active])
    ids = active[kept]
    log_prob, symbol_log_prob = candidates.log_probabilities()
    symbols = mined.alphabet.codes(mined.symbols.column("ngram").combine_chunks(), 1)[:, 0]
    table = pa.concat_tables([_of_ngrams(mined, ids), mined.symbols]).rename_columns({"ngram": "word"})
    strings = table.column("word").to_pylist()
    used, domain, general, left, right = counts[:, np.concatenate((kept, len(active) + symbols.astype(np.int64)))]
    remainder_share = np.maximum(left, right) / np.maximum(used, 1)
    zeros = np.zeros(len(symbols))
    columns = {
        "number": np.concatenate((kept, np.full(len(symbols), -1))),
        "used": used,
        "domain_count": domain,
        "general_count": general,
        "log_ratio": pa.array(log_ratio(domain, general), from_pandas=True),
        "role": roles(domain, general),
        "score": np.concatenate((candidates.score(ids, used[: len(ids)], remainder_share[: len(ids)]), zeros)),
        "gain": np.concatenate((candidates.gain[ids], zeros)),
        "remainder_share": remainder_share,
        "log_prob": np.concatenate((log_prob[ids], symbol_log_prob[symbols])),
        "is_new": [word not in known for word in strings],
        "is_latin": [_is_latin(word) for word in strings],
    }
    for name, values in columns.items():
        table = table.append_column(name, values if isinstance(values, pa.Array) else pa.array(values))
    return table.sort_by([("score", "descending"), ("count", "descending"), ("word", "ascending")])


def _of_ngrams(mined: NgramCandidates, ids: np.ndarray) -> pa.Table:
    """The rows of `ngrams` of these candidates, without n."""
    candidates = mined.candidates
    columns = {
        "ngram": mined.alphabet.strings(candidates.codes[ids]),
        "count": candidates.count[ids],
        "pmi": mined.pmi[ids],
        "left_entropy": candidates.left_entropy[ids],
        "right_entropy": candidates.right_entropy[ids],
    }
    return pa.table(columns).select(mined.symbols.column_names).cast(mined.symbols.schema)


def shown(table: pa.Table, most: int) -> np.ndarray:
    """The numbers (int64) of the words that are shown with an example: the first new ones of each role and of all."""
    new = table.filter(pc.and_(table.column("is_new"), pc.greater_equal(table.column("number"), 0)))
    number, role = new.column("number").to_numpy(), np.array(new.column("role").to_pylist(), object)
    return np.unique(np.concatenate([number[:most], *(number[role == own][:most] for own in ROLES)]))


def with_examples(table: pa.Table, examples: Mapping[tuple[int, str], str]) -> pa.Table:
    """With the columns `example` and `general_example`; examples: a clause for each (number, role) that is shown."""
    numbers = table.column("number").to_pylist()
    of_domain, of_general = ([examples.get((i, role)) for i in numbers] for role in ROLES)
    first = [a or b for a, b in zip(of_domain, of_general, strict=True)]
    table = table.append_column("example", pa.array(first, pa.string()))
    return table.append_column("general_example", pa.array(of_general, pa.string()))


def with_accepted(table: pa.Table, accepted: dict[str, float], known: set[str]) -> pa.Table:
    """With the accepted words that never reach the count floor, and the pseudo-characters in them.

    accepted: log probabilities by word.
    """
    listed = set(table.column("word").to_pylist())
    least = min(table.column("log_prob").to_pylist(), default=_LOG_PROB_OF_RARE)
    missing = {word: log_prob for word, log_prob in accepted.items() if word not in listed}
    units = ALL.units(pa.array(list(missing), pa.string()))
    missing |= {s: least for s in pseudo_characters(units).to_pylist() if s not in listed and s not in missing}
    if not missing:
        return table
    log.info(
        "[new_words] accept: %d words are no n-grams at the count floor and enter the lexicon uncounted, e.g. %s",
        len(missing),
        "、".join(list(missing)[:5]),
    )
    columns = {f.name: [0] * len(missing) for f in table.schema} | {
        "word": list(missing),
        "pmi": [None] * len(missing),
        "example": [None] * len(missing),
        "general_example": [None] * len(missing),
        "log_prob": list(missing.values()),
        "log_ratio": [None] * len(missing),
        "role": ["domain"] * len(missing),
        "is_new": [word not in known for word in missing],
        "is_latin": [_is_latin(word) for word in missing],
    }
    return pa.concat_tables([table, pa.table(columns, schema=table.schema)])


def _is_latin(word: str) -> bool:
    return any(c.isalpha() and c < "\u2e80" for c in word)
