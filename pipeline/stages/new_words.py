"""New-word discovery. In: clauses and ngrams. Out: the lexicon, the best words first.

The rounds of expectation maximisation (pipeline/mining/discovery.py) run here: weights go out in a broadcast, each task runs the
compiled forward-backward over its clauses, expected counts come back added up. They are integers, so the sum is the same
whatever the number of partitions, and a task that Spark runs twice still counts once.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue.arrays import cells as cells_module
from wajue.arrays import sums as array_sums
from wajue.config import Config
from wajue.errors import ConfigError, WajueError
from wajue.mining import jieba_dictionary, lattice, ngram_tasks
from wajue.mining.discovery import Candidates, Thresholds, Weights, clause_rows, examples
from wajue.mining.symbols import Alphabet, pseudo_characters, string_hashes
from wajue.mining.word_table import word_keys
from wajue.spark.flow import Flow, types_of

log = logging.getLogger(__name__)

_BLOCK = 1_000_000  # symbols; clauses are encoded once, in blocks of this size
_SLAB = 16_000_000  # symbols that are counted at once: arrays of the lexicon's size are made for each slab
_CUT = f"{array_sums.SUMS}, id binary, rank binary, clauses binary"
_MARGIN = 0.01  # nats by which an accepted word beats its parts; weights are kept in 32 bits


def new_words(clauses: Flow, ngrams: Flow, *, config: Config) -> DataFrame:
    """The lexicon. Starts jobs:

    1. collect the n-grams, the candidates;
    2. encode the clauses once (or a sample of them), kept for the rounds;
    3. each round: expected counts under the current weights, then pruning;
    4. cut every clause with the final lexicon, to see how often each word is used, and which clause shows a new one best;
    5. collect these clauses for the first new words.
    """
    spark = clauses.source.sparkSession
    rows = ngrams.map(_may_be_words(config), types_of("ngrams")).to_arrow()
    if not rows.num_rows:
        raise WajueError("no n-gram reaches [ngrams] min_count: there is too little text to find words in; add text or lower it")
    alphabet, candidates, order = _candidates(rows, config)
    share = _share(candidates, config)
    encoded = clauses.map(_encode(alphabet, share), "code binary").frame.persist(StorageLevel.MEMORY_AND_DISK)
    longest, words = candidates.longest, len(candidates.codes)
    earners = spark.sparkContext.broadcast(candidates.earners)

    def expect(weights: Weights) -> lattice.Expected:
        sent = spark.sparkContext.broadcast(weights)
        expected = _sum(
            Flow(encoded, scratch_folder=clauses.scratch_folder), _expect(sent, earners, words, longest, candidates.scale), words
        )
        sent.destroy()
        return expected

    with cells_module.freed_kept():
        for number in candidates.rounds(config.new_words.rounds, expect, share=share):
            log.info(
                "round %d of %d: log likelihood %.4f a symbol, %d words, %.2f%% outside the lexicon",
                number,
                config.new_words.rounds,
                -candidates.scale,
                int((candidates.expected > 0).sum()),
                100 * candidates.spelled_share,
            )
    earners.destroy()
    accepted = _weigh(candidates, alphabet, config)
    every = (
        Flow(encoded, scratch_folder=clauses.scratch_folder) if share == 1 else clauses.map(_encode(alphabet, 1.0), "code binary")
    )
    known = known_words(config)
    wanted = _new(candidates, alphabet, known) if config.new_words.examples else np.zeros(words, bool)
    final = spark.sparkContext.broadcast((candidates.decoding(), wanted))
    slices = array_sums.sum_slices(every.tasks, words)
    cut = every.map(_cut(final, longest, slices), _CUT).frame.persist(StorageLevel.MEMORY_AND_DISK)
    used = array_sums.added(
        Flow(cut.select("slice", "place", "sums"), scratch_folder=clauses.scratch_folder, types=array_sums.SUMS), slices, words
    )
    table = _lexicon(rows, order, candidates, used, alphabet, known)
    table = _with_examples(table, cut.select("id", "rank", "clauses"), alphabet, config.new_words.examples)
    final.destroy()
    cut.unpersist()
    encoded.unpersist()
    return spark.createDataFrame(_with_accepted(table, accepted, known).drop_columns(["id"])).coalesce(1)


def _may_be_words(config: Config) -> Callable[[cells_module.Batches], cells_module.Batches]:
    """The n-grams that can be in the lexicon: short ones may earn a place as spelled strings, long ones only by their entropy."""
    accepted, least = pa.array(list(config.weights(config.new_words.accept)), pa.string()), config.new_words.branching_entropy

    def choose(batches: cells_module.Batches) -> cells_module.Batches:
        for batch in batches:
            free = pc.greater_equal(pc.min_element_wise(batch.column("left_entropy"), batch.column("right_entropy")), least)
            short = pc.less_equal(batch.column("n"), lattice.LONGEST_SPELLED)
            yield batch.filter(pc.or_kleene(pc.or_kleene(short, free), pc.is_in(batch.column("ngram"), value_set=accepted)))

    return choose


def _share(candidates: Candidates, config: Config) -> float:
    """Of the clauses, how many the rounds look at."""
    if not config.new_words.sample or config.new_words.sample >= candidates.symbols_total:
        return 1.0
    share = config.new_words.sample / candidates.symbols_total
    log.info("[new_words] sample: the rounds look at %.1f%% of the clauses", 100 * share)
    return share


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
    keys = word_keys(codes)
    order = np.argsort(keys)  # an order that does not depend on how the table was written
    many, codes, keys = many[order], codes[order], keys[order]
    candidates = Candidates(
        codes,
        count[many].astype(float),
        entropies["left"][many],
        entropies["right"][many],
        symbol_count,
        symbol_left,
        alphabet.numbers,
        Thresholds(branching_entropy=config.new_words.branching_entropy),
        keys,
    )
    accept, reject = (list(config.weights(entries)) for entries in (config.new_words.accept, config.new_words.reject))
    if both := set(accept) & set(reject):
        raise ConfigError(f"[new_words] accept and reject both name {'、'.join(sorted(both)[:5])}; take them out of one")
    for words, verdict in ((reject, candidates.rejected), (accept, candidates.accepted)):
        ids = _ids(candidates, alphabet, words)
        verdict[ids[ids >= 0]] = True
    return alphabet, candidates, (many, one)


def _ids(candidates: Candidates, alphabet: Alphabet, words: list[str]) -> np.ndarray:
    """The candidate (int64) that each word is, or -1."""
    if not words or not len(candidates.keys):
        return np.full(len(words), -1)
    keys = word_keys(alphabet.codes(pa.array(words, pa.string()), candidates.codes.shape[1]))
    place = np.minimum(np.searchsorted(candidates.keys, keys), len(candidates.keys) - 1)
    return np.where((candidates.keys[place] == keys) & (keys > 0), place, -1)


def _weigh(candidates: Candidates, alphabet: Alphabet, config: Config) -> dict[str, float]:
    """The log probability of each accepted word: what its weight says, or just enough for it to be cut out whole."""
    weights = config.weights(config.new_words.accept)
    total = candidates.expected.sum() + candidates.symbol_expected.sum()
    ids = dict(zip(weights, _ids(candidates, alphabet, list(weights)).tolist(), strict=True))
    single, table, spelling = candidates.decoding()
    found: dict[str, float] = {}
    for word, weight in weights.items():
        code = alphabet.units(pa.array([word])).code
        if (code[:-1] == 0).any():
            log.warning("[new_words] accept: %s is never cut out whole, it holds a mark, a space or a long number", word)
        if weight is None:
            whole = lattice.viterbi(code, single, table, len(candidates.codes), spelling, longest=candidates.longest)
            weight = total * np.exp(whole.log_probability + _MARGIN)
        if ids[word] >= 0:
            candidates.expected[ids[word]] = weight
        found[word] = float(np.log(weight / total))
    return found


def _encode(alphabet: Alphabet, share: float) -> Callable[[cells_module.Batches], cells_module.Batches]:
    """Clauses as symbols; a share below 1 takes those whose hash is small, so that every run takes the same."""

    def sampled(lines: pa.StringArray) -> pa.StringArray:
        if share == 1:
            return lines
        clauses = pc.split_pattern(lines, "\n").flatten()
        return clauses.filter(pa.array(string_hashes(clauses) < np.uint64(share * 2.0**64)))

    def encode(batches: cells_module.Batches) -> cells_module.Batches:
        for code in ngram_tasks.slabs((alphabet.units(sampled(batch.column(0))).code for batch in batches), _BLOCK):
            yield cells_module.block({}, {"code": code})

    return encode


def _expect(weights: Any, earners: Any, words: int, longest: int, scale: float) -> Callable[[np.ndarray], lattice.Expected]:
    def count(code: np.ndarray) -> lattice.Expected:
        single, table, spelling = weights.value
        return lattice.forward_backward(code, single, table, words, spelling, longest=longest, scale=scale, earners=earners.value)

    return count


def _new(candidates: Candidates, alphabet: Alphabet, known: set[str]) -> np.ndarray:
    """bool [words]: in the lexicon, and not among the known words."""
    new = np.zeros(len(candidates.codes), bool)
    active = np.flatnonzero(candidates.expected > 0)
    new[active] = [word not in known for word in alphabet.strings(candidates.codes[active]).to_pylist()]
    return new


def _cut(final: Any, longest: int, slices: int) -> Callable[[cells_module.Batches], cells_module.Batches]:
    """Encoded clauses -> how often the best cut uses each word, and of each wanted one the clause that shows it best."""

    @cells_module.keeping_freed
    def apply(batches: cells_module.Batches) -> cells_module.Batches:
        (single, table, spelling), wanted = final.value
        used, none = np.zeros(len(wanted), np.int64), np.zeros(0, np.int64)
        for code in ngram_tasks.slabs(_codes(batches), _SLAB):
            cut = lattice.viterbi(code, single, table, len(wanted), spelling, longest=longest, named=True)
            used += cut.count
            shown = dict(zip(("id", "rank", "clauses"), examples(code, cut.words, wanted), strict=True))
            yield cells_module.block({"slice": np.int32(0)}, {"place": none, "sums": none, **shown})
        yield from array_sums.sums_of_task(used, slices, id=none, rank=none, clauses=none)

    return apply


def _codes(batches: cells_module.Batches) -> Iterator[np.ndarray]:
    return (np.frombuffer(cell.as_buffer(), np.uint16) for batch in batches for cell in batch.column("code"))


def _sum(encoded: Flow, count: Callable[[np.ndarray], lattice.Expected], words: int) -> lattice.Expected:
    """The counts of all clauses, added up: within a task, then slice by slice across tasks."""
    ends = np.cumsum([words, 65536, lattice.LONGEST_SPELLED + 1, 1]).tolist()
    starts = [0, *ends[:-1]]

    def total(batches: cells_module.Batches) -> np.ndarray:
        sums = np.zeros(ends[-1], np.int64)
        for code in ngram_tasks.slabs(_codes(batches), _SLAB):
            for part, begin, end in zip(count(code), starts, ends, strict=True):
                sums[begin:end] += part
        return sums

    word, single, spelled, ll = np.split(array_sums.sum_over(encoded, total, ends[-1]), ends[:-1])
    return lattice.Expected(word, single, spelled, int(ll[0]))


def _with_examples(table: pa.Table, shown: DataFrame, alphabet: Alphabet, most: int) -> pa.Table:
    """With the column `example` for so many of the first new words; shown: id, rank and clauses, as `_cut` found them."""
    wanted = table.filter(pc.and_(table.column("is_new"), pc.greater_equal(table.column("id"), 0))).column("id").to_numpy()[:most]

    def choose(batches: cells_module.Batches) -> cells_module.Batches:
        for batch in batches:
            for cells in zip(*batch.columns, strict=True):
                ids, rank, code = (
                    np.frombuffer(c.as_buffer(), t) for c, t in zip(cells, (np.int64, np.int64, np.uint16), strict=True)
                )
                here = np.flatnonzero(np.isin(ids, wanted))
                strings = alphabet.strings(clause_rows(code)[here])
                yield pa.RecordBatch.from_arrays([pa.array(ids[here]), pa.array(rank[here]), strings], ["id", "rank", "example"])

    if not len(wanted):
        return table.append_column("example", pa.nulls(len(table), pa.string()))
    found = shown.mapInArrow(choose, "id long, rank long, example string").groupBy("id").agg(F.min_by("example", "rank")).toArrow()
    known = dict(zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True))
    example = pa.array([known.get(i) for i in table.column("id").to_pylist()], pa.string())
    return table.append_column("example", example)


def _with_accepted(table: pa.Table, accepted: dict[str, float], known: set[str]) -> pa.Table:
    """With the accepted words that never reached the count floor, and the pseudo-characters in them."""
    there = set(table.column("word").to_pylist())
    least = min(table.column("log_prob").to_pylist(), default=-20.0)
    missing = {w: p for w, p in accepted.items() if w not in there}
    units = Alphabet().units(pa.array(list(missing), pa.string()))
    missing |= {s: least for s in pseudo_characters(units).to_pylist() if s not in there and s not in missing}
    if not missing:
        return table
    log.info("[new_words] accept: %d words never reach the count floor, e.g. %s", len(missing), "、".join(list(missing)[:5]))
    n = len(missing)
    rows = {f.name: [0] * n for f in table.schema} | {
        "word": list(missing),
        "pmi": [None] * n,
        "example": [None] * n,
        "log_prob": list(missing.values()),
        "is_new": [w not in known for w in missing],
        "is_latin": [_is_latin(w) for w in missing],
    }
    return pa.concat_tables([table, pa.table(rows, schema=table.schema)])


def known_words(config: Config) -> set[str]:
    """The words that are not new: jieba's dictionary, none, or the files named."""
    if config.new_words.known == "none":
        return set()
    if config.new_words.known == "jieba":
        return set(jieba_dictionary.frequencies())
    return {word.split()[0] for path in config.new_words.known for word in config.text_of(path).split("\n") if word.strip()}


def _lexicon(
    rows: pa.Table,
    order: tuple[np.ndarray, np.ndarray],
    candidates: Candidates,
    used: np.ndarray,
    alphabet: Alphabet,
    known: set[str],
) -> pa.Table:
    many, one = order
    kept = np.flatnonzero((candidates.expected > 0) & ((used > 0) | candidates.accepted))
    log_prob, single_log_prob = candidates.log_probabilities()
    symbols = alphabet.codes(rows.column("ngram").combine_chunks().take(pa.array(one)), 1)[:, 0]
    table = rows.take(pa.array(np.concatenate((many[kept], one)))).rename_columns({"ngram": "word"}).drop_columns(["n"])
    zeros = np.zeros(len(one))
    columns = {
        "id": np.concatenate((kept, np.full(len(one), -1))),
        "used": np.concatenate((used[kept], np.rint(candidates.symbol_expected[symbols]).astype(np.int64))),
        "score": np.concatenate((candidates.score(used)[kept], zeros)),
        "gain": np.concatenate((candidates.gain[kept], zeros)),
        "log_prob": np.concatenate((log_prob[kept], single_log_prob[symbols])),
    }
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    words = table.column("word").to_pylist()
    table = table.append_column("is_new", pa.array([w not in known for w in words]))
    table = table.append_column("is_latin", pa.array([_is_latin(w) for w in words]))
    return table.sort_by([("score", "descending"), ("count", "descending"), ("word", "ascending")])


def _is_latin(word: str) -> bool:
    return any(c.isalpha() and c < "\u2e80" for c in word)
