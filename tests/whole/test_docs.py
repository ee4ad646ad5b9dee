"""What the documentation says is what the code does."""

import csv
import json
import os
import re
import runpy
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from markdown.extensions.toc import slugify

from wajue import dag
from wajue.cli.arguments import GOLD_OPTIONS
from wajue.results.evaluate import TESTS
from wajue.results.export import FORMATS
from wajue.schemas import TABLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").rglob("*.md"))
EXPERIMENTS = ROOT / "docs" / "dev" / "experiments"
MEASURES = sorted((ROOT / "docs" / "concepts").glob("*.md"))


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="module")
def generate() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "generate.py"))


def test_generated_pages_are_up_to_date(generate: dict[str, Any]) -> None:
    for page, text in generate["generated"]():
        assert page.read_text(encoding="utf-8") == text, f"run python docs/generate.py: {name(page)}"


def test_a_table_of_figures_is_made_of_rows_that_were_measured(generate: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("a\n<!-- figures speed -->\n| old |\n<!-- end -->\nb\n", encoding="utf-8")
    made = generate["with_figures"](tmp_path / "page.md")
    # 10,456,100 and 370,878 characters a CPU second, the only rows of that name: 28.19 times
    assert made.startswith("a\n") and made.endswith("\nb\n") and "| old |" not in made
    assert "| 10.5 M | jieba 371 k | 28 |" in made
    with pytest.raises(LookupError, match="no row"):
        generate["figures"].measured("segmentation", "wajue", "speed", "a note that no row has")


def test_every_experiment_has_its_date_verdict_and_figure(generate: dict[str, Any]) -> None:
    index = (EXPERIMENTS / "index.md").read_text(encoding="utf-8")
    for page in sorted(EXPERIMENTS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        ideas = re.findall(r"^## (.+)$", text, re.M) if page.name != "index.md" else []
        assert ideas == [i for i, *_ in generate["_EXPERIMENT"].findall(text)] or page.name == "index.md", name(page)
        dates = [date for _, date, *_ in generate["_EXPERIMENT"].findall(text)]
        assert dates == sorted(dates, reverse=True), f"{name(page)}: newest first"
        assert all(f"| [{idea}]({page.name}#" in index for idea in ideas), name(page)


def test_the_readme_names_every_step_with_its_tables() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", README, re.M))
    for step in dag.STEPS:
        assert rows[step.name] == ", ".join(f"`{t}`" for t in step.writes)
    assert set(rows) == set(dag.NAMES)


def test_the_readmes_file_tree_exists() -> None:
    [tree] = re.findall(r"```tree\n(.*?)```", README, re.S)
    for line in tree.splitlines():
        assert (ROOT / line.split()[0]).exists(), line


def test_links_and_make_targets_exist() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README + CHINESE + contributing):
        assert (ROOT / link).exists(), link
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"(?:`|^|&& |run: |entry: )make ([a-z][\w-]*)", README + CHINESE + contributing + workflow + hooks, re.M)
    for target in {"test", "check", *targets}:
        assert re.search(rf"^(?:[\w-]+ )*{target}(?: [\w-]+)*:", makefile, re.M), target
    assert re.findall(r"run: (\w+)", workflow) == ["make"] * workflow.count("- run: "), "the workflow has no commands of its own"


def test_every_export_is_documented() -> None:
    assert re.findall(r"^\| `([a-z]\S*)` \|", (ROOT / "docs" / "exports.md").read_text(encoding="utf-8"), re.M) == list(FORMATS)


def test_every_score_is_documented_and_has_its_option() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (--\S+)$", page, re.M) == list(GOLD_OPTIONS) == [f"--{test}" for test in TESTS]


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "docs/general-corpus.md", "docs/fields.md"])
def test_a_config_that_is_shown_loads(tmp_path: Path, page: str) -> None:
    from wajue import config

    [text] = re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    assert {c.role for c in config.load(tmp_path / "c.toml").corpus} == {"domain", "general"}


def test_both_readmes_show_the_same_demo() -> None:
    """In their languages: what holds a figure is the same but for the widths of columns."""
    shown = [re.search(r"```text\n(.*?)```", page, re.S) for page in (CHINESE, README)]
    chinese, english = ([" ".join(line.split()) for line in m[1].splitlines() if re.search(r"\d", line)] for m in shown if m)
    assert chinese == english and len(english) >= 20


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        target = (page.parent / link).resolve() if link else page
        assert target.is_file(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.M)
            assert anchor in {slugify(heading, "-") for heading in headings}, anchor


@pytest.mark.parametrize("page", MEASURES, ids=name)
def test_the_examples_of_a_measure_compute_what_they_say(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S))
    exec(compile(code, name(page), "exec"), {})
    said = re.findall(r"-?\d+\.\d+", capsys.readouterr().out)
    promised = " ".join(re.findall(r"print\(.*\)\s+#(.*)", code))
    assert said and all(figure in promised for figure in said), (said, promised)


def test_every_setting_and_column_that_the_pages_name_is_there() -> None:
    from wajue.config import Config

    columns = {f"{t.name}.{c.name}" for t in TABLES.values() for c in t.columns}
    for page in (p for p in PAGES if p.name != "examples.md"):  # its examples add a setting and a column
        text = page.read_text(encoding="utf-8")
        for section, setting in re.findall(r"`\[(\w+)\] (\w+)(?: =[^`]*)?`", text):
            field = Config.model_fields[section].annotation
            assert setting in getattr(field, "model_fields", {}), f"{name(page)}: [{section}] {setting}"
        for table, column in re.findall(r"`(\w+)\.(\w+)`", text):
            assert table not in TABLES or f"{table}.{column}" in columns, f"{name(page)}: {table}.{column}"


def test_every_file_that_a_page_names_is_there() -> None:
    for page in (*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md"):
        for file in re.findall(r"`((?:pipeline|tests|docs|jobs|benchmarks|data)/[\w./-]+)`", page.read_text(encoding="utf-8")):
            assert (ROOT / file).exists(), f"{name(page)}: {file}"


def test_every_figure_of_the_performance_page_was_measured() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    with open(ROOT / "benchmarks" / "results" / "results.csv", encoding="utf-8") as file:
        measured = {(r["benchmark"], r["system"], r["figure"], float(r["value"])) for r in csv.DictReader(file)}
    rows = re.findall(r"^\|[^|]*\| (\S+) \| ([^|]+) \| (\S+) \| ([\d.,]+) \|$", page, re.M)
    assert len(rows) > 30
    for benchmark, system, figure, value in rows:
        assert (benchmark, system, figure, float(value.replace(",", ""))) in measured, (benchmark, system, figure, value)


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    built = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    )
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr, built.stderr
    pages = [p.relative_to(ROOT / "docs").with_suffix("") for p in PAGES]
    for page in pages:
        folder = tmp_path / page.parent if page.name == "index" else tmp_path / page
        html = (folder / "index.html").read_text(encoding="utf-8")
        assert not re.findall(r'(?:src|href)="(https?://[^"]+\.(?:js|css|woff2?))"', html), "the pages fetch nothing from elsewhere"
    assert "A map of the first terms that have a vector" in (tmp_path / "tour" / "index.html").read_text(encoding="utf-8"), (
        "the script itself"
    )
    indexed = json.loads((tmp_path / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    headings = {word for doc in indexed if doc["location"].startswith("zh/") for word in doc["title"].split("\u200b")}
    assert {"新词", "停用词", "用户词典", "术语", "去重", "分词", "主题"} <= headings, "what Chinese readers search for"


def test_the_wheel_and_the_sdist_hold_what_an_installation_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]  # the wheel from the sdist
    subprocess.run(command, check=True, capture_output=True)
    [wheel], [sdist] = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    inside = zipfile.ZipFile(wheel).namelist()
    modules = {str(p.relative_to(ROOT)) for p in (ROOT / "pipeline").rglob("*.py")}
    sample = {f"wajue/sample/{p.name}" for p in (ROOT / "data").iterdir() if p.is_file()}
    page = {f"wajue/results/page/{p.name}" for p in (ROOT / "pipeline" / "results" / "page").iterdir()}
    packaged = (
        {f.replace("pipeline", "wajue", 1) for f in modules} | sample | page | {"wajue/py.typed", "wajue/runner/kernels.jsonl"}
    )
    assert packaged == {f for f in inside if ".dist-info/" not in f}
    entry = zipfile.ZipFile(wheel).read(next(f for f in inside if f.endswith("entry_points.txt"))).decode()
    assert "wajue = wajue.cli:main" in entry
    with tarfile.open(sdist) as archive:
        names = {n.partition("/")[2] for n in archive.getnames()}
    assert modules | {"pyproject.toml", "mkdocs.yml", "README.zh.md", "LICENSE", "data/demo.toml", "tests/conftest.py"} <= names
    assert not [n for n in names if n.endswith((".nbi", ".nbc", ".pyc"))]


@pytest.mark.parametrize("table", list(TABLES))
def test_every_table_is_documented(table: str) -> None:
    assert f"## {table}\n" in (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")


def test_the_sample_is_what_its_generator_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "data" / "generate.py", tmp_path], check=True)
    for name in ("general.json", "power.jsonl", "planted_terms.txt"):
        assert (tmp_path / name).read_bytes() == (ROOT / "data" / name).read_bytes(), name
    assert sum(f.stat().st_size for f in (ROOT / "data").glob("*.json*")) < 5_000_000


HEADINGS = [
    "What becomes of markup",
    "What becomes of word lists",
    "What becomes of marks inside terms",
    "What becomes of text that is no text",
    "Files and their names",
    "The config and what it names",
    "The environment",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_promise_names_its_test(heading: str) -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}", 1)[1].split("\n## ")[0]
    promises = re.findall(r"^\| .*? \| .*? \| (`test_\w+`|the same) \|$", section, re.M)
    assert len(promises) == section.count("\n|") - 2  # but for the head
    tests = {
        t for p in (ROOT / "tests").rglob("test_*.py") for t in re.findall(r"^def (test_\w+)", p.read_text(encoding="utf-8"), re.M)
    }
    assert {p.strip("`") for p in promises} - {"the same"} <= tests and promises[0] != "the same"
