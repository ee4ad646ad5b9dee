import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from wajue import dag, schemas
from wajue.config import Config
from wajue.runner import alone, spark_step


def test_every_table_is_declared_and_has_one_writer() -> None:
    written = [t for step in dag.STEPS for t in step.writes]
    assert sorted((*written, *schemas.KEPT)) == sorted(schemas.TABLES)


def test_every_table_is_written_before_it_is_read() -> None:
    there: set[str] = set()
    for step in dag.STEPS:
        assert set(step.reads) <= there, step.name
        there |= set(step.writes)


def test_a_stage_has_the_parameters_of_its_step() -> None:
    for step in dag.STEPS:
        if step.on_spark and not step.reads_files:
            parameters = inspect.signature(spark_step.STAGES[step.name]).parameters
            more = (step.other.parameter,) if step.other else ()
            more += ("added", *step.rereads) if step.grows else ()  # what was added, and tables as they were written before
            assert tuple(parameters) == (*step.reads, "config", *more)
            assert parameters["config"].kind is inspect.Parameter.KEYWORD_ONLY
            assert spark_step.STAGES[step.name].__module__ == f"wajue.stages.{step.name}"
    assert set(spark_step.STAGES) == {s.name for s in dag.STEPS if s.on_spark}
    assert set(alone.STEPS) == {s.name for s in dag.STEPS if s.alone}


def test_what_a_row_says_of_a_step_is_there() -> None:
    for step in dag.STEPS:
        assert set(step.optional) <= set(step.reads)
        assert not step.rejects or step.rejects == step.writes[1], "rows in = rows of the first two tables"
        assert {*step.rereads, *step.rewrites} <= {*step.writes}
        if step.tally:
            columns = {c.name for c in schemas.TABLES[step.tally.table].columns}
            assert step.tally.table in step.writes and step.tally.column in columns
        if step.other:
            assert step.other.setting in getattr(Config.model_fields[step.other.section].annotation, "model_fields", {})
            assert {step.other.table, step.other.instead or step.other.table} <= {*schemas.TABLES}
            for section, setting in (name.split(".") for name in (*step.other.alike, *step.other.unset)):
                assert section in step.sections
                assert setting in getattr(Config.model_fields[section].annotation, "model_fields", {})


def test_nothing_but_the_row_tells_steps_apart() -> None:
    for module in Path(dag.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and re.fullmatch(r"(\w+\.)*(step|s)\.name", ast.unparse(node.left)):
                against = " ".join(ast.unparse(c) for c in node.comparators)
                assert not re.search(r"""['"]|\b_?[A-Z]{2,}""", against), f"{module}: {ast.unparse(node)}"


def test_a_step_sees_the_sections_that_it_declares_and_no_others(load: Callable[..., Config]) -> None:
    config = load('[segment]\nmethod = "whitespace"\n')
    for step in dag.STEPS:
        seen = dag.visible(config, step)
        for name in set(Config.model_fields) - {"base", "workspace"}:
            if name in step.sections:
                assert getattr(seen, name) == getattr(config, name)
            else:
                with pytest.raises(AttributeError, match=rf"the step {step.name} does not declare the section \[{name}\]"):
                    getattr(seen, name)
    contrast = next(s for s in dag.STEPS if s.name == "contrast")
    assert dag.visible(config, contrast).joiner == " " and not dag.visible(config, contrast).has_role("general")
    with pytest.raises(AttributeError, match=r"does not declare the section \[segment\]"):  # nor by what the config computes
        _ = dag.visible(config, dag.STEPS[0]).joiner


def test_every_step_depends_on_sections_that_exist() -> None:
    assert {s for step in dag.STEPS for s in step.sections} <= set(Config.model_fields)


def test_what_is_left_out(load: Callable[..., Config]) -> None:
    out = dag.left_out(load('[segment]\nmethod = "whitespace"\n[jose]\nenabled = false\n'))
    # no general corpus: no contrast, no terms; no dates: no trends
    assert set(out) == {
        "ngrams",
        "new_words",
        "variants",
        "contrast",
        "terms",
        "field_terms",
        "relations",
        "jose",
        "topics",
        "topic_trends",
        "trends",
    }
    assert "background" in out["contrast"]  # unless a dictionary stands for it
    assert set(dag.left_out(load('[contrast]\nbackground = "jieba"\n'))) == {"trends", "field_terms"}


def test_one_field_is_nothing_to_compare(load: Callable[..., Config]) -> None:
    def why(*fields: str) -> str | None:
        corpora = [f'[[corpus]]\nname = "c{i}"\nrole = "domain"\npaths = "x"\nfield = "{f}"\n' for i, f in enumerate(fields)]
        return dag.left_out(load('[contrast]\nbackground = "jieba"\n', "".join(corpora))).get("field_terms")

    assert why("law", "law") == "law is the only field; [[corpus]] field names two or more to compare"
    assert why("law", "medicine") is None


def test_differences_between_a_schema_and_its_declaration_are_all_named() -> None:
    table = schemas.TABLES["vocabulary"]
    assert table.differences(table.schema) == []
    found = pa.schema([("word_id", pa.int64()), ("word", pa.large_string()), ("extra", pa.string())])
    faults = table.differences(found)
    assert len(faults) == 3 and all(any(name in f for f in faults) for name in ("'word_id'", "'count'", "'extra'"))
    fixed = pa.schema([("word", pa.string()), ("count", pa.int64()), ("vector", pa.list_(pa.float32(), 3))])
    assert schemas.TABLES["sgns_words"].differences(fixed) == []
