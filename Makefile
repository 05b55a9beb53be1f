# `make help` lists what can be asked for. Needs Python 3.11 or newer; everything else is fetched, pinned by hash.

PORT   ?= 8080
POINTS ?= 24
LAN    ?=
ARGS   ?=

PYTHON := .venv/bin/python
PIP    := $(PYTHON) -m pip --disable-pip-version-check --no-input
# LAN=1 (or yes); LAN=0, LAN=no and an empty LAN are off.
LAN_FLAG = $(if $(filter-out 0 no false off,$(LAN)),--lan)

# Tests that start whole hubs, browsers or benches: alone, so that they have both cores.
WHOLE := browser or integration or bench

.DEFAULT_GOAL := help
.PHONY: help demo test check fmt lock clean

help: ## list the targets
	@echo "Reception Hub"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	@echo "Variables of make demo: PORT=8080 (pages; media on the next one), POINTS=24 (simulated rooms, up to 190), LAN=1 (HTTPS for the local network)"
	@echo "Variable of make test:  ARGS='-k name' (handed to pytest)"

demo: .venv/.base ## a live reception on this machine, with invented people; Ctrl-C ends it
	@exec $(PYTHON) -m deploy demo --port $(PORT) --points $(POINTS) $(LAN_FLAG)

test: .venv/.dev ## everything: lint, types, layers, unit, both databases, real browsers
	@sh deploy/setup/packages.sh
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
ifeq ($(strip $(ARGS)),)
	$(PYTHON) -m pytest -q -n 2 --dist loadfile -m "not ($(WHOLE))"
	$(PYTHON) -m pytest -m "$(WHOLE)" --durations=40 --durations-min=10 || { [ $$? -eq 1 ] && \
	  echo "What failed is asked once more, of a fresh hub. Passing now is a finding, not a pardon: see CONTRIBUTING." && \
	  $(PYTHON) -m pytest -m "$(WHOLE)" --last-failed --last-failed-no-failures none --maxfail 3; }
else
	$(PYTHON) -m pytest $(ARGS)
endif

check: .venv/.dev ## lint, format, types and layers only (seconds)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

fmt: .venv/.dev ## format the code
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

# Lock with the oldest Python that is to run it (Debian 12: 3.11.2): some dependencies are needed by older ones only.
lock: .venv/.dev ## write requirements/*.txt anew from requirements/*.in
	cd requirements && ../$(PYTHON) -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file base.txt base.in
	cd requirements && ../$(PYTHON) -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file dev.txt dev.in

clean: ## remove the virtual environment and the demo's data
	rm -rf .venv demo-data

# Stamps: a step is done again only when what it depends on has changed, or when it was interrupted.
.venv/.made:
	@sh deploy/setup/venv.sh
	@touch $@

.venv/.base: .venv/.made requirements/base.txt pyproject.toml hub/relay/wire/fill.c
	@echo "Installing the pinned dependencies (once; a minute or two)"
	@$(PIP) install --quiet --require-hashes -r requirements/base.txt
	@if [ -L .venv ]; then echo "This .venv is another checkout's, and goes on running that one's hub"; else \
	  PYTHONWARNINGS=ignore $(PIP) install --quiet --no-build-isolation --no-deps -e .; fi
	@touch $@

.venv/.dev: .venv/.base requirements/dev.txt
	@echo "Installing what the checks and tests need (once)"
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@touch $@
