import inspect
from collections.abc import Callable

import pyarrow as pa

from wajue import dag, schemas
from wajue.config import Config
from wajue.runner import run


def test_every_table_is_declared_and_has_one_writer() -> None:
    written = [t for step in dag.STEPS for t in step.writes]
    assert sorted(written) == sorted(schemas.TABLES)


def test_every_table_is_written_before_it_is_read() -> None:
    there: set[str] = set()
    for step in dag.STEPS:
        assert set(step.reads) <= there, step.name
        there |= set(step.writes)


def test_a_stage_has_the_parameters_of_its_step() -> None:
    for step in dag.STEPS:
        if not step.trainer and step.name != "ingest":
            parameters = inspect.signature(run.STAGES[step.name]).parameters
            more = ("earlier",) if step.name == "dedup" else ()  # documents of other workspaces
            assert tuple(parameters) == (*step.reads, "config", *more)
            assert parameters["config"].kind is inspect.Parameter.KEYWORD_ONLY
            assert run.STAGES[step.name].__module__ == f"wajue.stages.{step.name}"


def test_every_step_depends_on_sections_that_exist() -> None:
    assert {s for step in dag.STEPS for s in step.sections} <= set(Config.model_fields)


def test_what_is_left_out(load: Callable[..., Config]) -> None:
    out = dag.left_out(load('[segment]\nmethod = "whitespace"\n[jose]\nenabled = false\n'))
    # no general corpus: no contrast, no terms; no dates: no trends
    assert set(out) == {"ngrams", "new_words", "contrast", "terms", "jose", "trends"}
    assert "background" in out["contrast"]  # unless a dictionary stands for it
    assert set(dag.left_out(load('[contrast]\nbackground = "jieba"\n'))) == {"trends"}


def test_differences_between_a_schema_and_its_declaration_are_all_named() -> None:
    table = schemas.TABLES["vocabulary"]
    assert table.differences(table.schema) == []
    found = pa.schema([("word_id", pa.int64()), ("word", pa.large_string()), ("extra", pa.string())])
    faults = table.differences(found)
    assert len(faults) == 3 and all(any(name in f for f in faults) for name in ("'word_id'", "'count'", "'extra'"))
    fixed = pa.schema([("word", pa.string()), ("count", pa.int64()), ("vector", pa.list_(pa.float32(), 3))])
    assert schemas.TABLES["sgns_words"].differences(fixed) == []
