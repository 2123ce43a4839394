# Everything a newsroom or a developer needs, set up by itself. `make` alone lists the verbs.
# Nothing asks a question; nothing but packages comes from the network, and never at run time.

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-slow lint bench screenshots build

VENV := .venv
PY := $(VENV)/bin/python
# Installed again whenever the lock file or the project changes.
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
BUILT := src/yobal/static/desk.js

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

demo: $(RUN_READY) $(BUILT) ## a newsroom to touch
	@exec $(PY) -m yobal demo

demo-reset: $(RUN_READY) ## forget the demonstration
	@$(PY) -m yobal demo --reset

test: $(TEST_READY) $(BUILT) ## lint, types, layers, front end, every test
	@tools/test

test-slow: $(TEST_READY) $(BUILT) ## the long fault and load runs
	@tools/test slow

lint: $(TEST_READY) ## lint, types, layers, front end
	@tools/lint

bench: $(TEST_READY) $(BUILT) ## figures against peers and limits
	@tools/bench

screenshots: $(TEST_READY) $(BUILT) ## look at every page
	@tools/screenshots

build: $(RUN_READY) $(BUILT) ## the wheel, with the built front end
	@tools/build

$(VENV)/bin/python:
	@tools/venv $(VENV)

$(RUN_READY): requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@tools/install $(VENV) requirements/run.lock
	@touch $@

$(TEST_READY): requirements/test.lock $(RUN_READY)
	@tools/install $(VENV) requirements/test.lock
	@touch $@

$(BUILT): $(wildcard frontend/desk/*.ts frontend/desk/*/*.ts frontend/desk/*/*.css frontend/*.css) frontend/build.mjs frontend/package-lock.json | $(RUN_READY)
	@tools/build-frontend $(VENV)
