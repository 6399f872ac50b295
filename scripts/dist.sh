#!/usr/bin/env bash
# Makes what is handed out, in dist/: a tarball that runs on any Linux of this processor with its own libraries beside it,
# a .deb of the same tree, a list of what is inside, and the sums of them all.
#
#   scripts/dist.sh PROGRAM VERSION      run inside build/env (make dist does)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
PROGRAM=${1:?usage: scripts/dist.sh PROGRAM VERSION}
VERSION=${2:?usage: scripts/dist.sh PROGRAM VERSION}
NFPM_VERSION=v2.41.0
NFPM=$PWD/build/tools/nfpm-$NFPM_VERSION
ARCH=$(go env GOARCH)
NAME=earshot-$VERSION-linux-$ARCH
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

[ -x "$NFPM" ] || echo "dist: building nfpm $NFPM_VERSION, once" >&2
go_tool "$NFPM" "github.com/goreleaser/nfpm/v2/cmd/nfpm@$NFPM_VERSION"

rm -rf dist build/dist; mkdir -p dist build/dist
tree=build/dist/tree
scripts/stage.sh "$PROGRAM" "$tree" /usr --own-libraries
scripts/sbom.sh "$PROGRAM" "$VERSION" "$tree/usr/lib/earshot" >"dist/$NAME.cdx.json"

# Debian's versions begin with a digit and part their own revision by a hyphen.
package=${VERSION#v}
case $package in [0-9]*.*) ;; *) package=0.0.0+$package ;; esac
VERSION=${package//-/.} ARCH=$ARCH "$NFPM" package -f packaging/nfpm.yaml -p deb -t dist/ >build/nfpm.log || { cat build/nfpm.log >&2; exit 1; }

# The tarball may be unpacked anywhere, so its top is what lies below /usr.
mv "$tree/usr" "build/dist/$NAME"
sed -i 's|/usr/bin|/usr/local/bin|' "build/dist/$NAME"/lib/systemd/system/*
cp packaging/README.txt "build/dist/$NAME/"
tar -C build/dist --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -cf - "$NAME" | gzip -9n >"dist/$NAME.tar.gz"
(cd dist && sha256sum -- * >SHA256SUMS)
ls -l dist
