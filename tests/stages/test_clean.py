from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.frames import clean
from wajue import config as configuration
from wajue.config import Config
from wajue.results import query
from wajue.runner import run
from wajue.store.workspace import Workspace

Load = Callable[..., Config]
pytestmark = pytest.mark.spark
RAW = (
    "doc_id string, corpus string, role string, text string, url string, tags array<string>, date string, "
    "source struct<file: string, line: bigint, record: bigint>"
)


def raw(spark: Any, texts: list[str]) -> Any:
    rows = [(f"d{i}", "d", "domain", t, None, None, None, ("d.txt", i + 1, i + 1)) for i, t in enumerate(texts)]
    return spark.createDataFrame(rows, RAW)


def test_what_was_done_to_each_text_is_told(spark: Any, load: Load) -> None:
    frame = raw(spark, ["<p>断路器坏了</p>", "x", "only English here", "什么都没变"])
    kept, rejects, _ = clean(frame, config=load("[clean]\nkeep_raw_text = true\n"))
    assert [(r.text, r.raw_text, r.changed_by) for r in kept.orderBy("doc_id").collect()] == [
        ("断路器坏了", "<p>断路器坏了</p>", ["html", "whitespace"]),
        ("什么都没变", "什么都没变", []),
    ]
    assert {(r.reason, r.step, r.text) for r in rejects.collect()} == {
        ("too_short", "clean", "x"),
        ("too_little_han", "clean", "only English here"),
    }


@pytest.mark.parametrize("partitions", [1, 17])
def test_boilerplate_stays_in_the_first_document_only(spark: Any, load: Load, partitions: int) -> None:
    numbers = "零一二三四五六七八九十"
    texts = [f"本报记者报道 \n第{n}个不同的消息\n好" for n in numbers] + ["本报记者报道", "另一个消息\n与别的不同"]
    config = load("[clean]\nboilerplate_share = 0.5\n")
    kept, rejects, lines = clean(raw(spark, texts).repartition(partitions), config=config)
    rows = {r.doc_id: (r.text, r.changed_by) for r in kept.collect()}
    assert rows["d0"] == ("本报记者报道\n第零个不同的消息\n好", ["whitespace"])
    assert [rows[f"d{i}"] for i in range(1, 11)] == [(f"第{n}个不同的消息\n好", ["boilerplate"]) for n in numbers[1:]]
    assert rows["d11"] == ("本报记者报道", [])  # a document of one line is for dedup to judge
    assert [(r.corpus, r.line, r.documents, r.kept_in.record) for r in lines.collect()] == [("d", "本报记者报道", 11, 1)]
    assert rejects.count() == 0
    kept, _, lines = clean(raw(spark, texts), config=load("[clean]\nboilerplate_share = 0\n"))
    assert lines.count() == 0 and all("boilerplate" not in r.changed_by for r in kept.collect())


def test_before_and_after_can_be_queried_and_are_counted(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("<b>断路器</b>坏了\n電腦壞了\n什么都没变\nx\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text('[[corpus]]\nname = "a"\nrole = "domain"\npaths = "a.txt"\n', encoding="utf-8")
    workspace = Workspace(str(tmp_path / "out"))
    run.run(configuration.load(tmp_path / "c.toml"), workspace, last="clean")
    rows = query.execute(query.connect(workspace), "SELECT before, after, changed_by FROM changes ORDER BY after DESC").to_pylist()
    assert rows == [
        {"before": "電腦壞了", "after": "电脑坏了", "changed_by": ["script"]},
        {"before": "<b>断路器</b>坏了", "after": "断路器坏了", "changed_by": ["html"]},
    ]
    manifest = workspace.manifest("clean_documents")
    assert manifest is not None and manifest["changed"] == {"html": 1, "script": 1} and manifest["rejected"] == {"too_short": 1}
