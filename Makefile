# make demo   mines the bundled sample      make check  format, lint, types, import rule
# make test   everything that needs no GPU, cluster or browser
# make docs   the documentation, as a site in site/
.PHONY: setup demo test check docs bench clean
PYTHON ?= python3
BIN := .venv/bin

setup: .venv/installed

.venv/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,docs]'
	touch $@

demo: setup
	$(BIN)/wajue demo

test: setup
	$(BIN)/python -m pytest $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: setup
	$(BIN)/mkdocs build --strict

bench: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv wajue-demo dist site
