#!/usr/bin/env bash
# Prints what a program is made of as CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/): the Go modules with the hashes
# that go.sum holds them to, and the libraries of a bundle with their SHA-256.
#
#   scripts/sbom.sh PROGRAM VERSION [FOLDER-OF-LIBRARIES]
set -euo pipefail
PROGRAM=${1:?usage: scripts/sbom.sh PROGRAM VERSION [LIBRARIES]}
VERSION=${2:?usage: scripts/sbom.sh PROGRAM VERSION [LIBRARIES]}
{
  go version -m "$PROGRAM" | awk '$1=="dep" {printf "    {\"type\":\"library\",\"name\":\"%s\",\"version\":\"%s\",\"purl\":\"pkg:golang/%s@%s\",\"properties\":[{\"name\":\"go.sum\",\"value\":\"%s\"}]}\n", $2, $3, $2, $3, $4}'
  if [ -n "${3:-}" ]; then
    (cd "$3" && find . -name '*.so*' -type f -print0 | sort -z | xargs -0 sha256sum) |
      awk '{sub(/^.*\//, "", $2); printf "    {\"type\":\"library\",\"name\":\"%s\",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"%s\"}]}\n", $2, $1}'
  fi
} | {
  printf '{\n  "bomFormat": "CycloneDX",\n  "specVersion": "1.5",\n  "version": 1,\n'
  printf '  "metadata": {"component": {"type": "application", "name": "earshot", "version": "%s"}},\n  "components": [\n' "$VERSION"
  sed '$!s/$/,/'
  printf '  ]\n}\n'
}
