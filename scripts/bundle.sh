#!/usr/bin/env bash
# Lays a built program into a folder together with every library it loads (libwhisper, ggml and its backends, BLAS,
# libopus, the C library and its loader), so that it runs on any Linux of the same kind of processor:
#
#   DIR/bin/earshot               starts the program with these libraries
#   DIR/lib/earshot/              the program, the libraries, ggml/backends*/
#   DIR/share/doc/earshot/libraries/   the libraries' licences
#
#   scripts/bundle.sh PROGRAM DIR      run inside build/env (make dist does)
set -euo pipefail
cd "$(dirname "$0")/.."
PROGRAM=${1:?usage: scripts/bundle.sh PROGRAM DIR}
DIR=$(realpath -m "${2:?usage: scripts/bundle.sh PROGRAM DIR}")
die() { echo "bundle: error: $*" >&2; exit 1; }

# The private prefix when the environment names one, else the system's own.
PREFIX=
case ${EARSHOT_GGML_BACKENDS:-} in
  "$(realpath -m build/prefix)"/*) PREFIX=$(realpath build/prefix) ;;
esac
if [ -n "$PREFIX" ]; then
  LIBS=$PREFIX/lib-run
  LOADER=$(find "$LIBS" -maxdepth 1 -name 'ld-*' -print -quit)
else
  LIBS=$(pkg-config --variable=libdir whisper)
  LOADER=$(readelf -l "$PROGRAM" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
fi
[ -x "$LOADER" ] || die "the program's loader was not found"

# needs lists the names and files that a program or library loads, as the loader finds them.
needs() {
  local listed; listed=$("$LOADER" --library-path "$LIBS" --list "$1")
  case $listed in *"not found"*) die "$1 needs what is not here: $listed" ;; esac
  awk '$2=="=>" && $1 !~ /\// {print $1"\t"$3}' <<<"$listed"
}

LIB=$DIR/lib/earshot
mkdir -p "$DIR/bin" "$LIB" "$DIR/share/doc/earshot/libraries"
install -m 755 "$PROGRAM" "$LIB/earshot"
install -m 755 "$(realpath "$LOADER")" "$LIB/$(basename "$LOADER")"

copied=()
copy() { # NAME FILE
  [ -e "$LIB/$1" ] || { install -m 644 "$(realpath "$2")" "$LIB/$1"; copied+=("$2"); }
}
GGML=$(needs "$PROGRAM" | awk '$1 ~ /^libggml\.so/ {print $2}')
[ -n "$GGML" ] || die "the program does not load libggml"
BACKENDS=$(find "$(dirname "$(realpath "$GGML")")/ggml" -maxdepth 1 -name 'backends*' -type d 2>/dev/null | sort -V | tail -n 1)
objects=("$PROGRAM")
if [ -n "$BACKENDS" ]; then
  to=$LIB/ggml/$(basename "$BACKENDS"); mkdir -p "$to"
  # Processors and BLAS alone: what talks to graphics cards needs the system's own drivers.
  for f in "$BACKENDS"/libggml-cpu*.so "$BACKENDS"/libggml-blas*.so; do
    [ -e "$f" ] || continue
    install -m 644 "$f" "$to/"; objects+=("$f"); copied+=("$f")
  done
fi
for o in "${objects[@]}"; do
  while IFS=$'\t' read -r name file; do copy "$name" "$file"; done < <(needs "$o")
done

# The licences of what was copied, from the packages that it came in.
licences() { # FILE
  local package dirs=("${PREFIX:-/nowhere}/usr/share/doc" /usr/share/doc)
  package=$(dpkg -S "$(realpath "$1" | sed "s|^$PREFIX||")" 2>/dev/null | head -n 1 | cut -d: -f1) || true
  [ -n "$package" ] || package=$(dpkg -S "*/$(basename "$1")" 2>/dev/null | head -n 1 | cut -d: -f1) || true
  for d in "${dirs[@]}"; do
    [ -z "$package" ] || [ ! -e "$d/$package/copyright" ] || { install -m 644 "$d/$package/copyright" "$DIR/share/doc/earshot/libraries/$package"; return; }
  done
}
if [ -n "$PREFIX" ]; then
  for d in "$PREFIX"/usr/share/doc/*/copyright; do
    case $d in *-dev/*) ;; *) install -m 644 "$d" "$DIR/share/doc/earshot/libraries/$(basename "$(dirname "$d")")" ;; esac
  done
fi
# GCC's own libraries share one, in a package that nothing needs to run.
gcc=$(find "${PREFIX:-/nowhere}/usr/share/doc" /usr/share/doc -path '*gcc-*-base/copyright' 2>/dev/null | sort -V | tail -n 1) || true
[ -z "$gcc" ] || install -m 644 "$gcc" "$DIR/share/doc/earshot/libraries/gcc-runtime"
for f in "${copied[@]}"; do case $f in "${PREFIX:-/nowhere}"/*) ;; *) licences "$f" ;; esac; done

sed "s|@LOADER@|$(basename "$LOADER")|" packaging/launcher.sh >"$DIR/bin/earshot"
chmod 755 "$DIR/bin/earshot"
