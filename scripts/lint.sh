#!/usr/bin/env bash
# Runs the linters. golangci-lint is built once, at the version below, into build/tools.
#
#   scripts/lint.sh [PACKAGES]      run inside build/env (make lint does)
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=v2.15.0
LINTER=$PWD/build/tools/golangci-lint-$VERSION
[ $# -gt 0 ] || set -- ./...

if [ ! -x "$LINTER" ]; then
  echo "lint: building golangci-lint $VERSION, once (some minutes)" >&2
  mkdir -p build/tools
  # A pure Go program: it needs neither cgo nor the linker flags and tags of ours.
  env -u CGO_LDFLAGS CGO_ENABLED=0 GOFLAGS= GOBIN="$PWD/build/tools" \
    go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$VERSION"
  mv build/tools/golangci-lint "$LINTER"
fi

for f in scripts/*.sh packaging/*.sh .ci/run; do bash -n "$f"; done
go mod verify >/dev/null # what was fetched is what go.sum says
"$LINTER" run "$@"
