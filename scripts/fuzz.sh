#!/usr/bin/env bash
# Runs every fuzz target for a short time, one after the other (go test takes one target and one package at a time).
#
#   scripts/fuzz.sh 10s ./...
set -euo pipefail
cd "$(dirname "$0")/.."
TIME=${1:-10s}
shift || true
[ $# -gt 0 ] || set -- ./...

# When the time is over in the middle of an input, go test before 1.27 may call that a failure: "context deadline exceeded"
# (go.dev/issue/75804). A real failure brings the input that it failed with.
fuzz() {
  local said; said=$(mktemp)
  if go test -run '^$' -fuzz "^$1\$" -fuzztime "$TIME" "$2" 2>&1 | tee "$said"; then rm "$said"; return; fi
  if grep -q '^    context deadline exceeded$' "$said" && ! grep -q 'Failing input written' "$said"; then
    echo "(the time was over; no input failed)"; rm "$said"; return
  fi
  rm "$said"; return 1
}

ran=0
while read -r pkg dir; do
  [ -n "$(ls "$dir"/*_test.go 2>/dev/null)" ] || continue
  while read -r target; do
    printf '== %s %s\n' "$pkg" "$target"
    fuzz "$target" "$pkg"
    ran=$((ran + 1))
  done < <(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$dir"/*_test.go | sort -u)
done < <(go list -f '{{.ImportPath}} {{.Dir}}' "$@")
printf 'fuzz: %d targets, %s each\n' "$ran" "$TIME"
