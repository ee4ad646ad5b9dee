"""wajue (挖掘, to mine): new words, domain terms and vectors from raw Chinese text, without labels.

Reading order: dag.py (the whole pipeline on one screen), schemas.py (every table), config.py (every knob), runner/run.py (what
walks the steps), spark/flow.py (how rows get through Spark's tasks); then stages/ for a step's Spark part and the pure module
that holds its idea, in reading/, cleaning/ and mining/; then models/ for the trainers, results/ for what people see.

The names below are imported when they are first used: Spark, Numba and DuckDB are slow to import, and few need all of them.
"""

from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wajue import caches

if TYPE_CHECKING:
    from wajue.errors import ConfigError as ConfigError
    from wajue.errors import WajueError as WajueError
    from wajue.mining.tokens.segmenter import Segmenter as Segmenter
    from wajue.results.compare import compare as compare
    from wajue.results.concordance import find as find
    from wajue.results.dictionary_check import check_dictionary as check_dictionary
    from wajue.results.export import export as export
    from wajue.results.loaders import load_segmenter as load_segmenter
    from wajue.results.loaders import load_vectors as load_vectors
    from wajue.results.profile import profile as profile
    from wajue.results.query import select as select
    from wajue.results.topics import Topics as Topics
    from wajue.results.topics import load_topics as load_topics
    from wajue.results.vectors import Vectors as Vectors
    from wajue.runner.mine import mine as mine
    from wajue.store.parquet import read as read
    from wajue.store.workspace import Workspace as Workspace

_MODULES = {
    "mine": "runner.mine",
    "Workspace": "store.workspace",
    "read": "store.parquet",
    "select": "results.query",
    "find": "results.concordance",
    "profile": "results.profile",
    "compare": "results.compare",
    "export": "results.export",
    "check_dictionary": "results.dictionary_check",
    "load_segmenter": "results.loaders",
    "Segmenter": "mining.tokens.segmenter",
    "load_vectors": "results.loaders",
    "Vectors": "results.vectors",
    "load_topics": "results.topics",
    "Topics": "results.topics",
    "WajueError": "errors",
    "ConfigError": "errors",
}
__all__ = list(_MODULES)

caches.provide_for_numba(Path(__file__).parent)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("wajue")
    if name not in _MODULES:
        raise AttributeError(f"module 'wajue' has no attribute {name!r}; it offers {', '.join(_MODULES)}")
    globals()[name] = value = getattr(import_module(f"wajue.{_MODULES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
