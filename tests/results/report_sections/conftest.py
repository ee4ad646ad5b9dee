"""A whole workspace, as the sections ask it."""

import pytest

from tests import workspaces
from wajue.results.report_sections.tables import Tables


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(workspaces.write(tmp_path_factory.mktemp("whole"), workspaces.tables()))
