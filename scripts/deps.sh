#!/usr/bin/env bash
# Makes the machine ready to build Earshot: a compiler and libopus from the system's package manager, libwhisper from the system
# when it is new enough, else from Debian's binary packages in a private prefix below build/ (no root needed there).
# Writes build/env, which a shell can source and which make reads. Idempotent; quick when nothing is missing.
#
#   scripts/deps.sh            build dependencies
#   scripts/deps.sh --tests    also what the tests drive (a browser, espeak-ng, room servers)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
ROOT=$PWD
BUILD=$ROOT/build
PREFIX=$(realpath -m "$BUILD/prefix") # several checkouts may share one by a link
WHISPER_MIN=1.9.3
WANT_TESTS=${1:-}

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
  have go || die "Go is not on the PATH" "install Go $want or newer"
  # From 1.21 on, Go fetches a newer one by itself or says clearly why not; older ones can't read go.mod.
  local is; is=$(cd / && go version | awk '{sub(/^go/, "", $3); print $3}')
  [ "$(printf '%s\n' 1.21 "$is" | sort -V | head -n 1)" = 1.21 ] || die "Go $is is too old" "install Go $want or newer"
}

# The modules of Go are fetched here, where a fault of the network is no end of the tests. Quick when all are there.
need_modules() {
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

need_test_tools() {
  local missing=()
  have chromium || missing+=(chromium)
  have espeak-ng || missing+=(espeak-ng)
  need_lists
  # Not every Debian has these; the tests that need one say so and are skipped.
  have janus || ! packaged janus || missing+=(janus)
  have turnserver || ! packaged coturn || missing+=(coturn)
  have npm || ! packaged npm || missing+=(nodejs npm)
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
  need_browser_modules
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
  if retry 4 "npm install" fetch_modules; then echo "$BROWSER_MODULES" >"$to/modules"
  else say "npm could not install them: the tests of the pages in a browser will be skipped"; fi
}

# --- libwhisper --------------------------------------------------------------------------------------------

system_whisper() { pkg-config --atleast-version="$WHISPER_MIN" whisper 2>/dev/null; }

# The mirror is whatever this machine already uses for Debian.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(SIGNED_BY)' 'Created-By: Packages' 2>/dev/null |
    awk -F'|' '$2=="Debian" && $3=="Debian" {print $1"|"$4; exit}'
}

BY_HAND="install whisper.cpp $WHISPER_MIN or newer as a shared library with its pkg-config file, then run this again"

# private_apt runs an apt program that knows nothing of this system: it sees one suite and no installed package, so that
# apt's own solver names everything that libwhisper needs, down to libc.
private_apt() { local program=$1; shift; "$program" "${APT_OPTS[@]}" "$@" 2>>"$BUILD/apt.log"; }

# A mirror that lags weeks behind still serves signed packages, and the version is checked below; a machine with nothing
# else must be able to build.
update_stale() {
  grep -q 'is expired' "$BUILD/apt.log" || return
  say "the mirror's lists are out of date; using them all the same (their signature is checked)"
  APT_OPTS+=(-o Acquire::Check-Valid-Until=false)
  private_apt apt-get update --error-on=any >>"$BUILD/apt.log"
}

fetch_prefix() {
  have apt-get && have dpkg-deb || die "no libwhisper >= $WHISPER_MIN found by pkg-config, and this is no Debian-like system" "$BY_HAND"
  local line mirror key work=$BUILD/apt
  find_mirror() { line=$(debian_mirror); [ -n "$line" ]; }
  : >"$BUILD/apt.log"
  find_mirror || retry 3 "apt-get update" update_and find_mirror ||
    die "this machine has no Debian package source to take libwhisper from" "$BY_HAND"
  mirror=${line%%|*}; key=${line#*|}
  case $key in /*) ;; *) key=/usr/share/keyrings/debian-archive-keyring.gpg ;; esac
  rm -rf "$work" "$PREFIX.new"; mkdir -p "$work"/{lists/partial,cache/archives/partial,parts,etc} "$PREFIX.new"
  printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nArchitectures: %s\nSigned-By: %s\n' \
    "$mirror" "$(dpkg --print-architecture)" "$key" >"$work/parts/sid.sources"
  : >"$work/status"
  APT_OPTS=(-q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts" -o Dir::Etc::Preferences=/dev/null
            -o Dir::Etc::PreferencesParts="$work/etc" -o Dir::State="$work" -o Dir::State::Lists="$work/lists"
            -o Dir::State::Status="$work/status" -o Dir::Cache="$work/cache" -o Acquire::Languages=none -o Acquire::Retries=3
            -o APT::Sandbox::User= -o Debug::NoLocking=1)
  say "libwhisper: not on this system; fetching Debian's binary packages into build/prefix (15 MB, output in build/apt.log)"
  : >"$BUILD/apt.log"
  read_lists() { private_apt apt-get update --error-on=any >>"$BUILD/apt.log" || update_stale; }
  retry 4 "apt-get update" read_lists ||
    die "the package lists of $mirror could not be read" "$(last_apt_error)" "check the network, or $BY_HAND"
  # The serial BLAS: one decoder uses one core, and the pthread build collapses when several decode at once.
  local blas; blas=$(private_apt apt-cache pkgnames libggml | grep -E '^libggml[0-9]+-backend-blas$' | sort -V | tail -n 1)
  # shellcheck disable=SC2086 # an absent backend is no argument at all
  retry 4 "apt-get" private_apt apt-get install -y --download-only --no-install-recommends libwhisper-dev libopenblas0-serial $blas >>"$BUILD/apt.log" ||
    die "libwhisper's packages could not be fetched" "$(last_apt_error)" "check the network, or $BY_HAND"
  local d; for d in "$work"/cache/archives/*.deb; do dpkg-deb -x "$d" "$PREFIX.new"; done
  local version; version=$(PKG_CONFIG_LIBDIR=$(dirname "$(find "$PREFIX.new" -name whisper.pc)") pkg-config --modversion whisper)
  [ "$(printf '%s\n' "$WHISPER_MIN" "$version" | sort -V | head -n 1)" = "$WHISPER_MIN" ] ||
    die "Debian's libwhisper is $version, and $WHISPER_MIN or newer is needed" "$BY_HAND"
  rm -rf "$PREFIX"; mv "$PREFIX.new" "$PREFIX"; rm -rf "$work"
}

# lay_prefix makes the three folders that the linker and the loader see: lib (run time), link (link time), include.
lay_prefix() {
  local triplet lib link f
  triplet=$(gcc -dumpmachine)
  # Debian merges /lib into /usr/lib; packages still ship both.
  lib=$PREFIX/lib-run.new; link=$PREFIX/link.new; rm -rf "$lib" "$link"; mkdir -p "$lib" "$link"
  for f in "$PREFIX/usr/lib/$triplet"/*.so* "$PREFIX/lib/$triplet"/*.so* "$PREFIX"/{usr/,}lib{,64}/ld-*; do
    [ -e "$f" ] && ln -sf "$(realpath "$f")" "$lib/$(basename "$f")"
  done
  # The serial BLAS goes by the names that the backend asks for.
  f=$(find "$PREFIX/usr/lib/$triplet" -name 'libopenblas*.so.0' -path '*serial*' | head -n 1)
  if [ -n "$f" ]; then
    ln -sf "$f" "$lib/libopenblas.so.0"; ln -sf "$f" "$lib/libblas.so.3"; ln -sf "$f" "$lib/liblapack.so.3"
  fi
  for f in whisper ggml ggml-base; do ln -sf "$(realpath "$PREFIX/usr/lib/$triplet/lib$f.so")" "$link/lib$f.so"; done
  # The bindings name -lggml-cpu; packaged ggml loads its CPU code at run time and has no such library.
  ar rcs "$link/libggml-cpu.a"
  [ -e "$lib/$(loader_name)" ] || die "the private prefix has no dynamic loader" "remove build/prefix and run this again"
  replace "$lib" "$PREFIX/lib-run"; replace "$link" "$PREFIX/link"
}

# replace puts a folder in the place of another; programs that run keep the files they have open.
replace() { rm -rf "$2"; mv "$1" "$2"; }

loader_name() {
  case $(uname -m) in
    x86_64) echo ld-linux-x86-64.so.2 ;;
    aarch64) echo ld-linux-aarch64.so.1 ;;
    *) die "no private libwhisper for $(uname -m)" "install whisper.cpp $WHISPER_MIN or newer as a shared library with its pkg-config file" ;;
  esac
}

# --- build/env ---------------------------------------------------------------------------------------------

write_env() {
  local tmp=$BUILD/env.new
  {
    echo "# Generated by scripts/deps.sh. Source it to use the go command directly."
    echo "export CGO_ENABLED=1"
    if [ "$1" = prefix ]; then
      local triplet; triplet=$(gcc -dumpmachine)
      local lib=$PREFIX/lib-run
      echo "export C_INCLUDE_PATH=$PREFIX/usr/include"
      echo "export LIBRARY_PATH=$PREFIX/link"
      echo "export CGO_LDFLAGS='-O2 -g -Wl,--allow-shlib-undefined -Wl,-rpath,$lib -Wl,--disable-new-dtags -Wl,--dynamic-linker,$lib/$(loader_name)'"
      echo "export EARSHOT_GGML_BACKENDS=$(backend_dir "$triplet")"
    else
      local d=$BUILD/link; mkdir -p "$d"; ar rcs "$d/libggml-cpu.a"
      echo "export LIBRARY_PATH=$d:$(pkg-config --variable=libdir whisper)"
      echo "export C_INCLUDE_PATH=$(pkg-config --variable=includedir whisper)"
    fi
    # go test and go build see the same tags without repeating them. Linking is always left to gcc: Go's own linker, which
    # it uses for programs with little C, heeds the loader's path in CGO_LDFLAGS and not the libraries'.
    echo "export GOFLAGS='-tags=sqlite_fts5,nolibopusfile -ldflags=-linkmode=external'"
  } >"$tmp"
  cmp -s "$tmp" "$BUILD/env" 2>/dev/null && rm "$tmp" || mv "$tmp" "$BUILD/env"
}

backend_dir() { ls -d "$PREFIX/usr/lib/$1"/ggml/backends* | head -n 1; }

# The links in the prefix are absolute, so a moved checkout lays them anew; a new form of the prefix fetches anew.
FORM=2
fetched() { [ "$(cat "$PREFIX/form" 2>/dev/null)" = "$FORM" ]; }
laid() { [ "$(cat "$PREFIX/laid" 2>/dev/null)" = "$PREFIX" ]; }

need_prefix() {
  fetched && laid && return
  if ! fetched; then fetch_prefix; echo "$FORM" >"$PREFIX/form"; fi
  lay_prefix; echo "$PREFIX" >"$PREFIX/laid"
  say "libwhisper: ready in build/prefix"
}

mkdir -p "$BUILD"
# Two at once (make in two terminals) would fetch into the same place.
exec 9>"$BUILD/deps.lock"
if have flock; then flock 9; fi
need_build_tools
need_modules
if [ "$WANT_TESTS" = --tests ]; then need_test_tools; fi
if system_whisper; then
  write_env system
else
  need_prefix
  write_env prefix
fi
