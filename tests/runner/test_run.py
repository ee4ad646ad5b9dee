"""The bundled sample through every step, once, and what holds of the workspace that it leaves."""

import json
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from wajue import cli, schemas
from wajue import config as configuration
from wajue.errors import WajueError
from wajue.results import loaders, query
from wajue.results.demo import sample_folder
from wajue.runner import freshness, run
from wajue.store.workspace import Workspace

pytestmark = [pytest.mark.spark, pytest.mark.slow]


@pytest.fixture(scope="module")
def mined(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[configuration.Config, Workspace]:
    config = configuration.load(sample_folder() / "demo.toml")
    workspace = Workspace(str(tmp_path_factory.mktemp("demo") / "out"))
    run.run(config, workspace)
    return config, workspace


DOCS = Path(__file__).parents[2] / "docs"
QUERIES = (DOCS / "queries.md").read_text(encoding="utf-8")
PAGES_WITH_SQL = (
    "queries.md",
    "scores.md",
    "general-corpus.md",
    "faq.md",
    "concepts/keyness.md",
    "concepts/trends.md",
    "topics.md",
    "relations.md",
)


@pytest.fixture(scope="module")
def sql(mined: Any) -> Iterator[Any]:
    connection = query.connect(mined[1])
    yield lambda text: query.execute(connection, text).to_pylist()
    connection.close()


def test_every_table_is_there_as_declared(mined: Any, sql: Any) -> None:
    config, workspace = mined
    left_out = [t for s in run.dag.STEPS if s.name in run.dag.left_out(config) for t in s.writes]
    assert left_out == ["field_terms"], "the sample has one field"
    for name, table in schemas.TABLES.items():
        if name in (*schemas.KEPT, *left_out):
            assert sql(f"FROM {name}") == [], name
            continue
        manifest = workspace.manifest(name)
        assert manifest is not None
        assert manifest["rows_out"] == sql(f"SELECT count(*) AS n FROM {name}")[0]["n"]
        keys = {"format_version", "step", "config", "versions", "inputs", "rows_in", "rows_out", "rejected", "seconds"}
        assert keys | {"cpu_seconds", "peak_rss_bytes", "started", "finished"} <= set(manifest)
        columns = [r["column_name"] for r in sql(f"DESCRIBE {name}")]
        assert columns == [c.name for c in table.columns]
        assert manifest["bytes_out"] == sum(p.stat().st_size for p in (Path(workspace.location) / name).glob("[!._]*"))
    assert {"train_seconds", "words_per_second"} <= set(workspace.manifest("sgns_words"))  # type: ignore[arg-type]
    assert not (Path(workspace.location) / "_unfinished").exists()


def test_the_readme_shows_what_the_demo_shows(mined: Any, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["demo", "--workspace", mined[1].location, "--lang", "en"])
    shown = capsys.readouterr().out
    [told] = re.findall(r"```text\n(.*?)```", (DOCS.parent / "README.md").read_text(encoding="utf-8"), re.S)
    words, terms = told.split("The ten best domain terms")
    assert words.strip() in shown, "sums of integers: the same everywhere"
    shown_terms = shown.partition("The ten best domain terms")[2]
    ours, theirs = (set(re.findall(r"^│ \d+ +│ (\w+)", text, re.M)) for text in (terms, shown_terms))
    assert len(ours) == len(theirs) == 10
    assert len(ours & theirs) >= 7, "the last digits of vectors are those of the processor"


def test_what_spark_counted_is_in_the_manifests(mined: Any) -> None:
    config, workspace = mined
    counted = {s.name: workspace.manifest(s.writes[0])["spark"] for s in run.dag.planned(config) if s.on_spark}  # type: ignore[index]
    for step, facts in counted.items():
        assert facts["tasks"] > 0 and facts["failed_tasks"] == 0 and facts["executor_seconds"] > 0, step
    assert counted["segment"]["shuffle_write_bytes"] < 10_000 < counted["word_counts"]["shuffle_write_bytes"]  # each step's own
    assert counted["ngrams"]["shuffle_write_bytes"] > 1_000_000 and counted["ngrams"]["spilled_disk_bytes"] == 0
    [size] = [m["bytes_in"] for m in [workspace.manifest("raw_documents")] if m]
    assert size == sum((sample_folder() / f).stat().st_size for f in ("general.json", "power.jsonl"))


@pytest.mark.cluster  # a Spark of its own
def test_an_event_log_is_written_where_the_setting_says(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("断路器的检修\n" * 3, encoding="utf-8")
    corpus = '[[corpus]]\nname = "a"\nrole = "domain"\npaths = "a.txt"\n[spark]\nevent_log = "events"\n'
    (tmp_path / "c.toml").write_text(corpus, encoding="utf-8")
    command = [sys.executable, "-m", "wajue", "run", "c.toml", "--until", "ingest", "--master", "local[1]"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    [log] = (tmp_path / "events").glob("*/events_*.zstd")
    with zstandard.open(log, "rt", encoding="utf-8") as stream:
        events = [json.loads(line) for line in stream]
    groups = {e["Properties"].get("spark.jobGroup.id") for e in events if e["Event"] == "SparkListenerJobStart"}
    assert groups == {"ingest"} and events[-1]["Event"] == "SparkListenerApplicationEnd"


def test_no_row_is_lost(sql: Any) -> None:
    [counts] = sql(
        "SELECT (SELECT count(*) FROM raw_documents) + (SELECT count(*) FROM ingest_rejects) AS read,"
        " (SELECT count(*) FROM documents) + (SELECT count(*) FROM rejects) AS told"
    )
    lines = sum(
        1
        for f in ("general.json", "power.jsonl")
        for line in (sample_folder() / f).read_text(encoding="utf-8").split("\n")
        if line.strip(" []\n")
    )
    assert counts["read"] == counts["told"] == lines
    reasons = {r["reason"]: r["n"] for r in sql("SELECT reason, count(*) AS n FROM rejects GROUP BY 1")}
    assert reasons["invalid_json"] == 5 and reasons["null_field"] == 4 and reasons["exact_duplicate"] > 1000


def groups() -> list[set[str]]:
    """Of each topic of the sample's notes, the words of its slots."""
    topics = tomllib.loads((sample_folder() / "notes.toml").read_text(encoding="utf-8"))["topics"].values()
    return [{word for name, words in slots.items() if name != "forms" for word in words.split()} for slots in topics]


def test_the_planted_terms_are_found_again(sql: Any) -> None:
    planted = set((sample_folder() / "planted_terms.txt").read_text(encoding="utf-8").split())
    words = {r["word"] for r in sql("SELECT word FROM lexicon")}
    ranked = [r["term"] for r in sql("SELECT term FROM terms ORDER BY rank")]
    assert len(planted) >= 250
    assert len(planted & words) / len(planted) >= 0.95
    assert len(planted & set(ranked[:100])) >= 85 and len(planted & set(ranked[:10])) >= 9
    assert len(planted & set(ranked)) / len(planted) >= 0.95
    shown = {r["word"] for r in sql("SELECT word FROM new_words ORDER BY rank LIMIT 10")}
    assert len(shown & set().union(*groups())) >= 9


def test_what_keeps_company_is_near(mined: Any, sql: Any) -> None:
    vectors = loaders.load_vectors(mined[1])
    shown = sql("SELECT t.term FROM terms t JOIN sgns_words v ON t.term = v.word ORDER BY t.rank LIMIT 3")
    for term in (r["term"] for r in shown):
        [own] = [group for group in groups() if term in group]
        near = vectors.most_similar(term, top=len(vectors) - 1)
        assert sum(word in own for word, _ in near[:5]) >= 4
        assert near[0][1] - near[-1][1] > 0.5
    labels = [r["label"].split(" / ") for r in sql("SELECT label FROM topics WHERE parent IS NULL AND topic > 0")]
    assert sum(any(own.issuperset(label) for own in groups()) for label in labels) >= 8


def test_new_words_are_those_that_jieba_lacks(sql: Any) -> None:
    known = {r["word"]: r["is_new"] for r in sql("SELECT word, is_new FROM lexicon")}
    assert known["电流互感器"] is True or known["汇控柜"] is True
    assert known["手机"] is False


def test_terms_are_ranked_and_shown_in_use(sql: Any) -> None:
    rows = sql("SELECT * FROM terms ORDER BY rank")
    assert [r["rank"] for r in rows] == list(range(1, len(rows) + 1))
    scores = [r["score"] for r in rows]
    assert scores == sorted(scores, reverse=True)
    for row in rows[:50]:
        assert row["examples"] and all(row["term"] in e for e in row["examples"])
        assert row["domain_count"] >= 5 and row["log_ratio"] > 0


def test_a_word_without_a_vector_is_told(mined: Any) -> None:
    with pytest.raises(WajueError, match="not in the vocabulary"):
        loaders.load_vectors(mined[1], "jose").most_similar("避雷")


def test_a_second_run_does_nothing_and_a_changed_knob_only_what_depends_on_it(mined: Any, caplog: pytest.LogCaptureFixture) -> None:
    config, workspace = mined
    before = {t: workspace.manifest(t) for t in schemas.TABLES}
    with caplog.at_level("INFO", logger="wajue"):
        run.run(config, workspace)
    assert {t: workspace.manifest(t) for t in schemas.TABLES} == before
    assert sum("done before" in m for m in caplog.messages) == len(run.dag.planned(config))
    changed = config.model_copy(update={"jose": configuration.Jose(epochs=1)})
    stale = [s.step.name for s in freshness.of(changed, workspace, run.find_files(changed)) if s.state == "stale"]
    assert stale == ["jose", "topics", "topic_trends"]
    changed = config.model_copy(update={"clean": configuration.Clean(min_length=9)})
    stale = [s.step.name for s in freshness.of(changed, workspace, run.find_files(changed)) if s.state == "stale"]
    assert stale == [s.name for s in run.dag.planned(config) if s.name != "ingest"]


def test_a_killed_step_is_done_again(mined: Any, tmp_path: Path) -> None:
    config, workspace = mined
    copy = Workspace(str(tmp_path / "copy"))
    shutil.copytree(workspace.location, copy.location)
    (Path(copy.location) / "word_counts" / "_step.json").unlink()  # killed after its files, before its manifest
    shutil.rmtree(Path(copy.location) / "jose_words")
    found = {s.step.name: s.state for s in freshness.of(config, copy, run.find_files(config))}
    assert (found["word_counts"], found["jose"], found["segment"]) == ("missing", "missing", "done")
    run.run(config, copy, last="word_counts")
    assert copy.whole("word_counts") and not copy.whole("jose_words")
    found = {s.step.name: s.state for s in freshness.of(config, copy, run.find_files(config))}
    assert (found["word_counts"], found["contrast"]) == ("done", "stale")


def test_a_workspace_of_another_project_or_format_is_refused(mined: Any, tmp_path: Path) -> None:
    config, workspace = mined
    [corpus] = [c for c in config.corpus if c.role == "domain"]
    other = config.model_copy(update={"corpus": (corpus.model_copy(update={"name": "other", "paths": ("general.json",)}),)})
    with pytest.raises(WajueError, match=r"another config.*power"):
        run.run(other, workspace)
    copy = Workspace(str(tmp_path / "copy"))
    shutil.copytree(Path(workspace.location) / "raw_documents", Path(copy.location) / "raw_documents")
    path = Path(copy.location) / "raw_documents" / "_step.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"format_version": 99}), encoding="utf-8")
    with pytest.raises(WajueError, match="format 99"):
        run.run(config, copy)


@pytest.mark.parametrize(
    "recipe",
    [r for page in PAGES_WITH_SQL for r in re.findall(r"```sql\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.S)],
)
def test_every_recipe_answers_on_the_sample(sql: Any, recipe: str) -> None:
    assert sql(recipe)


@pytest.mark.parametrize("example", re.findall(r"```python\n(.*?)```", QUERIES, re.S))
def test_the_tables_open_in_other_tools(mined: Any, example: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = example.replace('"out/', f'"{mined[1].location}/')
    assert code != example
    exec(compile(code, "docs/queries.md", "exec"), {})
    assert len(capsys.readouterr().out) > 10


def test_the_library_answers_as_documented(
    mined: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the page exports a dictionary
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.S)).replace('"out"', repr(mined[1].location))
    code = re.sub(r'mine\("config.toml"\)', "mine(config, workspace)", code)
    names: dict[str, Any] = {"config": mined[0], "workspace": mined[1]}
    exec(compile(code, "docs/library.md", "exec"), names)
    said = capsys.readouterr().out
    assert "['110kV', '主變', '的', '油枕', '漏油', '怎么', '检查', '？']" in said and "not in the vocabulary" in said
    assert names["keyed"].doesnt_match(["断路器", "主变", "手机"]) == "手机"
    assert len(names["frame"]) == names["terms"].num_rows > 100


def test_the_tour_ends_with_a_picture(mined: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="pip install '.[docs]'")
    matplotlib.use("agg")
    tour = runpy.run_path(str(DOCS / "tour.py"))
    tour["tour"](mined[1])
    said = capsys.readouterr().out
    assert "exact_duplicate" in said and "主变 的 油枕" in said
    tour["plot"](mined[1], tmp_path / "tour.png")
    picture = matplotlib.image.imread(tmp_path / "tour.png")
    assert picture.shape == (1350, 1650, 4) and picture[..., :3].std() > 0.05  # not a blank sheet


def test_the_recipes_on_the_command_line_answer(mined: Any, sql: Any) -> None:
    folder = Path(mined[1].location)
    statements = re.findall(r'^wajue query out "(.*?)"', QUERIES, re.M)
    assert len(statements) == 3
    for statement in statements:
        assert sql(statement.replace("out/*", f"{folder}/*"))


def test_a_corpus_without_documents_says_why(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"question": "断路器怎么检修"}\n' * 3, encoding="utf-8")
    (tmp_path / "c.toml").write_text(
        '[[corpus]]\nname = "a"\nrole = "domain"\npaths = "a.jsonl"\ntext = "questoin"\n', encoding="utf-8"
    )
    with pytest.raises(
        WajueError, match=r"'a' has no document left after ingest: 3 x missing_field .*there are: question"
    ) as error:
        run.run(configuration.load(tmp_path / "c.toml"), Workspace(str(tmp_path / "out")))
    assert error.value.exit_status == 1
    workspace = Workspace(str(tmp_path / "out"))
    assert not workspace.whole("raw_documents")
    assert query.execute(query.connect(workspace), "SELECT count(*) AS n FROM rejects").to_pylist() == [{"n": 3}]


def test_a_corpus_that_may_be_empty_stops_nothing_unless_its_role_is(
    spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.txt").write_text("断路器怎么检修\n", encoding="utf-8")
    (tmp_path / "package.json").write_text('{"description": "x"}', encoding="utf-8")
    corpus = '[[corpus]]\nname = "{0}"\nrole = "domain"\npaths = "{0}"\nmay_be_empty = true\n'
    other, settings = corpus.format("package.json") + 'text = "description"\n', configuration.load

    (tmp_path / "both.toml").write_text(corpus.format("a.txt") + other, encoding="utf-8")
    run.run(settings(tmp_path / "both.toml"), Workspace(str(tmp_path / "out")), last="dedup")
    said = [m for m in caplog.messages if "no document left" in m]
    assert said == ["corpus 'package.json' has no document left after clean: 1 x too_short (1 characters, min_length = 4)"]

    (tmp_path / "one.toml").write_text(other, encoding="utf-8")
    with pytest.raises(WajueError, match=r"'package.json' has no document left after clean: 1 x too_short"):
        run.run(settings(tmp_path / "one.toml"), Workspace(str(tmp_path / "one")), last="dedup")


def test_segmented_english_needs_no_general_corpus(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the cat sat on the mat again\n\nthe dog sat on the log\n" * 3, encoding="utf-8")
    text = (
        '[segment]\nmethod = "whitespace"\n[vocabulary]\nmin_count = 1\n[dedup]\nexact = false\n[sgns]\ndim = 4\n[jose]\ndim = 4\n'
    )
    (tmp_path / "c.toml").write_text(text + '[[corpus]]\nname = "a"\nrole = "domain"\npaths = "a.txt"\n', encoding="utf-8")
    workspace = Workspace(str(tmp_path / "out"))
    run.run(configuration.load(tmp_path / "c.toml"), workspace)
    connection = query.connect(workspace)
    assert query.execute(connection, "SELECT word, count FROM vocabulary ORDER BY word_id LIMIT 1").to_pylist() == [
        {"word": "the", "count": 12}
    ]
    assert query.execute(connection, "SELECT count(*) AS n FROM jose_documents").to_pylist() == [{"n": 6}]
    assert query.execute(connection, "SELECT count(*) AS n FROM terms").to_pylist() == [{"n": 0}]
