#!/usr/bin/env bash
# Signs the sums in dist/ with a key of yours, made once by: ssh-keygen -t ed25519 -C earshot-releases -f FILE
# Writes SHA256SUMS.sig, and release-signers, which names the key as ssh-keygen wants to be told whom to believe. Publish that
# where nobody who can change the downloads can change it too. docs/verify.md says how a download is verified.
#
#   scripts/sign.sh KEY [FOLDER]      (make sign KEY=FILE does)
set -euo pipefail
cd "$(dirname "$0")/.."
die() { echo "sign: error: $*" >&2; exit 1; }
KEY=${1:-} FOLDER=${2:-dist}
[ -n "$KEY" ] || die "no key: make sign KEY=FILE (make one with: ssh-keygen -t ed25519 -C earshot-releases -f FILE)"
[ -r "$KEY" ] || die "$KEY can't be read"
[ -s "$FOLDER/SHA256SUMS" ] || die "there is no $FOLDER/SHA256SUMS to sign (make dist)"
(cd "$FOLDER" && sha256sum --quiet --check SHA256SUMS) || die "the files in $FOLDER are not those of its sums (make dist)"
signers=$(printf 'earshot namespaces="earshot-release" %s\n' "$(ssh-keygen -y -f "$KEY" | cut -d' ' -f1,2)")
rm -f "$FOLDER/SHA256SUMS.sig"
ssh-keygen -q -Y sign -n earshot-release -f "$KEY" "$FOLDER/SHA256SUMS"
echo "$signers" >"$FOLDER/release-signers"
echo "signed $FOLDER/SHA256SUMS; publish $FOLDER/release-signers apart from the downloads"
