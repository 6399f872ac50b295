#!/usr/bin/env bash
# Runs the tests that are not built for the race detector ("//go:build !race"): those that compute for long without goroutines, over
# which it takes ten times as long, and those that measure what a second of sound costs or what is left behind.
#
#   scripts/test-unraced.sh [ARGUMENTS OF GO TEST]      run inside build/env (make test does)
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(grep -rlx --include='*_test.go' '//go:build !race' bot cmd configs models moderation transcribe)
tests=$(grep -ho '^func Test[[:alnum:]_]*' "${files[@]}" | cut -d' ' -f2 | paste -sd'|')
mapfile -t packages < <(grep -l '^func Test' "${files[@]}" | xargs -n1 dirname | sort -u)
exec go test "$@" -run "^($tests)\$" "${packages[@]/#/./}"
