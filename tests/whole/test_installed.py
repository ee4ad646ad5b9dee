"""The package is `wajue` wherever it is installed: nothing that lies in the working folder is ever taken for a part of it.

In every test a foreign `pipeline.py` and a foreign package `pipeline/` lie in the working folder; they say so if they are imported.
The bundle on a cluster has a test of its own, in test_cluster.py.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = 'from pathlib import Path\nPath({mark!r}).touch()\nraise ImportError("a foreign module was imported")\n'
ASK = "import wajue, wajue.cli, wajue.runner.run, wajue.mining.ngrams; print(wajue.__version__, wajue.__file__)"


def foreign_modules(folder: Path) -> Path:
    """Puts the foreign modules into a folder; returns the file that they make when they are imported."""
    mark = folder / "imported"
    (folder / "pipeline").mkdir()
    for path in ("pipeline.py", "pipeline/__init__.py", "pipeline/cli.py", "pipeline/errors.py"):
        (folder / path).write_text(FOREIGN.format(mark=str(mark)), encoding="utf-8")
    return mark


def environment(**variables: str) -> dict[str, str]:
    """This process's, without what would lead to the package in another way than an installation does."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | variables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with a small corpus and its config."""
    (tmp_path / "a.txt").write_text("断路器在检修\n主变油枕漏油\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text('[[corpus]]\nname = "a"\nrole = "domain"\npaths = "a.txt"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.cluster  # a whole run in a process of its own
@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "path"),
    [
        pytest.param([str(Path(sys.executable).with_name("wajue"))], None, id="beside the config", marks=pytest.mark.cluster),
        pytest.param([sys.executable, "-m", "wajue"], ".", id="PYTHONPATH=."),
    ],
)
def test_a_run_in_a_folder_with_foreign_modules(folder: Path, command: list[str], path: str | None) -> None:
    mark = foreign_modules(folder)
    variables = {"PYTHONPATH": path} if path else {}
    arguments = ["run", "c.toml", "--until", "ingest", "--master", "local[1]"]  # its functions travel to a worker
    done = subprocess.run(
        [*command, *arguments], cwd=folder, env=environment(**variables), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "2 raw_documents" in done.stderr and not mark.exists()


@pytest.mark.cluster  # a kernel of its own
@pytest.mark.slow
def test_a_notebook_in_a_folder_with_foreign_modules(folder: Path) -> None:
    manager = pytest.importorskip("jupyter_client.manager")
    mark = foreign_modules(folder)
    with manager.run_kernel(cwd=str(folder), env=environment(), kernel_name="python3") as client:
        said: list[str] = []
        client.execute_interactive(ASK, timeout=60, output_hook=lambda m: said.append(str(m["content"])))
    assert any(str(ROOT / "pipeline") in text for text in said), said
    assert not mark.exists()


@pytest.mark.cluster
def test_a_wheel_in_an_environment_of_its_own(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").glob("*.whl")
    clean, working = tmp_path / "environment", tmp_path / "working"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clean], check=True)
    python = clean / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    [site] = (clean / "lib").glob("python*/site-packages")
    # what the package needs: a line of a .pth file is looked into for modules, and not for further .pth files such as our own
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    working.mkdir()
    mark = foreign_modules(working)
    script = f"{ASK}; from wajue.results.demo import sample_folder; print(sample_folder())"
    for variables in ({}, {"PYTHONPATH": "."}):
        done = subprocess.run(
            [python, "-c", script], cwd=working, env=environment(**variables), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0 and not mark.exists(), done.stderr
        assert str(site / "wajue" / "__init__.py") in done.stdout and str(site / "wajue" / "sample") in done.stdout
    told = subprocess.run(
        [clean / "bin" / "wajue", "--version"], cwd=working, env=environment(), capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("wajue ")
