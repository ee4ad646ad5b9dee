"""Whether Spark or this process answers the stages, the tables are the same."""

import errno
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces import as_text
from wajue import config as configuration
from wajue import dag
from wajue.config import Config
from wajue.errors import WajueError
from wajue.reading import pieces
from wajue.results import demo
from wajue.runner import engine, run
from wajue.spark import session as spark_session
from wajue.stages import ingest
from wajue.store.workspace import Workspace

SAMPLE = demo.sample_folder()
BOILERPLATE = "\n\u3000\u3000本站提供电力设备的维护资料，欢迎投稿\n 另有一行说明前后都有空格 \n"
BLANK = "\n\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\n完"  # no boilerplate, for whoever knows it as white space
CORPORA = """
[[corpus]]
name = "notes"
role = "domain"
paths = ["notes*.jsonl"]
id = "id"
date = "date"
field = "stations"

[[corpus]]
name = "lines"
role = "domain"
paths = ["lines.jsonl"]
id = "id"
date = "date"
field = "lines"

[[corpus]]
name = "questions"
role = "general"
paths = ["general.jsonl"]
text = ["question"]
url = "url"
tags = "tags"
"""
# every stage does all that it can: rows are joined, grouped, sorted, exploded, looked up
EVERYTHING = """
[dedup]
passage_length = 30
passage_documents = 3
[clean]
boilerplate_documents = 3
boilerplate_share = 0.01
[segment]
granularity = "coarse"
offsets = true
[new_words]
reject = ["渗油"]
accept = ["主变压器"]
[variants]
min_count = 2
[terms]
seeds = ["断路器"]
accept = ["母线的'\\"\\\\"]
[sgns]
deterministic = true
epochs = 1
[jose]
enabled = false
"""
OF_ONE_ROLE = '[segment]\nmethod = "jieba"\n[contrast]\nbackground = "jieba"\n[jose]\nenabled = false\n[sgns]\nenabled = false\n'


def lines_of(name: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line.strip().rstrip(","))
        except ValueError:
            continue  # one that is planted to be rejected, or a bracket of the array
        records += [record] if isinstance(record, dict) else []
    return records


def put(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(f"{json.dumps(r, ensure_ascii=False)}\n" for r in records), encoding="utf-8")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two fields, ids that stand twice, a line that many documents have, and general text."""
    folder = tmp_path_factory.mktemp("corpus")
    notes, general = lines_of("power.jsonl"), lines_of("general.json")
    for i, note in enumerate(notes[:900:9]):
        note["text"] += BOILERPLATE + notes[i]["text"] + BLANK
    put(folder / "notes.jsonl", [*notes[:900], *({**n, "text": f"另一份记录：{n['text']}"} for n in notes[:20])])
    put(folder / "lines.jsonl", notes[2000:2800])
    put(folder / "general.jsonl", general[:1000])
    put(folder / "later.jsonl", [*notes[3500:3600], *notes[100:110]])
    return folder


def loaded(corpus: Path, settings: str, corpora: str = CORPORA) -> Config:
    path = corpus / "config.toml"
    path.write_text(settings + corpora, encoding="utf-8")
    return configuration.load(path)


def rows(workspace: Path, table: str) -> list[str]:
    return as_text(Workspace(str(workspace)), table)[table]


def must_be_equal(one: Path, other: Path) -> None:
    written = [t for step in dag.STEPS for t in step.writes if (one / t).is_dir()]
    assert written
    for table in written:
        assert rows(one, table) == rows(other, table), table


@pytest.fixture
def _several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are forked, and documents exchanged, as they are where there is more text, on three cores."""
    monkeypatch.setattr(engine, "_FEW", 0)
    monkeypatch.setattr(engine, "_memory", lambda: 8 << 30)
    monkeypatch.setattr("wajue.mining.duplicates.settings._BUCKET_DOCUMENTS", 700)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})


@pytest.fixture
def _without_java(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Spark does not run, and cannot be started."""
    with monkeypatch.context() as patched:
        patched.setattr(spark_session, "is_running", lambda: False)
        patched.setattr(spark_session, "session", lambda *_, **__: pytest.fail("Spark was started"))
        yield


@pytest.fixture
def in_process(_without_java: None) -> Any:
    return lambda config, workspace, **more: run.run(config, Workspace(str(workspace)), **more)


@pytest.mark.spark
@pytest.mark.usefixtures("_several_processes")
def test_every_table_is_the_same(spark: Any, corpus: Path, tmp_path: Path) -> None:
    """All stages, and new files afterwards."""
    by_spark, here = tmp_path / "spark", tmp_path / "here"
    config = loaded(corpus, EVERYTHING)
    run.run(config, Workspace(str(by_spark)))
    run.run(config, Workspace(str(here)), master="none")
    must_be_equal(by_spark, here)
    assert sum('"repeated_id"' in row for row in rows(here, "ingest_rejects")) >= 20
    for table in ("boilerplate", "duplicates", "repeated_passages", "field_terms", "term_relations", "trends", "terms"):
        assert rows(here, table), table

    (corpus / "later.jsonl").rename(corpus / "notes2.jsonl")
    try:
        config = loaded(corpus, EVERYTHING.replace("passage_length = 30", ""))
        for workspace, master in ((by_spark, None), (here, "none")):
            run.run(config, Workspace(str(workspace)), last="segment", master=master)
    finally:
        (corpus / "notes2.jsonl").rename(corpus / "later.jsonl")
    must_be_equal(by_spark, here)


@pytest.mark.spark
def test_the_other_ways_to_cut_and_to_compare(spark: Any, corpus: Path, tmp_path: Path) -> None:
    """jieba's words against its dictionary's frequencies, and what resembles documents of another workspace."""
    by_spark, here = tmp_path / "spark", tmp_path / "here"
    first = loaded(corpus, OF_ONE_ROLE, CORPORA[: CORPORA.index('[[corpus]]\nname = "lines"')])
    run.run(first, Workspace(str(by_spark)))
    second = loaded(
        corpus, f'[dedup]\nagainst = ["{by_spark}"]\n{OF_ONE_ROLE}', CORPORA[CORPORA.index('[[corpus]]\nname = "lines"') :]
    )
    run.run(second, Workspace(f"{by_spark}2"), last="word_counts")
    run.run(first, Workspace(str(here)), master="none")
    run.run(second, Workspace(f"{here}2"), last="word_counts", master="none")
    must_be_equal(by_spark, here)
    must_be_equal(Path(f"{by_spark}2"), Path(f"{here}2"))


@pytest.mark.spark
@pytest.mark.usefixtures("_several_processes")
def test_a_file_in_pieces_is_read_as_a_whole(spark: Any, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object a line, though its name says that it is an array: what is told of the file is what its first piece finds."""
    shutil.copy(corpus / "general.jsonl", corpus / "lines.json")
    config = loaded(corpus, "", CORPORA[CORPORA.index('[[corpus]]\nname = "questions"') :].replace("general.jsonl", "lines.json"))
    run.run(config, Workspace(str(tmp_path / "whole")), last="ingest")
    made: list[int] = []
    divide = pieces.pieces

    def counted(*args: Any) -> list[pieces.Piece]:
        found = divide(*args)
        made.append(len(found))
        return found

    monkeypatch.setattr(ingest, "_PIECE_BYTES", 10_000)
    monkeypatch.setattr(pieces, "BLOCK", 5000)
    monkeypatch.setattr(pieces, "pieces", counted)
    for name, master in (("spark", None), ("here", "none")):
        run.run(config, Workspace(str(tmp_path / name)), last="ingest", master=master)
        must_be_equal(tmp_path / "whole", tmp_path / name)
    assert len(made) == 2 and min(made) > 3


@pytest.mark.usefixtures("_several_processes")
def test_an_error_in_another_process_is_told(
    in_process: Any, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the step stays, and the same run goes on afterwards."""

    def fails(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device", "part.parquet")

    config, out = loaded(corpus, OF_ONE_ROLE), tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr("wajue.cleaning.documents.judge", fails)
        with pytest.raises(WajueError, match=r"clean: .*(disk|space)"):
            in_process(config, out, last="clean")
    assert {p.name for p in out.iterdir() if p.is_dir()} == {"raw_documents", "ingest_rejects", "files"}
    in_process(config, out, last="clean")
    assert rows(out, "clean_documents")


def test_no_java_is_needed(in_process: Any, corpus: Path, tmp_path: Path) -> None:
    config = loaded(corpus, OF_ONE_ROLE)
    in_process(config, tmp_path / "here", last="segment")
    manifest = json.loads((tmp_path / "here" / "tokens" / "_step.json").read_text(encoding="utf-8"))
    assert "spark" not in manifest
    assert manifest["rows_out"] > 1500
