# make demo   mines the bundled sample      make check  format, lint, types, import rule
# make test   everything that needs no GPU, cluster or browser
# make docs   the documentation, as a site in site/
# make bundle   what a cluster needs, in dist/cluster; docs/cluster.md says how it is used
# make test-cluster   a Spark Standalone cluster on loopback, processes killed, whole runs in processes of their own: half an hour
# make audit    known vulnerabilities of what is installed; needs a network
# make test-browser   the report in headless Chromium, which it installs if there is none (Debian's package)
.PHONY: setup demo test test-with-spark test-without-spark test-browser test-cluster check types lint audit bundle docs bench clean
PYTHON ?= python3
BIN := .venv/bin
in_turn := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) # what two say at once
unexport PYTHONDONTWRITEBYTECODE # which images set: without bytecode each start takes 2.5 s longer

setup: .venv/installed

.venv/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv

# to bytecode, what a run loads: a fifth of all there is
compile_used = $(BIN)/wajue run data/demo.toml --dry-run >/dev/null

# the package alone, and all that it is worked on with: either in one go, since pip looks at everything each time
.venv/package: pyproject.toml | .venv/pyvenv.cfg
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --editable .
	$(compile_used)
	touch $@

# a newer pip first: it installs all of this in two thirds of the time
.venv/installed: pyproject.toml | .venv/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip==26.3
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --editable '.[dev,docs]'
	$(compile_used)
	touch .venv/package $@

demo: .venv/package
	$(BIN)/wajue demo

# what needs the Spark session, and all else: two processes, two cores; make test ARGS=... runs one
test: setup
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(MAKE) --jobs=2 $(in_turn) test-with-spark test-without-spark
endif

test-with-spark test-without-spark: test-%-spark:
	$(BIN)/python -m pytest -m '$(if $(filter without,$*),not spark,spark) and not browser and not cluster'

test-browser: .venv/browser
	$(BIN)/python -m pytest -m browser $(ARGS)

.venv/browser: .venv/installed
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --editable '.[dev,browser]'
	command -v chromium chromium-browser google-chrome || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk) || (echo "Chromium is needed: install it, as root, and run this again" >&2; exit 1)
	touch $@

test-cluster: .venv/cluster
	$(BIN)/python -m pytest -m cluster $(ARGS)

.venv/cluster: .venv/installed
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --editable '.[dev,cluster]'
	touch $@

bundle: setup
	$(BIN)/python jobs/bundle.py dist/cluster

check: setup
	$(MAKE) --jobs=2 $(in_turn) types lint

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: setup .types/wajue
	$(BIN)/mypy

# mypy and the API reference do not see how an editable install maps the folder
.types/wajue:
	mkdir -p .types && ln -sfn ../pipeline $@

# strict: what the database does not know is a failure, never a pass
audit: .venv/audit
	$(BIN)/python -m pip freeze --exclude-editable > .venv/audited.txt
	.venv/audit/bin/pip-audit --strict --disable-pip --no-deps --requirement .venv/audited.txt

# of its own: what audits is not among what is audited
.venv/audit: .venv/installed
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1

docs: setup .types/wajue
	$(BIN)/mkdocs build --strict

bench: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv wajue-demo dist site
