# `make demo` and `make test` work in a fresh clone: all they need is make and a python3 (3.10 or newer).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test test-browser fuzz kill bench bench-quick setup lint format golden check-examples clean

## demo: the plan of manifests/ on the catalog that comes with the repository
demo: $(VENV)/.installed
	$(BIN)/flyteplan plan

## test: everything that has to hold before a change is merged
test: lint
	$(BIN)/pytest -n 2

## test-browser: the HTML page in a Chromium, which it needs: what a reviewer clicks, at 3 and at 3,000 changes
test-browser: setup
	$(PIP) install --editable '.[test,browser]'
	$(BIN)/pytest tests/browser

## fuzz: the laws of tests/property with many more examples, and other ones each time
fuzz: setup
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest -n 2 tests/property

## kill: an apply of 200 changes, killed 50 times at any moment and finished by the same command
kill: setup
	FLYTEPLAN_KILLS=50 $(BIN)/pytest tests/test_apply_kill.py

## bench: how fast it is against what one would use instead; fails when a goal is missed. ROWS="1 5" chooses rows
bench: setup
	$(BIN)/python -m tests.bench $(if $(ROWS),--rows "$(ROWS)") $(BENCH)

## bench-quick: less of it, in less than a minute; fails only when something does not work
bench-quick: setup
	$(BIN)/python -m tests.bench --quick $(if $(ROWS),--rows "$(ROWS)") $(BENCH)

## lint: style and types
lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

## setup: .venv with flyteplan and all that its tests and its bench need
setup: $(VENV)/.installed-test

## format: let ruff mend what it can
format: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

## golden: write the expected output of tests/cases anew; read the difference before you commit it
golden: setup
	$(BIN)/pytest tests/test_cases.py --update

## check-examples: the checked-in catalog is what the example tasks serialize to
check-examples: setup
	$(BIN)/python examples/serialize.py --check

clean:
	rm -rf $(VENV) .bench build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The stamps: what pyproject.toml asks for is installed, and installed again when it asks for something else.
$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[test,bench]'
	@touch $@ $(VENV)/.installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("flyteplan needs Python 3.10 or newer; try: make PYTHON=python3.12" if sys.version_info < (3, 10) else 0)'
	$(PYTHON) -m venv $(VENV)
