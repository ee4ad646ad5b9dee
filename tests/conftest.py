"""Shared by all tests: one Spark session, small configs, and the reports that trainers ask for."""

import logging
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from wajue import config as configuration

settings.register_profile("compiled", deadline=None)  # the first example may compile a kernel
settings.load_profile("compiled")

signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores Ctrl-C, and so would tests


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the Spark session needs Spark."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker("spark")
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Tests of kernels come first, and with Spark those that run many steps last: the two halves of make test, side by side, need the
    same compiled kernels, and what one has compiled the other loads."""
    folder = str(item.path.parent.relative_to(Path(__file__).parent))
    if item.get_closest_marker("spark"):
        return 1 + (folder in ("runner", "whole"))
    return int(not folder.startswith(("mining", "models/cpu")))


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """One session for the whole run: starting one takes longer than most tests.

    local[2]: two workers, so that what depends on the partitions shows; few shuffle partitions: a dozen rows need no more.
    """
    from wajue.spark import session as spark_session

    session = spark_session.session("local[2]", small=True)
    session.conf.set("spark.sql.shuffle.partitions", "3")
    yield session
    session.stop()


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., configuration.Config]:
    """Load a config from TOML text; one domain corpus is there if the text names none."""

    def loaded(text: str = "", corpus: str | None = None) -> configuration.Config:
        if corpus is None:
            corpus = '[[corpus]]\nname = "notes"\nrole = "domain"\npaths = ["*.txt"]\n'
        path = tmp_path / "config.toml"
        path.write_text(f"{text}\n{corpus}", encoding="utf-8")
        return configuration.load(path)

    return loaded


@pytest.fixture(autouse=True)
def _logs_reach_pytest() -> Iterator[None]:
    """The command line takes the logger over; give it back, so that caplog sees what is said."""
    yield
    logger = logging.getLogger("wajue")
    logger.handlers.clear()
    logger.propagate = True
