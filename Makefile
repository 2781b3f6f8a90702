# Every command a person or a build machine needs. What takes more than a line lives in .scripts/.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help deps build release test interop vectors baseline simulate testssl restarts chaos lint \
	generate run clean hostile leaks idle figures fuzz tsan sanitize

# The same flags for every build, so that lint, build and test share one set of build products.
SWIFT_FLAGS := --explicit-target-dependency-import-check error

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' \
		| expand -t 18

deps: ## Install the Debian packages that are missing
	@.scripts/deps.sh

build: deps ## Build everything for debugging
	swift build --build-tests $(SWIFT_FLAGS)

release: deps ## Build everything as it is deployed
	swift build -c release $(SWIFT_FLAGS)

test: build ## Run every test: Swift, then the foreign clients
	@.scripts/searched.sh .scripts/test.sh $(SWIFT_FLAGS)

interop: deps ## Try every foreign client with the same cases, and print a matrix
	@.scripts/searched.sh Interop/conformance/run.sh

SEEDS ?= 10000
FIRST ?= 1

simulate: ## Run the quota ledger under faults, SEEDS=10000 seeds from FIRST=1
	@.scripts/simulate.sh $(SEEDS) $(FIRST)

lint: deps ## Check format, imports, generated code, protocol files and house rules
	@.scripts/lint.sh $(SWIFT_FLAGS)

testssl: build ## Look for weaknesses of the TLS port with testssl.sh, in some minutes
	@.scripts/testssl.sh

restarts: build ## Stop and start a server under full load, a hundred times; no call may fail
	TEST_RESTART_ROUNDS=100 swift test $(SWIFT_FLAGS) --skip-build --filter RestartTests

# How many kills, and the seed of a run that is to be repeated: `make chaos ROUNDS=50 SEED=7`.
ROUNDS ?= 50
SEED ?=

chaos: build ## Kill servers and the database at random while quotas are taken, ROUNDS=50 times
	TEST_CHAOS_ROUNDS=$(ROUNDS) TEST_CHAOS_SEED=$(SEED) \
		swift test $(SWIFT_FLAGS) --skip-build --filter QuotaChaosTests

generate: deps ## Make the generated code anew from Protos/
	Protos/generate.sh
	Interop/go/generate.sh
	Interop/python/generate.sh
	Interop/c/generate.sh
	Interop/node/generate.sh
	Interop/java/generate.sh
	Interop/vectors/make.sh

vectors: deps ## Make the golden vectors of Interop/vectors anew from Protos/
	Interop/vectors/make.sh

baseline: deps ## Publish Protos/ as what later changes are compared with
	.scripts/buf.sh baseline

run: ## Build and start the service with a private Postgres; Ctrl-C stops it
	@exec .scripts/run.sh

# OPTIONS go to the measurement: `make leaks OPTIONS="--calls 1000000"`.
OPTIONS ?=

hostile: deps ## 10,000 connections that promise 4 MiB each, and what a tenant notices
	.scripts/hostile.sh $(OPTIONS)

leaks: deps ## Ten million calls, a million connects: what stays in memory
	.scripts/runtime.sh leaks $(OPTIONS)

idle: deps ## What 10,000 open connections and 1,000 watches cost
	.scripts/runtime.sh idle $(OPTIONS)

# Where compare.py and the load generator are, which are not part of this package.
BENCH ?= ../shared/bench

figures: deps ## What BENCHMARKS.md says of the runtime, on a machine that does nothing else
	.scripts/figures.sh $(BENCH)

# How long each target is fuzzed, and which: `make fuzz SECONDS=600 TARGETS=frames`.
SECONDS ?= 60
TARGETS ?=

fuzz: deps ## Fuzz every reader of strangers' bytes under AddressSanitizer
	.scripts/fuzz.sh $(SECONDS) $(TARGETS)

# Which tests: `make tsan FILTER=TTRPCTests`.
FILTER ?=

tsan: deps ## Run the tests, and servers of the end-to-end tests, under ThreadSanitizer
	.scripts/tsan.sh '$(FILTER)'

# Which parts: `make sanitize PARTS=threads`; all of them when none is named.
PARTS ?=

sanitize: build ## Sanitizers, fuzzing and leaks, each for a bounded time
	@.scripts/sanitize.sh $(PARTS)

clean: ## Remove what was built; the data in .data/ stays
	rm -rf .build
