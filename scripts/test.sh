#!/usr/bin/env bash
# Runs all tests, in four rows side by side: the program as a whole; the other tests of rooms, in which people talk in real time, and of
# servers; pages in browsers; and all the rest. The first two have the processor when they need it, for sound that comes late is lost; the
# others have what is left of it (nice), pages most of that, and a little always, for a decoder must answer within seconds. Each row tests
# with the race detector first, then what is not built for that (scripts/test-unraced.sh).
#
#   PKG=./bot/... RUN=TestName scripts/test.sh [ARGUMENTS OF GO TEST]      run inside build/env (make test does)
set -uo pipefail
cd "$(dirname "$0")/.."
packages=$(go list ${PKG:-./...}) || exit
# With the race detector some packages have no file left: go test must not be given their names.
raced=$(go list -e -race -f '{{if or .GoFiles .CgoFiles .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ${PKG:-./...}) || exit
whole='^earshot/cmd/earshot/app$'
in_rooms='^earshot/(bot|models/postgres)(/|$)|^earshot/cmd/earshot(/bench|/internal/(clustertest|roomdemotest))?$'
in_browsers='^earshot/moderation/review$'

row() { # row PACKAGES PROCESSES [ARGUMENTS OF GO TEST]
	local failed=0 packages=$1 processes=$2 chosen
	shift 2
	[ -n "$packages" ] || return 0
	chosen=$(grep -Fx "$raced" <<<"$packages")
	[ -z "$chosen" ] || go test -vet=off -race -p "$processes" -run "${RUN:-.}" "$@" $chosen || failed=$?
	PKG=$packages scripts/test-unraced.sh -p $((processes + 1)) "$@" || failed=$? # most of the other rows have ended by then
	return "$failed"
}
beside() { # beside PRIORITY, and as row: ended by ^C like the rest
	trap - INT
	[ "$1" = 0 ] || renice -n "$1" -p "$BASHPID" >/dev/null
	shift
	row "$@"
}

app=$(grep -E "$whole" <<<"$packages")
# The program that tests start is linked once for all of them, beside nothing that is timed.
if [ -n "$app" ] || grep -qx earshot/cmd/earshot/internal/clustertest <<<"$packages"; then
	export EARSHOT_TEST_PROGRAM=$PWD/build/test/earshot
	go build -ldflags=-w -o "$EARSHOT_TEST_PROGRAM" ./cmd/earshot || exit
fi

failed=0 others=()
beside 10 "$(grep -vE "$whole|$in_rooms|$in_browsers" <<<"$packages")" 2 "$@" &
others+=($!)
beside 4 "$(grep -E "$in_browsers" <<<"$packages")" 1 "$@" &
others+=($!)
if [ -n "$app" ]; then
	beside 0 "$app" 1 "$@" &
	others+=($!)
	P=$((${P:-3} > 1 ? ${P:-3} - 1 : 1))
fi
row "$(grep -E "$in_rooms" <<<"$packages")" "${P:-3}" "$@" || failed=$?
for row in "${others[@]}"; do wait "$row" || failed=$?; done
exit "$failed"
