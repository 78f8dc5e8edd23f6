# The single source of truth for building, testing and generating. `make help`
# lists the targets. Needs Go, git, make and gcc; every other tool is pinned
# under tools/ and built into .tools/ on first use.

SHELL := /bin/bash
.DEFAULT_GOAL := help
# Targets of one call run in order; Go uses all cores within each.
.NOTPARALLEL:

# ---------------------------------------------------------------- settings ---

BUILD_DIR := $(CURDIR)/build
TOOLS_DIR := $(CURDIR)/.tools

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null | sed 's/^v//')
COMMIT := $(shell git rev-parse --verify --quiet HEAD 2>/dev/null)
VERSION := $(if $(VERSION),$(VERSION),dev)
COMMIT := $(if $(COMMIT),$(COMMIT),unknown)

# BUILD_TAGS are Go build tags for the binaries: `ledger` for hardware wallets,
# `aitbc_v2` for the binary that carries out the upgrade v2,
# `invariants` to check all module invariants after every block.
BUILD_TAGS ?=
# NOSTRIP=1 keeps symbol tables and debug information in the binaries.
NOSTRIP ?=

comma := ,
empty :=
space := $(empty) $(empty)
build_tags := $(subst $(space),$(comma),$(strip $(BUILD_TAGS)))

version_pkg := github.com/cosmos/cosmos-sdk/version
ldflags := -X $(version_pkg).Name=aitbc \
	-X $(version_pkg).AppName=aitbcd \
	-X $(version_pkg).Version=$(VERSION) \
	-X $(version_pkg).Commit=$(COMMIT) \
	-X $(version_pkg).BuildTags=$(build_tags)
ifeq ($(NOSTRIP),)
ldflags += -s -w
endif
ldflags += $(LDFLAGS)
# The version comes from above, so a checkout without git history builds too.
build_flags := -trimpath -buildvcs=false -tags '$(build_tags)' -ldflags '$(strip $(ldflags))'

# ARGS is handed to what demo, localnet and bench run; TESTFLAGS to go test.
ARGS ?=
TESTFLAGS ?=

# Simulation: one process per seed. The genesis time is fixed, so that a seed
# always gives the same run.
SEEDS ?= 1 7 42
BLOCKS ?= 100
BLOCK_SIZE ?= 100
SIM_RUN ?= ^TestSim
SIM_GENESIS_TIME ?= 1767225600

# Folders whose code runs concurrently or holds money; absent ones are skipped.
race_dirs := x types testutil client agent index
race_pkgs := $(foreach dir,$(race_dirs),$(if $(wildcard $(dir)),./$(dir)/...))

# --------------------------------------------------------------------- help ---

## help: list the targets
.PHONY: help
help:
	@echo 'Targets (variables in capitals can be set on the command line):'
	@awk '/^## [a-z-]+: / { name = $$2; sub(/:$$/, "", name); sub(/^## [a-z-]+: /, ""); \
		printf "  %-18s %s\n", name, $$0 }' $(MAKEFILE_LIST)

# -------------------------------------------------------------------- build ---

## build: compile aitbcd (the node) and aitbc (the people's and agents' tool) into ./build (BUILD_TAGS, NOSTRIP, LDFLAGS)
.PHONY: build
build:
	@mkdir -p $(BUILD_DIR)
	go build $(build_flags) -o $(BUILD_DIR)/ ./cmd/aitbcd ./cmd/aitbc

## install: compile both into Go's bin folder
.PHONY: install
install:
	go install $(build_flags) ./cmd/aitbcd ./cmd/aitbc

## clean: remove ./build; the tools in ./.tools stay
.PHONY: clean
clean:
	rm -rf $(BUILD_DIR)

# ---------------------------------------------------------------------- run ---

# DEMO_INPUT is the text file that the demo's client has summarised.
DEMO_INPUT ?= README.md

## demo: build, show a paid and a refunded hire on a 4-validator localnet, step by step, and stop (DEMO_INPUT; ARGS=--keep leaves it running, ARGS='--story chain' shows a payment, a vote, a key change)
.PHONY: demo
demo: build
	$(BUILD_DIR)/aitbc demo --input '$(DEMO_INPUT)' $(ARGS)

## localnet: build, then start a network of real processes on loopback (ARGS, see `aitbc localnet up --help`)
.PHONY: localnet
localnet: build
	$(BUILD_DIR)/aitbc localnet up $(ARGS)

# --------------------------------------------------------------------- test ---

## test: unit, property, golden and in-process chain tests, without those that take long (TESTFLAGS)
.PHONY: test
test:
	go test -short -timeout 10m $(TESTFLAGS) ./...

## test-long: the same tests with the ones that `test` leaves out
.PHONY: test-long
test-long:
	go test -timeout 60m $(TESTFLAGS) ./...

## test-race: module, client and agent tests under the race detector
.PHONY: test-race
test-race:
	go test -race -short -timeout 30m $(TESTFLAGS) $(race_pkgs)

## test-sims: random operations against the whole app, one process per seed (SEEDS, BLOCKS, BLOCK_SIZE, SIM_RUN)
.PHONY: test-sims
test-sims:
	@mkdir -p $(BUILD_DIR)
	go test -c -tags sims -o $(BUILD_DIR)/app.sims.test ./app
	@$(BUILD_DIR)/app.sims.test -test.list '$(SIM_RUN)' | grep -q . || { echo 'no simulation matches $(SIM_RUN)' >&2; exit 1; }
	@set -e; cd app; for seed in $(SEEDS); do \
		echo "simulation: seed $$seed, $(BLOCKS) blocks of up to $(BLOCK_SIZE) operations"; \
		$(BUILD_DIR)/app.sims.test -test.run '$(SIM_RUN)' -test.timeout 60m \
			-Seed=$$seed -NumBlocks=$(BLOCKS) -BlockSize=$(BLOCK_SIZE) \
			-GenesisTime=$(SIM_GENESIS_TIME); \
	done

## test-invariants: app and module tests with every invariant checked after every block
.PHONY: test-invariants
test-invariants:
	go test -short -tags invariants -timeout 20m $(TESTFLAGS) ./app/... ./x/... $(if $(wildcard testutil),./testutil/...)

## test-postgres: tests of the read model with a throwaway PostgreSQL too (needs its server programs, Debian: postgresql; TESTFLAGS)
.PHONY: test-postgres
test-postgres:
	scripts/postgres.sh sh -c 'go test -short -count 1 -timeout 10m $(TESTFLAGS) ./index/... && \
		go test -short -count 1 -timeout 10m -run "^TestIndex_" $(TESTFLAGS) ./app'

## index-bench: print time and size of a read model of 100,000 agents and the times of first pages, with SQLite and, if there is one, PostgreSQL (AITBC_TEST_POSTGRES)
.PHONY: index-bench
index-bench:
	go test -count 1 -timeout 30m -p 1 -v -run '^(TestFeed_Large|TestSpeed)$$' $(TESTFLAGS) ./index/feed ./index/query

## test-system: real processes, killed, paused and restarted (TESTFLAGS=-short for the quick ones)
.PHONY: test-system
test-system: build $(if $(findstring -short,$(TESTFLAGS)),,cosmovisor)
	AITBC_BIN=$(BUILD_DIR) go test -tags system -count 1 -p 1 -timeout 60m $(TESTFLAGS) ./tests/system/...

## test-all: everything above
.PHONY: test-all
test-all: test-long test-race test-invariants test-sims test-system

## bench: Go benchmarks of all packages (ARGS)
.PHONY: bench
bench:
	go test -run '^$$' -bench . -benchmem -timeout 60m $(ARGS) ./...

# -------------------------------------------------------------------- tools ---

# Each tool has a module of its own, because their dependencies disagree. A tool
# is built again when its go.mod or go.sum changes.
tool_stamp = $(TOOLS_DIR)/.$(1).stamp

$(TOOLS_DIR)/.%.stamp: tools/%/go.mod tools/%/go.sum
	@mkdir -p $(TOOLS_DIR)
	@echo "building tools/$*"
	@GOFLAGS='$(filter-out -mod=% -tags=%,$(GOFLAGS))' go build -C tools/$* -trimpath $(TOOL_FLAGS) -o $(TOOLS_DIR)/ tool
	@touch $@

# Its JSON library reaches into the runtime by linkname.
$(call tool_stamp,cosmovisor): TOOL_FLAGS := -ldflags=-checklinkname=0

## tools: build the pinned tools into ./.tools: buf, protoc plugins, golangci-lint
.PHONY: tools
tools: $(foreach tool,buf protoc golangci-lint,$(call tool_stamp,$(tool)))

## cosmovisor: build the pinned upgrade manager into ./.tools
.PHONY: cosmovisor
cosmovisor: $(call tool_stamp,cosmovisor)

# --------------------------------------------------------------- lint, tidy ---

## lint: go vet and golangci-lint, file and function sizes included (.golangci.yml)
.PHONY: lint
lint: $(call tool_stamp,golangci-lint)
	go vet -tags sims,system ./...
	$(TOOLS_DIR)/golangci-lint run

## lint-fix: golangci-lint with automatic fixes
.PHONY: lint-fix
lint-fix: $(call tool_stamp,golangci-lint)
	$(TOOLS_DIR)/golangci-lint run --fix

## fmt: format Go code (gofumpt, import order) and proto files
.PHONY: fmt
fmt: $(call tool_stamp,golangci-lint) proto-format
	$(TOOLS_DIR)/golangci-lint fmt

## tidy: go mod tidy, here and for every tool
.PHONY: tidy
tidy:
	go mod tidy
	@for dir in tools/*/; do echo "tidying $$dir"; go -C "$$dir" mod tidy; done

## tidy-check: fail if go.mod or go.sum would change
.PHONY: tidy-check
tidy-check:
	@go mod tidy -diff || { echo 'go.mod or go.sum is stale: run `make tidy`' >&2; exit 1; }

## vulncheck: known vulnerabilities in what we call; needs the vulnerability database on the network
.PHONY: vulncheck
vulncheck: $(call tool_stamp,govulncheck)
	@$(TOOLS_DIR)/govulncheck ./... || { status=$$?; \
		[ $$status -eq 3 ] || echo 'VULNCHECK DID NOT RUN: the vulnerability database could not be read or the code does not compile' >&2; \
		exit $$status; }

# -------------------------------------------------------------------- proto ---

proto_tools := $(call tool_stamp,buf) $(call tool_stamp,protoc)
proto_sh := PATH="$(TOOLS_DIR):$$PATH" scripts/proto.sh

## proto: format proto files, generate Go code and the OpenAPI document
.PHONY: proto
proto: proto-format proto-gen proto-openapi

## proto-gen: generate Go code into x/*/types
.PHONY: proto-gen
proto-gen: $(proto_tools)
	@$(proto_sh) gen

## proto-openapi: generate docs/static/openapi.json
.PHONY: proto-openapi
proto-openapi: $(proto_tools)
	@$(proto_sh) openapi

## proto-lint: style of the proto files
.PHONY: proto-lint
proto-lint: $(call tool_stamp,buf)
	@$(proto_sh) lint

## proto-format: format the proto files
.PHONY: proto-format
proto-format: $(call tool_stamp,buf)
	@$(proto_sh) format

## proto-breaking: wire and source compatibility with the last release tag, else the main branch (PROTO_BASE)
.PHONY: proto-breaking
proto-breaking: $(call tool_stamp,buf)
	@PROTO_BASE='$(PROTO_BASE)' $(proto_sh) breaking

## proto-check: lint, format and generated files are current; changes nothing
.PHONY: proto-check
proto-check: $(proto_tools)
	@$(proto_sh) check
