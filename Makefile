# One word for each check, with the Python of the active virtual environment: make test
# Another Python: make test PYTHON=python3.13
PYTHON ?= python

.PHONY: all test fast lint types docs site

all: lint types test

# everything; of AutoMAX, what needs LibAUC is skipped where that is not installed
test:
	$(PYTHON) -m pytest
	$(PYTHON) -m pytest tests/auc

# without what takes more than a second or so
fast:
	$(PYTHON) -m pytest -m "not slow and not libauc"

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types:
	$(PYTHON) -m mypy

# makes the page of the options anew, then runs the examples in the pages and the scripts beside them
docs:
	$(PYTHON) docs/make_smac_options.py
	$(PYTHON) -m pytest docs tests/docs

# the pages as a site in build/site, each of them looked at in a browser: pip install -e '.[docs]'
site:
	$(PYTHON) -m mkdocs build --strict
	$(PYTHON) -m pytest tests/docs/test_site.py
