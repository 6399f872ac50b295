#!/usr/bin/env bash
# Runs the linters. golangci-lint is built once, at the version below, into build/tools.
#
#   scripts/lint.sh [PACKAGES]      run inside build/env (make lint does)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
VERSION=v2.15.0
LINTER=$PWD/build/tools/golangci-lint-$VERSION
[ $# -gt 0 ] || set -- ./...

[ -x "$LINTER" ] || echo "lint: building golangci-lint $VERSION, once (some minutes)" >&2
go_tool "$LINTER" "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$VERSION"

for f in scripts/*.sh packaging/*.sh .ci/run; do bash -n "$f"; done
go mod verify >/dev/null # what was fetched is what go.sum says
"$LINTER" run "$@"
