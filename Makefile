# make demo   mines the bundled sample      make check  format, lint, types, import rule
# make test   everything that needs no GPU, cluster or browser
# make docs   the documentation, as a site in site/
# make test-browser   the report in headless Chromium, which it installs if there is none (Debian's package)
.PHONY: setup demo test test-browser check docs bench clean
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

test-browser: .venv/browser
	$(BIN)/python -m pytest -m browser $(ARGS)

.venv/browser: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,browser]'
	command -v chromium chromium-browser google-chrome || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk) || (echo "Chromium is needed: install it, as root, and run this again" >&2; exit 1)
	touch $@

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
