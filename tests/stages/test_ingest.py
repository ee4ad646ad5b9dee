import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.frames import ingest
from wajue.config import Config
from wajue.errors import ConfigError
from wajue.reading import corpora, records
from wajue.reading.documents import doc_id, of_records

Load = Callable[..., Config]
pytestmark = pytest.mark.spark

CORPUS = """
[[corpus]]
name = "q"
role = "general"
paths = ["q*.json", "deep/**/*.jsonl"]
text = ["title", "body.text"]
id = "id"
tags = "tags"
"""


def rows(spark: Any, config: Config) -> tuple[list[Any], list[Any]]:
    kept, rejects, files = ingest(spark, corpora.find(config), config=config)
    order = ["source.file", "source.record"]
    listed = {(r.corpus, r.file): r.records for r in files.collect()}
    told = kept.select("corpus", "source.file").unionAll(rejects.select("corpus", "source.file")).collect()
    assert listed == {f: told.count(f) for f in listed} and len(told) == sum(listed.values())
    return kept.orderBy(*order).collect(), rejects.orderBy(*order).collect()


def test_kept_and_rejected_records_with_their_place(spark: Any, load: Load, tmp_path: Path) -> None:
    body = {"text": ["一", "二"]}
    records = [
        {"id": "a", "title": "题", "body": body, "tags": "t"},
        {"id": "b", "title": None, "body": body},
        {"id": "a", "title": "别的", "body": body},
        {"id": "a", "title": "题", "body": body},
        {"title": "没有号", "body": body, "tags": ["x", "y"]},
    ]
    (tmp_path / "q1.json").write_text(
        "[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "\n]", encoding="utf-8"
    )
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "z.jsonl").write_text('{"title": "深", "body": {"text": "处"}}\nbroken\n', encoding="utf-8")
    (tmp_path / "deep" / "er" / "y.jsonl").write_text('{"title": 3, "body": {"text": "处"}}\n', encoding="utf-8")
    kept, rejects = rows(spark, load(corpus=CORPUS))
    assert [(r.text, r.source.file, r.source.line, r.source.record) for r in kept] == [
        ("深\n处", "deep/z.jsonl", 1, 1),
        ("题\n一\n二", "q1.json", 2, 1),
        ("题\n一\n二", "q1.json", 5, 4),  # the same text again: a duplicate for dedup, no clash
        ("没有号\n一\n二", "q1.json", 6, 5),
    ]
    assert [r.tags for r in kept] == [None, ["t"], None, ["x", "y"]]
    assert kept[1].doc_id == kept[2].doc_id == doc_id("q", "a", "any", 99)
    assert kept[3].doc_id == doc_id("q", None, "q1.json", 5)
    assert [(r.reason, r.source.file, r.source.line) for r in rejects] == [
        ("wrong_type", "deep/er/y.jsonl", 1),
        ("invalid_json", "deep/z.jsonl", 2),
        ("null_field", "q1.json", 3),
        ("repeated_id", "q1.json", 4),
    ]
    assert rejects[1].text == "broken" and rejects[3].duplicate_of == kept[1].doc_id


def test_a_date_comes_from_the_field_or_else_from_the_path(load: Load) -> None:
    found = records.Record(1, 1, {"text": "甲", "when": "2021年3月"})
    without = records.Record(1, 1, {"text": "甲", "when": " "})
    corpus = CORPUS + 'date = "when"\n'
    of = {p: load(corpus=f"{corpus}date_in_path = '{p}'\n").corpus[0] for p in (r"\d{4}-\d\d", r"day-(\d{8})")}
    for pattern, path, date in ((r"\d{4}-\d\d", "a/2020-11-24.txt", "2020-11"), (r"day-(\d{8})", "b/day-20201124.md", "20201124")):
        assert of_records([found], of[pattern], path, ("text",)).date == ["2021年3月"]
        assert of_records([without], of[pattern], path, ("text",)).date == [date]
        assert of_records([without], of[pattern], "c/none.txt", ("text",)).date == [None]


def test_files_by_uri_are_read_through_hadoop(spark: Any, load: Load, tmp_path: Path) -> None:
    from wajue.runner import run

    (tmp_path / "a.txt").write_text("一行\n两行\n", encoding="utf-8")
    config = load(corpus=f'[[corpus]]\nname = "u"\nrole = "domain"\npaths = ["{tmp_path.as_uri()}/*.txt"]\n')
    kept, rejects, files = ingest(spark, run.find_files(config, spark), config=config)
    assert sorted((r.text, r.source.line) for r in kept.collect()) == [("一行", 1), ("两行", 2)]
    assert rejects.count() == 0 and files.collect()[0].records == 2


def test_an_encoding_for_each_corpus(spark: Any, load: Load, tmp_path: Path) -> None:
    text = "断路器怎么检修，电压怎么办，为什么是这样\n" * 5
    (tmp_path / "a.txt").write_bytes(text.encode("gb18030"))
    (tmp_path / "b.txt").write_bytes(text.encode())
    for encoding, files in (("gb18030", "a.txt"), ("auto", "*.txt")):
        corpus = f'[[corpus]]\nname = "e"\nrole = "domain"\npaths = "{files}"\nencoding = "{encoding}"\n'
        kept, rejects = rows(spark, load(corpus=corpus))
        assert {r.text for r in kept} == {text.split("\n")[0]} and not rejects


def test_what_was_in_each_file_is_told(spark: Any, load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("患者高血压怎么办，应该吃什么药\n".encode("gb18030") * 20)
    (tmp_path / "b.jsonl").write_text('{"text": "断路器"}\nx\n', encoding="utf-8")
    corpus = '[[corpus]]\nname = "e"\nrole = "domain"\npaths = ["a.txt", "b.jsonl"]\nencoding = "auto"\n'
    config = load(corpus=corpus)
    _, _, files = ingest(spark, corpora.find(config), config=config)
    assert [tuple(r) for r in files.orderBy("file").collect()] == [
        ("e", "domain", "a.txt", "text", "gb18030", 620, None, None, 20, 0),
        ("e", "domain", "b.jsonl", "jsonl", "utf-8", 24, None, None, 2, 1),
    ]


@pytest.mark.parametrize(
    ("paths", "said"), [("no*.txt", "glob matches nothing"), ("none.txt", "does not exist"), ("empty", "no file in")]
)
def test_nothing_to_read(load: Load, tmp_path: Path, paths: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=said):
        corpora.find(load(corpus=f'[[corpus]]\nname = "n"\nrole = "domain"\npaths = "{paths}"\n'))
