# What one can do here. `make` alone lists it.

VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
BENCH_BIN := $(BENCH_VENV)/bin
AS4_VENV := .venv-as4
AS4_BIN := $(AS4_VENV)/bin
FUZZ_VENV := .venv-fuzz
FUZZ_BIN := $(FUZZ_VENV)/bin
PYTHON ?= python3
EXCHANGES ?= 2000
# One more than there are processors, for browsers and services are waited for.
PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

# Compiled files are kept whatever the surroundings say: tests start some hundred processes, and each would compile anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test tests chaos lint types layers rules attacks interop skeleton specimens bench bench-full bench-hostile fuzz fuzz-http
.SUFFIXES:

help: ## List what one can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/development.stamp ## Create .venv with everything for running and testing

demo: $(VENV)/run-time.stamp ## Start all services and say where to click (ARGS="--port 9000")
	$(BIN)/oots demo $(ARGS)

test: lint ## Check everything that can be checked (ARGS="-k preview" narrows the tests)
	$(MAKE) --no-print-directory --jobs types layers tests
	$(if $(ARGS),,$(MAKE) --no-print-directory chaos)

tests: setup
	$(BIN)/pytest --numprocesses $(PROCESSES) --dist loadscope --ignore tests/chaos --ignore tests/interop $(ARGS)

chaos: setup ## Kill, crash and cut off while exchanges go on, and count what is lost (EXCHANGES=2000)
	CHAOS_EXCHANGES=$(EXCHANGES) $(BIN)/pytest tests/chaos

lint: setup ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## Check types
	$(BIN)/mypy

layers: setup ## Check that no floor imports from above
	$(BIN)/lint-imports

bench: $(BENCH_VENV)/bench.stamp $(AS4_VENV)/as4.stamp ## Measure beside floors and peers (ARGS="--only exchange --rounds 9")
	$(BENCH_BIN)/python -m benchmarks $(ARGS)

bench-full: $(BENCH_VENV)/bench.stamp $(AS4_VENV)/as4.stamp ## The same, and a store of a million exchanges
	$(BENCH_BIN)/python -m benchmarks --full $(ARGS)

bench-hostile: setup ## Measure what hostile messages cost before their sender is known (ARGS="--rounds 9")
	$(BIN)/python -m benchmarks.hostile $(ARGS)

fuzz: $(FUZZ_VENV)/fuzz.stamp ## Fuzz every reader for a while (ARGS="--seconds 3600 --target mime")
	$(FUZZ_BIN)/python -m tests.fuzz.run $(ARGS)

fuzz-http: $(FUZZ_VENV)/fuzz.stamp ## Send every service what schemathesis makes up (ARGS="--examples 2000")
	$(FUZZ_BIN)/python -m tests.fuzz.schemas $(ARGS)

rules: setup ## Write docs/rules.md anew
	$(BIN)/python -m oots.validation.rules_document docs/rules.md

attacks: setup ## Try every attack; write docs/attacks.md and evidence_samples/attacks/ anew
	$(BIN)/python -m tests.attacks.catalogue docs/attacks.md evidence_samples/attacks

interop: setup ## Exchange messages with phase4 (Maven and a JDK are needed); write the table in docs/interoperability.md
	$(BIN)/python -m tests.interop.run
	$(BIN)/pytest tests/interop

skeleton: setup ## Write anew what stores pack their rows with
	$(BIN)/python -m oots.scenarios.skeleton oots/exchange/skeleton.bin

specimens: setup ## Write evidence_samples/ but its attacks/ anew under the frozen clock
	$(BIN)/python -m oots.scenarios.specimens evidence_samples

$(BIN)/python $(BENCH_BIN)/python $(AS4_BIN)/python $(FUZZ_BIN)/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv $(@:/bin/python=) || { rm -rf $(@:/bin/python=); exit 1; }; \
			exit 0; \
		fi; \
	done; \
	echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; \
	exit 1

$(VENV)/run-time.stamp: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	$(BIN)/python -m oots.web.install_assets
	@touch $@

$(VENV)/development.stamp: requirements-dev.txt $(VENV)/run-time.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(BENCH_VENV)/bench.stamp: requirements-bench.txt pyproject.toml | $(BENCH_BIN)/python
	$(BENCH_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	$(BENCH_BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(AS4_VENV)/as4.stamp: requirements-as4.txt | $(AS4_BIN)/python
	$(AS4_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-as4.txt
	@touch $@

$(FUZZ_VENV)/fuzz.stamp: requirements-fuzz.txt pyproject.toml | $(FUZZ_BIN)/python
	$(FUZZ_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.txt
	$(FUZZ_BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@
