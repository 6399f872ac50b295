#!/usr/bin/env bash
# Runs every fuzz target for a short time, one after the other (one target and one package at a time is what go test takes).
# All of them run, whichever fails; an input that failed stays in the package's testdata/fuzz, where go test finds it.
#
#   scripts/fuzz.sh 10s ./...
set -euo pipefail
cd "$(dirname "$0")/.."
TIME=${1:-10s}
shift || true
[ $# -gt 0 ] || set -- ./...
CACHE=$(go env GOCACHE)/fuzz
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT

# When the time is over in the middle of an input, Go before 1.27 may call that a failure: "context deadline exceeded"
# (go.dev/issue/75804). A real failure brings the input that it failed with.
fuzz() { # PROGRAM PACKAGE DIR TARGET
  if (cd "$3" && "$1" -test.run '^$' -test.fuzz "^$4\$" -test.fuzztime "$TIME" -test.fuzzcachedir "$CACHE/$2") 2>&1 | tee "$WORK/said"; then return; fi
  grep -q '^    context deadline exceeded$' "$WORK/said" && ! grep -q 'Failing input written' "$WORK/said" || return 1
  echo "(the time was over; no input failed)"
}

ran=0 failed=()
while read -r package dir; do
  targets=$({ cat "$dir"/*_test.go 2>/dev/null || true; } | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' | sort -u)
  [ -n "$targets" ] || continue
  # Built once for all targets of the package.
  go test -c -fuzz . -o "$WORK/program" "$package"
  for target in $targets; do
    printf '== %s %s\n' "$package" "$target"
    fuzz "$WORK/program" "$package" "$dir" "$target" || failed+=("$package $target")
    ran=$((ran + 1))
  done
done < <(go list -f '{{.ImportPath}} {{.Dir}}' "$@")
printf 'fuzz: %d targets, %s each, %d failed\n' "$ran" "$TIME" "${#failed[@]}"
[ ${#failed[@]} = 0 ] || { printf '  %s\n' "${failed[@]}"; exit 1; }
