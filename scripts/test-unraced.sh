#!/usr/bin/env bash
# Runs the tests that are not built for the race detector ("//go:build !race"), which has nothing to find in them and takes up to
# ten times as long: those of packages that start no goroutine and hold no lock (a package of text, of rules, of sound; the commands,
# for what they call runs with the detector in the tests of its own package); those that ask one thing after another of a program whose
# parts are tested with it (who may see what), or hear a recording in it once more, with other rules; those that drive another process;
# and those that measure: what a second of sound costs, what is left behind, how many words survive a bad link.
#
#   PKG=./bot/... RUN=TestName scripts/test-unraced.sh [ARGUMENTS OF GO TEST]      run inside build/env (make test does)
set -euo pipefail
cd "$(dirname "$0")/.."
run=${RUN:-.} name=${RUN:-.}
name=${name%%/*}
folders=$(go list -f '{{.Dir}}' ${PKG:-./...})
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
exec go test -vet=off "$@" -run "^($tests)\$${subtests:-}" "${packages[@]/#/./}"
