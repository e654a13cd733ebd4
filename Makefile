.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
HUIYAN_HOME ?= $(CURDIR)/.huiyan
export HUIYAN_HOME
# Airflow, dbt and Great Expectations are compiled once, not by each process that begins.
unexport PYTHONDONTWRITEBYTECODE

# More than there are cores: some tests wait for the processes they have started.
WORKERS := $(shell $(PYTHON) -c 'import os; print(min(4, 2 + (os.cpu_count() or 1)))')

# The longest first: the short ones fill the gap at the end.
LINTERS := lint-types lint-sql lint-project lint-docs lint-python

.PHONY: help install demo test run-tests lint $(LINTERS) bench docs clean

help:  ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST)

install: $(READY)  ## make .venv with everything, exactly as locked

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "$(PYTHON) has no venv module: install it (Debian: python3-venv)"; exit 1; }

$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages into $(VENV) ..."
	@awk '/^[a-z0-9]/ { wanted = /^uv==/ } wanted' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import airflow.models, dbt.cli.main, great_expectations' \
		>$(VENV)/first-import.log 2>&1 || { cat $(VENV)/first-import.log; exit 1; }
	@touch $(READY)

demo: install  ## a fictitious district through the whole path (KEEP=1 leaves Airflow running)
	@$(BIN)/huiyan demo run $(if $(filter 1,$(KEEP)),--keep)

lint: install  ## ruff, mypy, sqlfluff, dbt-bouncer, generated pages: they fail, never fix
	@$(MAKE) --no-print-directory --jobs 2 --output-sync $(LINTERS)

lint-types:
	@$(BIN)/mypy --no-error-summary
	@echo "$@: passed"

lint-sql:
	@$(BIN)/sqlfluff lint --nocolor dbt_project/models dbt_project/macros
	@echo "$@: passed"

lint-python:
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@echo "$@: passed"

lint-project:
	@DBT_SEND_ANONYMOUS_USAGE_STATS=false $(BIN)/dbt --quiet parse --project-dir dbt_project \
		--profiles-dir dbt_project --target-path $(CURDIR)/dbt_project/target \
		--log-path $(CURDIR)/dbt_project/target
	@$(BIN)/dbt-bouncer --config-file dbt-bouncer.yml
	@echo "$@: passed"

lint-docs:
	@$(BIN)/huiyan docs check
	@echo "$@: passed"

# Beside the tests, which often wait: for the first worker's database, for a process, for a lock.
test: install  ## lint and every test, side by side
	@echo "Every test in $(WORKERS) processes, the linters beside them: ten to fifteen minutes on two cores."
	@$(MAKE) --no-print-directory --jobs 2 --keep-going run-tests $(LINTERS) || \
		{ echo "A test or a linter failed: it is named above."; exit 1; }

run-tests:
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder

bench: install  ## a district-year, timed; writes docs/benchmarks.md
	@$(BIN)/python -m huiyan.bench

docs: install  ## write the generated reference pages anew
	@$(BIN)/huiyan docs write

clean:  ## stop everything and remove all that make made
	@if [ -x $(BIN)/huiyan ]; then $(BIN)/huiyan db stop || true; fi
	@rm -rf $(HUIYAN_HOME) $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis \
		dbt_project/target dbt_project/logs build include/huiyan.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
