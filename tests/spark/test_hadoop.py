"""A workspace and a corpus on a file system that Hadoop alone knows: a view, mounted on a folder."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs

from wajue import config
from wajue.errors import ConfigError, WajueError
from wajue.runner import run
from wajue.spark import hadoop
from wajue.store import file_systems, parquet
from wajue.store.workspace import Workspace

pytestmark = pytest.mark.spark


@pytest.fixture
def view(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URI of the folder by that view."""
    monkeypatch.setattr("wajue.store.lock._SETTLED", 0.01)
    name = f"v{uuid.uuid4().hex[:8]}"  # Hadoop keeps what it knows of a name
    spark._jsc.hadoopConfiguration().set(f"fs.viewfs.mounttable.{name}.link./data", tmp_path.as_uri())
    return f"viewfs://{name}/data"


def test_files_are_read_and_written_as_anywhere(spark: Any, view: str, tmp_path: Path) -> None:
    hadoop.reach(spark, view)
    files, root = Workspace(view).files
    data = bytes(range(256)) * 10_000  # more than travels at once
    files.create_dir(f"{root}/a/b", recursive=True)
    with files.open_output_stream(f"{root}/a/b/x") as out:
        out.write(data)
    assert (tmp_path / "a" / "b" / "x").read_bytes() == data
    with files.open_input_file(f"{root}/a/b/x") as source:
        source.seek(2_000_000)
        assert source.read(300) == data[2_000_000:2_000_300] and source.size() == len(data)
        assert source.read_at(10, 5) == data[5:15]
    files.move(f"{root}/a/b", f"{root}/c")
    listed = files.get_file_info(fs.FileSelector(root, recursive=True))
    assert {(f.path, f.type, f.size) for f in listed if "crc" not in f.path} == {
        (f"{root}/a", fs.FileType.Directory, None), (f"{root}/c", fs.FileType.Directory, None), (f"{root}/c/x", fs.FileType.File, len(data)),
    }  # fmt: skip
    files.delete_file(f"{root}/c/x")
    files.delete_dir(f"{root}/c")
    assert files.get_file_info(f"{root}/c").type == fs.FileType.NotFound
    for missing in (files.open_input_file, files.delete_file):
        with pytest.raises(FileNotFoundError):
            missing(f"{root}/nothing")
    with pytest.raises(OSError, match="does not exist"):
        files.move(f"{root}/nothing", f"{root}/x")


@pytest.mark.cluster  # a whole run
def test_a_run_where_only_hadoop_reaches(spark: Any, view: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("断路器在检修\n主变油枕漏油\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text(
        f'workspace = "{view}/out"\n[[corpus]]\nname = "a"\nrole = "domain"\npaths = "{view}/*.txt"\n', encoding="utf-8"
    )
    loaded = config.load(tmp_path / "c.toml")
    workspace = run.workspace_of(loaded)
    run.run(loaded, workspace, last="clean")
    run.run(loaded, workspace, last="clean")  # done before: nothing happens
    texts = sorted(parquet.read(workspace, "clean_documents").column("text").to_pylist())
    assert texts == ["主变油枕漏油", "断路器在检修"]
    local = Workspace(str(tmp_path / "out"))
    assert local.manifest("clean_documents") == workspace.manifest("clean_documents") and local.fault("clean_documents") is None
    (tmp_path / "b.txt").write_text("变压器发热\n", encoding="utf-8")
    run.run(loaded, workspace, last="clean")
    assert "变压器发热" in parquet.read(workspace, "clean_documents").column("text").to_pylist()
    assert [len(m["grown"]) for t in ("raw_documents", "clean_documents") if (m := workspace.manifest(t))] == [1, 1]
    assert local.fault("clean_documents") is None and parquet.read(workspace, "clean_documents").num_rows == 3
    assert not (tmp_path / "out" / "_lock").exists() and not (tmp_path / "out" / "_unfinished").exists()


def test_what_hadoop_does_not_know(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: str) -> None:
    for unknown in ("nosuch://host/x", "viewfs://nosuchview/x"):
        with pytest.raises(WajueError, match=f"cannot reach the workspace {unknown}"):
            hadoop.reach(spark, unknown)
    monkeypatch.setattr(hadoop, "_LARGEST", 5)
    (tmp_path / "a.txt").write_text("断路器\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text(f'[[corpus]]\nname = "a"\nrole = "domain"\npaths = "{view}/*.txt"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"a\.txt has 10 bytes; .* smaller than 2 GB: compress it"):
        run.find_files(config.load(tmp_path / "c.toml"), spark)


def test_a_lease_is_created_atomically(spark: Any, view: str, tmp_path: Path) -> None:
    hadoop.reach(spark, view)
    files, root = Workspace(view).files
    creator = file_systems.exclusive_creator(files)
    assert creator is not None
    creator.create_new(f"{root}/_lock", b"first")
    with pytest.raises(FileExistsError):
        creator.create_new(f"{root}/_lock", b"second")
    assert (tmp_path / "_lock").read_bytes() == b"first"
