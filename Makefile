# Every target sets up what it needs in .venv; nothing relies on an activated environment.
#   make run PORT=8000 HOST=127.0.0.1      make test ARGS="-k registration"      make PYTHON=python3.13 test
#   make check BASE=origin/main            make test ARGS=tests/readers
PYTHON ?=
# As many tests at a time as there are processors.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
TIMES ?= 10
BASE ?=
ARGS ?=
FILES ?=
BIN := .venv/bin/python
PYBABEL := $(BIN) -m babel.messages.frontend -q
WORDS := annualwheel/translations
export PYTHON
export PYTHONUTF8 := 1
# Every worker of the tests would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run check test faults mutants bench rehearse pictures messages lint clean environment environment-dev
.DEFAULT_GOAL := run

run: environment .env
	@$(BIN) -m scripts.run

# While working: lint, types, structure and the tests that reach what changed since BASE, in less than a minute.
check: environment-dev
	@BASE=$(BASE) JOBS=$(JOBS) $(BIN) -m scripts.check

# Everything. With CI=true the readers must be there.
test: environment-dev
	@left_out=$$($(BIN) -m scripts.test_needs postgresql chromium --optional readers proxy) && \
		$(BIN) -m pytest -n $(JOBS) --dist worksteal --durations=10 $$left_out $(ARGS)

# Turns a comparison or a Boolean and sees whether a test notices: a sample, in copies, on SQLite.
mutants: environment-dev
	@$(BIN) -m scripts.mutants --jobs $(JOBS) $(ARGS)

# Kills, outages and full disks, more often than in the ordinary run. With FILES=DIR it reads that
# folder of workbooks and lists as uploads are read.
faults: environment-dev
ifeq ($(FILES),)
	@$(BIN) -m scripts.test_needs postgresql
	@FAULT_TIMES=$(TIMES) $(BIN) -m pytest -n $(JOBS) -m fault $(ARGS)
else
	@$(BIN) -m scripts.faults_files $(FILES) --jobs $(JOBS)
endif

bench: environment-dev
	@$(BIN) -m scripts.test_needs postgresql
	@$(BIN) -m bench $(ARGS)

rehearse: environment .env
	@$(BIN) -m flask --app wsgi rehearse --out rehearsal $(ARGS)

pictures: environment-dev
	@$(BIN) -m scripts.test_needs chromium
	@$(BIN) -m scripts.pictures $(ARGS)

# New texts come into the catalogue untranslated, dropped ones leave it; what is translated is compiled. Fill in and run it again.
messages: environment-dev
	@$(PYBABEL) extract -F $(WORDS)/babel.cfg -k _l --add-location=file --no-wrap --project=annualwheel -o $(WORDS)/messages.pot annualwheel
	@$(PYBABEL) update -i $(WORDS)/messages.pot -d $(WORDS) -l en --init-missing --no-wrap -N --ignore-obsolete --ignore-pot-creation-date
	@$(PYBABEL) compile -d $(WORDS)
	@rm $(WORDS)/messages.pot

lint: environment-dev
	@$(BIN) -m ruff check .
	@$(BIN) -m ruff format --check .
	@$(BIN) -m mypy
	@.venv/bin/lint-imports

environment:
	@sh scripts/environment.sh requirements.txt

environment-dev:
	@sh scripts/environment.sh requirements-dev.txt

# The keys sign links and cookies: random, readable by the owner only, never committed.
.env: | environment
	@umask 077; $(BIN) -c 'import secrets; print("SECRET_KEYS=" + secrets.token_urlsafe(48))' > .env.new && mv .env.new .env

# Removes what can be made again. Keeps .env and instance/, which hold keys and data.
clean:
	@rm -rf .venv .pytest_cache .hypothesis .mypy_cache .ruff_cache rehearsal pictures bench/results.json
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
