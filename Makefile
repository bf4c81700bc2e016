# Everything a developer or operator does with a clone. `make help` tells all.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip
# One more than processors, as many tests wait rather than compute.
TESTERS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

# Commands start often here: without what Python compiled each takes seconds longer.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check format bench lock assets shots clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/uv: requirements/bootstrap.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(VENV)/.run: $(BIN)/uv requirements/run.txt pyproject.toml
	$(UV) install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(UV) install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.run ## make .venv with the command .venv/bin/tidings

demo: $(VENV)/.run ## 100,000 contacts in, a personalized mail out; ARGS=--once ends after the story
	$(BIN)/python -m demo.story $(ARGS)

up: $(VENV)/.run ## run Tidings here, with its own database in ./var
	$(BIN)/tidings up $(ARGS)

test: $(VENV)/.dev ## everything that must hold: `make check` and all tests
	@scripts/system_packages chromium postfix spamassassin
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest --numprocesses $(TESTERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev ## the static part: lint, format, types, import contracts, migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.check_migrations

format: $(VENV)/.dev ## put the code in order
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: $(VENV)/.dev ## measure against the yardsticks; writes bench/results.json
	@scripts/system_packages postfix
	$(BIN)/python -m bench.run $(ARGS)

shots: $(VENV)/.dev ## take the pictures of the README from a running demo
	@scripts/system_packages chromium
	$(BIN)/python -m scripts.take_pictures $(ARGS)

lock: $(BIN)/uv ## resolve and hash requirements/*.in anew
	for part in bootstrap run dev; do (cd requirements && ../$(UV) compile --quiet --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command "make lock" $$part.in -o $$part.txt) || exit 1; done

assets: $(VENV)/.dev ## fetch the vendored style sheets and scripts anew
	$(BIN)/python -m scripts.vendor_assets

clean: ## remove the environment and caches; ./var stays
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
