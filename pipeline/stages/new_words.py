"""New-word discovery. In: clauses and ngrams. Out: the lexicon, the best words first.

The rounds of expectation maximisation (mining/lexicon/discovery.py) run here: weights go out in a broadcast, each task runs the
compiled forward-backward over its clauses, and expected counts come back added up. They are integers, so the sum is the same
whatever the number of partitions, and a task that Spark runs twice still counts once.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame

from wajue.arrays import cells, sums
from wajue.config import Config
from wajue.errors import WajueError
from wajue.mining.lattice.forward_backward import Expected
from wajue.mining.lattice.weights import Weights
from wajue.mining.lexicon import cut_counts, lexicon_candidates, lexicon_table, lexicon_tasks
from wajue.mining.lexicon.discovery import Candidates
from wajue.mining.lexicon.lexicon_candidates import FinalWords, Verdicts
from wajue.mining.text.alphabet import Alphabet
from wajue.mining.tokens import jieba_dictionary
from wajue.spark import functions as F
from wajue.spark.flow import Flow, types_of

log = logging.getLogger(__name__)


def new_words(clauses: Flow, ngrams: Flow, *, config: Config) -> DataFrame:
    """The lexicon. Starts jobs:

    1. collect the n-grams, the candidates;
    2. encode the clauses (or a sample of them) once, and keep them for the rounds;
    3. add up what the neighbours of words of two symbols say of them;
    4. each round: expected counts under the current weights, then pruning;
    5. cut every clause with the final lexicon, to see how often each word is used, and which clause shows a new word best;
    6. collect these clauses for the first new words.
    """
    rules = config.new_words
    verdicts = Verdicts(*config.word_verdicts)
    mined = lexicon_candidates.from_ngrams(
        _possible_words(ngrams, verdicts, rules.branching_entropy), verdicts, rules.branching_entropy
    )
    share = _share(mined.candidates, rules.sample)
    encoded = _encoded(clauses, mined.alphabet, share)
    kept = encoded.frame.persist(StorageLevel.MEMORY_AND_DISK)
    _run_rounds(Flow(kept, scratch_folder=clauses.scratch_folder), mined.candidates, rules.rounds, share)
    accepted = lexicon_candidates.weigh_accepted(mined, verdicts.accept)
    known = _known_words(config)
    whole = Flow(kept, scratch_folder=clauses.scratch_folder) if share == 1 else _encoded(clauses, mined.alphabet, 1.0)
    with _cut(whole, mined.final_words(known if rules.examples else None)) as cut:
        table = lexicon_table.build(mined, cut.counts, known)
        examples = _examples(cut.showing, lexicon_table.shown(table, rules.examples), mined.alphabet)
    kept.unpersist()
    table = lexicon_table.with_accepted(lexicon_table.with_examples(table, examples), accepted, known)
    return clauses.source.sparkSession.createDataFrame(table.drop_columns(["number"])).coalesce(1)


def _possible_words(ngrams: Flow, verdicts: Verdicts, branching_entropy: float) -> pa.Table:
    """The rows of ngrams that can be in the lexicon. Raises WajueError if there is none."""
    accepted = pa.array(list(verdicts.accept), pa.string())

    def choose(batches: cells.Batches) -> cells.Batches:
        return (lexicon_candidates.possible_words(batch, accepted, branching_entropy) for batch in batches)

    table = ngrams.map(choose, types_of("ngrams")).to_arrow()
    if not table.num_rows:
        raise WajueError("no n-gram reaches [ngrams] min_count: there is too little text to find words in; add text or lower it")
    return table


def _known_words(config: Config) -> set[str]:
    """The words that are not new: jieba's dictionary, none, or those of the files named."""
    if config.new_words.known == "none":
        return set()
    if config.new_words.known == "jieba":
        return set(jieba_dictionary.frequencies())
    return config.known_words or set()


def _share(candidates: Candidates, sample: int) -> float:
    """The share of the clauses that the rounds look at; sample: symbols, 0 for all."""
    if not sample or sample >= candidates.symbols_total:
        return 1.0
    share = sample / candidates.symbols_total
    log.info("[new_words] sample: the rounds look at %.1f%% of the clauses", 100 * share)
    return share


def _encoded(clauses: Flow, alphabet: Alphabet, share: float) -> Flow:
    return clauses.select("clauses", "role").map(lexicon_tasks.encode(alphabet, share), lexicon_tasks.CODES)


def _run_rounds(encoded: Flow, candidates: Candidates, rounds: int, share: float) -> None:
    """Each round starts a job, which adds up expected counts within tasks, then slice by slice across them; one before them adds up
    substitution evidence.
    """
    context = encoded.source.sparkSession.sparkContext
    earners = context.broadcast(candidates.earners)
    count_evidence = lexicon_tasks.evidence(earners, candidates.symbol_count, len(candidates.codes))
    candidates.take_substitution(sums.sum_over(encoded, count_evidence, len(candidates.codes)), share=share)

    def expect(weights: Weights) -> Expected:
        sent = context.broadcast(weights)
        counts = lexicon_tasks.ExpectedCounts(len(candidates.codes), candidates.longest, sent, earners, candidates.scale)
        expected = counts.parts(sums.sum_over(encoded, counts.count, counts.size))
        sent.destroy()
        return expected

    with cells.freed_kept():
        for number in candidates.rounds(rounds, expect, share=share):
            log.info(
                "round %d of %d: log likelihood %.4f a symbol, %d words, %.2f%% outside the lexicon",
                number,
                rounds,
                -candidates.scale,
                int((candidates.expected > 0).sum()),
                100 * candidates.spelled_share,
            )
    earners.destroy()


class _Cut(NamedTuple):
    """counts: int64, as cut_counts.py has them; showing: the columns lexicon_tasks.SHOWING, a row a slab."""

    counts: np.ndarray
    showing: DataFrame


@contextmanager
def _cut(encoded: Flow, final: FinalWords) -> Iterator[_Cut]:
    """Every clause, cut with the final lexicon; persisted until the end."""
    shape = cut_counts.no_counts(len(final.wanted)).shape
    size = shape[0] * shape[1]
    sent = encoded.source.sparkSession.sparkContext.broadcast(final)
    slices = sums.sum_slices(encoded.tasks, size)
    rows_of_tasks = encoded.map(lexicon_tasks.cut(sent, slices), lexicon_tasks.CUT).frame.persist(StorageLevel.MEMORY_AND_DISK)
    partial_sums = Flow(rows_of_tasks.select("slice", "index", "sums"), scratch_folder=encoded.scratch_folder, types=sums.SUMS)
    yield _Cut(sums.added(partial_sums, slices, size).reshape(shape), rows_of_tasks.select(*lexicon_tasks.SHOWING))
    rows_of_tasks.unpersist()
    sent.destroy()


def _examples(showing: DataFrame, shown: np.ndarray, alphabet: Alphabet) -> dict[tuple[int, str], str]:
    """A clause for each word that is shown (int64 numbers) in each role that it stands in."""
    if not len(shown):
        return {}
    found = showing.mapInArrow(lexicon_tasks.examples(shown, alphabet), lexicon_tasks.EXAMPLES)
    best = found.groupBy("number", "role").agg(F.min_by("example", "rank").alias("example")).toArrow()
    return {(r["number"], r["role"]): r["example"] for r in best.to_pylist()}
