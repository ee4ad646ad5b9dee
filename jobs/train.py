"""torchrun jobs/train.py CONFIG [--workspace DIR] [--device auto|cpu|cuda]: the trainers, on a workspace that is mined."""

import os
import sys

from pipeline import cli

# the CPU trainers are one process with threads: of several started, the first one works
if __name__ == "__main__" and os.environ.get("RANK", "0") == "0":
    cli.main(["run", *sys.argv[1:], "--from=sgns", "--until=jose"])
