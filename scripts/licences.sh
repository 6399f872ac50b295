#!/usr/bin/env bash
# Prints the licences of the Go modules inside a program, and where the data of its text model come from, as they ask for.
#
#   scripts/licences.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
CACHE=$(go env GOMODCACHE)
missing=0
while read -r module version; do
  # The cache writes capitals as ! and the small letter.
  dir=$CACHE/$(sed 's/[A-Z]/!\L&/g' <<<"$module@$version")
  printf '================ %s %s\n\n' "$module" "$version"
  found=0
  while read -r f; do cat "$f"; echo; found=1; done < <(find "$dir" -maxdepth 1 -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' \) | sort)
  [ $found = 1 ] || { echo "licences: error: $module has no licence file" >&2; missing=1; }
done < <(go version -m "$1" | awk '$1=="dep" {print $2, $3}')
printf '================ the data of the text model\n\n'
cat moderation/match/textmodel/NOTICE; echo
printf '================ Go\n\n'
cat "$(go env GOROOT)/LICENSE"
exit $missing
