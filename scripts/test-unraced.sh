#!/usr/bin/env bash
# Runs the tests that are not built for the race detector ("//go:build !race"): those that compute for long without goroutines, over
# which it takes ten times as long; those that measure what a second of sound costs or what is left behind; and those of the
# commands, which have no goroutines of their own: what they call runs with the race detector in the tests of its package.
#
#   PKG=./bot/... RUN=TestName scripts/test-unraced.sh [ARGUMENTS OF GO TEST]      run inside build/env (make test does)
set -euo pipefail
cd "$(dirname "$0")/.."
run=${RUN:-.} name=${RUN:-.}
name=${name%%/*}
folders=$(go list -f '{{.Dir}}' "${PKG:-./...}")
mapfile -t files < <(grep -rlx --include='*_test.go' '//go:build !race' bot cmd configs models moderation transcribe |
	while read -r file; do ! grep -qFx "$PWD/${file%/*}" <<<"$folders" || echo "$file"; done)
list() { # what is tested in some files: FILE:func NAME
	grep -EHo '^func (Test|Fuzz|Example)[[:alnum:]_]*' "$@" /dev/null | grep -E "^[^:]*:func .*($name)" || [ $? = 1 ]
}
[ "${#files[@]}" -gt 0 ] || exit 0
tests=$(list "${files[@]}" | cut -d' ' -f2 | paste -sd'|')
[ -n "$tests" ] || exit 0
mapfile -t packages < <(list "${files[@]}" | cut -d: -f1 | xargs -n1 dirname | sort -u)
[ "$run" = "$name" ] || subtests=/${run#*/}
exec go test -vet=all "$@" -run "^($tests)\$${subtests:-}" "${packages[@]/#/./}"
