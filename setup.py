"""The packages of wajue: every folder below pipeline/ that has an __init__.py, and the sample. All else is in pyproject.toml."""

from setuptools import find_packages, setup

setup(packages=["wajue", "wajue.sample", *(f"wajue.{name}" for name in find_packages("pipeline"))])
