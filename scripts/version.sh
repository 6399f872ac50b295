#!/usr/bin/env bash
# Prints the version of this checkout: the number in cmd/earshot/version.txt where the commit bears its tag (v0.1.0), else
# that number's development version with the commit, such as 0.1.0-dev+0123456789ab; .dirty follows when files were changed.
set -euo pipefail
cd "$(dirname "$0")/.."
next=$(cat cmd/earshot/version.txt)
commit=$(git rev-parse --short=12 HEAD 2>/dev/null) || { echo "$next-dev"; exit; }
dirty=; git diff --quiet HEAD -- || dirty=.dirty
if [ -z "$dirty" ] && [ -n "$(git tag --points-at HEAD "v$next")" ]; then echo "$next"
else echo "$next-dev+$commit$dirty"; fi
