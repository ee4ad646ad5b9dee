"""What a workspace holds, opened for use: word vectors, and the segmenter. In: a workspace. Out: objects that answer from memory.

For the command, notebooks and services. Tables themselves are opened by store/parquet.py (`read`) and query.py (`select`).
"""

import logging
from typing import TYPE_CHECKING

import pyarrow as pa

from wajue import config as configuration
from wajue.errors import WajueError
from wajue.results.vectors import Vectors
from wajue.store import parquet
from wajue.store.workspace import Workspace, WorkspaceOrFolder

if TYPE_CHECKING:
    from wajue.mining.tokens.segmenter import Segmenter

log = logging.getLogger(__name__)


def load_vectors(workspace: WorkspaceOrFolder, model: str = "sgns", *, documents: bool = False) -> Vectors:
    """The word vectors of a model, sgns or jose; documents=True adds those of the documents, which only jose has.

    Raises WajueError if there are none.
    """
    if model not in ("sgns", "jose") or (documents and model != "jose"):
        raise WajueError(f"there are no {'document ' if documents else ''}vectors of {model!r}; sgns has words, jose documents too")
    workspace = Workspace.of(workspace)
    trained = parquet.word_vectors(workspace, model)
    of_words = (model, trained.column("word").to_pylist(), trained.column("count").to_numpy(), parquet.matrix(trained))
    if not documents:
        return Vectors(*of_words)
    trained = parquet.read(workspace, "jose_documents")
    return Vectors(*of_words, trained.column("doc_id").to_pylist(), parquet.matrix(trained))


def load_segmenter(workspace: WorkspaceOrFolder) -> "Segmenter":
    """A segmenter that cuts text by the mined lexicon. Raises WajueError if there is none."""
    from wajue.mining.tokens.segmenter import Segmenter  # compiled, and slow to import

    workspace = Workspace.of(workspace)
    settings = workspace.settings("tokens", "segment")
    if settings.get("method") == "whitespace":
        raise WajueError(f'{workspace.location} was mined with [segment] method = "whitespace": it has no lexicon to cut text by')
    if settings.get("method") == "jieba":
        log.warning("the tokens of %s were cut by jieba; this segmenter cuts by the mined lexicon alone", workspace.location)
    lexicon = parquet.read(workspace, "lexicon", ["word", "count", "log_prob", "used"])
    share = settings.get("unknown_share", configuration.Segment().unknown_share)
    granularity = settings.get("granularity", configuration.Segment().granularity)
    script = workspace.settings("clean_documents", "clean").get("script", configuration.Clean().script)
    units = _units(workspace) if granularity == "coarse" else None
    return Segmenter.from_lexicon(lexicon, unknown_share=share, script=script, granularity=granularity, units=units)


def _units(workspace: Workspace) -> pa.Array:
    """The n-grams that hold together."""
    from wajue.mining.tokens.granularity import holding_together  # compiled, and slow to import

    batches = parquet.read(workspace, "ngrams").combine_chunks().to_batches()
    return pa.chunked_array([holding_together(batch).column("ngram") for batch in batches], pa.string()).combine_chunks()
