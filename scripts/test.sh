#!/usr/bin/env bash
# Runs all tests, in two rows side by side: tests of rooms, in which people talk in real time, of pages in browsers and of servers
# have the processor when they need it, for sound that comes late is lost; all other tests have what is left of it (nice). Each row
# tests with the race detector first, then what is not built for that (scripts/test-unraced.sh).
#
#   PKG=./bot/... RUN=TestName scripts/test.sh [ARGUMENTS OF GO TEST]      run inside build/env (make test does)
set -uo pipefail
cd "$(dirname "$0")/.."
packages=$(go list ${PKG:-./...}) || exit
# With the race detector some packages have no file left: go test must not be given their names.
raced=$(go list -e -race -f '{{if or .GoFiles .CgoFiles .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ${PKG:-./...}) || exit
in_rooms='^earshot/(bot|cmd/earshot/(app|bench|internal/clustertest)|moderation/review|models/postgres)(/|$)'
longest='^earshot/(cmd/earshot/app|moderation/review)$' # what takes longest begins first

row() { # row PACKAGES PROCESSES [ARGUMENTS OF GO TEST]
	local failed=0 packages=$1 processes=$2 chosen
	shift 2
	[ -n "$packages" ] || return 0
	chosen=$(grep -Fx "$raced" <<<"$packages")
	chosen=$(grep -E "$longest" <<<"$chosen"; grep -vE "$longest" <<<"$chosen")
	[ -z "$chosen" ] || go test -vet=all -race -p "$processes" -run "${RUN:-.}" "$@" $chosen || failed=$?
	PKG=$packages scripts/test-unraced.sh -p "$processes" "$@" || failed=$?
	return "$failed"
}
beside() { # at a lower priority, and ended by ^C like the rest
	trap - INT
	renice -n 19 -p "$BASHPID" >/dev/null
	row "$@"
}

failed=0
beside "$(grep -vE "$in_rooms" <<<"$packages")" 1 "$@" &
others=$!
row "$(grep -E "$in_rooms" <<<"$packages")" "${P:-3}" "$@" || failed=$?
wait "$others" || failed=$?
exit "$failed"
