# The project's daily commands; `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Build profile of `make run`: release, dev for a quicker build, or production for what is deployed and measured.
PROFILE ?= release

BUILD_DIR := $(or $(CARGO_TARGET_DIR),target)
RUN_BINARY := $(BUILD_DIR)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/fallbuch
# The contract is checked with the binary that the tests have built anyway.
export FALLBUCH_BINARY ?= $(BUILD_DIR)/debug/fallbuch

# Tools fetched for this project alone go before the machine's own.
TOOLS := target/tools
export PATH := $(CURDIR)/$(TOOLS)/bin:$(PATH)

CARGO_DENY_VERSION := 0.20.2
CARGO_DENY_ROOT := $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)
CARGO_DENY := $(CARGO_DENY_ROOT)/bin/cargo-deny

# Written by pip at the end of an installation.
PYTHON_TOOLS := $(TOOLS)/python/bin/pgrls

# Written by npm at the end of an installation.
NODE_MODULES := openapi/node_modules/.package-lock.json
OPENID_PROVIDER := tests/openid-provider/node_modules/.package-lock.json

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Build, fill an empty database with the demo, and serve on http://127.0.0.1:8080
	cargo build --locked --profile $(PROFILE) --bin fallbuch
	$(RUN_BINARY) demo
	exec $(RUN_BINARY) serve

.PHONY: test
test: tools ## Run every test, on SQLite and on a throw-away PostgreSQL, and check the contract
	$(MAKE) --no-print-directory $(NODE_MODULES) $(OPENID_PROVIDER)
	cargo build --locked --workspace --all-targets
	tests/with-postgres.sh cargo test --locked --workspace
	$(MAKE) --no-print-directory $(PYTHON_TOOLS)
	tests/with-postgres.sh tests/row-security.sh
	openapi/check.sh

.PHONY: test-crash
test-crash: export FALLBUCH_CRASH_ROUNDS ?= 1000
test-crash: tools ## End server and database under load, 1,000 times; FALLBUCH_CRASH_ROUNDS chooses how often
	cargo build --locked --workspace --bin fallbuch
	cargo test --locked --workspace --test crash -- --nocapture

.PHONY: bench
bench: tools ## Measure speed against the machine's limits; FIGURES="append read" chooses some
	cargo build --locked --profile production --bin fallbuch --bin bench
	tests/with-postgres.sh $(BUILD_DIR)/production/bench $(FIGURES)

.PHONY: bench-large
bench-large: tools ## Measure on a log of a million events; takes some minutes
	cargo build --locked --profile production --bin fallbuch --bin bench
	tests/with-postgres.sh $(BUILD_DIR)/production/bench --large

.PHONY: lint
lint: $(CARGO_DENY) ## Check format, lints, licences and which crate may depend on what
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	$(CARGO_DENY) --locked check bans licenses sources

.PHONY: deny
deny: $(CARGO_DENY) ## Check the dependencies whole, with today's security advisories (network)
	$(CARGO_DENY) --locked check

.PHONY: openapi
openapi: $(NODE_MODULES) ## Write the contract and its TypeScript types anew
	cargo build --locked --bin fallbuch
	openapi/generate.sh openapi

.PHONY: tools
tools: ## Install what the tests need and this machine lacks (Debian, as root or by sudo)
	tests/install-tools.sh

$(NODE_MODULES) $(OPENID_PROVIDER): %/node_modules/.package-lock.json: %/package.json %/package-lock.json %/.npmrc
	npm ci --prefix $* --no-progress --loglevel=error
	touch $@

$(PYTHON_TOOLS): tests/row-security.requirements.txt
	python3 -m venv $(TOOLS)/python
	$(TOOLS)/python/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

$(CARGO_DENY):
	cargo install cargo-deny --version $(CARGO_DENY_VERSION) --locked --root $(CARGO_DENY_ROOT)
