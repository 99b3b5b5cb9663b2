# Two commands for a newcomer: `make run` and `make test`. Both set up what they need.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export LODESTONE_HOME ?= $(CURDIR)/var

.PHONY: help run test lint types kernels format bench soak docs lock clean

help:  ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/	/'

$(BIN)/uv: requirements/uv.txt
	@echo "setting up .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.serve: requirements/serve.txt pyproject.toml $(BIN)/uv
	@echo "installing what serving needs (once; a minute or so)"
	@$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/serve.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/.test: requirements/test.txt .venv/.serve
	@echo "installing what the tests need"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/test.txt
	@touch $@

.venv/.generators: requirements/generators.txt tests/clients/package-lock.json .venv/.test
	@echo "installing the client generators that the tests run"
	@$(PYTHON) -m venv .venv/generators
	@$(BIN)/uv pip install -q --python .venv/generators/bin/python --require-hashes -r requirements/generators.txt
	@mkdir -p .venv/typescript
	@cp tests/clients/package.json tests/clients/package-lock.json .venv/typescript
	@npm ci --prefix .venv/typescript --silent --no-audit --no-fund
	@touch $@

run: .venv/.serve  ## Serve a demo community at http://127.0.0.1:8000
	@$(BIN)/lodestone serve --demo

test: .venv/.test  ## Run every check and test
	@./scripts/system-packages
	@$(MAKE) --no-print-directory -j2 lint types kernels .venv/.generators
	@LODESTONE_SEED=$${LODESTONE_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')} $(BIN)/python -m pytest -n auto --dist loadfile

lint: .venv/.test  ## Style, imports between floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: .venv/.test
	@$(BIN)/mypy

kernels: .venv/.test
	@$(BIN)/python -m tests.worlds.compiled

format: .venv/.test  ## Format the code
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: .venv/.test  ## Measure, beside floors of the same run, into bench/results/
	@$(BIN)/python bench/run.py
	@$(BIN)/python bench/town_traffic.py
	@$(BIN)/python bench/ledger.py
	@$(BIN)/python bench/ads.py
	@$(BIN)/python bench/creators.py

soak: .venv/.test  ## The long runs
	@$(BIN)/python -m pytest -m soak

docs: .venv/.test  ## Run every block of the documentation
	@$(BIN)/python -m pytest tests/docs

lock: $(BIN)/uv  ## Compile the lock files anew
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' --python-version 3.11 requirements/uv.in -o requirements/uv.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' --python-version 3.11 pyproject.toml --extra serve -o requirements/serve.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' --python-version 3.11 pyproject.toml --extra serve --extra grown --extra learning --extra stripe --extra test -c requirements/serve.txt -o requirements/test.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' --python-version 3.11 requirements/generators.in -o requirements/generators.txt

clean:  ## Remove the environment and the demo's data
	@rm -rf .venv var
