# Needs make, git and one of Python 3.11 to 3.13; everything else is installed into .venv.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$name && break; done)
# The checksum of the locked requirements names the stamp: a new lock file means a new .venv.
REQUIREMENTS ?= $(or $(shell cat .venv/.requirements 2>/dev/null),requirements.lock)
STAMP := .venv/.made-from-$(shell cksum < $(REQUIREMENTS) | cut -d " " -f 1)
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup run experiment test lint verify bench lock clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP)  ## create .venv with the locked requirements (REQUIREMENTS=requirements-gpu.lock for a GPU)

$(STAMP):
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or name it: make setup PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Installing the locked requirements into .venv: about 2 GB, some minutes."
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r $(REQUIREMENTS)
	@echo $(REQUIREMENTS) > .venv/.requirements
	@touch $@

run: setup  ## run the pipeline; without a copy of MNIST, on the embedded digits
	@$(BIN)/python -m tools.run

experiment: setup  ## run the pipeline with settings of experiments/ (NAME=fast, balanced or best)
	@$(BIN)/python -m tools.experiment $(NAME)

lint: setup  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint  ## run linters and tests
	$(BIN)/pytest -n auto --dist loadfile

verify: setup  ## prove in a clean clone that the committed results come out again
	@$(BIN)/python -m tools.verify

bench: setup  ## measure speed and quality beside the plain-notebook way: an hour (QUICK=1: five minutes)
	@QUICK=$(QUICK) $(BIN)/python -m benchmarks.beside_notebook

lock:  ## pin the requirements anew (needs uv)
	for extra in cpu gpu; do \
		uv pip compile pyproject.toml --extra dev --extra $$extra --universal --fork-strategy fewest --python-version 3.11 \
			--generate-hashes --no-emit-index-url --no-header --quiet \
			--output-file requirements$$(test $$extra = gpu && echo -gpu).lock; \
	done

clean:  ## remove .venv and what tools left behind; data, models and reports stay
	rm -rf .venv logs dvc_plots .mypy_cache .pytest_cache .ruff_cache
	find stages tools tests -name __pycache__ -type d -prune -exec rm -rf {} +
