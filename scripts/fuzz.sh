#!/usr/bin/env bash
# Runs every fuzz target for a short time, one after the other (go test takes one target and one package at a time).
#
#   scripts/fuzz.sh 10s ./...
set -euo pipefail
cd "$(dirname "$0")/.."
TIME=${1:-10s}
shift || true
[ $# -gt 0 ] || set -- ./...

ran=0
while read -r pkg dir; do
  [ -n "$(ls "$dir"/*_test.go 2>/dev/null)" ] || continue
  while read -r target; do
    printf '== %s %s\n' "$pkg" "$target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$TIME" "$pkg"
    ran=$((ran + 1))
  done < <(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$dir"/*_test.go | sort -u)
done < <(go list -f '{{.ImportPath}} {{.Dir}}' "$@")
printf 'fuzz: %d targets, %s each\n' "$ran" "$TIME"
