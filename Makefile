# Every target works in .venv, from the locks in requirements/; stamps in .venv remember what is installed.

PYTHON ?=
RAW    ?= raw
OUTPUT ?= output

VENV   := .venv
TOOLS  := .venv-tools
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
# --no-deps: a lock is complete, and pip before 23.3 takes extras such as sqlalchemy[asyncio] for unpinned.
# --compile: Prefect imports three times faster from bytecode, whatever PYTHONDONTWRITEBYTECODE says.
LOCKED := install -qq --compile --no-deps --require-hashes

UV_VERSION := 0.13.9
# UPGRADE=1 takes the newest versions that pyproject.toml allows; without it, pins stay where they still fit.
COMPILE := $(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help ingest test fix map benchmark crash-states fuzz fuzz-guided mutants wheel lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ingest: $(VENV)/.runtime ## turn the documents in raw/ into records in output/ (RAW=, OUTPUT=)
	$(BIN)/code-articles ingest "$(RAW)" --output "$(OUTPUT)"

test: $(VENV)/.dev ## run every check: format, lint, types, layers, tests, command
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --cov --cov-report=
	$(BIN)/coverage report --include='extractors/*' --fail-under=99
	$(BIN)/coverage report --include='flows/*' --fail-under=90
	$(BIN)/code-articles --help

fix: $(VENV)/.dev ## format the code and repair what ruff can repair
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

map: $(VENV)/.dev ## write the map of the rooms in CONTRIBUTING.md anew
	$(BIN)/python -m tests.rooms

benchmark: $(VENV)/.dev ## measure speed and memory
	$(BIN)/python -m benchmarks.run

crash-states: $(VENV)/.dev ## build every state that a crash can leave, and heal it (STATES=, SEED=)
	$(BIN)/python -m benchmarks.crash_states --states $(or $(STATES),5000) --seed $(or $(SEED),0)

fuzz: $(VENV)/.dev ## read damaged documents (MUTANTS=, SEED=); those that fail are kept in fuzz/
	$(BIN)/python -m benchmarks.fuzz --mutants $(or $(MUTANTS),100000) --seed $(or $(SEED),0)

fuzz-guided: $(VENV)/.fuzz ## let atheris search for documents that break the core (SECONDS=)
	$(BIN)/python -m benchmarks.fuzz --guided $(or $(SECONDS),300)

mutants: $(VENV)/.dev ## put small faults into the core, and see which of them the tests find (SAMPLE=, SEED=)
	$(BIN)/python -m benchmarks.mutants --sample $(or $(SAMPLE),200) --seed $(or $(SEED),0)

wheel: $(VENV)/.runtime ## build the wheel into dist/
	$(PIP) wheel -qq --no-deps --no-build-isolation --wheel-dir dist .

lock: $(TOOLS)/.uv ## pin the requirements in pyproject.toml into requirements/ (UPGRADE=1: newest versions)
	$(COMPILE) pyproject.toml --output-file requirements/runtime.txt
	$(COMPILE) --group build --constraint requirements/runtime.txt --output-file requirements/build.txt
	$(COMPILE) pyproject.toml --group dev --constraint requirements/runtime.txt \
		--constraint requirements/build.txt --output-file requirements/dev.txt
	$(COMPILE) --group fuzz --output-file requirements/fuzz.txt

clean: ## remove the environments, caches and builds; output/ stays
	rm -rf $(VENV) $(TOOLS) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Everything that `ingest` needs, and the project itself as an editable install: built by the backend
# from the lock, so that nothing is fetched for it.
$(VENV)/.runtime: $(VENV)/.python requirements/runtime.txt requirements/build.txt pyproject.toml
	$(PIP) $(LOCKED) -r requirements/runtime.txt -r requirements/build.txt
	$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@$(PIP) check
	@$(BIN)/python -m compileall -q extractors flows
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(PIP) $(LOCKED) -r requirements/dev.txt
	@$(PIP) check
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev requirements/fuzz.txt
	$(PIP) $(LOCKED) -r requirements/fuzz.txt
	@touch $@

$(TOOLS)/.uv: Makefile
	@$(find_python); rm -rf $(TOOLS); "$$python" -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(VENV)/.python:
	@$(find_python); echo "Creating $(VENV) with $$("$$python" --version)."; \
		rm -rf $(VENV); "$$python" -m venv $(VENV)
	@touch $@

# Sets $python to the first Python that really runs (a shim may exist and only print an error), is of a
# version that pyproject.toml allows, and can make environments; stops with one sentence if there is none.
define find_python
set -e; python=; bare=; \
for candidate in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3); do \
	"$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 || continue; \
	if "$$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1; then python="$$candidate"; break; fi; \
	bare="$${bare:-$$candidate}"; \
done; \
if [ -z "$$python" ] && [ -n "$$bare" ]; then \
	echo "$$bare cannot make environments: install its venv and ensurepip modules (on Debian, the package python3-venv)." >&2; \
	exit 1; \
elif [ -z "$$python" ]; then \
	echo "No Python 3.11, 3.12 or 3.13 was found$(if $(PYTHON), at $(PYTHON)): install one, or name it with make PYTHON=/path/to/python." >&2; \
	exit 1; \
fi
endef
