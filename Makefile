# Needs make, git and one of Python 3.11 to 3.13; everything else is installed into .venv.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$name && break; done)
# The checksum of the lock files names the stamp: a changed lock file means a new .venv.
REQUIREMENTS ?= $(or $(shell cat .venv/.requirements 2>/dev/null),requirements.lock)
STAMP := .venv/.made-from-$(shell cat $(REQUIREMENTS) requirements-dev.lock | cksum | cut -d " " -f 1)
# The page has an environment of its own: Gradio needs an older Pillow.
APP_STAMP := .venv-app/.made-from-$(shell cat requirements-app.lock | cksum | cut -d " " -f 1)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
COMPILE := uv pip compile --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --quiet
# For aiobotocore, which S3 needs, python-dateutil may not be as new as the others want it.
ALL_BUT_DATEUTIL := grep == requirements.lock | grep -v ^python-dateutil | cut -d " " -f 1
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup run experiment app app-environment cluster seeds sweep compare test quick lint verify bench bench-natural bench-models bench-denoise export deps docs lock clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP)  ## create .venv with the locked requirements (REQUIREMENTS=requirements-gpu.lock for a GPU; EXTRA=bm3d, or EXTRA=remotes for S3 and SSH)
ifdef EXTRA
	$(PIP) --require-hashes -r requirements-$(EXTRA).lock
endif

$(STAMP):
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or name it: make setup PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Installing the locked requirements into .venv: 2.6 GB, some minutes, from the internet or the folder in PIP_FIND_LINKS."
	@# An environment of these requirements is brought up to date: if that fails, as it does offline, it stays as it was.
	@test "$$(cat .venv/.requirements 2>/dev/null)" = "$(REQUIREMENTS)" || $(PYTHON) -m venv --clear .venv
	$(PIP) --require-hashes -r $(REQUIREMENTS) -r requirements-dev.lock
	@# The mode that also works in the folder above a clone called denoising.
	$(PIP) --quiet --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@echo $(REQUIREMENTS) > .venv/.requirements
	@rm -f .venv/.made-from-*
	@touch $@

run: setup  ## run the pipeline; without a copy of MNIST, on the digits of scikit-learn
	@$(BIN)/python -m tools.run

experiment: setup  ## run the pipeline with settings of experiments/ (NAME=fast, balanced, best, deep_cae, dncnn, vae, cae, digits, photographs, recorded, natural_gray, natural_color, natural_blind, bundled_gray or bundled_color)
	@$(BIN)/python -m tools.experiment $(NAME)

app: $(APP_STAMP)  ## serve a page on this machine, to try networks on pictures (PORT=7860)
	@.venv-app/bin/python -m denoising.app

app-environment: $(APP_STAMP)  ## create .venv-app, for the page

$(APP_STAMP):
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Name one: make app PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Installing what the page needs into .venv-app: about 900 MB, a minute."
	$(PYTHON) -m venv --clear .venv-app
	.venv-app/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements-app.lock
	@touch $@

cluster: setup  ## train with several workers on this machine, and compare with one (WORKERS=2)
	@$(BIN)/python -m benchmarks.cluster $(WORKERS)

seeds: setup  ## run one setting under several seeds: mean, deviation, interval (NAME=fast, or none for params.yaml; N=5)
	@$(BIN)/python -m tools.seeds $(NAME) $(if $(N),N=$(N))

sweep: setup  ## search for good parameters, as a file of sweeps/ says (NAME=fast_rate, STORAGE=... for several machines)
	@$(BIN)/python -m tools.sweep "$(NAME)" "$(STORAGE)" $(if $(filter 1,$(TAKE_OVER)),take-over)

compare: setup  ## list the experiments, the highest validation PSNR first
	@$(BIN)/dvc exp show --only-changed --sort-by validation.psnr --sort-order desc \
		--keep 'validation|denoised' --drop '.*/|requirements|noisy|clean|.*mse|Executor|Created'

lint: setup  ## check style, types and generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tools.deps --check
	$(BIN)/python -m tools.docs --check

test: lint  ## run linters and tests: five minutes on two fast cores, twenty on slow ones
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

quick: setup  ## run the fast tests: under a minute
	$(BIN)/pytest -n auto --dist loadfile -m "not slow" tests/unit tests/repository

verify: setup  ## prove in a clean clone that this code gives the committed results
	@$(BIN)/python -m tools.verify

bench: setup  ## measure speed and quality beside a plain notebook: two hours (QUICK=1: five minutes)
	@QUICK=$(QUICK) $(BIN)/python -m benchmarks.beside_notebook

bench-natural: setup  ## measure denoisers for photographs beside BM3D: six hours (needs EXTRA=bm3d)
	@$(BIN)/python -m benchmarks.natural

bench-models: setup  ## score the networks that come with the package on photographs: ten minutes
	@$(BIN)/python -m benchmarks.models

bench-denoise: setup  ## measure start, speed and memory of the command denoise: half an hour (needs EXTRA=bm3d)
	@$(BIN)/python -m benchmarks.denoise

export: setup  ## export the denoiser that was trained: ONNX, SavedModel and TensorFlow Lite, into models/
	@$(BIN)/dvc repro --quiet export
	@$(BIN)/python -m tools.export

deps: setup  ## write the code dependencies of the stages into dvc.yaml
	$(BIN)/python -m tools.deps

docs: setup  ## write the tables of README.md and docs/ from the recorded results
	$(BIN)/python -m tools.docs

lock:  ## pin the requirements again (needs uv)
	$(COMPILE) --extra pipeline --output-file requirements.lock pyproject.toml
	echo "tensorflow-cpu; sys_platform == 'none'" | $(COMPILE) --extra pipeline --group gpu --override /dev/stdin \
		--output-file requirements-gpu.lock pyproject.toml
	$(COMPILE) --extra pipeline --extra bm3d --output-file requirements-bm3d.lock pyproject.toml
	$(ALL_BUT_DATEUTIL) | $(COMPILE) --extra pipeline --extra remotes --constraints /dev/stdin \
		--output-file requirements-remotes.lock pyproject.toml
	$(ALL_BUT_DATEUTIL) | $(COMPILE) --extra pipeline --extra remotes --group servers --constraints /dev/stdin \
		--output-file requirements-servers.lock pyproject.toml
	$(COMPILE) --extra app --output-file requirements-app.lock pyproject.toml
	$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean:  ## remove .venv and the caches of tools; data, models and reports stay
	rm -rf .venv .venv-app logs dvc_plots .mypy_cache .pytest_cache .ruff_cache
	find denoising stages tools tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
