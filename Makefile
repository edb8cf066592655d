# VieSion: the fixed commands. `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
PORT ?= 8000
JOBS ?= auto
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install demo test bench lint docs lock clean

$(VENV)/.pret: requirements/dev.txt requirements/paquets.txt plugins/dev.txt pyproject.toml $(wildcard plugins/*/pyproject.toml)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -r plugins/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/paquets.txt
	$(BIN)/python -m web.paquets
	touch $@

install: $(VENV)/.pret  ## the environment alone, in .venv

demo: $(VENV)/.pret  ## a synthetic département and the server, on http://127.0.0.1:$(PORT); NEUF=1 builds it anew
	$(BIN)/viesion demo --servir --port $(PORT) $(if $(NEUF),--neuf)

test: $(VENV)/.pret  ## the whole test suite, on SQLite and on PostgreSQL, in JOBS processes
	$(BIN)/pytest -n $(JOBS) --dist worksteal

bench: $(VENV)/.pret  ## the benchmark: prints a table, writes bench/results.json
	$(BIN)/python -m tests.bench

lint: $(VENV)/.pret
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.pret  ## docs/hooks.md, from viesion_core/hookspecs.py
	$(BIN)/viesion offre crochets docs/hooks.md

lock: $(VENV)/.pret  ## lock the requirements again, with hashes and without any address
	$(BIN)/python -m pip install --quiet uv
	cd requirements && for f in base dev; do ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $$f.in -o $$f.txt; done
	cd requirements && ../$(BIN)/uv pip compile --quiet --no-deps --universal --python-version 3.11 --generate-hashes --no-header --no-annotate paquets.in -o paquets.txt

clean:
	rm -rf $(VENV) web/static/paquets web/static/construit
