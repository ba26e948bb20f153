PORT ?= 8000
PYTHON ?= python3
BIN = .venv/bin
MANAGE = SITE_URL=http://127.0.0.1:$(PORT) $(BIN)/python manage.py
# Before a server's command: the worker that sends the outbox, ended when the server is gone.
WITH_MAIL = ( $(MANAGE) send_mail --loop 2 & while kill -0 $$$$ 2>/dev/null; do sleep 1; done; kill $$! 2>/dev/null ) & exec env
SOURCES = accounts bench core coworking_norge mail members norway pages spaces tests manage.py

.PHONY: help run dev test quick machines bench lint lint-static audit format messages lock

help: ## What you can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: var/staticfiles.json ## Install, load the network and serve the site (PORT=8000)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed
	@$(MANAGE) first_coordinator
	@printf '\n  The site   http://127.0.0.1:$(PORT)/\n  The admin  http://127.0.0.1:$(PORT)/admin/\n  Stop with Ctrl+C\n\n'
	@$(WITH_MAIL) SITE_URL=http://127.0.0.1:$(PORT) $(BIN)/gunicorn coworking_norge.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 8 --log-level warning

dev: .venv/dev ## Serve with debug pages and reload on every edit (PORT=8000)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed
	@$(MANAGE) first_coordinator
	@$(WITH_MAIL) DEBUG=true SITE_URL=http://127.0.0.1:$(PORT) $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: .venv/dev ## All that proves behaviour: SQLite, PostgreSQL where it is installed, browser (ARGS="tests/spaces -x")
	@tests/run --dist worksteal --ignore tests/machines $(ARGS)

quick: .venv/dev ## The inner loop: on SQLite, without browser, faults and machines (ARGS="--lf")
	@$(BIN)/pytest -n auto --dist worksteal --ignore tests/browser --ignore tests/faults --ignore tests/machines $(ARGS)

machines: .venv/dev ## Whole servers: installed, upgraded, backed up, killed (ARGS="-k upgrade")
	@tests/run --dist loadgroup tests/machines $(ARGS)

bench: .venv/dev ## How fast the pages are, from 20 to 100,000 spaces (ARGS="--sizes 20 --databases sqlite")
	@$(BIN)/python -m bench.run $(ARGS)

lint: .venv/dev ## Style of code, templates, CSS and JavaScript (the last two need npm)
	@$(BIN)/ruff check $(SOURCES) norway/data/build
	@$(BIN)/ruff format --check $(SOURCES) norway/data/build
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/lint-imports
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory lint-static; \
	  else echo 'CSS and JavaScript are left out: npm is not installed'; test -z "$$NOTHING_SKIPPED"; fi

lint-static: node_modules/.package-lock.json
	@node_modules/.bin/biome lint --error-on-warnings

node_modules/.package-lock.json: package-lock.json
	@npm ci --silent --no-audit --no-fund

audit: .venv/dev ## Dependencies with known faults (asks pypi.org)
	@$(BIN)/pip-audit --strict --requirement requirements.txt --requirement requirements-servers.txt --disable-pip

format: .venv/dev ## Format the Python code
	@$(BIN)/ruff check --fix $(SOURCES) norway/data/build
	@$(BIN)/ruff format $(SOURCES) norway/data/build

messages: .venv/dev ## Collect the texts to translate and compile them (needs gettext)
	@$(BIN)/python manage.py makemessages --locale nb --no-location --no-wrap --ignore .venv --ignore var --ignore node_modules
	@$(BIN)/python manage.py compilemessages --locale nb --ignore .venv --verbosity 0

lock: .venv/dev ## Renew the locked versions
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.txt --upgrade
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-servers.in -o requirements-servers.txt --upgrade
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-dev.in -o requirements-dev.txt --upgrade

# An environment is whole or is made anew: its mark, .venv/run, is away while pip works.
install = rm -f .venv/run && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
  --requirement $(1) || { rm -rf .venv; exit 1; }

.venv/run: requirements.txt
	@if ! test -e $@; then \
	  $(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	    { echo 'You need Python 3.11 or newer with venv. On Debian: sudo apt install $(notdir $(PYTHON))-venv'; exit 1; }; \
	  rm -rf .venv && $(PYTHON) -m venv .venv; \
	fi
	@echo 'Installing what the site needs …'
	@$(call install,requirements.txt)
	@touch $@

.venv/dev: .venv/run requirements-dev.txt
	@echo 'Installing what the developers need …'
	@$(call install,requirements-dev.txt)
	@touch .venv/run $@

var/staticfiles.json: .venv/run $(shell find static -type f)
	@echo 'Preparing the static files …'
	@$(MANAGE) collectstatic --noinput --verbosity 0
