"""Real corpora, each loaded with a few lines of config; skipped where WAJUE_CORPORA does not name their folder.

How many rows there are is counted a second time, by the plainest means that each format allows.
"""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.frames import ingest
from wajue.config import Config
from wajue.reading import corpora

FOLDER = os.environ.get("WAJUE_CORPORA", "")
pytestmark = [
    pytest.mark.spark,
    pytest.mark.cluster,  # a minute and a half
    pytest.mark.skipif(not Path(FOLDER).is_dir() or not FOLDER, reason="WAJUE_CORPORA names no folder of corpora"),
]

PAIRS = 'columns = ["a", "b", "label"]\ntext = ["a", "b"]'
SEVERAL = {"bustm": '"sentence1", "sentence2"', "ocnli": '"sentence1", "sentence2"', "chid": '"content"', "csldcp": '"content"'}
SEVERAL |= {"cluewsc": '"text"', "csl": '"abst"', "eprstmt": '"sentence"', "iflytek": '"sentence"', "tnews": '"sentence"'}
# name: (globs, further lines of its [[corpus]], how its rows are counted)
CORPORA: dict[str, tuple[str, str, str]] = {
    "medical": ("domain/medical*.csv", 'encoding = "gb18030"\ntext = ["title", "ask", "answer"]\ntags = "department"', "csv"),
    "finance": ("domain/finance_bq_dev.tsv", PAIRS, "lines"),
    "law": ("domain/law_national/**/*.md", "", "files"),
    "tcm": ("domain/tcm*/*.txt", 'encoding = "gb18030"\nunit = "file"', "files"),
    "news": ("general/xinwenlianbo*/news/*.md", "", "files"),
    "zhihu": ("general/zhihu*/raw/2023-*.json", 'text = "title"\nid = "url"\nurl = "url"', "arrays"),
    "wiki": ("general/zhwiki*.txt", 'format = "wikidoc"\nid = "id"\nurl = "url"', "docs"),
    "baidu": ("general/baidu_qa*.jsonl", 'text = ["question", "answer"]', "lines"),
    "hotel": ("general/ChnSentiCorp*.csv", 'text = "review"', "csv"),
    "takeaway": ("general/waimai*.csv", 'text = "review"', "csv"),
    "shop": ("general/online_shopping*.csv", 'text = "review"\ntags = "cat"', "csv"),
    "lcqmc": ("general/lcqmc_dev.tsv", PAIRS, "lines"),
    "oppo": ("general/oppo_dev.tsv", PAIRS, "lines"),
    "paws": ("general/pawsx*.tsv", PAIRS, "lines"),
    "titles": ("cluster/thucnews_titles*.txt", 'format = "tsv"\ncolumns = ["title", "label"]\ntext = "title"', "lines"),
    "20news": ("cluster/20news*.txt", "", "lines"),
    "sxu": ("seg/sxu_*.gold", "", "lines"),
    "sighan": ("seg/icwb2*/testing/*", 'encoding = "auto"', "lines"),
    "thuocl": ("lexicon/THUOCL*/data/*.txt", 'encoding = "auto"', "lines"),
    "words": ("lexicon/funNLP*/data/**/*.txt", 'encoding = "auto"', "lines"),
} | {f"fewclue_{d}": (f"general/fewclue*/datasets/{d}/[tdu]*[nl].json", f"text = [{t}]", "lines") for d, t in SEVERAL.items()}
# the records that lack a field, and those whose id stood before with another text; all else is read
REJECTED = {"baidu": {"null_field"}, "zhihu": {"repeated_id"}}


def count(path: Path, how: str, encoding: str) -> int:
    """The rows of one file, the plain way."""
    if how == "files":
        return bool(path.read_bytes().strip())
    text = path.read_bytes().decode(encoding, "replace")
    if how == "arrays":
        return len(json.loads(text))
    if how == "csv":
        return sum(1 for row in csv.reader(text.splitlines(keepends=True)) if row) - 1
    if how == "docs":
        return text.count("<doc ")
    end = "\n" if "\n" in text else "\r"  # THUOCL's place names end their lines as old Macs did
    return sum(bool(line.strip(" \t\r\ufeff")) for line in text.split(end))


def test_every_corpus_loads_and_no_row_is_lost(spark: Any, load: Callable[..., Config]) -> None:
    text = "".join(
        f'[[corpus]]\nname = "{name}"\nrole = "general"\npaths = ["{FOLDER}/{glob}"]\n{more}\n'
        for name, (glob, more, _) in CORPORA.items()
    )
    config = load(corpus=text)
    kept, rejects, files = ingest(spark, corpora.find(config), config=config)
    listed = files.collect()
    for row in listed:
        expected = count(Path(row.file), CORPORA[row.corpus][2], row.encoding)
        assert row.records == expected, f"{row.corpus}: {row.file}: {row.records} rows, {expected} counted"
    rows = {c: dict(kept.groupBy("corpus").count().collect()).get(c, 0) for c in CORPORA}
    dropped = {(r["corpus"], r["reason"]): r["count"] for r in rejects.groupBy("corpus", "reason").count().collect()}
    for name in CORPORA:
        told = rows[name] + sum(n for (corpus, _), n in dropped.items() if corpus == name)
        assert told == sum(r.records for r in listed if r.corpus == name)
        assert rows[name] > 0.95 * told
    assert {c: {r for corpus, r in dropped if corpus == c} for c, _ in dropped} == REJECTED
    chosen = {Path(r.file).name: r.encoding for r in listed if r.corpus == "sighan"}
    assert {chosen[f"{name}_test.txt"] for name in ("pku", "msr")} == {"gb18030"} and chosen["cityu_test.txt"] == "big5hkscs"
    assert {encoding for name, encoding in chosen.items() if name.endswith(".utf8")} == {"utf-8"}
