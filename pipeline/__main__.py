"""python -m pipeline is the command wajue."""

from pipeline.cli import main

main()
