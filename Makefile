.DEFAULT_GOAL := help
BIN := .venv/bin
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(p) 2>/dev/null),$(p))))

.PHONY: help setup run test test-slow check format docs bench lock clean

help:  ## what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(BIN)/.installed  ## the virtual environment, as pinned by constraints.txt

$(BIN)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python 3.11 or newer is needed, {sys.version.split()[0]} came: name one with make PYTHON=...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv, as pinned by constraints.txt (two minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

run: setup  ## train, compare and promote the four families on the embedded data
	@$(BIN)/quartet run

test: setup  ## the fast tests, then one full flow
	@$(BIN)/python -m pytest -n auto --dist loadfile -m 'not slow'

test-slow: $(BIN)/.services  ## what needs minutes, services or the clock
	@$(BIN)/python -m pytest -m slow

$(BIN)/.services: $(BIN)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,services]'
	@touch $@

check: setup  ## format, lint, types, import contracts, dvc.yaml in step
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/quartet stage render --check

format: setup  ## what can be mended without thinking
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: setup  ## docs/catalog.md and docs/checks.md anew from the catalog and the suites
	@$(BIN)/quartet catalog --markdown > docs/catalog.md
	@$(BIN)/python -m quartet.gate.check_list > docs/checks.md

bench: setup .venv-peers/.installed  ## speed beside peers, docs/performance.md (ONLY=name, DATA=folder, CORES=2)
	@$(BIN)/python benchmarks/speed.py $(if $(ONLY),--only $(ONLY)) $(if $(DATA),--data $(DATA)) $(if $(CORES),--cores $(CORES))

.venv-peers/.installed: benchmarks/peers/requirements.txt benchmarks/peers/requirements-ludwig.txt
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@test -x .venv-peers/ludwig/bin/python || $(PYTHON) -m venv .venv-peers/ludwig
	@echo "installing what Quartet is compared with into .venv-peers (minutes the first time)"
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/requirements.txt
	@.venv-peers/ludwig/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/requirements-ludwig.txt
	@touch $@

lock: setup  ## constraints.txt anew from pyproject.toml
	@$(BIN)/uv pip compile --universal --extra dev --python-version 3.11 --upgrade --no-header --no-annotate \
	  --quiet pyproject.toml --output-file constraints.txt

clean:  ## what can be made again; the data of yours, the DVC cache and the registry stay
	@rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info src/*.egg-info reports .quartet
	@find src flows tests -name __pycache__ -type d -prune -exec rm -rf {} +
