#!/usr/bin/env bash
# Makes the machine ready to build Earshot: a compiler and libopus from the system's package manager, libwhisper from the system
# when it is new enough, else from Debian's binary packages in a private prefix below build/ (no root needed there).
# Writes build/env, which a shell can source and which make reads. Idempotent; quick when nothing is missing.
#
#   scripts/deps.sh                build dependencies
#   scripts/deps.sh --tests        also what the tests drive (a browser, espeak-ng, room servers)
#   scripts/deps.sh --packages     also what tries the packages (make test-packages)
#   scripts/deps.sh --dist ARCH    what a program for ARCH (amd64, arm64) that is handed out is built with; writes build/env-ARCH
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
ROOT=$PWD
BUILD=$ROOT/build
WANT=${1:-}
HERE=$(architecture)
ARCH=$HERE
if [ "$WANT" = --dist ]; then ARCH=${2:?usage: scripts/deps.sh --dist ARCH}; fi

say() { printf 'deps: %s\n' "$*" >&2; }
die() { printf 'deps: error: %s\n' "$1" >&2; shift; for l in "$@"; do printf 'deps:   %s\n' "$l" >&2; done; exit 1; }

# --- packages from the system's own archive ---------------------------------------------------------------

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "root is needed to install packages, and there is no sudo" "run as root:  $*"; fi
}

# apt waits for dpkg's lock by itself, and for no other of its locks: "retry" does.
APT=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)

apt_install() { # package…
  have apt-get || die "these packages are missing and there is no apt-get here: $*" "install them with your system's package manager and run this again"
  say "installing $* (output in build/apt.log)"
  apt_try() { as_root "${APT[@]}" install -y --no-install-recommends "$@" >>"$BUILD/apt.log" 2>&1; }
  : >"$BUILD/apt.log"
  # The package lists are often there and fresh enough; updating them first would cost seconds and need the network twice.
  apt_try "$@" && return
  retry 4 "apt-get" update_and apt_try "$@" ||
    die "apt-get could not install: $*" "its output is in build/apt.log: $(last_apt_error)" "without a network, install these packages by hand and run this again"
}

update_and() {
  as_root "${APT[@]}" update >>"$BUILD/apt.log" 2>&1 || true # one broken source of many need not matter
  "$@"
}

last_apt_error() { grep -E '^(E|Err|W):' "$BUILD/apt.log" | tail -n 1; }

# The compiler is asked for the files that linking needs, since gcc alone brings neither libc's nor libstdc++'s.
gcc_has() { [ -e "$(gcc -print-file-name="$1")" ]; }

need_build_tools() {
  local missing=()
  have gcc && have ar && gcc_has crt1.o || missing+=(gcc libc6-dev)
  # The Whisper bindings link with -lstdc++ and -fopenmp.
  have gcc && gcc_has libstdc++.so && gcc_has libgomp.spec || missing+=(g++)
  have pkg-config && pkg-config --exists opus || missing+=(pkg-config libopus-dev)
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
  local want; want=$(sed -n 's/^go //p' go.mod)
  local how="install Go $want or newer: https://go.dev/doc/install (Debian's own is older)"
  have go || die "Go is not on the PATH" "$how"
  # From 1.21 on, Go fetches a newer one by itself or says clearly why not; older ones can't read go.mod.
  local is; is=$(cd / && go version | awk '{sub(/^go/, "", $3); print $3}')
  [ "$(printf '%s\n' 1.21 "$is" | sort -V | head -n 1)" = 1.21 ] || die "Go $is is too old" "$how"
}

# A compiler for another processor, from the packages by which Debian calls it.
need_cross_compiler() {
  local missing=() p
  for p in gcc g++; do have "$TRIPLET-$p" || missing+=("$p-${TRIPLET/_/-}"); done
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
}

# The modules of Go are fetched here, where a fault of the network is no end of the tests. Quick when all are there.
need_modules() {
  ! GOPROXY=off go mod download 2>/dev/null || return 0
  say "downloading the Go modules"
  retry 4 "go mod download" go mod download ||
    go list -deps -test ./... >/dev/null 2>&1 || # without a network, those that are used may all be here
    die "the Go modules could not be fetched" "check the network, then run this again: it goes on with what came"
}

packaged() { apt-cache show "$1" >/dev/null 2>&1; }

# A system out of an image has no package lists, and would seem to have no package.
need_lists() {
  have apt-get && ! packaged libc6 || return 0
  say "reading the package lists (output in build/apt.log)"
  : >"$BUILD/apt.log"
  retry 4 "apt-get update" update_and packaged libc6 ||
    die "apt-get has no package lists" "its output is in build/apt.log: $(last_apt_error)"
}

# Debian puts it where only root looks, and its package starts a server of its own: nobody asked for that one.
have_murmurd() { have murmurd || have mumble-server || [ -x /usr/sbin/murmurd ] || [ -x /usr/sbin/mumble-server ]; }
stop_murmurd() { have_murmurd && stop_service mumble-server || true; }
stop_service() {
  if have systemctl && [ -d /run/systemd/system ]; then as_root systemctl disable --now "$1"
  elif have invoke-rc.d; then as_root invoke-rc.d "$1" stop
  fi >>"$BUILD/apt.log" 2>&1 || true
}

# The tests start servers of their own, as an ordinary user, of which Debian hides the programs from the PATH. Its package would make
# a database and start a server for it: where it comes new, it is told not to.
have_postgres() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
need_postgres() {
  have_postgres || ! packaged postgresql || {
    local conf=/etc/postgresql-common/createcluster.conf
    [ -e "$conf" ] || apt_install postgresql-common
    as_root sed -i 's/^#* *create_main_cluster *=.*/create_main_cluster = false/' "$conf"
    apt_install postgresql
  }
}

need_test_tools() {
  local missing=()
  have chromium || missing+=(chromium)
  have espeak-ng || missing+=(espeak-ng)
  need_lists
  # Not every Debian has these; the tests that need one say so and are skipped, or do without.
  have chromium-headless-shell || ! packaged chromium-headless-shell || missing+=(chromium-headless-shell)
  have janus || ! packaged janus || missing+=(janus)
  have_murmurd || ! packaged mumble-server || missing+=(mumble-server)
  have ffmpeg || ! packaged ffmpeg || missing+=(ffmpeg)
  have pulseaudio || ! packaged pulseaudio || missing+=(pulseaudio)
  have prosody || ! packaged prosody || missing+=(prosody)
  have turnserver || ! packaged coturn || missing+=(coturn)
  have npm || ! packaged npm || missing+=(nodejs npm)
  have ssh-keygen || ! packaged openssh-client || missing+=(openssh-client)
  need_postgres
  if [ ${#missing[@]} != 0 ]; then
    apt_install "${missing[@]}"
    case " ${missing[*]} " in *" mumble-server "*) stop_murmurd ;; esac
    case " ${missing[*]} " in *" prosody "*) stop_service prosody ;; esac
  fi
  need_browser_modules
}

# What lays bare systems, builds containers, and runs programs for other processors.
need_package_tools() {
  local missing=()
  have debootstrap || missing+=(debootstrap)
  have buildah || missing+=(buildah)
  have busybox || missing+=(busybox-static)
  have qemu-aarch64-static || missing+=(qemu-user-static)
  have ssh-keygen || missing+=(openssh-client)
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
}

# The tests of the pages drive the system's browser with playwright-core, and look for barriers with axe-core. Without
# them those tests say so and are skipped.
BROWSER_MODULES='playwright-core@1.65.1 axe-core@4.14.1'
need_browser_modules() {
  local to=$BUILD/browser
  [ "$(cat "$to/modules" 2>/dev/null)" != "$BROWSER_MODULES" ] || return 0
  have npm || { say "no npm: the tests of the pages in a browser will be skipped"; return 0; }
  say "installing $BROWSER_MODULES into build/browser (output in build/npm.log)"
  mkdir -p "$to"
  # shellcheck disable=SC2086 # two packages
  fetch_modules() { npm install --prefix "$to" --no-audit --no-fund --no-save $BROWSER_MODULES >"$BUILD/npm.log" 2>&1; }
  if retry 2 "npm install" fetch_modules; then echo "$BROWSER_MODULES" >"$to/modules"
  else say "npm could not install them: the tests of the pages in a browser will be skipped"; fi
}

. scripts/prefix.sh

mkdir -p "$BUILD"
# Two at once (make in two terminals) would fetch into the same place.
exec 9>"$BUILD/deps.lock"
if have flock; then flock 9; fi
need_build_tools
if [ "$ARCH" != "$HERE" ]; then need_cross_compiler; fi
need_modules
case $WANT in
  --tests) need_test_tools ;;
  --packages) need_package_tools ;;
esac
if ! system_whisper; then need_prefix; fi
case $WANT in
  --dist) env=$BUILD/env-$ARCH how=portable_env ;;
  *) env=$BUILD/env how=private_env ;;
esac
if system_whisper; then how=system_env; fi
$how "$env"
