# `make reproduce` (RUN=quick by default; RUN=laptop, RUN=paper) and `make test`; of a finished run
# `make pdf` and `make publish`.
RUN ?= quick
PYTHON ?= python3
BIN := .venv/bin
CONFIG := $(if $(filter paper,$(RUN)),config/config.yaml,config/$(RUN).yaml)

export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: reproduce test pdf publish clean

reproduce: $(BIN)/.installed
	snakemake --cores all --configfile $(CONFIG)

test: $(BIN)/.installed
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow
	python -m pytest

pdf: $(BIN)/.installed
	python -m pip install --quiet --constraint constraints.txt --editable '.[pdf]'
	deepgen pdf --html results/$(RUN)/report/index.html --out results/$(RUN)/report/index.pdf

publish: $(BIN)/.installed
	deepgen publish results/$(RUN)

$(BIN)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "deepgen needs Python 3.11 or newer; give it as PYTHON=...")'
	$(PYTHON) -m venv .venv
	python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf .venv .snakemake results logs
