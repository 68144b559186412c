# Two commands for a new user: `make demo` and `make test`. They use uv if it is installed, else python3 -m venv.
VENV := .venv
BIN := $(VENV)/bin
# Without uv: the first of these that is installed.
PYTHONS ?= python3.11 python3.12 python3.13 python3.14 python3

.PHONY: demo test test-slow test-prereleases attack check lint types imports bench year measured goldens messages docs site package bundle lock clean

demo: $(VENV)/.run
	$(BIN)/blogarchive demo

PYTEST = $(BIN)/python -m pytest --numprocesses 4 --dist worksteal

test: $(VENV)/.dev ## four workers also on two cores: many tests wait for a process or a server
	$(PYTEST) -m "not slow"

test-slow: $(VENV)/.dev ## kills, faults, attacks, browsers, a fleet, the documents, the installed package
	$(PYTEST) -m slow

attack: $(VENV)/.dev ## every hostile archive, file and page in every command that reads it, within limits of time and memory
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal -m attack

check: test test-slow lint types imports

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## on every system, an attribute that it does not have is an error
	$(BIN)/mypy --platform linux
	$(BIN)/mypy --platform darwin
	$(BIN)/mypy --platform win32

imports: $(VENV)/.dev
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m bench

year: $(VENV)/.dev ## follow an invented blog for 364 nights (ten minutes), and print what its archive says
	$(BIN)/python -m tests.nights.year

measured: bench ## run the benchmarks, count the tests, and write docs/measured.md
	$(BIN)/python -m bench.report

goldens: $(VENV)/.dev ## rewrite the expected.json files, then fail: read the diff before you commit it
	$(BIN)/python -m pytest tests/test_goldens.py --rewrite-goldens

messages: $(VENV)/.dev ## extract messages into the Chinese catalogue, then fail if one has no translation
	$(BIN)/python -m tests.messages.update

docs: $(VENV)/.dev ## generate docs/tables.md and the screenshots (needs Chromium)
	$(BIN)/python -m tests.browse.tables_page
	$(BIN)/python -m tests.browse.screenshots

site: $(VENV)/.dev ## build the documentation site in build/site; `make test` builds it too, and searches it
	$(BIN)/python -m tests.docs.site

package: $(VENV)/.dev ## build the distribution in dist/, and check it as the package index does
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*

bundle: $(VENV)/.dev ## one program for this system that needs no Python: dist/bundle/blogarchive
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist/bundle --workpath build/bundle packaging/bundle/blogarchive.spec

PRE = .venv-prereleases
test-prereleases: $(VENV)/.dev ## the plugin and Scrapy's commands on the newest pre-releases of Datasette and Scrapy
	$(BIN)/python -m venv $(PRE)
	$(PRE)/bin/python -m pip install -q --disable-pip-version-check -e .
	$(PRE)/bin/python -m pip install -q --disable-pip-version-check --pre --upgrade datasette scrapy
	BLOGARCHIVE_DATASETTE_ALPHA=$(CURDIR)/$(PRE)/bin/python $(BIN)/python -m pytest -q tests/browse/test_datasette.py -k newest_alpha
	BLOGARCHIVE_SCRAPY_ALPHA=$(CURDIR)/$(PRE)/bin/python $(BIN)/python -m pytest -q tests/crawl/test_scrapy.py

lock: ## update requirements/*.txt from pyproject.toml (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra fleet pyproject.toml -o requirements/fleet.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev pyproject.toml -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group bundle pyproject.toml -o requirements/bundle.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.made:
	@set -e; if command -v uv >/dev/null 2>&1 && uv venv -q --python '>=3.11' $(VENV); then :; else \
	  for python in $(PYTHONS); do \
	    if $$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	      $$python -m venv $(VENV); break; fi; done; fi; \
	test -x $(BIN)/python || { echo 'No Python 3.11 or newer with the venv module was found: install one, then run this again.' >&2; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml
	@$(call install,requirements/run.txt)
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements/dev.txt pyproject.toml
	@$(call install,requirements/dev.txt)
	@touch $@ $(VENV)/.run

# Install the locked dependencies with hash checks, then this checkout in editable mode.
define install
set -e; if command -v uv >/dev/null 2>&1; then \
  uv pip install -q --python $(BIN)/python --require-hashes -r $(1) && uv pip install -q --python $(BIN)/python --no-deps -e .; \
else \
  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) && \
  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .; \
fi
endef
