"""The plan of the house holds: who may import whom, how things are called, how long a function is."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
SAY_NOTHING = {"found", "place", "places", "words", "rows", "held", "here", "there", "freedom", "card", "cards"}
SHORT = 5  # lines: within so few a name need say little
LONGEST = 40  # lines of a function that is not compiled
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def shown(module: Path) -> str:
    return str(module.relative_to(ROOT))


def scopes(tree: ast.AST) -> Iterator[Scope]:
    yield from (n for n in ast.walk(tree) if isinstance(n, Scope))


def inner(scope: Scope) -> Iterator[ast.AST]:
    """The nodes of a scope, those of the functions inside it included: a name lives on in them."""
    yield from ast.walk(scope)


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_names_that_live_long_say_what_is_in_them(module: Path) -> None:
    faults = set()
    for scope in scopes(ast.parse(module.read_text(encoding="utf-8"))):
        lines: dict[str, list[int]] = {}
        bound = set()
        for node in inner(scope):
            if isinstance(node, ast.Name):
                lines.setdefault(node.id, []).append(node.lineno)
                bound |= {node.id} if isinstance(node.ctx, ast.Store) else set()
            elif isinstance(node, ast.arg):
                lines.setdefault(node.arg, []).append(node.lineno)
                bound.add(node.arg)
        if isinstance(scope, ast.ClassDef):  # fields live as long as the object
            fields = {s.target.id: s.lineno for s in scope.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)}
            faults |= {(line, name) for name, line in fields.items() if name in SAY_NOTHING}
        faults |= {(min(lines[n]), n) for n in bound & SAY_NOTHING if max(lines[n]) - min(lines[n]) > SHORT}
    assert not faults, f"{shown(module)}: {sorted(faults)}"


def compiled(function: ast.FunctionDef) -> bool:
    return any("jit" in ast.unparse(d) or "intrinsic" in ast.unparse(d) for d in function.decorator_list)


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_only_a_kernel_is_long(module: Path) -> None:
    functions = [n for n in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)]
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= LONGEST and not compiled(f)]
    assert not long, f"{shown(module)}: {long}"


@pytest.mark.parametrize("module", sorted((ROOT / "pipeline" / "stages").glob("[a-z]*.py")), ids=shown)
def test_a_stage_is_one_public_function_of_its_files_name(module: Path) -> None:
    body = ast.parse(module.read_text(encoding="utf-8")).body
    assert [n.name for n in body if isinstance(n, Scope) and not n.name.startswith("_")] == [module.stem]


@pytest.mark.parametrize("wing", ["cpu", "gpu"])
def test_no_kernel_imports_a_kernel(wing: str) -> None:
    for module in (ROOT / "pipeline" / "models" / wing).glob("*_kernel.py"):
        imports = [n for n in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(n, ast.ImportFrom)]
        named = {f"{n.module}.{a.name}" for n in imports for a in n.names} | {str(n.module) for n in imports}
        assert not [n for n in named if n.endswith("_kernel")], shown(module)


FORBIDDEN = {  # {contract: (module, what it may not import)}
    "the floors of the house": ("mining/terms/contrast_measures.py", "import wajue.runner.run"),
    "Spark stays": ("mining/terms/contrast_measures.py", "import pyspark"),
    "torch and triton stay": ("results/export.py", "import torch"),
    "no stage imports a stage": ("stages/segment.py", "import wajue.stages.clean"),
}


def linted(folder: Path, added: list[tuple[str, str]]) -> list[str]:
    """What the check of imports says, line by line, of a copy of the package with these lines at the end of its modules."""
    shutil.copytree(ROOT / "pipeline", folder / "wajue", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for module, line in added:
        with open(folder / "wajue" / module, "a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert said.returncode != 0, said.stdout
    return said.stdout.splitlines()


@pytest.mark.slow
def test_forbidden_imports_are_noticed(tmp_path: Path) -> None:
    lines = linted(tmp_path, list(FORBIDDEN.values()))
    for contract in FORBIDDEN:
        assert any(line.startswith(contract) and line.endswith("BROKEN") for line in lines), "\n".join(lines)


@pytest.mark.slow
def test_a_module_on_no_floor_is_noticed(tmp_path: Path) -> None:
    assert any("new_module" in line for line in linted(tmp_path, [("new_module.py", "")]))
