"""What is missing, and why."""

from pathlib import Path

import pytest

from tests import workspaces
from tests.workspaces import SEGMENTED, WITH_FIELDS
from wajue.results.report_sections.tables import Tables

READ = ("raw_documents", "ingest_rejects", "files")


def test_a_whole_workspace_lacks_nothing(whole: Tables) -> None:
    assert whole.missing() == {} and whole.count("lexicon") == 69 and whole.select("SELECT 1 AS a") == [{"a": 1}]


@pytest.mark.parametrize(
    ("config", "step", "why"),
    [
        (SEGMENTED, "clean", "not_yet"),
        (SEGMENTED, "sgns", "not_trained"),
        ({"corpus": SEGMENTED["corpus"][:1]}, "terms", "no_general"),
        ({"corpus": SEGMENTED["corpus"][1:]}, "contrast", "no_domain"),
        ({"corpus": [c | {"date": None} for c in SEGMENTED["corpus"]]}, "trends", "no_dates"),
        (SEGMENTED, "field_terms", "no_fields"),
        (WITH_FIELDS, "field_terms", "not_yet"),
        (SEGMENTED | {"segment": {"method": "whitespace"}}, "new_words", "segmented"),
    ],
)
def test_a_step_that_has_no_result_has_a_reason(tmp_path: Path, config: dict[str, object], step: str, why: str) -> None:
    few = {t: rows for t, rows in workspaces.tables().items() if t in READ}
    tables = Tables(workspaces.write(tmp_path / "w", few, config))
    assert tables.missing()[step] == why and tables.count("lexicon") is None
