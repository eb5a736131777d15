# Everything runs in .venv, which is made from the locked requirements; nothing else is needed
# but Python and make. The work is done by the scripts in tools/.
PYTHON ?= python3.11
PORT ?= 8000
export PORT

run := .venv/bin/python -m
# The rooms of the package whose tests need neither the site nor Jupyter.
rooms := btyd clv credit crm datasets grading index lifecycle loyalty plots sales satisfaction service value weights widgets
models := $(foreach room,$(rooms) checks fits hostile,$(wildcard tests/test_$(room)*.py)) crmlab --ignore=crmlab/course
.DEFAULT_GOAL := help
.PHONY: help book site serve pdf slides lab labs chapters test test-oldest test-newest lint format links bench lock clean env env-dev env-peers env-oldest env-newest
.NOTPARALLEL:

help: ## show this list
	@echo "make TARGET, one of:"
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; \
		do printf '  %-12s %s\n' "$$name" "$$what"; done

book: site ## build the site and serve it on this machine (PORT=8000; OFFLINE=1 as below)
	@$(run) tools.site serve

site: env ## build the site into _build/html (OFFLINE=1: with Python for browsers that cannot fetch it)
	@$(run) tools.site build

serve: env ## serve the site as it was last built
	@$(run) tools.site serve

pdf: env-dev ## print the book into _build/pdf/crmlab-book.pdf
	@tools/install_system.sh
	@$(MAKE) --no-print-directory site
	@$(run) tools.pdf

slides: site ## make slides for teaching in _build/slides
	@$(run) tools.slides

lab: env ## open the chapters and the student labs in JupyterLab
	@$(run) tools.lab

labs: env ## make the student labs
	@$(run) tools.site labs

chapters: env ## run every chapter and store its outputs
	@$(run) tools.chapters run

test: env-dev ## lint, build the site, run every test
	@tools/install_system.sh
	@$(MAKE) --no-print-directory lint site
	@$(run) pytest -n 2 --dist loadscope --no-loadscope-reorder --nbval --nbval-current-env tests crmlab book

test-oldest: env-oldest ## run the models' tests with the oldest versions that we promise
test-newest: env-newest ## run the models' tests with the newest versions that there are
test-oldest test-newest:
	@_build/$(@:test-%=%)/bin/python -m pytest -n 2 $(models)

lint: env-dev ## check style and types
	@$(run) ruff check .
	@$(run) ruff format --check .
	@$(run) mypy

format: env-dev ## put the code into the common style
	@$(run) ruff check --fix .
	@$(run) ruff format .

links: site ## ask whether the addresses outside the site still answer
	@$(run) tools.links

bench: env-peers site ## measure speed and size, peers side by side
	@for script in benchmarks/[a-z]*.py; do echo "==> $$script"; .venv/bin/python "$$script" || exit 1; done
	@for kind in peers peers-old; do for script in benchmarks/$$kind/*.py; do \
		echo "==> $$script"; _build/$$kind/bin/python "$$script" || exit 1; done; done
	@.venv/bin/python benchmarks/_figures.py

lock: env-dev ## resolve the requirements anew (UPGRADE=1 takes newer versions)
	@$(run) tools.lock $(if $(UPGRADE),--upgrade)

clean: ## remove what was built, but neither .venv nor work/
	rm -rf _build dist

env env-dev env-peers env-oldest env-newest:
	@"$(PYTHON)" -c '' 2>/dev/null || { echo "$(PYTHON) was not found. Install it (Debian, Ubuntu: sudo apt-get install python3.11 python3.11-venv), or name a newer one: make book PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -m tools.environment $(patsubst env-%,%,$(filter env-%,$(@:env-peers=env-peers env-peers-old)))
