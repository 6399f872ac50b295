#!/usr/bin/env bash
# go build that shows how far it is: the first build compiles hundreds of packages, which takes minutes, and go itself is silent.
#
#   scripts/build.sh -o FILE FLAGS… PACKAGE
set -euo pipefail
total=$(go list -deps "${@: -1}" | wc -l) n=0 clear=
if [ -t 2 ]; then clear=$'\r\e[K'; fi

# -v names each package that is compiled; every other line is the compiler's.
go build -v "$@" 2>&1 | while IFS= read -r line; do
  if [[ ! $line =~ ^[A-Za-z0-9._~/-]+$ ]]; then echo "$clear$line"; continue; fi
  n=$((n + 1))
  if [ "$n" = 20 ]; then echo "${clear}building: this takes about three minutes the first time, and seconds later"; fi
  if [ "$n" -lt 20 ]; then continue
  elif [ -n "$clear" ]; then printf '%s  %d of %d packages' "$clear" "$n" "$total"
  elif [ $((n % 100)) = 0 ]; then echo "  $n of $total packages"; fi
done >&2
printf %s "$clear" >&2
