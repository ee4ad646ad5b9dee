"""python -m benchmarks [counting|segmentation|sgns|jose ...]: those named, or all."""

import sys

from benchmarks import counting, jose, segmentation, sgns
from benchmarks.common import hardware

EVERY = {"counting": counting.main, "segmentation": segmentation.main, "sgns": sgns.main, "jose": jose.main}

print(hardware())
for name in sys.argv[1:] or EVERY:
    if name not in EVERY:
        sys.exit(f"no benchmark {name!r}; there are {', '.join(EVERY)}")
    EVERY[name]()
