"""Exported dictionaries do good on the text that they were mined from, and no harm elsewhere: jieba's F1 with and without them.

Skipped where WAJUE_CORPORA does not name the folder of corpora; benchmarks/dictionaries.py measures the same on more of them.
"""

import json
import os
from pathlib import Path

import jieba
import pytest

from benchmarks.gold import gold, segmentation_f1
from wajue import config as configuration
from wajue.mining.tokens import jieba_dictionary
from wajue.results.export import export
from wajue.runner.mine import mine
from wajue.store.workspace import Workspace

FOLDER = Path(os.environ.get("WAJUE_CORPORA", ""))
pytestmark = [
    pytest.mark.spark,
    pytest.mark.cluster,  # minutes
    pytest.mark.skipif(not (FOLDER / "seg/sxu_test.gold").is_file(), reason="WAJUE_CORPORA names no folder of corpora"),
]
UNTIL_TERMS = "[sgns]\nenabled = false\n[jose]\nenabled = false\n[trends]\nenabled = false\n"
WORSE = 0.001  # of F1: what is no harm yet


def corpus(name: str, role: str, paths: list[str], form: str) -> str:
    return f'[[corpus]]\nname = "{name}"\nrole = "{role}"\npaths = {json.dumps(paths)}\nformat = "{form}"\n'


def exported(folder: Path, settings: str, last: str) -> Path:
    """The dictionary of what is mined with these settings."""
    (folder / "c.toml").write_text(settings, encoding="utf-8")
    workspace = mine(configuration.load(folder / "c.toml"), Workspace(str(folder / "out")), last=last)
    export(workspace, "jieba", folder / "userdict.txt")
    return folder / "userdict.txt"


def f1(lines: list[list[str]], path: Path | None = None) -> float:
    """Of jieba, as it comes or with a dictionary."""
    tokenizer: jieba.Tokenizer = jieba_dictionary.tokenizer()
    if path:
        tokenizer.load_userdict(str(path))
    return segmentation_f1(lambda texts: [tokenizer.lcut(text) for text in texts], lines)


def test_jieba_cuts_the_text_better_that_its_dictionary_is_from(tmp_path: Path) -> None:
    train, test = gold(FOLDER / "seg/sxu_train.gold"), gold(FOLDER / "seg/sxu_test.gold")
    raw = tmp_path / "sxu.txt"
    raw.write_text("\n".join("".join(line) for line in train + test), encoding="utf-8")
    path = exported(tmp_path, corpus("sxu", "domain", [str(raw)], "text"), "new_words")
    assert f1(test, path) > f1(test)  # .8538 and .8549


@pytest.mark.parametrize(
    ("field", "glob", "form"), [("cybersec_ner", "text.txt", "text"), ("rust_book_cn", "text/**/*.md", "markdown")]
)
def test_a_field_s_dictionary_does_no_harm_to_news(tmp_path: Path, field: str, glob: str, form: str) -> None:
    news = [str(p) for p in sorted(FOLDER.glob("general/xinwenlianbo*/news/*.md"))[::6]]
    domain = corpus(field, "domain", [f"{FOLDER}/gold/{field}/{glob}"], form)
    path = exported(tmp_path, UNTIL_TERMS + domain + corpus("news", "general", news, "markdown"), "terms")
    pku = gold(next(FOLDER.glob("seg/**/pku_test_gold.utf8")))
    assert f1(pku, path) > f1(pku) - WORSE
