"""Corpora that grow: the tables are those of a run from scratch, and only what is new is read and cleaned."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.mining.duplicates.texts import questions
from tests.workspaces import as_text
from wajue import config as configuration
from wajue.config import Config
from wajue.reading import corpora
from wajue.runner import growth, run
from wajue.store.workspace import Workspace, versions

Load = Callable[..., Config]
CORPORA = """
[[corpus]]
name = "notes"
role = "domain"
paths = ["notes/*.jsonl"]
id = "id"

[[corpus]]
name = "pages"
role = "general"
paths = ["pages/*.txt"]
unit = "file"
[clean]
boilerplate_documents = 3
boilerplate_share = 0.3
[ngrams]
min_count = 2
"""


def note(folder: Path, name: str, **texts: str) -> None:
    (folder / "notes").mkdir(exist_ok=True)
    lines = [json.dumps({"id": k, "text": t}, ensure_ascii=False) for k, t in texts.items()]
    (folder / "notes" / name).write_text("\n".join([*lines, "broken"]), encoding="utf-8")


def page(folder: Path, name: str, text: str) -> None:
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "pages" / name).write_text(text, encoding="utf-8")


def corpus(folder: Path) -> Config:
    """Two corpora, one with ids, one with a line that stands in each of its three documents."""
    note(folder, "b.jsonl", n1="断路器的触头磨损了要更换", n2="母线的电压偏低，需要检查", n3="好")
    note(folder, "c.jsonl", n4="断路器的触头磨损了要更换！", n5="主变压器的油温过高报警")
    for i in range(3):
        page(folder, f"p{i}.txt", f"欢迎来到本站首页\n第{'一二三'[i]}篇文章讲的是天气和旅行{'的见闻' * i}")
    (folder / "c.toml").write_text(CORPORA, encoding="utf-8")
    return configuration.load(folder / "c.toml")


UNTIL_CLEAN = tuple(t for s in run.dag.STEPS[:2] for t in s.writes)
UNTIL_DEDUP = tuple(t for s in run.dag.STEPS[:3] for t in s.writes)  # what follows reads tables alone


def grown_and_fresh(config: Config, folder: Path, last: str, names: tuple[str, ...]) -> Workspace:
    """Run on the workspace that is there, and on a new one; their tables are equal, row for row. Returns the grown one."""
    grown, fresh = Workspace(str(folder / "out")), Workspace(str(folder / "fresh"))
    run.run(config, grown, last=last)
    run.run(config, fresh, last=last, force=True)
    expected = as_text(fresh, *names)
    for name, rows in as_text(grown, *names).items():
        assert rows == expected[name], name
    for name in names:
        one, other = grown.manifest(name), fresh.manifest(name)
        assert one is not None and other is not None
        assert {k: one[k] for k in ("rows_in", "rows_out", "rejected", "fingerprint")} == {
            k: other[k] for k in ("rows_in", "rows_out", "rejected", "fingerprint")
        }
        assert one.get("changed") == other.get("changed")
    return grown


@pytest.mark.spark
def test_new_files_are_added_and_give_the_tables_of_a_fresh_run(
    spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config, place = corpus(tmp_path), Workspace(str(tmp_path / "out"))
    run.run(config, place, last="clean")
    old = set(place.parquet_files("raw_documents")) | set(place.parquet_files("clean_documents"))
    note(tmp_path, "d.jsonl", n6="母线的电压偏低，需要检查。", n2="同一个编号的另一段文字", n7="隔离开关的触头磨损了")
    note(tmp_path, "a.jsonl", n8="避雷器的引线断开了，需要更换")  # sorts before all others: near-duplicates may go the other way
    page(tmp_path, "q.txt", "欢迎来到本站首页\n这一篇是新来的，讲的是做饭")
    with caplog.at_level("INFO", logger="wajue"):
        run.run(config, place, last="clean")
    assert "3 new (notes/a.jsonl, ...); 5 as they were, and not read again" in caplog.text
    assert "boilerplate is the same" in caplog.text
    assert old <= set(place.parquet_files("raw_documents")) | set(place.parquet_files("clean_documents")), (
        "the rows stay as they are"
    )
    note(tmp_path, "e.jsonl", n9="电流互感器的二次侧开路")  # and once more, on what has grown
    grown = grown_and_fresh(config, tmp_path, "dedup", UNTIL_DEDUP)
    manifest = grown.manifest("raw_documents")
    assert manifest is not None and len(manifest["grown"]) == 2
    with caplog.at_level("INFO", logger="wajue"):
        caplog.clear()
        run.run(config, grown, last="dedup")
    assert sum("done before" in m for m in caplog.messages) == 3


def again(case: str, folder: Path) -> str:
    """Change the corpora so that nothing can be added; returns what is said of it."""
    if case == "changed and vanished":
        page(folder, "p2.txt", "换了内容的一篇文章，讲的是别的")
        os.utime(folder / "pages" / "p2.txt", ns=(1, 1))
        (folder / "pages" / "p1.txt").unlink()
        note(folder, "d.jsonl", n6="新来的一条，讲的是电缆")
        return (
            r"1 new \(notes/d.jsonl\), 1 changed \(pages/p2.txt\), 1 vanished \(pages/p1.txt\); 3 as they were: all are read again"
        )
    if case == "displaced":
        note(folder, "a.jsonl", n1="同一个编号的另一段文字，排在前面")
        return "a new record stands before an old one of its id"
    for i in range(9):  # 欢迎来到本站首页 stands in 3 of 12 documents now: too few for boilerplate
        page(folder, f"r{i}.txt", f"另一篇没有那一行的文章{'零一二三四五六七八'[i]}")
    return "the lines taken for boilerplate are others"


@pytest.mark.spark
@pytest.mark.parametrize(
    "case", ["changed and vanished", *(pytest.param(name, marks=pytest.mark.cluster) for name in ("displaced", "boilerplate"))]
)
def test_what_cannot_be_added_is_computed_again(spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, case: str) -> None:
    config = corpus(tmp_path)
    run.run(config, Workspace(str(tmp_path / "out")), last="clean")
    said = again(case, tmp_path)
    with caplog.at_level("INFO", logger="wajue"):
        grown_and_fresh(config, tmp_path, "clean", UNTIL_CLEAN)
    assert re.search(said, caplog.text), caplog.text


def recorded(config: Config, folder: Path, **more: Any) -> dict[str, Any]:
    listed = growth.listing(corpora.find(config))
    sections = {"corpus": [c.model_dump(mode="json") for c in config.corpus]}
    return {"inputs": {"files": listed}, "config": sections, "versions": versions(), **more}


class Recorded(Workspace):
    """A workspace of manifests alone."""

    def manifest(self, table: str) -> dict[str, Any] | None:
        return MANIFESTS.get(table)


MANIFESTS: dict[str, dict[str, Any]] = {}
INGEST, CLEAN = run.dag.STEPS[:2]


def test_only_the_same_settings_and_versions_add(tmp_path: Path) -> None:
    config, place = corpus(tmp_path), Recorded("none")
    MANIFESTS.clear()
    assert growth.new_files(config, place, INGEST, corpora.find(config)) == (None, "")
    MANIFESTS.update(dict.fromkeys(INGEST.writes, recorded(config, tmp_path)))
    note(tmp_path, "d.jsonl", n6="新")
    files = corpora.find(config)
    new, _ = growth.new_files(config, place, INGEST, files)
    assert new is not None and [f.name for f in new] == ["notes/d.jsonl"]
    [notes, pages] = config.corpus
    other = config.model_copy(update={"corpus": (notes.model_copy(update={"paths": ("notes/[b-d].jsonl",)}), pages)})
    assert growth.new_files(other, place, INGEST, files)[0] == new, "other globs for the same files"
    other = config.model_copy(update={"corpus": (notes.model_copy(update={"field": "repairs"}), pages)})
    assert growth.new_files(other, place, INGEST, files)[0] == new, "no row says of which field it is"
    other = config.model_copy(update={"corpus": (notes.model_copy(update={"id": None}), pages)})
    assert growth.new_files(other, place, INGEST, files) == (None, "the [[corpus]] settings changed: all files are read again")
    MANIFESTS.update(dict.fromkeys(INGEST.writes, recorded(config, tmp_path) | {"versions": {"wajue": "0"}}))
    note(tmp_path, "e.jsonl", n7="新")
    new, said = growth.new_files(config, place, INGEST, corpora.find(config))
    assert new is None and "other versions" in said


def test_a_step_knows_what_was_added_since_it_ran(tmp_path: Path) -> None:
    config = corpus(tmp_path)
    place = Recorded("none")
    sections = {s: getattr(config, s).model_dump(mode="json") for s in CLEAN.sections}
    grown = [{"from": "r0", "parts": ["p1"]}, {"from": "r1", "parts": ["p2", "p3"]}]
    MANIFESTS.clear()
    MANIFESTS["raw_documents"] = {"run_id": "r2", "grown": grown}
    for seen, parts in (("r0", ["p1", "p2", "p3"]), ("r1", ["p2", "p3"]), ("other", None)):
        cleaned = {"inputs": {"raw_documents": seen}, "config": sections, "versions": versions()}
        MANIFESTS.update(dict.fromkeys(CLEAN.writes, cleaned))
        assert growth.added_parts(config, place, CLEAN) == parts
    MANIFESTS.update(dict.fromkeys(CLEAN.writes, cleaned | {"inputs": {"raw_documents": "r0"}, "config": {}}))
    assert growth.added_parts(config, place, CLEAN) is None


TEXT = "高压断路器怎么检修母线电压互感"


def one_corpus(folder: Path, settings: str) -> Config:
    """Questions of which many are alike, two chosen ones among them."""
    texts = [t.replace("\n", "") for t in questions(240, 7)]
    note(folder, "b.jsonl", n1=TEXT, n2=f"{TEXT}吗", **{f"b{i}": t for i, t in enumerate(texts[:160])})
    text = f'[[corpus]]\nname = "notes"\nrole = "domain"\npaths = ["notes/*.jsonl"]\nid = "id"\n[dedup]\n{settings}\n'
    (folder / "c.toml").write_text(text, encoding="utf-8")
    return configuration.load(folder / "c.toml")


def more(folder: Path, name: str) -> None:
    """A copy of a text that was dropped, one that folds to it, a copy of one that stays, what resembles both, and others."""
    texts = [t.replace("\n", "") for t in questions(240, 7)]
    chosen = {"n6": f"{TEXT}吗", "n7": f"{TEXT}吗！", "n8": TEXT, "n9": f"{TEXT}呢"}
    note(folder, name, **chosen, **{f"d{i}": t for i, t in enumerate(texts[120:])})


@pytest.mark.spark
def test_new_documents_are_compared_by_the_signatures_of_the_old(
    spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config, place = one_corpus(tmp_path, ""), Workspace(str(tmp_path / "out"))
    run.run(config, place, last="dedup")
    old = set(place.parquet_files("documents")) | set(place.parquet_files("signatures"))
    more(tmp_path, "d.jsonl")
    with caplog.at_level("INFO", logger="wajue"):
        grown_and_fresh(config, tmp_path, "dedup", UNTIL_DEDUP)
    assert "dedup: the documents that were added are compared with the others; these stay" in caplog.text
    assert old <= set(place.parquet_files("documents")) | set(place.parquet_files("signatures"))
    dropped = {r["doc_id"]: r["reason"] for r in pq.read_table(place.path("duplicates")).to_pylist() if TEXT in r["text"]}
    assert sorted(dropped.values()) == ["exact_duplicate", *["near_duplicate"] * 4]


@pytest.mark.cluster  # whole runs
@pytest.mark.spark
def test_all_documents_are_compared_where_a_new_one_displaces_an_old_one(
    spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = one_corpus(tmp_path, "")
    run.run(config, Workspace(str(tmp_path / "out")), last="dedup")
    note(tmp_path, "a.jsonl", m1=TEXT)  # displaces the text that was kept
    with caplog.at_level("INFO", logger="wajue"):
        grown_and_fresh(config, tmp_path, "dedup", UNTIL_DEDUP)
    assert "notes/a.jsonl stands before notes/b.jsonl in the order of preference" in caplog.text


@pytest.mark.cluster  # whole runs
@pytest.mark.spark
def test_an_id_of_an_earlier_workspace_is_not_taken_for_one_of_this(spark: Any, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    run.run(one_corpus(earlier, ""), Workspace(str(earlier / "out")), last="dedup")
    config = one_corpus(tmp_path, 'against = "earlier/out"')
    note(tmp_path, "b.jsonl", n1=f"{TEXT}呢", n2="水轮机的导叶卡住了，停机以后再修")  # n1 goes
    run.run(config, Workspace(str(tmp_path / "out")), last="dedup")
    note(tmp_path, "d.jsonl", n9=TEXT)
    grown = grown_and_fresh(config, tmp_path, "dedup", UNTIL_DEDUP)
    reasons = [r["reason"] for r in pq.read_table(grown.path("duplicates")).to_pylist()]
    assert sorted(reasons) == ["exact_duplicate", "near_duplicate"]


@pytest.mark.cluster  # whole runs
@pytest.mark.spark
@pytest.mark.parametrize(
    ("settings", "said"),
    [("max_bucket = 2", "a bucket is so full"), ("passage_length = 10", "passages are counted over all documents")],
)
def test_documents_are_compared_again_where_that_may_change_what_was_decided(
    spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, settings: str, said: str
) -> None:
    config = one_corpus(tmp_path, settings)
    run.run(config, Workspace(str(tmp_path / "out")), last="dedup")
    more(tmp_path, "d.jsonl")
    with caplog.at_level("INFO", logger="wajue"):
        grown_and_fresh(config, tmp_path, "dedup", UNTIL_DEDUP)
    assert said in caplog.text
