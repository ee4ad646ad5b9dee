"""The process from which Spark's Python workers are forked: PySpark's own, with what the steps need imported already.

Each worker would import it by itself otherwise, which takes longer than a small step does.
"""

import importlib
import pkgutil
from types import ModuleType

from pyspark.daemon import manager

from wajue import arrays, cleaning, mining, reading

_IN_THE_DRIVER = (
    "wajue.mining.topics",
    "wajue.mining.review",
)  # scikit-learn and SciPy, which no task needs, take as long as the rest


def import_all(package: ModuleType) -> None:
    """The package with all modules below it that tasks need."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if module.name not in _IN_THE_DRIVER:
            imported = importlib.import_module(module.name)
            if module.ispkg:
                import_all(imported)


if __name__ == "__main__":
    import pyspark.worker  # noqa: F401

    for package in (arrays, cleaning, mining, reading):
        import_all(package)
    manager()
