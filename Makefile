# `make report` and `make test` are all a newcomer needs. Windows without make: see README.
PYTHON ?= python3
STORY ?= aitm
CHROMIUM ?= chromium
WORKERS ?= auto
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)

.DEFAULT_GOAL := help
.PHONY: help setup report pdf lab test scorecard fuzz interleavings spark docs check lint types imports lock clean

help:  ## what there is
	@echo "make report            investigate the practice incident and write its report (STORY=...: o365nb practice list)"
	@echo "make pdf               that report as PDF beside it (CHROMIUM=google-chrome where it has another name)"
	@echo "make lab               JupyterLab on the notebooks of that case"
	@echo "make test              every test"
	@echo "make scorecard         every practice story and its variations, judged beside the truth (some minutes)"
	@echo "make fuzz              broken evidence files through every intake, for long (CI runs a short round)"
	@echo "make interleavings     two hundred responses killed, refused, cut off and taken up again"
	@echo "make spark             every story on two Spark executors, compared with DuckDB"
	@echo "make docs              the documentation as pages in site/"
	@echo "make check             lint, types, import rules, then every test"

setup:
	@$(PYTHON) tools/bootstrap.py

report: setup  ## the practice incident's report, from nothing
	@$(BIN)/o365nb investigate --practice $(STORY)

pdf: report  ## the practice incident's report on paper
	@$(CHROMIUM) --headless --disable-gpu --virtual-time-budget=10000 --no-pdf-header-footer \
	  --print-to-pdf=reports/practice-$(STORY)/report.pdf reports/practice-$(STORY)/report.html

lab: setup
	@$(BIN)/o365nb lab --case practice-$(STORY)

test: setup  ## everything, green
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

scorecard: setup  ## how right the kit is: all stories, all variations, beside their truth
	@$(BIN)/python benchmarks/scorecard.py --faults

fuzz: setup  ## broken and generated evidence files, long and anew each time
	@$(BIN)/python -m pytest tests/intake/test_fuzz.py --hypothesis-profile=fuzz --hypothesis-show-statistics -q

interleavings: setup  ## two hundred responses killed, refused, cut off and taken up again
	@O365NB_INTERLEAVINGS=200 $(BIN)/python -m pytest tests/response/test_interleavings.py -n $(WORKERS) -q

spark: setup  ## every story on two Spark executors beside DuckDB: some minutes, and Java 17
	@O365NB_EVERY_STORY=1 $(BIN)/python -m pytest tests/engine

docs: setup  ## the documentation as pages in site/, every link checked
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet && echo "documentation  site/index.html"

check: setup lint types imports test

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

imports: setup
	@$(BIN)/lint-imports

lock:  ## pin every package anew, with hashes and without index addresses (needs uv)
	@uv pip compile pyproject.toml tools/build-requirements.in --all-extras --universal --generate-hashes \
	  --no-emit-index-url --no-annotate --custom-compile-command "make lock" --python-version 3.11 --upgrade -o requirements.lock

clean:
	@$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('.venv', '.mypy_cache', '.ruff_cache', '.pytest_cache')]"
