"""torchrun [options] jobs/train.py CONFIG [--workspace DIR] [--device auto|cpu|cuda]: the trainers, and what follows them,
on a workspace that is mined.

One process a GPU; without torchrun, one process.
"""

import sys

from wajue import cli

if __name__ == "__main__":
    cli.main(["run", *sys.argv[1:], "--from=sgns", "--until=topics"])
