# `make reproduce` (RUN=quick by default; RUN=laptop, RUN=paper) and `make test`, or `make test-all`;
# `make install` alone for clusters; of a finished run `make pdf` and `make publish`; `make docs`.
RUN ?= quick
PYTHON ?= python3
BIN := .venv/bin
CONFIG := $(if $(filter paper,$(RUN)),config/config.yaml,config/$(RUN).yaml)

export PATH := $(CURDIR)/$(BIN):$(PATH)

# A run's name, which its results have, is the key `run` of its file
NAME = $(shell sed -n "s/^run: *[\"']\{0,1\}\([a-z0-9_-]*\).*/\1/p" $(CONFIG))
RUNS := paper $(filter-out config,$(notdir $(basename $(wildcard config/*.yaml))))
ifeq ($(wildcard $(CONFIG)),)
ifneq ($(filter reproduce unlock pdf publish,$(or $(MAKECMDGOALS),reproduce)),)
$(error there is no run file $(CONFIG): choose RUN from $(RUNS))
endif
endif

.PHONY: reproduce install test test-all lint faults unlock pdf publish docs dag lock clean

reproduce: $(BIN)/.installed
	snakemake --cores all --configfile $(CONFIG)

install: $(BIN)/.installed

# A file of tests stays in one process, which shares what the file has made; tests/conftest.py has put
# the long ones first
PYTEST := python -m pytest -n logical --dist loadfile --no-loadscope-reorder

test: lint
	$(PYTEST) -m "not whole"

# Whole runs, clusters and a few of the faults, too: what CI runs
test-all: lint
	$(PYTEST) tests src benchmarks/faults

lint: $(BIN)/.installed
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow

# The table in docs/reliability.md; about two hours
faults: $(BIN)/.installed
	python -m benchmarks.faults.campaign --write

# After Snakemake was killed
unlock: $(BIN)/.installed
	snakemake --unlock --configfile $(CONFIG)

pdf: $(BIN)/.installed
	deepgen pdf --html results/$(NAME)/report/index.html --out results/$(NAME)/report/index.pdf

publish: $(BIN)/.installed
	deepgen publish results/$(NAME)

# The site, in site/; what builds it is in an environment of its own and imports nothing of deepgen
docs: .venv-docs/.installed
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet
	@echo "open site/index.html; its search works where it is served: python3 -m http.server -d site"

.venv-docs/.installed: requirements-docs.lock
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --quiet $(LOCKED) -r requirements-docs.lock
	touch $@

# The figure of the stages in the README; needs Graphviz
dag: $(BIN)/.installed
	snakemake --rulegraph --configfile config/quick.yaml | python docs/figures/dag.py | tred | \
		dot -Tsvg > docs/figures/dag.svg

# The locks are complete, hence --no-deps, and cover Linux and macOS on both kinds of machines. torch
# stands apart: what the package index has for Linux brings gigabytes of CUDA, so the CPU wheel of the
# same version is taken where pip's own settings know a place that has it. uv takes a tenth of pip's
# time for the other 190, but does not know pip's settings, so pip follows where uv finds nothing.
LOCKED := --require-hashes --no-deps
LOCKS := requirements.lock requirements-torch.lock requirements-torch-cpu.lock requirements-uv.lock
$(BIN)/.installed: pyproject.toml $(LOCKS)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "deepgen needs Python 3.11 or newer; give it as PYTHON=...")'
	$(PYTHON) -m venv .venv
	python -m pip install -qqq --no-compile $(LOCKED) -r requirements-torch-cpu.lock || \
		python -m pip install --quiet --no-compile $(LOCKED) -r requirements-torch.lock
	python -m pip install --quiet $(LOCKED) -r requirements-uv.lock
	uv pip install --quiet --link-mode copy --python $(BIN)/python $(LOCKED) -r requirements.lock || \
		python -m pip install --quiet --no-compile $(LOCKED) -r requirements.lock
	python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Takes newer versions of everything but torch, whose CPU wheel has its digest in a file of its own
lock: $(BIN)/.installed
	(printf '%s\n' 'setuptools>=77' uv; sed -n 's/+cpu.*//p' requirements-torch-cpu.lock) | \
		uv pip compile pyproject.toml - --universal --all-extras --generate-hashes --upgrade \
		--python-version 3.11 --no-annotate --no-header --quiet --output-file .venv/all.lock
	awk '/^[a-z]/ { part = /^(torch==|triton==|nvidia-|cuda-)/ ? "-torch" : /^uv==/ ? "-uv" : "" } \
		{ print > ("requirements" part ".lock") }' .venv/all.lock
	uv pip compile --group docs --universal --generate-hashes --upgrade --python-version 3.11 \
		--no-annotate --no-header --quiet --output-file requirements-docs.lock

clean:
	rm -rf .venv .venv-docs .snakemake results logs site
