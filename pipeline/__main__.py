"""python -m wajue is the command wajue."""

from wajue.cli import main

main()
