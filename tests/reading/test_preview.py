"""What a run would read: kept, rejected as it is read, rejected by cleaning; all corpora, ten records of each."""

import json
from pathlib import Path
from typing import Any

import pytest

from wajue import config as configuration
from wajue.errors import ConfigError
from wajue.reading.preview import PREVIEW, lines, preview

ROWS = [
    {"k": 7, "when": "2021年3月5日", "body": "断路器检修以前应当停电。<br>再验电"},
    {"k": 8, "when": "很久以前", "body": "断"},
    {"k": 9, "body": None},
]
CORPUS = '[[corpus]]\nname = "a"\nrole = "domain"\npaths = "a.jsonl"\ntext = "body"\nid = "k"\ndate = "when"\n'


def config(folder: Path, text: str) -> configuration.Config:
    (folder / "c.toml").write_text(text, encoding="utf-8")
    return configuration.load(folder / "c.toml")


@pytest.fixture
def previewed(tmp_path: Path) -> Any:
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in ROWS) + "{bad\n"
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    return preview(config(tmp_path, CORPUS))


def test_each_record_has_its_fate(previewed: Any) -> None:
    assert previewed.schema == PREVIEW
    kept, short, null, bad = previewed.to_pylist()
    assert kept["kept"] and kept["text"] == "断路器检修以前应当停电。\n再验电" and kept["id"] == "7" and kept["format"] == "jsonl"
    assert (kept["date"], kept["period"], kept["reason"]) == ("2021年3月5日", "2021-03", None)
    assert (short["kept"], short["step"], short["reason"], short["period"]) == (False, "clean", "too_short", None)
    assert (null["step"], null["reason"]) == ("ingest", "null_field") and "body" in null["detail"]
    assert (bad["kept"], bad["step"], bad["record"], bad["text"]) == (False, "ingest", 4, "{bad")


def test_people_see_the_same(previewed: Any) -> None:
    shown = list(lines(previewed))
    assert shown[0] == "a: a.jsonl, record 1 (jsonl in utf-8): kept" and "  date  2021年3月5日 (2021-03)" in shown
    assert any("rejected by clean, too_short" in line for line in shown)
    assert shown[-1].startswith("a: 4 records read: 1 kept, 1 too_short, 1 null_field")


def test_records_come_from_all_over_the_files(tmp_path: Path) -> None:
    for i in range(30):
        (tmp_path / f"{i:02}.txt").write_text("断路器检修以前应当停电。\n" * 20, encoding="utf-8")
    files = preview(config(tmp_path, CORPUS.replace("a.jsonl", "*.txt"))).column("file").to_pylist()
    assert files == [f"{i:02}.txt" for i in range(0, 30, 3)]
    (tmp_path / "one").mkdir()
    for name, n in (("a", 1), ("b", 30)):  # what one file lacks, the other gives
        (tmp_path / "one" / f"{name}.txt").write_text("断路器检修以前应当停电。\n" * n, encoding="utf-8")
    files = preview(config(tmp_path, CORPUS.replace("a.jsonl", "one/*.txt"))).column("file").to_pylist()
    assert (files.count("one/a.txt"), files.count("one/b.txt")) == (1, 9)


def test_a_corpus_without_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        preview(config(tmp_path, CORPUS))
