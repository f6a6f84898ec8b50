# Needs Go, git, make and bash, and the Go module proxy for the first build.
# The race detector also needs a C compiler; without one the tests run without it.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

GO ?= go
# Nothing may hang for ever: tests have a timeout of their own, the rest this one.
LIMIT := $(shell command -v timeout >/dev/null && echo timeout 600)

COUNT    ?= 6   # runs of each benchmark: fewer than 6 give benchstat no interval
BENCH    ?= .   # which benchmarks
PKG      ?= ./...
FUZZTIME ?= 10s # for each fuzz target

step = @printf '\n== %s\n' '$(1)'

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z]+:.*## ' Makefile | while IFS= read -r line; do printf 'make %-12s %s\n' "$${line%%:*}" "$${line#*## }"; done

.PHONY: test
test: format vet staticcheck tidy unit race real ## all checks and tests, as the CI runs them
	@printf '\nall passed\n'

.PHONY: format
format: ## is everything as gofmt writes it?
	$(call step,format: gofmt -l)
	@files=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .); \
	if [ -n "$$files" ]; then echo "not formatted (run gofmt -w on them):"; echo "$$files"; exit 1; fi

.PHONY: vet
vet: ## go vet
	$(call step,vet: go vet ./...)
	@$(LIMIT) $(GO) vet ./...

.PHONY: staticcheck
staticcheck: ## staticcheck, in the version that go.mod names
	$(call step,staticcheck: go tool staticcheck ./...)
	@$(LIMIT) $(GO) tool staticcheck ./...

.PHONY: tidy
tidy: ## do go.mod and go.sum list exactly what is used?
	$(call step,tidy: go mod tidy -diff)
	@$(LIMIT) $(GO) mod tidy -diff

# Units, conformance of every system, import rules and other conventions, fuzz
# seeds, goroutine leaks, and the checker against its oracles.
.PHONY: unit
unit: ## all tests but the real run
	$(call step,tests: go test ./...)
	@$(GO) test -timeout 8m -skip '^TestRealRun' ./...

# Again with the race detector, without what is too slow under it (-short), in the
# packages that have something for it: those that start goroutines. Their tests look
# for leaks, which a convention holds them to.
.PHONY: race
race: ## all tests of what starts goroutines but the slowest, with the race detector
	$(call step,tests with the race detector: go test -race -short)
	@if command -v "$$($(GO) env CC)" >/dev/null; then \
	  CGO_ENABLED=1 $(GO) test -race -short -timeout 8m $$(grep -rl --include='*_test.go' 'goleak\.' . | xargs -n1 dirname | sort -u); \
	else \
	  echo "SKIPPED: the race detector needs a C compiler, and there is no $$($(GO) env CC)"; \
	fi

# By itself, since it is measured: the program is built and run as a user does.
.PHONY: real
real: ## a short run of the program, whose results are checked
	$(call step,a real run: go test -run TestRealRun ./conventions)
	@$(GO) test -timeout 8m -run '^TestRealRun' ./conventions

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (10s)
	@failed=0; \
	for pkg in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    printf '\n== fuzz: %s %s\n' $$pkg $$target; \
	    $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(strip $(FUZZTIME)) $$pkg || failed=1; \
	  done; \
	done; \
	exit $$failed

.PHONY: bench
bench: ## benchmarks, COUNT times each (6); BENCH=regexp and PKG=./bench choose
	$(call step,benchmarks: to compare: make bench > old.txt; change; make bench > new.txt; go tool benchstat old.txt new.txt)
	@$(GO) test -run '^$$' -bench '$(strip $(BENCH))' -count $(strip $(COUNT)) -timeout 60m $(strip $(PKG))

.PHONY: quickstart
quickstart: ## the built-in scenario quickstart: about 100 s
	@$(GO) run ./cmd/nines run
