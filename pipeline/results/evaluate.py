"""Scores against gold files. In: a workspace and paths. Out: a table, one row for each figure.

Each score is one file in scores/ and one row of TESTS. docs/evaluation.md says what each figure is, with its formula and source.
"""

import logging
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from wajue.errors import ConfigError
from wajue.results.evaluation.analogy import analogy
from wajue.results.evaluation.clusters import clusters
from wajue.results.evaluation.common import Options, Row
from wajue.results.evaluation.lexicon import lexicon
from wajue.results.evaluation.segmentation import segmentation
from wajue.results.evaluation.similarity import similarity
from wajue.results.evaluation.terms import terms
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

# the option of `wajue evaluate` is named like the test
TESTS: dict[str, Callable[[Workspace, list[str], Options], Iterator[Row]]] = {
    "similarity": similarity,
    "analogy": analogy,
    "clusters": clusters,
    "segmentation": segmentation,
    "lexicon": lexicon,
    "terms": terms,
}

SCHEMA = pa.schema(
    dict.fromkeys(("test", "gold", "vectors", "part", "figure"), pa.string())
    | {"value": pa.float64(), "spread": pa.float64()}  # spread: sample standard deviation over seeds
    | {"found": pa.int64(), "of": pa.int64(), "note": pa.string()}  # found, of: what the value was computed from
)


def evaluate(workspace: Workspace, asked: dict[str, list[str]], options: Options) -> pa.Table:
    """The scores of the tests asked for: {one of TESTS: gold files}.

    Raises ConfigError if none is asked for, WajueError if a gold file is wrong or a table is missing.
    """
    chosen = {test: files for test, files in asked.items() if files}
    if not chosen:
        raise ConfigError(
            f"say what to score, each with a gold file: {', '.join(f'--{t}' for t in TESTS)}; see wajue evaluate --help"
        )
    workspace.must_have()
    scores: list[Row] = []
    for test, files in chosen.items():
        log.info("%s: %s", test, ", ".join(files))
        scores += [{"test": test, **row} for row in TESTS[test](workspace, files, options)]
    return pa.Table.from_pylist(scores, schema=SCHEMA)


def by_test(scores: pa.Table) -> Iterator[pa.Table]:
    """The scores of each test, without the columns that are empty for it."""
    for test in dict.fromkeys(scores.column("test").to_pylist()):
        of_test = scores.filter(pc.field("test") == test)
        yield of_test.select([name for name in of_test.schema.names if of_test.column(name).null_count < of_test.num_rows])
