"""The functions of columns: Spark's, or those of the engine that answers in Spark's place while a run is in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pyspark.sql import Window as _Window
from pyspark.sql import functions as _functions_of_spark

if TYPE_CHECKING:
    from pyspark.sql import Window as Window
    from pyspark.sql.functions import *  # noqa: F403

_others: list[ModuleType] = []


@contextmanager
def of(session: Any) -> Iterator[None]:
    """Until the end these are the functions of this session."""
    if not isinstance(module := getattr(session, "functions", None), ModuleType):
        yield
        return
    _others.append(module)
    try:
        yield
    finally:
        _others.pop()


def __getattr__(name: str) -> Any:
    if _others:
        return getattr(_others[-1], name)
    return _Window if name == "Window" else getattr(_functions_of_spark, name)
