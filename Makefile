# Everything that can be done in this repository, one target each. Needs make and a Python of 3.11 or newer with pip.

VENV := .venv
UV_VERSION := 0.13.9
# The first Python that is new enough; choose another by `make setup PYTHON=python3.13 VENV=.venv-3.13`.
PYTHON := $(or $(PYTHON),$(shell for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done))
# More arguments for pytest, and the number of processes to run it in: `make test ARGS="-k override" WORKERS=2`.
ARGS :=
# By default there is one for each core, four at most; `WORKERS=0` runs all tests in one process.
WORKERS := auto

BIN := $(VENV)/bin
READY := $(VENV)/.ready
# What is typed strictly. Only the folders that exist are named, so that a new one is checked from its first file.
TYPED := $(wildcard src config containers resources assets web examples tools tests/typing)

# The systems of the demo: duckdb, postgres, snowflake, databricks or bigquery; folder or s3; html or superset.
WAREHOUSE := duckdb
STORE := folder
DASHBOARD := html
EXTRAS := app,arrow,async,bigquery,cli,databricks,graph,postgres,snowflake,yaml
SPREAD = $(if $(filter-out 0,$(WORKERS)),-n $(WORKERS) --maxprocesses 4 --dist loadscope)

export UV_PYTHON_DOWNLOADS := never
export VIRTUAL_ENV := $(abspath $(VENV))

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-systems coverage lowest lint types layers docs wheel bench check format api screens changelog lock clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment, with pinned versions of everything.

# The stamp is written last and removed first, so what was interrupted is made anew and what is done is not done again.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python of 3.11 or newer was found; name one by PYTHON=..." >&2; exit 1; }
	@test -e $@ || $(PYTHON) -m venv --clear --without-pip $(VENV)
	@test -e $@ || $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@rm -f $@
	$(BIN)/uv pip install --quiet -c constraints.txt -b constraints.txt -e '.[$(EXTRAS)]' --group dev
	@touch $@

demo: setup ## Run the flights job over the whole of 2013; WAREHOUSE=, STORE= and DASHBOARD= choose other systems.
	$(BIN)/python -m tools.systems.demo --warehouse $(WAREHOUSE) --store $(STORE) --dashboard $(DASHBOARD)

serve: setup ## Serve what the demo has loaded, on http://127.0.0.1:8000.
	$(BIN)/uvicorn web.service:app --host 127.0.0.1 --port 8000

test: setup ## Run the tests, the documentation's code included.
	$(BIN)/pytest $(SPREAD) $(ARGS)

# Their environments are in .venv-systems, each with the pinned packages of a file in tests/systems/requirements.
test-systems: setup ## Run the tests that start servers, daemons, executors and browsers, which take minutes.
	@command -v chromium google-chrome >/dev/null || { test "$$(id -u)" = 0 || \
		{ echo "Chromium is needed: apt-get install chromium" >&2; exit 1; }; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }
	$(BIN)/pytest -m systems $(SPREAD) tests/systems $(ARGS)

# The processes that tests start are measured too. What is missing is shown only if it is too much: pytest's summary ends the output.
coverage: setup ## Run the tests, and list the lines and branches of src that none of them reaches.
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SPREAD) $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report > .coverage.missing || { cat .coverage.missing; exit 1; }

lowest: setup ## Run the tests with the lowest versions that pyproject.toml allows, in .venv-lowest.
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-lowest
	VIRTUAL_ENV=$(abspath .venv-lowest) $(BIN)/uv pip install --quiet --resolution lowest-direct \
		-e '.[$(EXTRAS)]' --group test --group data
	.venv-lowest/bin/python -m pytest $(SPREAD) --ignore tests/house --ignore tests/systems --ignore tests/typing $(ARGS)

lint: setup ## Check style and formatting.
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup ## Check the types, strictly, by mypy and pyright; each public name has one.
	$(BIN)/mypy $(TYPED)
	$(BIN)/pyright --pythonpath $(BIN)/python $(TYPED)
	$(BIN)/python tools/check_public_types.py

layers: setup ## Check which layer imports which.
	$(BIN)/lint-imports --no-logo

docs: setup ## Build the documentation; a warning is an error.
	$(BIN)/sphinx-build --quiet -W -n --keep-going -b html docs docs/_build/html

wheel: setup ## Build the wheel, install it without the sources, and import it.
	$(BIN)/python tools/check_wheel.py

bench: setup ## Measure, and write docs/performance.md.
	$(BIN)/python -m benchmarks

check: lint types layers docs wheel test ## All that must pass before a change is merged.

format: setup ## Format the code and repair what ruff can.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

api: setup ## Write docs/api.md from the public names.
	$(BIN)/python tools/write_api_page.py

screens: setup ## Write the pictures of the terminal in docs/images.
	$(BIN)/python tools/write_screens.py

changelog: setup ## Show the next release's changelog, made of changelog.d.
	$(BIN)/towncrier build --draft --version next

RESOLVE = $(BIN)/uv pip compile --quiet --upgrade --universal --no-header --no-annotate pyproject.toml

lock: setup ## Resolve all versions anew into constraints.txt, and those of the tests' other environments.
	$(RESOLVE) --all-extras --group dev -o constraints.txt
	$(RESOLVE) --extra app --extra async --extra cli --extra dagster --extra yaml --group data \
		tests/systems/requirements/dagster.in -o tests/systems/requirements/dagster.txt

clean: ## Remove what the other targets made, the data excepted.
	rm -rf $(VENV) .venv-systems dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
