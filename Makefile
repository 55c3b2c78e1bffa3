# Everything starts here: `make help`. Each target fetches what it needs, at pinned versions, into
# .tools/ and .venv/, once; a changed lock file installs again.

SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export SAM_CLI_TELEMETRY := 0
# Without bytecode on disk each of our processes compiles all that it imports, and starts three times as slowly.
unexport PYTHONDONTWRITEBYTECODE
# The layers' makefiles and `sam build` look for uv and python3.13 here first.
export PATH := $(CURDIR)/.tools/uv/bin:$(CURDIR)/.venv/bin:$(PATH)

find_python = $$(local/tools/find-python)
uv := .tools/uv/bin/uv
python := .venv/bin/python
sam := .tools/sam/bin/sam
# An argument of make reaches our commands through the environment, and a recipe uses it only as "$EMAIL". So neither make nor
# the shell interprets its quotes, spaces and dollars. $(value) is the text before make expands it.
arguments := PORT STRIPE_PORT DEMO_PORT USER EMAIL STAGE EVENT F DOCKER KEEP RENEW ALL PYTHON PROFILE NAME WING ROUTE ARCH
# Only arguments of make count: PORT or USER in the environment means something else.
flags := DOCKER KEEP RENEW ALL
# The variables of this file that may be replaced; ARGS is the only argument that the shell interprets.
replaceable := python uv sam linters ARGS
given := $(foreach name,$(arguments),$(if $(findstring command line,$(origin $(name))),$(if $(value $(name)),$(name))))
on_command_line := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
$(foreach name,$(filter-out -% MAKE% $(arguments) $(replaceable),$(on_command_line)),$(error There is no argument $(name): `make help` lists them))
# `x1x`: exactly 1, without spaces.
$(foreach name,$(filter $(flags),$(given)),$(if $(subst x1x,,x$(value $(name))x),$(error $(name) must be 1 or be left out)))
$(foreach name,$(given),$(eval override $(name) := $$(value $(name)))$(eval export $(name)))
# $(call argument,EMAIL), $(call option,--port,PORT), $(call flag,--keep,KEEP): for the recipe, or nothing without that argument.
argument = $(if $(filter $(1),$(given)),"$$$(1)")
option = $(if $(filter $(2),$(given)),$(1)="$$$(2)")
flag = $(if $(filter $(2),$(given)),$(1))
port = $(call option,--port,PORT)
stage = $(call option,--stage,STAGE)
locked_tools := sam ministack awslambdaric
npm_tools := dynamodb-local stripe-cli
npm_projects := openapi-linters http-observatory clients
linters := .tools/openapi-linters/node_modules/.bin

# $(call fetched,WHAT): the sentence after the installer's own message; $(call fetched,WHAT,npm) names another registry than PyPI,
# and a third argument is the command with which a target goes on without it.
fetched = || { echo "Could not fetch $(1): see the message above; a first run needs $(or $(2),PyPI)." >&2; $(or $(3),exit 1); }

##@ Every day

.PHONY: dev
# Without Node.js, or without npm's registry, everything runs but the booking page.
dev: without_clients := echo "The booking page is not served."
dev: .venv/.ready .tools/sam/.ready .tools/ministack/.ready $(if $(shell command -v npm),.tools/clients/.ready) ## Start the local cloud (PORT=4566, STRIPE_PORT=4567, DEMO_PORT=4568, KEEP=1 keeps its state)
	@exec $(python) -m local $(port) $(call option,--stripe-port,STRIPE_PORT) $(call option,--demo-port,DEMO_PORT) $(call flag,--keep,KEEP)

.PHONY: invoke
invoke: .venv/.ready ## Run a function or a job with its event: F=create_booking (EVENT='{…}' in place of it, DOCKER=1 in a container)
	@$(python) -m local.commands.invoke $(port) $(call option,--event,EVENT) $(call flag,--docker,DOCKER) -- $(call argument,F)

.PHONY: base-image
base-image: .venv/.ready .tools/awslambdaric/.ready ## Pull Lambda's container image for DOCKER=1, or build a stand-in where it cannot be pulled
	@$(python) -m local.containers.base_image

.PHONY: events
events: .venv/.ready ## Write what is generated from the contract: events/, and the methods of each path
	@$(python) -m local.commands.write_events

.PHONY: client
client: .venv/.ready .tools/clients/.ready ## Write the types of the TypeScript client from the contract
	@$(python) -m local.commands.write_client_types

.PHONY: picture
picture: .venv/.ready ## Draw docs/architecture.svg, the picture of the README, from docs/architecture.dot
	@.venv/bin/graphviz-pure -Tsvg -o docs/architecture.svg docs/architecture.dot

.PHONY: screenshots
screenshots: .venv/.ready ## Take the README's pictures of the booking page from the running local cloud
	@$(python) -m local.commands.screenshots $(port)

.PHONY: token
token: .venv/.ready ## Print an access token of a demo user: USER=customer or USER=admin
	@$(python) -m local.commands.access_token $(port) -- $(call argument,USER)

.PHONY: code
code: .venv/.ready ## Print the code last mailed to an address of the local cloud: EMAIL=aiko@example.com
	@$(python) -m local.commands.mailed_code $(port) -- $(call argument,EMAIL)

.PHONY: admin
admin: .venv/.ready ## Make an account an admin's: EMAIL=aiko@example.com (STAGE=prod: not the local cloud's)
	@PYTHONPATH=layers/core/python $(python) -m operations.admin $(port) $(stage) -- $(call argument,EMAIL)

.PHONY: second-factor
second-factor: .venv/.ready ## Set up somebody's authenticator app: EMAIL=aiko@example.com (STAGE=prod: not the local cloud's)
	@PYTHONPATH=layers/core/python $(python) -m operations.second_factor $(port) $(stage) -- $(call argument,EMAIL)

.PHONY: webhook
webhook: .venv/.ready ## Register a stage's webhook at Stripe: STAGE=prod (RENEW=1: with a new secret; without STAGE: the local cloud's)
	@$(python) -m operations.webhook_endpoint $(port) $(stage) $(call flag,--renew,RENEW)

.PHONY: frontend-headers
frontend-headers: .venv/.ready ## Write the headers that our frontends must send: STAGE=prod (without STAGE: for the local cloud)
	@$(python) -m operations.frontend_headers $(port) $(stage)

.PHONY: endpoint
endpoint: .venv/.ready ## Write the places of a new endpoint: NAME=get_receipt WING=payments (ROUTE='GET /api/v1/receipts')
	@$(python) -m local.commands.scaffold $(call option,--name,NAME) $(call option,--wing,WING) $(call option,--route,ROUTE)

##@ Quality

.PHONY: test
# The shell splits ARGS into words, so quotes in it work: ARGS="tests/unit -k 'slot or price'".
test: .venv/.ready .tools/sam/.ready .tools/ministack/.ready $(npm_tools:%=.tools/%/.ready) .tools/clients/.ready .tools/http-observatory/.ready ## Run every suite but bench: ARGS="tests/unit -k slot" narrows it, PROFILE=full tries more
	@TEPPAN_PROFILE=$(or $(call argument,PROFILE),quick) $(python) -m pytest --numprocesses auto $(ARGS)

.PHONY: check
check: .venv/.ready .tools/sam/.ready .tools/openapi-linters/.ready .tools/clients/.ready ## Check format, lint, types, imports, template and contract
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy layers functions local operations tests
	@PYTHONPATH=.:layers/core/python:layers/docs/python:layers/payments/python .venv/bin/lint-imports --no-cache --no-logo
	@$(sam) validate --lint
	@$(linters)/spectral lint openapi.yaml --fail-severity hint
# Its output is shown only if it finds something: it also prints notices about itself.
	@found=$$(REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(linters)/redocly lint openapi.yaml 2>&1) || { echo "$$found"; exit 1; }
	@$(python) -m local.commands.write_client_types --check
	@.tools/clients/node_modules/.bin/tsc --project clients
# openapi-spec-validator reads the contract, and cfn-lint the stack of prod with the contract in it.
	@$(python) -m pytest -qq tests/contract/openapi/test_openapi.py::test_the_contract_is_valid_openapi \
		tests/contract/template/test_template.py::test_the_stack_of_each_stage_passes_cfn_lint

.PHONY: bench
bench: build .tools/dynamodb-local/.ready ## Measure cold start, round trips and size
	@PYTHONPATH=layers/core/python $(python) -m tests.bench $(ARGS)

##@ Shipping

.PHONY: build
build: .venv/.ready .tools/sam/.ready ## Build functions and layers for AWS into .aws-sam/ (ARCH=x86_64: not for arm64)
	@$(python) -m local.commands.build_for_aws $(call option,--arch,ARCH)

##@ Housekeeping

.PHONY: lock
# The interpreter that uv itself runs on: uv would fetch another one if no Python 3.13 is on PATH.
lock requirements: export UV_PYTHON := $(CURDIR)/.tools/uv/bin/python
lock: $(uv) ## Resolve the newest versions allowed, into every lock file
	@command -v npm >/dev/null || { echo "make lock needs npm." >&2; exit 1; }
	@$(uv) lock --upgrade
	@for tool in uv $(locked_tools); do \
		$(uv) pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.13 --no-annotate \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
			local/tools/$$tool.in --output-file local/tools/$$tool.txt || exit 1; \
	done
	@$(MAKE) requirements
	@for project in local/tools/openapi-linters local/tools/http-observatory clients; do \
		npm update --prefix $$project --package-lock-only --ignore-scripts || exit 1; \
	done

.PHONY: requirements
requirements: $(uv) ## Write the requirements.txt of each layer from uv.lock
	@$(MAKE) --silent -C layers/runtime requirements
	@$(MAKE) --silent -C layers/payments requirements
	@$(MAKE) --silent -C layers/cache requirements
	@$(MAKE) --silent -C layers/docs requirements

.PHONY: clean
clean: ## Remove what was built and cached (ALL=1: the fetched tools too)
	@rm -rf .aws-sam .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage $(call flag,.tools .venv,ALL)
	@find functions layers local operations tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z-]*:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile
	@printf '\n%s\n' "A first run fetches tools from PyPI; check, client, test, bench and lock also need npm (check and client: Node.js 20.19 or later)."

# The tools of the targets. A .ready file is made last, so that an interrupted install runs again.

$(uv): .tools/uv/.ready ;

.tools/uv/.ready: local/tools/uv.txt
	@echo "Fetching uv" && mkdir -p .tools && rm -rf .tools/uv
	@python=$(find_python) && "$$python" -m venv .tools/uv
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $< \
		$(call fetched,uv)
	@touch $@

.venv/.ready: uv.lock .tools/uv/.ready
	@echo "Fetching the project's packages"
	@$(uv) sync --quiet --frozen --all-groups --python .tools/uv/bin/python $(call fetched,the project's packages)
	@touch $@

$(locked_tools:%=.tools/%/.ready): .tools/%/.ready: local/tools/%.txt .tools/uv/.ready
	@echo "Fetching $*"
	@$(uv) venv --quiet --clear --python .tools/uv/bin/python .tools/$* \
		&& $(uv) pip sync --quiet --require-hashes --python .tools/$*/bin/python $< $(call fetched,$*)
	@touch $@

$(npm_tools:%=.tools/%/.ready): .tools/%/.ready: local/tools/npm.json local/tools/fetch_from_npm.py .tools/uv/.ready
	@echo "Fetching $*"
	@.tools/uv/bin/python local/tools/fetch_from_npm.py $* .tools/$*
	@touch $@

npm_project := package.json package-lock.json .npmrc
.tools/openapi-linters/.ready: $(npm_project:%=local/tools/openapi-linters/%)
.tools/http-observatory/.ready: $(npm_project:%=local/tools/http-observatory/%)
.tools/clients/.ready: $(npm_project:%=clients/%)
$(npm_projects:%=.tools/%/.ready): .tools/%/.ready:
	@echo "Fetching $*"
	@rm -rf .tools/$* && mkdir -p .tools/$* && cp $^ .tools/$*
	@npm ci --prefix .tools/$* --ignore-scripts >/dev/null && touch $@ $(call fetched,$*,npm and Node.js 20.19 or later,$(without_$*))
