import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.frames import by_tasks, dedup
from tests.mining.duplicates.texts import questions
from tests.stages.texts import BOTH, of_rows
from wajue import config as configuration
from wajue import dag
from wajue.config import Config
from wajue.errors import ConfigError, WajueError
from wajue.results import query
from wajue.runner import freshness, run
from wajue.store.workspace import Workspace

Load = Callable[..., Config]
pytestmark = pytest.mark.spark


def documents(spark: Any, texts: list[tuple[str, str]], order: list[int] | None = None) -> Any:
    """Documents of (corpus, text); the file changes every ten records."""
    roles = {"q": "general", "d": "domain"}
    rows = [
        (f"{c}{i}", c, roles[c], t, None, [], None, None, None, (f"{c}{i // 10}.txt", i, i % 10 + 1))
        for i, (c, t) in enumerate(texts)
    ]
    return of_rows(spark, [rows[i] for i in order or range(len(rows))])


@pytest.mark.parametrize("partitions", [1, 17])
def test_the_domains_first_one_is_kept(spark: Any, load: Load, partitions: int) -> None:
    texts = [("q", "一样"), ("d", "一样。"), ("d", "一样"), ("q", "别样")]
    kept, duplicates, *_ = dedup(documents(spark, texts).repartition(partitions), config=load(corpus=BOTH))
    assert {r.doc_id for r in kept.collect()} == {"d1", "q3"}
    assert {(r.doc_id, r.duplicate_of, r.reason, r.similarity) for r in duplicates.collect()} == {
        ("q0", "d1", "exact_duplicate", 1.0),
        ("d2", "d1", "exact_duplicate", 1.0),
    }


def test_the_same_whatever_the_partitions_and_the_order(spark: Any, load: Load) -> None:
    texts = [("q" if i % 3 else "d", t) for i, t in enumerate(questions(200, 4))]
    config = load(corpus=BOTH)
    results = []
    for partitions in (1, 17):
        order = random.Random(partitions).sample(range(len(texts)), len(texts))
        kept, duplicates, *_ = dedup(documents(spark, texts, order).repartition(partitions), config=config)
        results.append((sorted(map(str, kept.collect())), sorted(map(str, duplicates.collect()))))
        assert len(results[-1][0]) + len(results[-1][1]) == len(texts)
    assert results[0] == results[1]
    assert any("near_duplicate" in d for d in results[0][1])


def test_the_same_by_tasks_and_through_several_buckets(
    spark: Any, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [("q" if i % 3 else "d", t) for i, t in enumerate(questions(200, 4))]
    frame, config = documents(spark, texts), load(corpus=BOTH)
    kept, duplicates, *_ = dedup(frame, config=config)
    expected = [sorted(map(str, t.collect())) for t in (kept, duplicates)]
    for most in (10**6, 60):
        monkeypatch.setattr("wajue.mining.duplicates.settings._BUCKET_DOCUMENTS", most)
        folder = tmp_path / str(most)
        folder.mkdir()
        kept, duplicates, *_ = dedup(by_tasks(frame, folder, "clean_documents"), config=config)
        assert [sorted(map(str, t.collect())) for t in (kept, duplicates)] == expected


def test_what_a_near_duplicate_resembles_is_told(spark: Any, load: Load) -> None:
    text = "高压断路器怎么检修母线电压互感"
    _, duplicates, *_ = dedup(documents(spark, [("d", text), ("d", text + "吗")]), config=load(corpus=BOTH))
    [row] = duplicates.collect()
    assert (row.reason, row.duplicate_of, row.source.record) == ("near_duplicate", "d0", 2)
    assert row.similarity == pytest.approx(14 / 15)
    assert row.detail == "Jaccard similarity 0.933 to d: d0.txt record 1"


@pytest.mark.parametrize(("settings", "kept"), [("exact = false", 3), ("near = false", 2), ("threshold = 0.95", 2), ("", 1)])
def test_what_counts_as_a_duplicate_is_a_setting(spark: Any, load: Load, settings: str, kept: int) -> None:
    text = "高压断路器怎么检修母线电压互感"
    frame = documents(spark, [("d", text), ("d", text + "吗"), ("q", text)])
    documents_kept, duplicates, *_ = dedup(frame, config=load(f"[dedup]\n{settings}\n", corpus=BOTH))
    assert documents_kept.count() == kept and duplicates.count() == 3 - kept


def test_bands_and_rows_go_together(load: Load) -> None:
    with pytest.raises(ConfigError, match="bands and rows_per_band"):
        load("[dedup]\nbands = 3\n")


def test_new_data_against_an_earlier_workspace(spark: Any, tmp_path: Path) -> None:
    text = '[[corpus]]\nname = "a"\nrole = "domain"\npaths = "{}.txt"\n'
    (tmp_path / "old.txt").write_text("高压断路器怎么检修母线电压互感\n变压器漏油了\n", encoding="utf-8")
    (tmp_path / "new.txt").write_text("高压断路器怎么检修母线电压互感吗\n变压器漏油了\n新的问题来了\n", encoding="utf-8")
    (tmp_path / "old.toml").write_text(text.format("old"), encoding="utf-8")
    (tmp_path / "new.toml").write_text('[dedup]\nagainst = "old"\n' + text.format("new"), encoding="utf-8")
    new = configuration.load(tmp_path / "new.toml")
    workspace = Workspace(str(tmp_path / "out"))
    with pytest.raises(WajueError, match="no workspace"):
        run.run(new, workspace, last="dedup")
    run.run(configuration.load(tmp_path / "old.toml"), Workspace(str(tmp_path / "old")), last="dedup")
    run.run(new, workspace, last="dedup")
    connection = query.connect(workspace)
    assert query.execute(connection, "SELECT text FROM documents").to_pylist() == [{"text": "新的问题来了"}]
    rows = query.execute(connection, "SELECT reason, detail, duplicate_of FROM rejects ORDER BY reason").to_pylist()
    assert [r["reason"] for r in rows] == ["exact_duplicate", "near_duplicate"]
    assert "old, a: old.txt record 1" in rows[1]["detail"]
    old = query.execute(query.connect(Workspace(str(tmp_path / "old"))), "SELECT doc_id FROM documents").column(0).to_pylist()
    assert {r["duplicate_of"] for r in rows} == set(old)
    assert {s.step.name: s.state for s in freshness.of(new, workspace, run.find_files(new))}["dedup"] == "done"
    run.run(configuration.load(tmp_path / "old.toml"), Workspace(str(tmp_path / "old")), first="dedup", last="dedup", force=True)
    assert {s.step.name: s.state for s in freshness.of(new, workspace, run.find_files(new))}["dedup"] == "stale"


def test_signatures_stand_for_the_text_of_an_earlier_workspace(
    spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = '[[corpus]]\nname = "a"\nrole = "domain"\npaths = "{}.txt"\n'
    for name, few in (("old", 300), ("new", 60)):
        lines = [t.replace("\n", "") for t in questions(300, 4)][-few:]
        (tmp_path / f"{name}.txt").write_text("\n".join([*lines, f"{name}的问题"]) + "\n", encoding="utf-8")
    (tmp_path / "old.toml").write_text(text.format("old"), encoding="utf-8")
    old = Workspace(str(tmp_path / "old"))
    run.run(configuration.load(tmp_path / "old.toml"), old, last="dedup")

    def against_old(settings: str = "") -> list[list[str]]:
        (tmp_path / "new.toml").write_text(f'[dedup]\nagainst = "old"\n{settings}' + text.format("new"), encoding="utf-8")
        workspace = Workspace(str(tmp_path / "out"))
        caplog.clear()
        run.run(configuration.load(tmp_path / "new.toml"), workspace, last="clean")
        run.run(configuration.load(tmp_path / "new.toml"), workspace, first="dedup", last="dedup", force=True)
        return [sorted(map(str, pq.read_table(workspace.path(t)).to_pylist())) for t in dag.STEPS[2].writes]

    by_text = tmp_path / "signatures"
    Path(old.path("signatures")).rename(by_text)
    expected = against_old()
    assert "it has no table signatures; its table documents is read instead" in caplog.text
    by_text.rename(old.path("signatures"))
    old.discard("documents")
    assert against_old() == expected and not any("instead" in m for m in caplog.messages)
    documents_, duplicates, *_ = expected
    assert len(documents_) + len(duplicates) == 61 and sum("near_duplicate" in d and "old, a: old.txt" in d for d in duplicates) > 3
    with pytest.raises(WajueError, match="no table 'documents' yet"):
        against_old("threshold = 0.9\n")
    assert "was made with [dedup] threshold = 0.8, here it is 0.9" in caplog.text


@pytest.mark.parametrize("partitions", [1, 3])
def test_passages_stay_in_the_first_document(spark: Any, load: Load, partitions: int) -> None:
    note = "本资料仅供内部学习使用不得转载"
    texts = [("q", f"母线的电压偏低{note}"), ("d", f"断路器的触头磨损了{note}要更换"), ("q", f"{note}。"), ("q", "隔离开关")]
    config = load("[dedup]\npassage_length = 12", corpus=BOTH)
    kept, duplicates, _, passages, _ = dedup(documents(spark, texts).repartition(partitions), config=config)
    assert {r["doc_id"]: r["text"] for r in kept.collect()} == {"d1": texts[1][1], "q0": "母线的电压偏低", "q3": "隔离开关"}
    [reject] = duplicates.collect()
    assert (reject["doc_id"], reject["reason"], reject["text"]) == ("q2", "repeated_passages", texts[2][1])
    [passage] = passages.collect()
    assert (passage["corpus"], passage["passage"], passage["documents"]) == ("d", note, 3)
