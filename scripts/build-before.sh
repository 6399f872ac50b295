#!/usr/bin/env bash
# Builds the program of another commit, and prints its path: build-before.sh COMMIT. It runs inside build/env. What both commits have in
# common was compiled before by the same flags and is taken from Go's cache; the packages that are compiled are listed as they are done.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=$(git rev-parse --verify "$1^{commit}")
to=$PWD/build/before/$commit
if [ ! -x "$to/earshot" ]; then
  rm -rf "$to" && mkdir -p "$to/source"
  git archive "$commit" | tar -x -C "$to/source"
  printf 'building the program of %.12s, once, in a minute or more\n' "$commit" >&2
  (cd "$to/source" && go build -v -o ../earshot ./cmd/earshot) >&2
  rm -rf "$to/source"
fi
printf '%s\n' "$to/earshot"
