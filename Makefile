# Earshot's tasks. Every one of them first makes the machine ready (scripts/deps.sh, quick when nothing is missing)
# and then runs inside build/env, so that plain `make test` works on a fresh clone.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: build demo cluster test quick test-rooms test-long test-cluster test-packages lint bench eval fuzz cover install dist sign clean help deps deps-tests

PKG ?= ./...
RUN ?= .
BENCHTIME ?= 1s
P ?= 3
PARALLEL ?= 6
FUZZTIME ?= 10s
STAY ?=
ROOM ?=
ROOMS ?= 12
BEFORE ?=
VERSION ?= $(shell scripts/version.sh)

PREFIX ?= /usr/local
DESTDIR ?=

# P packages in whose rooms people talk are tested at a time, with PARALLEL tests of each that allow it: they wait most of the time.

# The race detector lets every program wait a second at its end, and the tests run hundreds of them.
export GORACE ?= atexit_sleep_ms=10

ENV := set -a; source build/env; set +a;
TESTS := $(ENV) source scripts/in-memory.sh;
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null)
# What is handed out is as old as its commit, so that whoever builds it again gets the same bytes.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || date +%s)
LDFLAGS = -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(shell date -u -d @$(SOURCE_DATE_EPOCH) +%Y-%m-%dT%H:%M:%SZ)

help: ## show this list
	@echo "make <task>   (make alone: build)"
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-13s %s\n", $$1, $$2}' Makefile

build: deps ## build bin/earshot
	@$(ENV) scripts/build.sh -trimpath -ldflags '$(LDFLAGS)' -o bin/earshot ./cmd/earshot

demo: build ## a room with three recorded voices, live in the terminal and on a page (STAY=1 keeps it open; ROOM=mumble, jitsi, livekit, janus: there)
	@$(ENV) $(if $(ROOM),go run ./cmd/earshot/internal/roomdemotest $(ROOM) build/demo-$(ROOM),bin/earshot demo) $(if $(filter-out 0 no,$(STAY)),--stay)

# In the package's own folder go test passes on what a test prints as it comes, also to a terminal.
cluster: deps-tests ## three processes that share a database and ROOMS=12 rooms in which people talk: one is killed, and a table shows what happens to its rooms
	@$(ENV) cd cmd/earshot/internal/clustertest; export EARSHOT_SHOW_ROOMS='$(ROOMS)'; if [ -t 1 ]; then export EARSHOT_SHOW_CLEARS=1; fi; \
	  go test -v -count 1 -timeout 15m -run '^TestShow$$' .

# go vet's checks are make lint's: go test would type-check a thousand packages for them, and once more with the race detector. Before the
# tests all packages are compiled, with the detector and without, beside nothing that is timed; go list -export links no program, as go
# build would.
test: deps-tests ## all tests with the race detector (PKG=./bot/... RUN=TestName to choose)
	@$(ENV) go list -export -race $(PKG) >/dev/null && go list -export $(PKG) >/dev/null
	@$(TESTS) PKG='$(PKG)' RUN='$(RUN)' P='$(P)' scripts/test.sh -timeout 45m -parallel $(PARALLEL)

quick: deps ## for work in progress, in a minute and a half: the tests that need no real servers (PKG=, RUN=)
	@$(TESTS) go test -vet=off -short -timeout 5m -parallel $(PARALLEL) -p $(P) -run '$(RUN)' $(PKG)

test-rooms: deps-tests ## the tests against real room servers alone, verbosely (RUN=TestName to choose)
	@$(TESTS) go test -v -count 1 -timeout 20m -run '$(RUN)' ./bot/livekit/... ./bot/janus/... ./bot/mumble/... ./bot/jitsi/... ./bot/whep ./bot/peer ./bot/lounge/...
	@$(TESTS) go test -v -count 1 -timeout 20m -run 'LiveKit|Janus|Mumble|Jitsi|WHEP' ./cmd/earshot/app

test-long: deps-tests ## over two hours: random hours of a room, a soak of half an hour, 100 kills, an hour of noise (accelerated), fifty rooms, with their figures
	@$(TESTS) EARSHOT_TEST_LONG=1 go test -v -count 1 -timeout 120m -run '^(TestSoak|TestFault20KilledAtRandomPoints|TestAnHourWithoutSpeech|TestFault7WordsOverABadLink|TestFiftyRoomsOfPeople|TestFiftySilentRooms)$$' ./cmd/earshot/app
	@$(TESTS) EARSHOT_TEST_LONG=1 go test -v -count 1 -run TestCrowdOfSilentTracks ./bot/room
	@$(TESTS) EARSHOT_TEST_LONG=1 go test -v -count 1 -timeout 90m -run TestRandomHours ./moderation/live

test-cluster: deps-tests ## three processes with one database, killed, stopped, cut off and restarted while people talk in twelve rooms, with figures (BEFORE=COMMIT: and upgraded from that)
	@$(TESTS) $(if $(BEFORE),export EARSHOT_TEST_BEFORE="$$(scripts/build-before.sh '$(BEFORE)')";) \
	EARSHOT_TEST_LONG=1 go test -v -count 1 -timeout 30m -run '^(TestCluster|TestUpgrade)$$' ./cmd/earshot/internal/clustertest

lint: deps ## golangci-lint at its pinned version (built once, about two minutes), with go vet's checks, and shell syntax
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
	@$(TESTS) failed=0; go test -timeout 45m -coverpkg=./... -coverprofile=build/coverage.out $(PKG) || failed=$$?; \
	go tool cover -html=build/coverage.out -o build/coverage.html; \
	go tool cover -func=build/coverage.out | tail -n 1; exit $$failed

HERE := $(shell . scripts/common.sh; architecture)
ARCHES ?= amd64 arm64
KEY ?=

# A program for one kind of processor that finds its libraries beside it, wherever it was built: no path, build id or state of git in it.
PROGRAMS := $(patsubst %,build/portable/%/earshot,$(sort $(HERE) $(ARCHES)))
$(PROGRAMS): build/portable/%/earshot:
	@scripts/deps.sh --dist $*
	@set -a; source build/env-$*; set +a; \
	  scripts/build.sh -trimpath -buildvcs=false -ldflags '-s -w -buildid= -linkmode=external $(LDFLAGS)' -o $@ ./cmd/earshot
.PHONY: $(PROGRAMS)

install: build/portable/$(HERE)/earshot ## install into PREFIX=/usr/local below DESTDIR= (with its libraries unless the system has them)
	@set -a; source build/env-$(HERE); set +a; scripts/stage.sh $< '$(DESTDIR)' '$(PREFIX)'

dist: build $(patsubst %,build/portable/%/earshot,$(ARCHES)) ## make dist/ for ARCHES='amd64 arm64': tarballs that run on any Linux, .debs, contents, provenance and sums
	@scripts/dist.sh '$(VERSION)' '$(COMMIT)' $(ARCHES)

sign: ## sign the sums in dist/ with KEY=, a key that ssh-keygen made (docs/verify.md)
	@scripts/sign.sh '$(KEY)'

test-packages: dist ## run what dist made in a bare Debian and a bare system, for arm64 too, build it again, and run the container (root)
	@scripts/deps.sh --packages
	@scripts/test-packages.sh
	@scripts/test-container.sh

clean: ## remove what was built (the private libwhisper and the linter stay; rm -r build removes them too)
	@rm -rf bin dist build/portable build/dist build/coverage.* build/*.log

deps:
	@scripts/deps.sh

deps-tests:
	@scripts/deps.sh --tests
	@scripts/rooms.sh
