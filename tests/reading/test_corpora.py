import logging
from pathlib import Path

import pytest

from wajue.config import Corpus
from wajue.errors import ConfigError
from wajue.reading import corpora


def names(folder: Path, *paths: str) -> list[str]:
    corpus = Corpus(name="c", role="domain", paths=paths)
    return [file.name for file in corpora.local_files(corpus, folder)]


def write(folder: Path, *files: str) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("断路器", encoding="utf-8")


def test_globs_folders_and_files(tmp_path: Path) -> None:
    write(tmp_path, "a/1.txt", "a/b/2.txt", "a/.hidden", "[x].txt")
    assert names(tmp_path, "a/**/*.txt") == ["a/1.txt", "a/b/2.txt"]
    assert names(tmp_path, "a") == ["a/1.txt"]  # what lies in it, and nothing below
    assert names(tmp_path, "[x].txt", "a/1.txt") == ["[x].txt", "a/1.txt"]
    with pytest.raises(ConfigError, match="glob matches nothing"):
        names(tmp_path, "b/*.txt")


def test_nothing_of_a_workspace_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, "a.txt", "out/terms/_step.json", "out/terms/part.parquet", "out/report.html", "out/exports/dict.txt", "b/c.txt")
    with caplog.at_level(logging.INFO, logger="wajue"):
        assert names(tmp_path, "**/*") == ["a.txt", "b/c.txt"]
    assert "4 files of workspaces are left out" in caplog.text
    assert names(tmp_path, "out/exports/dict.txt") == ["out/exports/dict.txt"]  # a file that is named is meant
    with pytest.raises(ConfigError, match="no file in 'out/terms/"):
        names(tmp_path, "out/terms/*")


def test_a_corpus_beside_the_tables_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "terms/_step.json", "terms/part.parquet")  # workspace = "."
    assert names(tmp_path, "**/*") == ["a.txt"]
