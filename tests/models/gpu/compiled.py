"""Compile the kernels for a GPU that need not be there; print what the compiler made of them, as JSON. Run as a program."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from wajue.models.gpu import jose_kernel, sgns_kernel

POINTERS = {
    "matrix_rows": "*i32", "reaches": "*i32", "positions": "*i32", "previous": "*i32", "bounds": "*i32", "noises": "*i32",
    "rates": "*fp32", "doc_indices": "*i64", "key": "*i64", "threshold": "*i32", "alias": "*i32", "temper_center": "*fp32",
    "temper_context": "*fp32", "centers": "*fp32", "contexts": "*fp32", "stretch": "*i32", "document_rows": "*i64",
    "counter": "*i32", "word_vectors": "*fp32", "documents": "*fp32", "owners": "*i64", "shares": "*fp32", "all_copies": "*fp32",
    "notes": "*i32",
}  # fmt: skip
SCALARS = {"vocabulary": "i32", "tiles": "i32", "end": "i32", "margin": "fp32"}
SGNS = {
    "WIDTH": 112, "WINDOW": 5, "NEGATIVES": 5, "TILE": 16, "MOST_DRAWN": 32, "SHARED": 32, "AROUND": 32, "COLUMNS": 64,
    "PRECISION": "tf32",
}  # fmt: skip
JOSE = {
    "WIDTH": 112, "COLUMNS": 128, "WINDOW": 10, "NEGATIVES": 2, "SLOTS": 64, "BACK": 1 / 128, "BORROWED": 21, "LANES": 32,
    "COMBINED": False, "FROZEN": False,
}  # fmt: skip


def compiled(kernel: Any, constants: dict[str, Any], warps: int) -> dict[str, int]:
    """Registers a thread, bytes of stack, bytes of shared memory, and vector instructions that read and add rows."""
    names = kernel.arg_names
    signature = {n: "constexpr" if n in constants else POINTERS.get(n) or SCALARS[n] for n in names}
    aligned = {(i,): [["tt.divisibility", 16]] for i, n in enumerate(names) if signature[n].startswith("*")}
    source = ASTSource(kernel, signature, {(names.index(n),): v for n, v in constants.items()}, aligned)
    kernel_on_gpu = triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": warps, "num_stages": 1})
    tools = Path(triton.__file__).parent / "backends/nvidia/bin"
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        Path(file.name).write_bytes(kernel_on_gpu.asm["cubin"])
        used = subprocess.run([tools / "cuobjdump", "--dump-resource-usage", file.name], capture_output=True, text=True, check=True)
    ptx = kernel_on_gpu.asm["ptx"]
    return {
        "registers": int(re.findall(r"REG:(\d+)", used.stdout)[-1]),
        "stack": int(re.findall(r"STACK:(\d+)", used.stdout)[-1]),
        "shared": kernel_on_gpu.metadata.shared,
        "loads": len(re.findall(r"ld\.global\.cg\.v4", ptx)),
        "adds": len(re.findall(r"(?:red|atom)\.\S*\.v4\.f32", ptx)),
    }


if __name__ == "__main__":
    kernels = {
        "sgns": compiled(sgns_kernel._train, SGNS, 4),
        "jose": compiled(jose_kernel._train, JOSE, 1),
        "combined": compiled(jose_kernel._train, JOSE | {"COMBINED": True}, 1),
    }
    json.dump(kernels, sys.stdout)
