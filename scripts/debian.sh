#!/usr/bin/env bash
# Lays a bare Debian into a folder, from the mirror that this machine uses; what was laid once is kept in build/. Needs root
# and debootstrap. Exit code 3: it can't be had here, and why is said.
#
#   scripts/debian.sh DIR [PACKAGE,PACKAGE…]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
DIR=${1:?usage: scripts/debian.sh DIR [PACKAGES]} PACKAGES=${2:-}
SUITE=bookworm
absent() { echo "no bare Debian: $1"; exit 3; }
[ "$(id -u)" = 0 ] || absent "root is needed"
have debootstrap || absent "no debootstrap here (package debootstrap)"

kept=$PWD/build/debian-$SUITE${PACKAGES:+-${PACKAGES//,/-}}.tar
if [ ! -e "$kept" ]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(LABEL)' 'Created-By: Packages' 2>/dev/null | awk -F'|' '$2=="Debian" && $3=="Debian" {print $1; exit}')
  [ -n "$mirror" ] || absent "no mirror is known here (apt-get update)"
  mkdir -p build/debs
  lay() {
    mkdir -p "$DIR"; find "$DIR" -xdev -mindepth 1 -delete
    debootstrap --variant=minbase --cache-dir="$PWD/build/debs" ${PACKAGES:+--include="$PACKAGES"} "$SUITE" "$DIR" "$mirror" >build/debootstrap.log 2>&1
  }
  retry 3 "debootstrap" lay || absent "debootstrap failed (build/debootstrap.log)"
  rm -f "$DIR"/var/cache/apt/archives/*.deb
  tar -C "$DIR" --one-file-system -cf "$kept.new" . && mv "$kept.new" "$kept"
else
  mkdir -p "$DIR"; tar -C "$DIR" -xf "$kept"
fi
