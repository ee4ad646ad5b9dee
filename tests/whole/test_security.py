"""What docs/security.md promises, but for what is tested beside its own part: queries, exports, the report, bad input."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from wajue import cli, config
from wajue.errors import ConfigError, WajueError
from wajue.results import report
from wajue.runner import run
from wajue.store.workspace import Workspace

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))


def test_nothing_that_is_read_is_code() -> None:
    unsafe = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not unsafe & {n.split(".")[0] for n in names}, path
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("eval", "exec", "np.load", "torch.load", "yaml.load", "KeyedVectors.load", "read_pickle"), (
                    path
                )


@pytest.mark.parametrize("uri", ["s3a://KEY:hunter2@bucket/x", "hdfs://ann:hunter2@node:8020/x", "s3://k:hunter2@b/x?region=eu"])
def test_a_password_in_a_path_is_refused_and_not_shown(
    load: Any, tmp_path: Path, uri: str, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = f'[[corpus]]\nname = "a"\nrole = "domain"\npaths = "{uri}"\n'
    plain = corpus.replace(uri, "*.txt")
    for text, given in (
        ("", corpus),
        (f'workspace = "{uri}"', plain),
        (f'[dedup]\nagainst = "{uri}"', plain),
        (f'[sgns]\ninitial = "{uri}"', plain),
    ):
        with pytest.raises(ConfigError, match="holds a password") as error:
            load(text, given)
        assert "hunter2" not in str(error.value)
    for arguments in (["query", uri, "SELECT 1"], ["run", str(tmp_path / "config.toml"), "--workspace", uri]):
        (tmp_path / "config.toml").write_text(plain, encoding="utf-8")
        (tmp_path / "a.txt").write_text("断路器\n", encoding="utf-8")
        with pytest.raises(SystemExit):
            cli.main(arguments)
        said = capsys.readouterr()
        assert "holds a password" in said.err and "hunter2" not in said.err + said.out
    assert config.without_password("hdfs://ann@node:8020/a:b@c") == "hdfs://ann@node:8020/a:b@c"


@pytest.mark.spark
def test_what_the_environment_and_spark_know_stays_out_of_the_workspace(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    spark.conf.set("spark.hadoop.fs.s3a.secret.key", "hunter2")
    (tmp_path / "a.txt").write_text("断路器在检修\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text('[[corpus]]\nname = "a"\nrole = "domain"\npaths = "a.txt"\n', encoding="utf-8")
    with caplog.at_level("DEBUG", logger="wajue"):
        run.run(config.load(tmp_path / "c.toml"), Workspace(str(tmp_path / "out")), last="ingest")
    written = [p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert len(written) > 5 and not any(b"hunter2" in data for data in written) and "hunter2" not in caplog.text


def test_nothing_outside_the_workspace_is_written_or_deleted(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder = tmp_path / "w"
    workspace = tiny.workspace(folder, lexicon=[{"word": "断路器", "count": 3}])
    for name in ("documents", "_unfinished", "_checkpoint"):
        (folder / name).symlink_to(outside)
        with pytest.raises(WajueError, match=f"{name} is a link"):
            workspace.prepare()
        (folder / name).unlink()
    (folder / "_lock").symlink_to(outside / "kept")
    with pytest.raises(WajueError, match="cannot write to the workspace"), workspace.locked():
        pass
    (folder / "report.html").symlink_to(outside / "kept")
    report.write(workspace)
    assert [(p.name, p.read_text()) for p in outside.iterdir()] == [("kept", "kept")]


@pytest.mark.parametrize("name", ["../out", "a/b", "/etc", "a\\b", "", "a\n"])
def test_names_of_corpora_are_no_paths(load: Any, name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        load("", f'[[corpus]]\nname = {name!r}\nrole = "domain"\npaths = "a.txt"\n'.replace("'", '"'))


def test_each_exception_from_the_search_for_insecure_code_has_its_reason() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"] and not any("S" in rules for path, rules in lint["per-file-ignores"].items() if "pipeline" in path)
    passed_over = [
        line for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines() if re.match(r'\s+"S\d', line)
    ]
    assert passed_over and all(re.fullmatch(r'\s+"S\d+", +# \S.{15,}', line) for line in passed_over)
    for path in MODULES:
        assert not re.search(r"# noqa:.*\bS\d+\b(?! - \S)", path.read_text(encoding="utf-8")), path
