"""What the documentation says is what the code does."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import dag
from pipeline.cli import GOLD_OPTIONS
from pipeline.evaluate import TESTS
from pipeline.export import FORMATS
from pipeline.schemas import TABLES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_generated_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, text in generate.FILES.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text(), f"run python docs/generate.py: {name}"


def test_the_readme_names_every_step_with_its_tables() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", README, re.M))
    for step in dag.STEPS:
        assert rows[step.name] == ", ".join(f"`{t}`" for t in step.writes)
    assert set(rows) == set(dag.NAMES)


def test_the_readmes_file_tree_exists() -> None:
    [tree] = re.findall(r"```tree\n(.*?)```", README, re.S)
    for line in tree.splitlines():
        assert (ROOT / line.split()[0]).exists(), line


def test_the_readmes_links_and_make_targets_exist() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:`|^)make (\w+)", README, re.M)):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_every_export_is_documented() -> None:
    assert re.findall(r"^\| `([a-z]\S*)` \|", (ROOT / "docs" / "exports.md").read_text(encoding="utf-8"), re.M) == list(FORMATS)


def test_every_score_is_documented_and_has_its_option() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (--\S+)$", page, re.M) == list(GOLD_OPTIONS) == [f"--{test}" for test in TESTS]


def test_the_readmes_config_loads(tmp_path: Path) -> None:
    from pipeline import config

    [text] = re.findall(r"```toml\n(.*?)```", README, re.S)
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    assert {c.role for c in config.load(tmp_path / "c.toml").corpus} == {"domain", "general"}


@pytest.mark.parametrize("table", list(TABLES))
def test_every_table_is_documented(table: str) -> None:
    assert f"## {table}\n" in (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")


def test_the_sample_is_what_its_generator_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "data" / "generate.py", tmp_path], check=True)
    for name in ("general.json", "power.jsonl", "planted_terms.txt"):
        assert (tmp_path / name).read_bytes() == (ROOT / "data" / name).read_bytes(), name
    assert sum(f.stat().st_size for f in (ROOT / "data").glob("*.json*")) < 5_000_000
