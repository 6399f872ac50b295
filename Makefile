# Earshot's tasks. Every one of them first makes the machine ready (scripts/deps.sh, quick when nothing is missing)
# and then runs inside build/env, so that plain `make test` works on a fresh clone.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: build demo test quick test-rooms test-long test-packages lint bench eval fuzz cover install dist clean help deps deps-tests

PKG ?= ./...
RUN ?= .
BENCHTIME ?= 1s
P ?= 3
PARALLEL ?= 8
FUZZTIME ?= 10s
STAY ?=
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

PREFIX ?= /usr/local
DESTDIR ?=

# P packages are tested at a time, with PARALLEL tests of each that allow it: tests of rooms wait most of the time, for people
# who talk. When everything is tested, what takes longest begins first.
EVERYTHING := $(if $(filter ./....,$(PKG)$(RUN)),./cmd/...)

# The race detector lets every program wait a second at its end, and the tests run hundreds of them.
export GORACE ?= atexit_sleep_ms=10

ENV := set -a; source build/env; set +a;
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS := -X main.version=$(VERSION) -X main.commit=$(COMMIT)

help: ## show this list
	@echo "make <task>   (make alone: build)"
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-13s %s\n", $$1, $$2}' Makefile

build: deps ## build bin/earshot
	@$(ENV) go build -trimpath -ldflags '$(LDFLAGS)' -o bin/earshot ./cmd/earshot

demo: build ## a room with three recorded voices, live in the terminal and on a page (STAY=1 keeps it open)
	@$(ENV) bin/earshot demo $(if $(filter-out 0 no,$(STAY)),--stay)

# go test vets what it builds anyway: go vet by itself would type-check and compile everything once more.
test: deps-tests ## all tests with the race detector, and go vet's checks (PKG=./bot/... RUN=TestName to choose)
	@$(ENV) go build -race -o /dev/null $(PKG) && go build -o /dev/null $(PKG)
	@$(ENV) failed=0; go test -vet=all -race -timeout 45m -parallel $(PARALLEL) -p $(P) -run '$(RUN)' $(EVERYTHING) $(PKG) || failed=$$?; \
	PKG='$(PKG)' RUN='$(RUN)' scripts/test-unraced.sh -parallel $(PARALLEL) -p $(P) || failed=$$?; exit $$failed

quick: deps ## what a change needs while one works on it, in a minute and a half: go vet's checks and the tests that wait for nothing real (PKG=, RUN=)
	@$(ENV) go test -vet=all -short -timeout 5m -parallel $(PARALLEL) -p $(P) -run '$(RUN)' $(PKG)

test-rooms: deps-tests ## the tests against real room servers alone, verbosely (RUN=TestName to choose)
	@$(ENV) go test -v -count 1 -timeout 20m -run '$(RUN)' ./bot/livekit/... ./bot/janus/... ./bot/whep ./bot/peer ./bot/lounge/...
	@$(ENV) go test -v -count 1 -timeout 20m -run 'LiveKit|Janus|WHEP' ./cmd/earshot/app

test-long: deps-tests ## over two hours: random hours of a room, a soak of half an hour, 100 kills, an hour of noise (accelerated), fifty rooms, with their figures
	@$(ENV) EARSHOT_TEST_LONG=1 go test -v -count 1 -timeout 120m -run '^(TestSoak|TestFault20KilledAtRandomPoints|TestAnHourWithoutSpeech|TestFault7WordsOverABadLink|TestFiftyRoomsOfPeople|TestFiftySilentRooms)$$' ./cmd/earshot/app
	@$(ENV) EARSHOT_TEST_LONG=1 go test -v -count 1 -run TestCrowdOfSilentTracks ./bot/room
	@$(ENV) EARSHOT_TEST_LONG=1 go test -v -count 1 -timeout 90m -run TestRandomHours ./moderation/live

lint: deps ## golangci-lint at its pinned version (built once, about two minutes) and shell syntax
	@$(ENV) scripts/lint.sh $(PKG)

bench: deps ## benchmarks (BENCHTIME=1s RUN=. PKG=./...)
	@$(ENV) go test -run '^$$' -bench '$(RUN)' -benchmem -benchtime $(BENCHTIME) -timeout 30m $(PKG)

eval: build ## verdicts on public data sets (MIRROR=folder of their bare clones, PROFILE=), summaries of real meetings (EVAL_MEETINGS=folder)
	@test -n '$(MIRROR)$(EVAL_MEETINGS)' || { echo 'make eval needs MIRROR=FOLDER (docs/rules.md) or EVAL_MEETINGS=FOLDER (docs/summaries.md)' >&2; exit 2; }
	@$(if $(MIRROR),python3 scripts/eval.py '$(MIRROR)' bin/earshot $(PROFILE),:)
	@$(if $(EVAL_MEETINGS),$(ENV) go run ./moderation/summary/train '$(EVAL_MEETINGS)',:)

fuzz: deps ## run every fuzz target for FUZZTIME=10s each
	@$(ENV) scripts/fuzz.sh $(FUZZTIME) $(PKG)

cover: deps-tests ## test coverage: total in the terminal, lines in build/coverage.html
	@$(ENV) failed=0; go test -timeout 45m -coverpkg=./... -coverprofile=build/coverage.out $(PKG) || failed=$$?; \
	go tool cover -html=build/coverage.out -o build/coverage.html; \
	go tool cover -func=build/coverage.out | tail -n 1; exit $$failed

# What is installed elsewhere must not know this folder: it finds its libraries beside it.
PORTABLE := if [ -n "$${CGO_LDFLAGS:-}" ]; then export CGO_LDFLAGS='-O2 -g -Wl,--allow-shlib-undefined'; fi;

build/portable/earshot: deps
	@$(ENV) $(PORTABLE) go build -trimpath -ldflags '-s -w -linkmode=external $(LDFLAGS)' -o $@ ./cmd/earshot
.PHONY: build/portable/earshot

install: build/portable/earshot ## install into PREFIX=/usr/local below DESTDIR= (with its libraries unless the system has them)
	@$(ENV) scripts/stage.sh build/portable/earshot '$(DESTDIR)' '$(PREFIX)'

dist: build/portable/earshot ## make dist/: a tarball that runs on any Linux and a .deb, with sums and contents
	@$(ENV) scripts/dist.sh build/portable/earshot '$(VERSION)'

test-packages: dist ## run what dist made in a bare Debian and a bare system, and the container (root, debootstrap, buildah)
	@scripts/test-packages.sh
	@scripts/test-container.sh

clean: ## remove what was built (the private libwhisper and the linter stay; rm -r build removes them too)
	@rm -rf bin dist build/portable build/dist build/coverage.* build/*.log

deps:
	@scripts/deps.sh

deps-tests:
	@scripts/deps.sh --tests
	@scripts/rooms.sh
