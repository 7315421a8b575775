# Everything that a developer or an operator without Docker runs. `make` alone says what there is.

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset up test lint types format bench soak docs new-source clean

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

demo: setup ## show the product; ONCE=1: one sync, then end; ZIP=path: a OneRoster CSV package; MODE=full|partial
	@exec $(RUN) -m rosterbus_local demo $(if $(ONCE),--once) $(if $(ZIP),--zip '$(ZIP)') $(if $(MODE),--mode $(MODE))

demo-reset: setup ## forget all that the demo holds
	@exec $(RUN) -m rosterbus_local demo-reset

up: setup ## run the five services against your own settings, from the environment or .env
	@exec $(RUN) -m rosterbus_local up

test: setup ## run the tests, in two processes; ARGS="-k words" for some of them, in one
	@exec $(RUN) -m pytest $(or $(ARGS),-n 2)

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

new-source: setup ## begin a kind of source: its folder, tests and line in SOURCES; name=acme-sis
	@$(RUN) services/roster-fetcher/scaffold/new_source.py '$(name)'

clean: ## remove what tests and tools left; the demo and the data of `make up` stay
	@rm -rf .local/test .local/test-* .local/postgresql .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
