#!/usr/bin/env bash
# Makes what is handed out, in dist/: for each kind of processor a tarball that runs on any Linux with its own libraries beside
# it, a .deb of the same tree and a list of what is inside (CycloneDX); how all of it was made (in-toto); and the sums of them all.
#
#   scripts/dist.sh VERSION COMMIT ARCH…      after build/portable/ARCH/earshot and bin/earshot were built (make dist does)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
usage='usage: scripts/dist.sh VERSION COMMIT ARCH…'
VERSION=${1:?$usage} COMMIT=${2?$usage}; shift 2
: "${1:?$usage}" "${SOURCE_DATE_EPOCH:?is not set: the date of the source, in seconds since 1970}"
NFPM_VERSION=v2.41.0
NFPM=$PWD/build/tools/nfpm-$NFPM_VERSION
PROVENANCE=$PWD/build/dist/provenance

[ -x "$NFPM" ] || echo "dist: building nfpm $NFPM_VERSION, once" >&2
go_tool "$NFPM" "github.com/goreleaser/nfpm/v2/cmd/nfpm@$NFPM_VERSION"
rm -rf dist build/dist; mkdir -p dist build/dist
umask 022 # what is packed does not depend on who packs it
CGO_ENABLED=0 GOFLAGS= go build -o "$PROVENANCE" ./cmd/earshot/internal/provenance

# Debian's versions begin with a digit, and what comes before a release follows a tilde.
package=${VERSION#v} package=${package/-/\~}
case $package in [0-9]*.*) ;; *) package=0.0.0+$package ;; esac

pack() ( # ARCH
  set -a; . "build/env-$1"; set +a
  local name=earshot-$VERSION-linux-$1 program=build/portable/$1/earshot tree=build/dist/tree runnable=
  [ "$1" = "$(architecture)" ] || runnable=$PWD/bin/earshot
  RUNNABLE=$runnable scripts/stage.sh "$program" "$tree" /usr --own-libraries
  find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
  "$PROVENANCE" contents --version "$VERSION" "$tree/usr/lib/earshot" "$tree/usr/share/doc/earshot/libraries/packages.tsv" >"dist/$name.cdx.json"
  VERSION=${package//-/.} ARCH=$1 "$NFPM" package -f packaging/nfpm.yaml -p deb -t dist/ >build/nfpm.log || { cat build/nfpm.log >&2; exit 1; }

  # The tarball may be unpacked anywhere, so its top is what lies below /usr.
  mv "$tree/usr" "build/dist/$name"; rmdir "$tree"
  sed -i 's|/usr/bin|/usr/local/bin|' "build/dist/$name"/lib/systemd/system/*
  cp packaging/README.txt "build/dist/$name/"
  tar -C build/dist --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -9n >"dist/$name.tar.gz"
)
for arch in "$@"; do pack "$arch"; done

libraries=$(printf 'build/dist/earshot-%s-linux-%%s/share/doc/earshot/libraries/packages.tsv\n' "$VERSION")
compilers=$(for arch in "$@"; do (. "build/env-$arch"; "${CC:-gcc}" --version | head -n 1); done | sort -u)
(
  cd dist
  "$PROVENANCE" statement --version "$VERSION" --commit "$COMMIT" --source "${SOURCE:-}" --builder "${BUILDER:-}" --compiler "$compilers" --sums ../go.sum \
    $(for arch in "$@"; do printf -- "--libraries ../$libraries " "$arch"; done) -- * >../build/dist/provenance.json
  mv ../build/dist/provenance.json earshot-"$VERSION".provenance.json
  sha256sum -- * >../build/dist/SHA256SUMS; mv ../build/dist/SHA256SUMS .
)
ls -l dist
