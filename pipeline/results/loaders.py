"""For notebooks and services: mine by a config, and open what is in a workspace. In: a config, or a workspace."""

import logging
from typing import TYPE_CHECKING

from wajue import config as configuration
from wajue.errors import WajueError
from wajue.results.vectors import Vectors
from wajue.store import parquet
from wajue.store.workspace import Workspace

if TYPE_CHECKING:
    from wajue.mining.segmenter import Segmenter

log = logging.getLogger(__name__)


def load_vectors(workspace: Workspace, model: str = "sgns", *, documents: bool = False) -> Vectors:
    """The vectors of a model, sgns or jose; with those of the documents, which jose has.

    Raises WajueError if they are not there, or there is none.
    """
    if model not in ("sgns", "jose") or (documents and model != "jose"):
        raise WajueError(f"there are no {'document ' if documents else ''}vectors of {model!r}; sgns has words, jose documents too")
    rows = parquet.word_vectors(workspace, model)
    words = (model, rows.column("word").to_pylist(), rows.column("count").to_numpy(), parquet.matrix(rows))
    if not documents:
        return Vectors(*words)
    rows = parquet.read(workspace, "jose_documents")
    return Vectors(*words, rows.column("doc_id").to_pylist(), parquet.matrix(rows))


def load_segmenter(workspace: Workspace) -> "Segmenter":
    """The mined lexicon, ready to cut text. Raises WajueError if there is none."""
    from wajue.mining.segmenter import Segmenter  # compiled, and slow to import

    settings = workspace.settings("tokens", "segment")
    if settings.get("method") == "whitespace":
        raise WajueError(f'{workspace.location} was mined with [segment] method = "whitespace": it has no lexicon to cut text by')
    if settings.get("method") == "jieba":
        log.warning("the tokens of %s were cut by jieba; this cuts by the mined lexicon alone", workspace.location)
    rows = parquet.read(workspace, "lexicon", ["word", "count", "log_prob"])
    share = settings.get("unknown_share", configuration.Segment().unknown_share)
    script = workspace.settings("clean_documents", "clean").get("script", configuration.Clean().script)
    return Segmenter.from_lexicon(rows, unknown_share=share, script=script)
