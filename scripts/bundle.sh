#!/usr/bin/env bash
# Lays a built program into a folder together with every library it loads (libwhisper, ggml and its backends, BLAS,
# libopus, the C library and its loader), so that it runs on any Linux of the same kind of processor:
#
#   DIR/bin/earshot               starts the program with these libraries
#   DIR/lib/earshot/              the program, the libraries, ggml/backends*/
#   DIR/share/doc/earshot/libraries/   the libraries' licences, and the packages that they come from (packages.tsv)
#
# It reads the files and runs none of them, so the program may be for another processor.
#
#   scripts/bundle.sh PROGRAM DIR      run inside build/env-ARCH (make dist does)
set -euo pipefail
cd "$(dirname "$0")/.."
PROGRAM=${1:?usage: scripts/bundle.sh PROGRAM DIR}
DIR=$(realpath -m "${2:?usage: scripts/bundle.sh PROGRAM DIR}")
die() { echo "bundle: error: $*" >&2; exit 1; }

# The private prefix when the environment names one, else the system's own.
PREFIX=
LOADER=$(readelf -l "$PROGRAM" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
if [ -n "${EARSHOT_GGML_BACKENDS:-}" ]; then
  PREFIX=${EARSHOT_GGML_BACKENDS%/usr/lib/*}
  LIBS=$PREFIX/lib-run
  LOADER=$LIBS/$(basename "$LOADER")
else
  LIBS=$(pkg-config --variable=libdir whisper)
fi
[ -x "$LOADER" ] || die "the program's loader was not found"

# find_library prints where a library is: in the prefix, or where the compiler would take it from.
find_library() { # NAME
  local file=$LIBS/$1
  [ -e "$file" ] || file=$("${CC:-gcc}" -print-file-name="$1")
  [ -e "$file" ] || die "$1 is needed and is not here"
  echo "$file"
}

# needs lists the names and files of what a program or library loads, and of what those load in turn.
needs() { # FILE
  local queue=("$1") seen=' ' name file
  while [ ${#queue[@]} -gt 0 ]; do
    for name in $(readelf -d "${queue[0]}" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
      case $seen in *" $name "*) continue ;; esac
      file=$(find_library "$name") || exit 1
      printf '%s\t%s\n' "$name" "$file"
      seen+="$name " queue+=("$file")
    done
    queue=("${queue[@]:1}")
  done
}

LIB=$DIR/lib/earshot
mkdir -p "$DIR/bin" "$LIB" "$DIR/share/doc/earshot/libraries"
install -m 755 "$PROGRAM" "$LIB/earshot"

PACKAGES=$DIR/share/doc/earshot/libraries/packages.tsv
printf 'file\tpackage\tversion\tarchitecture\tSHA-256 of the package\n' >"$PACKAGES"
from() { # NAME FILE: notes the package that a file comes from
  local file what; file=$(realpath "$2")
  if [[ -n $PREFIX && $file = "$PREFIX"/* ]]; then what=$(awk -F'\t' -v f="${file#"$PREFIX"}" '$1==f {print $2"\t"$3"\t"$4"\t"$5; exit}' "$PREFIX/packages")
  else what=$(dpkg-query --show --showformat='${Package}\t${Version}\t${Architecture}\t' "$(package_of "$2")" 2>/dev/null) || true; fi
  printf '%s\t%s\n' "$1" "$what" >>"$PACKAGES"
}
# package_of prints the installed package that a file of this system comes from; /lib may be /usr/lib.
package_of() { # FILE
  { dpkg -S "$(realpath "$1")" || dpkg -S "*/$(basename "$(realpath "$1")")"; } 2>/dev/null | head -n 1 | cut -d: -f1
}

install -m 755 "$(realpath "$LOADER")" "$LIB/$(basename "$LOADER")"
from "$(basename "$LOADER")" "$LOADER"
copied=()
copy() { # NAME FILE
  [ -e "$LIB/$1" ] || { install -m 644 "$(realpath "$2")" "$LIB/$1"; copied+=("$2"); from "$1" "$2"; }
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
    install -m 644 "$f" "$to/"; objects+=("$f"); copied+=("$f"); from "${to#"$LIB/"}/$(basename "$f")" "$f"
  done
fi
for o in "${objects[@]}"; do
  needed=$(needs "$o")
  while IFS=$'\t' read -r name file; do copy "$name" "$file"; done <<<"$needed"
done

# The licences of what was copied, from the packages that it came in.
licences() { # FILE
  local package; package=$(package_of "$1") || true
  [ -z "$package" ] || [ ! -e "/usr/share/doc/$package/copyright" ] ||
    install -m 644 "/usr/share/doc/$package/copyright" "$DIR/share/doc/earshot/libraries/$package"
}
if [ -n "$PREFIX" ]; then
  for d in "$PREFIX"/usr/share/doc/*/copyright; do
    case $d in *-dev/*) ;; *) install -m 644 "$d" "$DIR/share/doc/earshot/libraries/$(basename "$(dirname "$d")")" ;; esac
  done
fi
# GCC's own libraries share one, in a package that nothing needs to run.
for d in "${PREFIX:-/nowhere}/usr/share/doc" /usr/share/doc; do
  gcc=$(find "$d" -path '*gcc-*-base/copyright' 2>/dev/null | sort -V | tail -n 1) || true
  [ -z "$gcc" ] || break
done
[ -z "$gcc" ] || install -m 644 "$gcc" "$DIR/share/doc/earshot/libraries/gcc-runtime"
for f in "${copied[@]}"; do case $f in "${PREFIX:-/nowhere}"/*) ;; *) licences "$f" ;; esac; done

sed "s|@LOADER@|$(basename "$LOADER")|" packaging/launcher.sh >"$DIR/bin/earshot"
chmod 755 "$DIR/bin/earshot"
