# The two commands are `make demo` and `make test`; `make help` names the others.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
# What `make check` runs Django with: the settings of a real installation, without its database.
PRODUCTION := env -u DATABASE_URL -u BROKER_URL TRAININGOPS_MODE=production \
	TRAININGOPS_SECRET_KEY=for-the-check-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH \
	TRAININGOPS_BASE_URL=https://trainingops.example TRAININGOPS_ALLOWED_HOSTS=trainingops.example

.PHONY: help demo test bench check fmt fresh chaos clean setup setup-dev
.DEFAULT_GOAL := help
# `make check test` shares one environment and one machine: in order, not at once.
.NOTPARALLEL:

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: setup ## run everything on this machine with demo data (ARGS=--no-serve, --reset, "--port 9000")
	@exec $(BIN)/python manage.py demo $(ARGS)

test: setup-dev ## all tests (ARGS="planning -k scoring" for some)
	@exec $(BIN)/python -m trainingops.local.testing $(ARGS)

bench: setup-dev ## what years of data, large imports and a record cost (six minutes)
	@BENCH=1 $(BIN)/python -m trainingops.local.testing -n 0 -s planning/tests/test_scale.py sessions/tests/test_print_cost.py $(ARGS)

check: setup-dev ## style, types, layers, templates, migrations, deployment settings, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	TRAININGOPS_MODE=test $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	TRAININGOPS_MODE=test $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	TRAININGOPS_MODE=test $(BIN)/python manage.py messages --check

fmt: setup-dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fresh: ## clone HEAD into an empty folder, run `make demo ARGS=--no-serve` and `make test` there, print the times
	@$(PYTHON) trainingops/local/fresh.py $(ARGS)

chaos: setup-dev ## kill every process for ten minutes (SECONDS=180, SEED=7), 5,000 reports overdue, 10,000 lives against the oracle
	@CHAOS_SECONDS=$(or $(SECONDS),600) CHAOS_SEED=$(SEED) OUTAGE=5000 ORACLE_LIVES=10000 $(BIN)/python -m trainingops.local.testing \
		-n 0 -s trainingops/tests/test_chaos.py trainingops/tests/test_oracle.py reporting/tests/test_outage.py $(ARGS)

clean: ## remove the environment, the demo's database and files, and everything built
	@$(PYTHON) trainingops/local/clean.py

setup:
	@$(PYTHON) trainingops/local/setup.py run

setup-dev:
	@$(PYTHON) trainingops/local/setup.py test
