import logging
import os
from pathlib import Path

import pytest

from wajue.config import Corpus
from wajue.errors import ConfigError
from wajue.reading import corpora


def names(folder: Path, *paths: str, follow: bool = False) -> list[str]:
    corpus = Corpus(name="c", role="domain", paths=paths, follow_links=follow)
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


def test_nothing_of_a_workspace_is_read_wherever_the_config_lies(tmp_path: Path) -> None:
    write(tmp_path, "d/a.txt", "d/out/terms/_step.json", "d/out/report.html", "d/dead/_lock", "d/dead/_unfinished/p", "conf/c.toml")
    assert names(tmp_path / "conf", "../d/**/*") == ["../d/a.txt"]
    assert names(tmp_path / "conf", f"{tmp_path}/d/**/*") == [f"{tmp_path}/d/a.txt"]


def test_a_corpus_beside_the_tables_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "terms/_step.json", "terms/part.parquet")  # workspace = "."
    assert names(tmp_path, "**/*") == ["a.txt"]


def test_a_file_is_what_it_is_and_not_how_it_is_spelled(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, "a/1.txt", "a/2.txt", "a/b/3.txt")
    os.link(tmp_path / "a/1.txt", tmp_path / "a/z.txt")
    with caplog.at_level(logging.INFO, logger="wajue"):
        assert names(tmp_path, "a/*.txt", "./a/*.txt", f"{tmp_path}/a/*.txt", "a/../a/1.txt") == ["a/1.txt", "a/2.txt"]
    [said] = caplog.messages
    assert said == "corpus c: 5 other names of files are left out: 'a/1.txt' and 'a/z.txt' are one file"


def test_links_that_form_loops_end(tmp_path: Path) -> None:
    write(tmp_path, "a/1.txt", "a/b/2.txt", "a/c/d/3.txt")
    for folder in ("a", "a/b", "a/c", "a/c/d"):
        for number in range(5):  # whoever entered each link again would never come to an end
            (tmp_path / folder / f"up{number}").symlink_to(tmp_path / "a")
    (tmp_path / "a/itself").symlink_to("itself")
    (tmp_path / "a/0.txt").symlink_to("1.txt")  # the link comes first in the alphabet
    assert names(tmp_path, "a/**/*.txt") == names(tmp_path, "**/*.txt", "a") == ["a/1.txt", "a/b/2.txt", "a/c/d/3.txt"]
    assert names(tmp_path, "a/**/*.txt", follow=True) == ["a/1.txt", "a/b/2.txt", "a/c/d/3.txt"]
    assert names(tmp_path, "a/**/d/*.txt") == ["a/c/d/3.txt"] and names(tmp_path, "**") == names(tmp_path, "**/*")


def test_links_out_of_the_corpus_are_left_out_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, "secret/key.txt", "corpus/own.txt", "corpus/below/2.txt", "links/.keep")
    (tmp_path / "corpus/passwd.txt").symlink_to(tmp_path / "secret/key.txt")
    (tmp_path / "corpus/folder").symlink_to(tmp_path / "secret")
    (tmp_path / "corpus/same.txt").symlink_to("below/2.txt")
    (tmp_path / "corpus/nowhere.txt").symlink_to("gone")
    for pattern, kept in (("corpus/**/*.txt", ["corpus/below/2.txt", "corpus/own.txt"]), ("corpus/*.txt", ["corpus/own.txt", "corpus/same.txt"]),
                          ("corpus", ["corpus/own.txt", "corpus/same.txt"]), ("corpus/*/*.txt", ["corpus/below/2.txt"])):  # fmt: skip
        caplog.clear()
        assert names(tmp_path, pattern) == kept, pattern
        assert "lead out of its folders" in caplog.text and "follow_links = true reads them" in caplog.text
    with_links = ["corpus/below/2.txt", "corpus/folder/key.txt", "corpus/own.txt"]
    assert names(tmp_path, "corpus/**/*.txt", follow=True) == with_links  # passwd.txt is the same file
    assert names(tmp_path, "corpus/passwd.txt") == ["corpus/passwd.txt"]  # a file that is named is meant
    (tmp_path / "named").symlink_to(tmp_path / "corpus/below")
    assert names(tmp_path, "named") == ["named/2.txt"] and names(tmp_path, "named/**/*") == ["named/2.txt"]
    (tmp_path / "links/a.txt").symlink_to(tmp_path / "secret/key.txt")
    with pytest.raises(
        ConfigError, match=r"1 links lead out of its folders, such as 'links/a.txt', and nothing else is there.*follow_links"
    ):
        names(tmp_path, "links/*.txt")


def test_names_that_are_not_utf_8_are_shown_with_an_escape(tmp_path: Path) -> None:
    write(tmp_path, "好.txt")
    for name in ("断路器.txt".encode("gbk"), b"a\\xb6.txt", b"a\xb6.txt"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes("断路器".encode())
    files = corpora.local_files(Corpus(name="c", role="domain", paths=("*.txt",)), tmp_path)
    shown = "\\xb6\\xcf·\\xc6\\xf7.txt"  # two of its bytes happen to be a character in UTF-8
    assert len(files) == 4 and len({f.name for f in files}) == 4 and shown in {f.name for f in files}
    for file in files:
        assert file.name.encode() and Path(file.location).read_bytes() == "断路器".encode()
    assert names(tmp_path, shown) == [shown], "as it is shown it may be written in a config"
    assert names(tmp_path, shown[:4] + "*.txt") == [shown]
