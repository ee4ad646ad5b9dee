"""New-word discovery. In: clauses and ngrams. Out: the lexicon, the best words first.

The rounds of expectation maximisation (pipeline/discovery.py) run here: weights go out in a broadcast, each task runs the
compiled forward-backward over its clauses, expected counts come back added up. They are integers, so the sum is the same
whatever the number of partitions, and a task that Spark runs twice still counts once.
"""

import logging
from collections.abc import Callable
from typing import Any

import jieba
import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame

from pipeline import blocks, lattice
from pipeline.config import Config
from pipeline.discovery import Candidates, Thresholds
from pipeline.errors import WajueError
from pipeline.symbols import Alphabet
from pipeline.word_table import word_keys

log = logging.getLogger(__name__)

_BLOCK = 1_000_000  # symbols; clauses are encoded once, in blocks of this size
_SLAB = 16_000_000  # symbols that are counted at once: arrays of the lexicon's size are made for each slab
_FIRST_SPELLED = 2  # the round from which strings outside the lexicon compete
_FIRST_PRUNED = 1


def new_words(clauses: DataFrame, ngrams: DataFrame, *, config: Config) -> DataFrame:
    """The lexicon. Starts jobs:

    1. collect the n-grams, the candidates;
    2. encode the clauses once, kept for the rounds;
    3. each round: expected counts under the current weights, then pruning;
    4. cut every clause with the final lexicon, to see how often each word is used.
    """
    spark = clauses.sparkSession
    rows = ngrams.toArrow()
    if not rows.num_rows:
        raise WajueError("no n-gram reaches [ngrams] min_count: there is too little text to find words in; add text or lower it")
    alphabet, candidates, order = _candidates(rows, config)
    encoded = clauses.mapInArrow(_encode(alphabet), "code binary").persist(StorageLevel.MEMORY_AND_DISK)
    longest, words = candidates.longest, len(candidates.codes)
    earners = spark.sparkContext.broadcast(candidates.earners)
    for number in range(config.new_words.rounds):
        candidates.floor()
        spelled = number >= _FIRST_SPELLED
        weights = spark.sparkContext.broadcast(candidates.weights(spelled=spelled))
        expected = _sum(encoded, _expect(weights, earners, words, longest, candidates.scale), words)
        weights.destroy()
        candidates.update(expected, spelled=spelled)
        if number >= _FIRST_PRUNED:
            candidates.prune()
        log.info(
            "round %d of %d: log likelihood %.4f a symbol, %d words, %.2f%% outside the lexicon",
            number + 1,
            config.new_words.rounds,
            -candidates.scale,
            int((candidates.expected > 0).sum()),
            100 * candidates.spelled_share if spelled else 0.0,
        )
    earners.destroy()
    candidates.floor()
    final = spark.sparkContext.broadcast(candidates.decoding())
    used = _sum(encoded, _use(final, words, longest), words).word
    final.destroy()
    encoded.unpersist()
    return spark.createDataFrame(_lexicon(rows, order, candidates, used, alphabet, config)).coalesce(1)


def _candidates(rows: pa.Table, config: Config) -> tuple[Alphabet, Candidates, tuple[np.ndarray, np.ndarray]]:
    """The alphabet, the candidates, and the rows of `ngrams` that hold (words, single symbols)."""
    n = rows.column("n").to_numpy()
    one, many = np.flatnonzero(n == 1), np.flatnonzero(n > 1)
    count = rows.column("count").to_numpy()
    strings = rows.column("ngram").combine_chunks()
    symbols = strings.take(pa.array(one))
    alphabet = Alphabet.from_symbols(zip(symbols.to_pylist(), count[one].tolist(), strict=True))
    symbol_codes = alphabet.codes(symbols, 1)[:, 0]
    entropies = {side: rows.column(f"{side}_entropy").to_numpy() for side in ("left", "right")}
    symbol_count, symbol_left = np.zeros(65536), np.zeros(65536)
    symbol_count[symbol_codes], symbol_left[symbol_codes] = count[one], entropies["left"][one]
    codes = alphabet.codes(strings.take(pa.array(many)), int(n.max()))
    many, codes = _sorted_by_key(many, codes)
    candidates = Candidates(
        codes,
        count[many].astype(float),
        entropies["left"][many],
        entropies["right"][many],
        symbol_count,
        symbol_left,
        Thresholds(branching_entropy=config.new_words.branching_entropy),
    )
    for words, value in ((config.new_words.reject, False), (config.new_words.accept, True)):
        ids = _ids(candidates, alphabet, config.words(words))
        (candidates.accepted if value else candidates.rejected)[ids] = True
    return alphabet, candidates, (many, one)


def _sorted_by_key(rows: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In an order that does not depend on how the table was written."""
    order = np.argsort(word_keys(codes))
    return rows[order], codes[order]


def _ids(candidates: Candidates, alphabet: Alphabet, words: list[str]) -> np.ndarray:
    if not words or not len(candidates.keys):
        return np.zeros(0, np.int64)
    keys = word_keys(alphabet.codes(pa.array(words, pa.string()), candidates.codes.shape[1]))
    place = np.minimum(np.searchsorted(candidates.keys, keys), len(candidates.keys) - 1)
    found = candidates.keys[place] == keys
    if not found.all():
        missing = [w for w, there in zip(words, found, strict=True) if not there and len(w) > 1]
        if missing:
            log.warning(
                "[new_words] accept/reject: %d words never reach the count floor, e.g. %s", len(missing), "、".join(missing[:5])
            )
    return place[found]


def _encode(alphabet: Alphabet) -> Callable[[blocks.Batches], blocks.Batches]:
    def encode(batches: blocks.Batches) -> blocks.Batches:
        for code in blocks.slabs((alphabet.units(batch.column(0)).code for batch in batches), _BLOCK):
            yield blocks.block({}, {"code": code})

    return encode


def _expect(weights: Any, earners: Any, words: int, longest: int, scale: float) -> Callable[[np.ndarray], lattice.Expected]:
    def count(code: np.ndarray) -> lattice.Expected:
        single, table, spelling = weights.value
        return lattice.forward_backward(code, single, table, words, spelling, longest=longest, scale=scale, earners=earners.value)

    return count


def _use(weights: Any, words: int, longest: int) -> Callable[[np.ndarray], lattice.Expected]:
    def count(code: np.ndarray) -> lattice.Expected:
        single, table, spelling = weights.value
        _, used = lattice.viterbi(code, single, table, words, spelling, longest=longest)
        return lattice.Expected(used, np.zeros(65536, np.int64), np.zeros(lattice.LONGEST_SPELLED + 1, np.int64), 0)

    return count


def _sum(encoded: DataFrame, count: Callable[[np.ndarray], lattice.Expected], words: int) -> lattice.Expected:
    """The counts of all clauses, added up: within a task, then slice by slice across tasks."""
    ends = np.cumsum([words, 65536, lattice.LONGEST_SPELLED + 1, 1]).tolist()
    starts = [0, *ends[:-1]]

    def total(batches: blocks.Batches) -> np.ndarray:
        sums = np.zeros(ends[-1], np.int64)
        codes = (np.frombuffer(cell.as_buffer(), np.uint16) for batch in batches for cell in batch.column("code"))
        for code in blocks.slabs(codes, _SLAB):
            for part, begin, end in zip(count(code), starts, ends, strict=True):
                sums[begin:end] += part
        return sums

    slices = blocks.sum_slices(encoded.rdd.getNumPartitions())
    sums = encoded.mapInArrow(blocks.partial_sums(total, slices), blocks.SUMS)
    if slices > 1:
        sums = sums.repartitionById(slices, "slice").mapInArrow(blocks.add_sums, blocks.SUMS)
    word, single, spelled, ll = np.split(blocks.whole_sum(sums.toArrow(), ends[-1]), ends[:-1])
    return lattice.Expected(word, single, spelled, int(ll[0]))


def _with_accepted(table: pa.Table, config: Config) -> pa.Table:
    """The accepted words that never reached the count floor, with the least probability there is."""
    there = set(table.column("word").to_pylist())
    missing = [w for w in config.words(config.new_words.accept) if w not in there]
    if not missing:
        return table
    n = len(missing)
    rows = {f.name: pa.array([0] * n, f.type) for f in table.schema if f.name != "word"}
    rows |= {"word": pa.array(missing, pa.string()), "pmi": pa.nulls(n, pa.float64())}
    least = min(table.column("log_prob").to_pylist(), default=-20.0)
    rows["log_prob"] = pa.array([least] * n, pa.float64())
    return pa.concat_tables([table, pa.table(rows, schema=table.schema)])


def known_words(config: Config) -> set[str]:
    """The words that are not new: jieba's dictionary, none, or the files named."""
    if config.new_words.known == "none":
        return set()
    if config.new_words.known == "jieba":
        with jieba.get_dict_file() as lines:
            return {line.decode().split(" ", 1)[0] for line in lines}
    return {word.split()[0] for path in config.new_words.known for word in config.text_of(path).split("\n") if word.strip()}


def _lexicon(
    rows: pa.Table,
    order: tuple[np.ndarray, np.ndarray],
    candidates: Candidates,
    used: np.ndarray,
    alphabet: Alphabet,
    config: Config,
) -> pa.Table:
    many, one = order
    kept = np.flatnonzero((candidates.expected > 0) & ((used > 0) | candidates.accepted))
    log_prob, single_log_prob = candidates.log_probabilities()
    symbols = alphabet.codes(rows.column("ngram").combine_chunks().take(pa.array(one)), 1)[:, 0]
    table = rows.take(pa.array(np.concatenate((many[kept], one)))).rename_columns({"ngram": "word"}).drop_columns(["n"])
    zeros = np.zeros(len(one))
    columns = {
        "used": np.concatenate((used[kept], np.rint(candidates.symbol_expected[symbols]).astype(np.int64))),
        "score": np.concatenate((candidates.score(used)[kept], zeros)),
        "gain": np.concatenate((candidates.gain[kept], zeros)),
        "log_prob": np.concatenate((log_prob[kept], single_log_prob[symbols])),
    }
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    table = _with_accepted(table, config)
    known = known_words(config)
    words = table.column("word").to_pylist()
    table = table.append_column("is_new", pa.array([w not in known for w in words]))
    latin = [any(c.isalpha() and c < "\u2e80" for c in w) for w in words]
    table = table.append_column("is_latin", pa.array(latin))
    return table.sort_by([("score", "descending"), ("count", "descending"), ("word", "ascending")])
