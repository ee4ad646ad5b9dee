"""wajue (挖掘, to mine): new words, domain terms and vectors from raw Chinese text, without labels.

Reading order: dag.py (the whole pipeline on one screen), schemas.py (every table), config.py (every knob), run.py (what
walks the steps), flow.py (how rows get through Spark's tasks); then stages/ for a step's Spark part and the pure module that
holds its idea: text.py, ngrams.py, lattice.py, discovery.py, termhood.py; then models/ for the trainers. library.py is for
notebooks and services.

The names below are imported when they are first used: Spark, Numba and DuckDB are slow to import, and few need all of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.arrow_io import read as read
    from pipeline.errors import ConfigError as ConfigError
    from pipeline.errors import WajueError as WajueError
    from pipeline.library import load_segmenter as load_segmenter
    from pipeline.library import load_vectors as load_vectors
    from pipeline.library import mine as mine
    from pipeline.query import select as select
    from pipeline.segmenter import Segmenter as Segmenter
    from pipeline.vectors import Vectors as Vectors
    from pipeline.workspace import Workspace as Workspace

_PLACES = {
    "mine": "library",
    "Workspace": "workspace",
    "read": "arrow_io",
    "select": "query",
    "load_segmenter": "library",
    "Segmenter": "segmenter",
    "load_vectors": "library",
    "Vectors": "vectors",
    "WajueError": "errors",
    "ConfigError": "errors",
}
__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}; it offers {', '.join(_PLACES)}")
    globals()[name] = found = getattr(import_module(f"pipeline.{_PLACES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
