PORT ?= 8000
PYTHON ?= python3
BIN = .venv/bin
MANAGE = SITE_URL=http://127.0.0.1:$(PORT) $(BIN)/python manage.py
# Before a server's command: the worker that sends the outbox, ended when the server is gone.
WITH_MAIL = ( $(MANAGE) send_mail --loop 2 & while kill -0 $$$$ 2>/dev/null; do sleep 1; done; kill $$! 2>/dev/null ) & exec env
SOURCES = bench coworking_norge members spaces tests manage.py

.PHONY: help run dev test bench lint audit format messages lock

help: ## What you can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: var/static/staticfiles.json ## Install, load the network and serve the site (PORT=8000)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed
	@$(MANAGE) first_coordinator
	@printf '\n  The site   http://127.0.0.1:$(PORT)/\n  The admin  http://127.0.0.1:$(PORT)/admin/\n  Stop with Ctrl+C\n\n'
	@$(WITH_MAIL) SITE_URL=http://127.0.0.1:$(PORT) $(BIN)/gunicorn coworking_norge.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --log-level warning

dev: .venv/dev ## Serve with debug pages and reload on every edit (PORT=8000)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed
	@$(MANAGE) first_coordinator
	@$(WITH_MAIL) DEBUG=true SITE_URL=http://127.0.0.1:$(PORT) $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: .venv/dev ## Every test, on SQLite and, where it is installed, on PostgreSQL
	@tests/run

bench: .venv/dev ## How fast the pages are, from 20 to 100,000 spaces (ARGS="--sizes 20 --databases sqlite")
	@$(BIN)/python -m bench.run $(ARGS)

lint: .venv/dev ## Style of code and templates
	@$(BIN)/ruff check $(SOURCES) spaces/data/build
	@$(BIN)/ruff format --check $(SOURCES) spaces/data/build
	@$(BIN)/djlint --quiet --lint templates

audit: .venv/dev ## Dependencies with known faults (asks pypi.org)
	@$(BIN)/pip-audit --strict --requirement requirements.txt --disable-pip

format: .venv/dev ## Format the Python code
	@$(BIN)/ruff check --fix $(SOURCES) spaces/data/build
	@$(BIN)/ruff format $(SOURCES) spaces/data/build

messages: .venv/dev ## Collect the texts to translate and compile them (needs gettext)
	@$(BIN)/python manage.py makemessages --locale nb --no-location --no-wrap --ignore .venv --ignore var
	@$(BIN)/python manage.py compilemessages --locale nb --ignore .venv --verbosity 0

lock: .venv/dev ## Renew the locked versions
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.txt --upgrade
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-dev.in -o requirements-dev.txt --upgrade

.venv/run: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo 'Installing what the site needs …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

.venv/dev: .venv/run requirements-dev.txt
	@echo 'Installing what the developers need …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

var/static/staticfiles.json: .venv/run $(shell find static -type f)
	@echo 'Preparing the static files …'
	@$(MANAGE) collectstatic --noinput --verbosity 0
