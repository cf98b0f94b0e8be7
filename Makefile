# Everything starts from nothing but python3 (3.11 or newer) and make. `make` alone lists what there is.

BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check -qq install --require-hashes
PYTEST = $(BIN)/python -m pytest

# Checks neither read the developer's .env nor write into var/.
APART = DOTENV=/dev/null VAR_DIR=.venv/var
PRODUCTION = $(APART) SITE_URL=https://newsroom.example DATABASE_URL=postgres://newsroom@localhost/newsroom \
	CACHE_URL=rediscache://localhost:6379/0 \
	SECRET_KEY=`$(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))"`

.PHONY: help run test check style templates format contracts types settings lock messages handbook clean
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv/base ## the site, with its sample, on http://127.0.0.1:8000 (another port: make run PORT=8123)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py setup
	@exec $(BIN)/python manage.py serve

test: .venv/dev ## every check and every test, on PostgreSQL and SQLite and in a browser
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m tests.validator
	@$(BIN)/python -m tests.pango
	@failed=; \
	$(MAKE) -s -k check || failed="$$failed check"; \
	echo "Tests on PostgreSQL …"; \
	$(BIN)/python -m tests.postgres $(PYTEST) -n 2 -q -m "not journey" || failed="$$failed postgresql"; \
	echo "Tests on SQLite, and the journeys in a browser …"; \
	test -z "$$failed" || echo "FAILED so far:$$failed (see above)"; \
	$(PYTEST) -n 2 || failed="$$failed sqlite"; \
	test -z "$$failed"

check: style templates contracts types settings ## the quick part of the tests: style, imports, types, settings

style: .venv/dev ## ruff
	@echo "Style …"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { $(BIN)/ruff format --check; echo "'make format' mends that."; exit 1; }

templates: .venv/dev ## djlint
	@echo "Templates …"
	@$(BIN)/djlint templates --lint --check > .venv/templates.log 2>&1 || { \
		cat .venv/templates.log; echo "Where only the layout is wrong, 'make format' mends it."; exit 1; }

format: .venv/dev ## rewrite Python and templates in the project's style
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet
	@$(BIN)/djlint templates --reformat --quiet || true

contracts: .venv/dev ## who may import whom
	@echo "Imports …"
	@$(BIN)/lint-imports --no-logo > .venv/contracts.log || { cat .venv/contracts.log; exit 1; }

types: .venv/dev ## mypy
	@echo "Types …"
	@$(BIN)/mypy --no-error-summary .

settings: .venv/dev ## migrations complete, settings fit for production
	@echo "Migrations and production settings …"
	@$(APART) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING --verbosity 0

lock: ## requirements/*.in become requirements/*.txt (newer versions: make lock UPGRADE=--upgrade)
	@command -v uv > /dev/null || { echo "make lock needs uv: python3 -m pip install uv"; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) requirements/base.in -o requirements/base.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) requirements/dev.in -o requirements/dev.txt

messages: .venv/dev ## collect the words to translate, and compile the catalogue (needs gettext)
	@command -v msgfmt > /dev/null || { echo "make messages needs gettext (Debian, Ubuntu: apt install gettext)."; exit 1; }
	@$(APART) $(BIN)/python manage.py makemessages --verbosity 0 --locale zh_Hans --no-location --no-wrap --no-obsolete \
		--ignore ".venv/*" --ignore "tests/*" --ignore "benchmarks/*" --ignore "var/*" --extension html,txt,py,xml
	@$(APART) $(BIN)/python manage.py compilemessages --verbosity 0 --locale zh_Hans
	@msgattrib --untranslated --no-wrap newsroom/locale/zh_Hans/LC_MESSAGES/django.po

handbook: .venv/dev ## draw the handbook's pictures anew, from a site that runs for it alone
	@$(BIN)/python -m tests.chromium
	@$(PYTEST) -q tests/journeys/handbook.py

clean: ## remove the environment and all caches, but none of the site's data (var/)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment --------------------------------------------------------------------------------------------
# Each lock file is copied into .venv once it is installed; as long as the copy is the same, nothing is to do.
# cmp and not make's clock decides, as git gives files the time at which it wrote them.

.PHONY: .venv/base .venv/dev

.venv/base: .venv/made
	@cmp -s requirements/base.txt .venv/base || { \
		echo "Installing the locked packages (about a minute the first time) …"; \
		$(PIP) -r requirements/base.txt && cp requirements/base.txt .venv/base; }

.venv/dev: .venv/base
	@cmp -s requirements/dev.txt .venv/dev || { \
		echo "Installing what tests and checks need (about another minute the first time) …"; \
		$(PIP) -r requirements/dev.txt && cp requirements/dev.txt .venv/dev; }

.PHONY: .venv/made
.venv/made:
	@$(BIN)/python -c "" 2> /dev/null || { \
		for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
			"$$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2> /dev/null && found=$$python && break; \
		done; \
		test -n "$$found" || { echo "Newsroom needs Python 3.11 or newer; python3 here is `{ command -v python3 > /dev/null && python3 --version 2>&1; } || echo missing`. Install a newer one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python)."; exit 1; }; \
		"$$found" -c "import venv, ensurepip" 2> /dev/null || { echo "$$found can't make environments here: its venv module is missing (Debian, Ubuntu: apt install python3-venv)."; exit 1; }; \
		echo "Making the environment in .venv with $$found …"; \
		rm -rf .venv && "$$found" -m venv .venv; }
