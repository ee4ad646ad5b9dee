"""spark-submit [options] jobs/mine.py CONFIG [--workspace DIR] [--from STEP] [--until STEP] [--force]: the Spark steps."""

import sys

from wajue import cli

if __name__ == "__main__":
    cli.main(["run", "--no-train", *sys.argv[1:]])
