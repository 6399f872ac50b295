#!/usr/bin/env bash
# Builds the image of packaging/Dockerfile and tries it, as its own user and with the record in a volume. Nothing is pulled:
# the images that it begins with are bare Debians laid here, one of them with this machine's Go. Needs root, buildah and
# debootstrap; without one of them it says so and does nothing.
#
#   scripts/test-container.sh        (make test-packages runs it)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
ok() { echo "ok   container: $*"; }
skip() { echo "skip container: $*"; exit 0; }
die() { echo "FAIL container: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || skip "root is needed"
have buildah || skip "no buildah here (package buildah)"
have debootstrap || skip "no debootstrap here (package debootstrap)"

# Caches of the build stay in build/container, as they would stay with Docker.
mkdir -p build/container; export TMPDIR=$PWD/build/container
WORK=$(mktemp -d "$TMPDIR/run.XXXXXX") SERVICE=
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
box() { buildah --root "$WORK/store" --runroot "$WORK/run" "$@"; }
cleanup() {
  [ -z "$SERVICE" ] || kill -KILL "$SERVICE" 2>/dev/null || true
  box umount --all >/dev/null 2>&1 || true
  rm -rf --one-file-system "$WORK"
}
trap cleanup EXIT

# base makes the image that the Dockerfile names in an argument: NAME [PACKAGES] [FOLDER-OF-GO]
base() {
  local image c root
  image=$(sed -n "s/^ARG $1=//p" packaging/Dockerfile)
  c=$(box from scratch); root=$(box mount "$c")
  scripts/debian.sh "$root" "${2:-}" || { [ $? = 3 ] && skip "see above"; die "no base"; }
  if [ -n "${3:-}" ]; then
    cp -a "$3" "$root/usr/local/go"
    # Whom this machine trusts, it trusts in there too: a proxy may have an authority of its own.
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    box config --env PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin --env GOPATH=/go --env GOTOOLCHAIN=local "$c"
  fi
  box umount "$c" >/dev/null
  box commit --quiet --rm "$c" "$image" >/dev/null
}
base BASE_IMAGE
base GO_IMAGE ca-certificates,g++,gcc,git,libc6-dev,make,pkg-config "$(go env GOROOT)"

box bud --pull-never --format docker --layers=false -f packaging/Dockerfile --ignorefile packaging/Dockerfile.dockerignore \
  --build-arg VERSION=container -t earshot . >build/container.log 2>&1 || { tail -n 30 build/container.log >&2; die "the Dockerfile (build/container.log)"; }
ok "built from packaging/Dockerfile"
