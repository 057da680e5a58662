# Llwybr: `make help` explains every target.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
TESTS ?= tests
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Tests start some sixty servers: where nothing compiled is kept, each compiles a thousand files anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run serve worker test lint types imports unit welsh assets demo-large bench conformance machine clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(VENV)/installed ## Set up what is missing and serve on http://127.0.0.1:8000 (PORT=8001 for another)
	@$(BIN)/python -m lms.core.welsh compile
	@exec $(BIN)/python -m lms.run --port $(PORT)

worker: $(VENV)/installed ## Run background jobs alone, as in production
	@exec $(BIN)/flask --app wsgi worker

demo-large: $(VENV)/installed ## Load 100,000 invented people and 1,000,000 enrolments, for measuring
	@exec $(BIN)/flask --app wsgi load-demo-large

test: $(VENV)/developer machine lint imports ## Set up the tools and run everything
	@$(MAKE) --no-print-directory -j 2 types unit

lint: $(VENV)/developer ## Style and likely mistakes (ruff)
	@$(BIN)/python -m lms.core.welsh compile
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/developer ## Types (mypy --strict)
	$(BIN)/mypy

imports: $(VENV)/developer ## The floors of the house (import-linter)
	$(BIN)/lint-imports --no-cache

unit: $(VENV)/developer ## All tests, two at a time (TESTS=tests/courses for some of them)
	@$(BIN)/python -m lms.core.welsh compile
	$(BIN)/python -m pytest $(TESTS) -n 2 --no-loadscope-reorder --durations 10

welsh: $(VENV)/developer ## Bring the Welsh catalogues in step with the code, and list what is missing
	@$(BIN)/python -m lms.core.welsh update; $(BIN)/python -m lms.core.welsh missing || true

assets: ## Rebuild CSS and JavaScript (needs node and npm; the results are committed)
	cd lms/core/web/frontend && npm ci && sh build.sh

bench: $(VENV)/developer ## Measure pages, record store and certificates; prints ratios to the bare operation
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

conformance: $(VENV)/developer ## The ADL xAPI suite, both versions (SUITE=<checkout> [SUITE_2=<another for 2.0>]; needs node)
	@$(BIN)/python -m tests.conformance.adl $(SUITE) $(SUITE_2)

machine: ## Make sure that Chromium, fonts and PgBouncer for the tests are there (Debian, Ubuntu)
	@sh tests/machine.sh

clean: ## Remove the virtual environment, caches and the tests' databases; keeps var/ with its data
	rm -rf "$$($(PYTHON) -m tests.scratch)" $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@echo "Making a virtual environment …"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is incomplete. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/installed: $(VENV)/bin/python setup.cfg pyproject.toml
	@echo "Installing what Llwybr stands on (setup.cfg) …"
	@$(BIN)/python -m pip install -q --editable .
	@touch $@

$(VENV)/developer: $(VENV)/installed
	@echo "Installing the tools for tests …"
	@$(BIN)/python -m pip install -q --editable '.[dev,s3]'
	@touch $@
