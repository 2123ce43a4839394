# Sets up everything that a newsroom or a developer needs. `make` alone lists the targets.
# Nothing asks a question. Only packages come from the network, and nothing at run time.

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-slow lint bench screenshots build

VENV := .venv
PY := $(VENV)/bin/python
# Installed again whenever the lock file or the project changes.
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
BUILT := src/yobal/static/desk.js

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

demo: $(RUN_READY) $(BUILT) ## an invented newsroom to try
	@exec $(PY) -m yobal demo

demo-reset: $(RUN_READY) ## delete the state of the demonstration
	@$(PY) -m yobal demo --reset

test: $(TEST_READY) $(BUILT) ## lint, types, layers, front end, every test
	@tools/test

test-slow: $(TEST_READY) $(BUILT) ## the long fault and load runs
	@tools/test slow

lint: $(TEST_READY) ## lint, types, layers, front end
	@tools/lint

bench: $(TEST_READY) $(BUILT) ## figures, compared with other programs and with limits
	@tools/bench

screenshots: $(TEST_READY) $(BUILT) ## pictures of every page
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

$(BUILT): $(wildcard frontend/embed/*.ts frontend/desk/*.ts frontend/desk/*/*.ts frontend/desk/*/*.css frontend/*.css) frontend/build.mjs frontend/package-lock.json build_frontend.py src/yobal/templates/desk.html src/yobal/locales/en/LC_MESSAGES/yobal.po | $(RUN_READY)
	@tools/build-frontend $(VENV)
