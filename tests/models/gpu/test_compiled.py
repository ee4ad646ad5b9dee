"""What Triton's interpreter cannot show: that the kernels compile for a GPU, and that the compiler keeps their rows where they belong."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed")  # importing it here would settle
# for this process that kernels are not interpreted


def test_kernels_compile_for_a_gpu() -> None:
    program = Path(__file__).with_name("compiled.py")
    environment = os.environ | {"PYTHONPATH": str(program.parents[3]), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, str(program)], env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    sgns, jose, combined = found["sgns"], found["jose"], found["combined"]
    # (32 + 16 + 32 rows) * 128 components / (128 threads * 4) = 20: every row is added to once, in wide pieces, and read once, but
    # for the first half of its components, which is not kept until it is needed again
    assert sgns["adds"] == 20 and sgns["loads"] == 30
    assert sgns["stack"] == jose["stack"] == combined["stack"] == 0  # nothing is spilled
    assert sgns["registers"] * 128 * 2 <= 65_536 and sgns["shared"] * 2 <= 164 * 1024  # two tiles a multiprocessor
    for kernel, adds in ((jose, 6), (combined, 5)):
        assert kernel["registers"] * 32 * 16 <= 65_536 and kernel["adds"] == adds  # sixteen stretches a multiprocessor; rows whole
