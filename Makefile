# Everything that a developer or an operator without Docker runs. `make` alone says what there is.

.DEFAULT_GOAL := help
.PHONY: help setup assets demo demo-reset up test lint types format bench soak docs words new-source clean

RUN := .venv/bin/python
CODE := libs services deploy tests bench conftest.py
# mypy takes them one by one: each has a package called tests.
PARTS := $(wildcard libs/* services/*) deploy/local tests bench conftest.py
# Only the first time is there something to see.
QUIET = $(if $(wildcard .venv/bin/pytest),--quiet)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing: uv, and the locked dependencies in .venv
	@uv="$$(deploy/local/find-uv.sh)" && "$$uv" sync --locked $(QUIET)

assets: setup ## what browsers load from others, from npm by lock file into static/vendor
	@uv="$$(deploy/local/find-uv.sh)" && $(RUN) services/dashboard-api/frontend/build.py "$$uv"

demo: assets ## show the product; ONCE=1: one sync, then end; ZIP=path: a OneRoster CSV package; MODE=full|partial
	@exec $(RUN) -m rosterbus_local demo $(if $(ONCE),--once) $(if $(ZIP),--zip '$(ZIP)') $(if $(MODE),--mode $(MODE))

demo-reset: setup ## forget all that the demo holds
	@exec $(RUN) -m rosterbus_local demo-reset

up: assets ## run the five services against your own settings, from the environment or .env
	@exec $(RUN) -m rosterbus_local up

test: assets ## run the tests, in three processes, since they wait a lot; ARGS="-k words" for some of them, in one
	@deploy/local/find-chromium.sh >/dev/null
	@exec $(RUN) -m pytest $(or $(ARGS),-n 3 --dist worksteal)

lint: setup ## check style, layout and types
	@$(RUN) -m ruff check $(CODE)
	@$(RUN) -m ruff format --check $(CODE)
	@$(MAKE) --no-print-directory types

types: setup ## check types only
	@for part in $(PARTS); do $(RUN) -m mypy $$part || exit 1; done

format: setup ## lay out the code as `make lint` wants it
	@$(RUN) -m ruff check --fix $(CODE)
	@$(RUN) -m ruff format $(CODE)

bench: setup ## measure, each figure against its bare floor
	@exec $(RUN) -m bench $(ARGS)

soak: setup ## 30 nights of 200 schools in minutes, while services and broker are killed; ARGS="--nights 5"
	@exec $(RUN) -m bench.soak $(ARGS)

docs: setup ## write the generated pages in docs/
	@$(RUN) -m common.docs

words: setup ## bring the translations in step with the code; then translate what is empty in locale/*.po
	@for folder in services/dashboard-api/dashboard_api services/notifier/notifier; do \
	    (cd $$folder && BABEL=$(CURDIR)/.venv/bin/pybabel && \
	    $$BABEL -q extract --omit-header --no-location --sort-output -F locale/babel.cfg -k plural:1,2 -k mark -o $(CURDIR)/.local/words.pot . && \
	    for language in nl fr; do $$BABEL -q update --no-fuzzy-matching --ignore-obsolete --no-wrap -i $(CURDIR)/.local/words.pot -l $$language -o locale/$$language.po; done) || exit 1; done

new-source: setup ## begin a kind of source: its folder, tests and line in SOURCES; name=acme-sis
	@$(RUN) services/roster-fetcher/scaffold/new_source.py '$(name)'

clean: ## remove what tests and tools left; the demo and the data of `make up` stay
	@rm -rf .local/test .local/test-* .local/postgresql .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
