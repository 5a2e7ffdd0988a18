# Atoll's verbs. `make help` lists them. Each step is left out when what it is made from did not change.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first that runs and is new enough: a name alone may be a version manager's empty promise.
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
DONE := .venv/made
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

GATEWAY := $(shell find gateway -name static -prune -o \( -name '*.html' -o -name '*.py' \) -print 2>/dev/null)
CATALOGUES := $(wildcard gateway/translations/*/LC_MESSAGES/*.po)

.PHONY: help up install test check bench chaos pins messages clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: install ## Install what is missing, start everything, say where it is
	@exec $(BIN)/atoll up

install: $(DONE)/installed $(DONE)/assets $(DONE)/translations

test: $(DONE)/development $(DONE)/assets $(DONE)/translations ## Run every test (PYTEST="..." adds options)
	@sh tests/ops/chromium.sh
	@$(BIN)/python -m pytest -p tests.no_skips -n 2 --dist loadgroup -m "not chaos" $(PYTEST)

check: $(DONE)/development $(DONE)/assets $(DONE)/translations ## Lint, types, walls, migrations, templates, settings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet gateway/templates sandbox/templates
	@$(BIN)/python -m command.checks

bench: $(DONE)/development $(DONE)/assets $(DONE)/translations ## Measure against the yardstick
	@$(BIN)/python -m bench

chaos: $(DONE)/development ## Kill workers hundreds of times; count what was lost or went twice
	@$(BIN)/python -m pytest -m chaos $(PYTEST)

pins: $(DONE)/development ## Pin the newest versions that requirements*.in allow
	@$(COMPILE) --upgrade requirements.in -o requirements.txt
	@$(COMPILE) --upgrade requirements-dev.in -o requirements-dev.txt

messages: $(DONE)/development ## Collect the sentences to translate into the catalogues
	@$(BIN)/pybabel -q extract -F babel.cfg -k N_ --no-location --sort-output -o $(DONE)/messages.pot .
	@$(BIN)/pybabel -q update -N --width 110 --ignore-pot-creation-date -i $(DONE)/messages.pot -d gateway/translations

clean: ## Remove what was installed and built; var/ stays
	@rm -rf .venv node_modules gateway/static/vendor gateway/translations/*/LC_MESSAGES/*.mo *.egg-info

$(DONE)/python:
	@test -n "$(PYTHON)" || { \
		echo "Atoll needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making the virtual environment ..."
	@$(PYTHON) -m venv .venv || { \
		echo "Python cannot make virtual environments here: install its venv package (Debian: python3-venv)."; exit 1; }
	@mkdir -p $(DONE) && touch $@

$(DONE)/requirements: $(DONE)/python requirements.txt
	@echo "Installing what Atoll runs on ..."
	@$(PIP) install --require-hashes --no-deps -r requirements.txt
	@touch $@

$(DONE)/installed: $(DONE)/requirements pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DONE)/development: $(DONE)/installed requirements-dev.txt
	@echo "Installing what the tests and checks need ..."
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

$(DONE)/packages: $(DONE)/requirements package.json package-lock.json .npmrc
	@echo "Fetching the page assets ..."
	@$(BIN)/python -m command.assets fetch
	@touch $@

$(DONE)/assets: $(DONE)/packages command/assets.py $(wildcard gateway/static/css/*.css) $(GATEWAY)
	@$(BIN)/python -m command.assets build
	@touch $@

$(DONE)/translations: $(DONE)/requirements $(CATALOGUES)
	@if [ -n "$(CATALOGUES)" ]; then $(BIN)/pybabel -q compile -d gateway/translations; fi
	@touch $@
