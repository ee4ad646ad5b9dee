"""Where a workspace lies, and how its file system is found."""

from pathlib import Path

import pytest
from pyarrow import fs

from wajue.errors import WajueError
from wajue.store import file_systems


def test_a_local_folder_and_a_uri(tmp_path: Path) -> None:
    files, path = file_systems.located(str(tmp_path))
    assert isinstance(files, fs.LocalFileSystem) and path == str(tmp_path)
    assert file_systems.located(tmp_path.as_uri())[1] == str(tmp_path)


def test_what_is_registered_answers_for_its_scheme_and_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_systems, "_registered", {})
    with pytest.raises(WajueError, match="cannot reach the workspace nosuch://host/a/b"):
        file_systems.located("nosuch://host/a/b")
    files = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    file_systems.register("nosuch://host/other", files)
    assert file_systems.located("nosuch://host/a/b/") == (files, "/a/b")
    with pytest.raises(WajueError, match="cannot reach"):
        file_systems.located("nosuch://elsewhere/a")


def test_a_uri_is_split_and_a_password_refused() -> None:
    assert file_systems.split("hdfs://node:8020/a/b/") == ("hdfs://node:8020", "/a/b")
    assert file_systems.split("s3a://bucket") == ("s3a://bucket", "/")
    with pytest.raises(WajueError, match="holds a password"):
        file_systems.split("hdfs://ann:hunter2@node/a")


def test_the_names_that_hadoop_has_for_s3() -> None:
    for uri in ("s3a://bucket/x", "s3n://bucket/x", "s3://bucket/x"):
        assert file_systems.arrow_uri(uri) == "s3://bucket/x"
    assert file_systems.arrow_uri("hdfs://s3a:8020/x") == "hdfs://s3a:8020/x"


def test_json_files(tmp_path: Path) -> None:
    files = fs.LocalFileSystem()
    assert file_systems.read_json(files, str(tmp_path / "none")) is None
    (tmp_path / "a").write_text('{"a": [1]}')
    assert file_systems.read_json(files, str(tmp_path / "a")) == {"a": [1]}
    (tmp_path / "b").write_text('{"a":')
    with pytest.raises(ValueError):
        file_systems.read_json(files, str(tmp_path / "b"))


def test_hard_links(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert file_systems.linked(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "a").samefile(tmp_path / "b")
    assert not file_systems.linked(str(tmp_path / "a"), str(tmp_path / "b")), "it is there already"
