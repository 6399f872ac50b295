# libwhisper for the processor ARCH: the system's when it is new enough, else Debian's binary packages in a private prefix, and the
# environment that programs are built in with it. scripts/deps.sh sources this.

WHISPER_MIN=1.9.3
case $ARCH in
  amd64) TRIPLET=x86_64-linux-gnu LOADER=ld-linux-x86-64.so.2 ;;
  arm64) TRIPLET=aarch64-linux-gnu LOADER=ld-linux-aarch64.so.1 ;;
  *) TRIPLET= LOADER= ;;
esac
PREFIX=$(realpath -m "$BUILD/prefix$([ "$ARCH" = "$HERE" ] || echo "-$ARCH")") # several checkouts may share one by a link

system_whisper() { [ "$ARCH" = "$HERE" ] && pkg-config --atleast-version="$WHISPER_MIN" whisper 2>/dev/null; }

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
  [ -n "$TRIPLET" ] || die "no private libwhisper for $ARCH" "$BY_HAND"
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
    "$mirror" "$ARCH" "$key" >"$work/parts/sid.sources"
  : >"$work/status"
  APT_OPTS=(-q -o APT::Architecture="$ARCH" -o APT::Architectures="$ARCH"
            -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts" -o Dir::Etc::Preferences=/dev/null
            -o Dir::Etc::PreferencesParts="$work/etc" -o Dir::State="$work" -o Dir::State::Lists="$work/lists"
            -o Dir::State::Status="$work/status" -o Dir::Cache="$work/cache" -o Acquire::Languages=none -o Acquire::Retries=3
            -o APT::Sandbox::User= -o Debug::NoLocking=1)
  say "libwhisper for $ARCH: not on this system; fetching Debian's binary packages into build/$(basename "$PREFIX") (15 MB, output in build/apt.log)"
  : >"$BUILD/apt.log"
  read_lists() { private_apt apt-get update --error-on=any >>"$BUILD/apt.log" || update_stale; }
  retry 4 "apt-get update" read_lists ||
    die "the package lists of $mirror could not be read" "$(last_apt_error)" "check the network, or $BY_HAND"
  # The serial BLAS: one decoder uses one core, and the pthread build collapses when several decode at once.
  local blas; blas=$(private_apt apt-cache pkgnames libggml | grep -E '^libggml[0-9]+-backend-blas$' | sort -V | tail -n 1)
  # The compiler for another processor finds nothing of this system's, so libopus comes along.
  local opus=; [ "$ARCH" = "$HERE" ] || opus=libopus-dev
  # shellcheck disable=SC2086 # what is absent is no argument at all
  retry 4 "apt-get" private_apt apt-get install -y --download-only --no-install-recommends libwhisper-dev libopenblas0-serial $blas $opus >>"$BUILD/apt.log" ||
    die "libwhisper's packages could not be fetched" "$(last_apt_error)" "check the network, or $BY_HAND"
  local d; for d in "$work"/cache/archives/*.deb; do dpkg-deb -x "$d" "$PREFIX.new"; libraries_of "$d" >>"$PREFIX.new/packages"; done
  local version; version=$(PKG_CONFIG_LIBDIR=$(dirname "$(find "$PREFIX.new" -name whisper.pc)") pkg-config --modversion whisper)
  [ "$(printf '%s\n' "$WHISPER_MIN" "$version" | sort -V | head -n 1)" = "$WHISPER_MIN" ] ||
    die "Debian's libwhisper is $version, and $WHISPER_MIN or newer is needed" "$BY_HAND"
  rm -rf "$PREFIX"; mv "$PREFIX.new" "$PREFIX"; rm -rf "$work"
}

# libraries_of lists a package's libraries: file, package, version, architecture and the SHA-256 of the package.
libraries_of() { # DEB
  local what; what=$(dpkg-deb --show --showformat='${Package}\t${Version}\t${Architecture}' "$1")
  what+=$'\t'$(sha256sum <"$1" | cut -d' ' -f1)
  dpkg-deb --fsys-tarfile "$1" | tar -t | grep -E '\.so[.0-9]*$' | grep -v /gconv/ | sed "s|^\.||; s|\$|\t$what|" || true
}

# lay_prefix makes the three folders that the linker and the loader see: lib (run time), link (link time), include.
lay_prefix() {
  local lib link f
  # Debian merges /lib into /usr/lib; packages still ship both.
  lib=$PREFIX/lib-run.new; link=$PREFIX/link.new; rm -rf "$lib" "$link"; mkdir -p "$lib" "$link"
  for f in "$PREFIX/usr/lib/$TRIPLET"/*.so* "$PREFIX/lib/$TRIPLET"/*.so* "$PREFIX"/{usr/,}lib{,64}/ld-*; do
    [ -e "$f" ] && ln -sf "$(realpath "$f")" "$lib/$(basename "$f")"
  done
  # The serial BLAS goes by the names that the backend asks for.
  f=$(find "$PREFIX/usr/lib/$TRIPLET" -name 'libopenblas*.so.0' -path '*serial*' | head -n 1)
  if [ -n "$f" ]; then
    ln -sf "$f" "$lib/libopenblas.so.0"; ln -sf "$f" "$lib/libblas.so.3"; ln -sf "$f" "$lib/liblapack.so.3"
  fi
  for f in whisper ggml ggml-base; do ln -sf "$(realpath "$PREFIX/usr/lib/$TRIPLET/lib$f.so")" "$link/lib$f.so"; done
  # The bindings name -lggml-cpu; packaged ggml loads its CPU code at run time and has no such library.
  ar rcs "$link/libggml-cpu.a"
  [ -e "$lib/$LOADER" ] || die "the private prefix has no dynamic loader" "remove build/prefix and run this again"
  replace "$lib" "$PREFIX/lib-run"; replace "$link" "$PREFIX/link"
}

# replace puts a folder in the place of another; programs that run keep the files they have open.
replace() { rm -rf "$2"; mv "$1" "$2"; }

# --- build/env ---------------------------------------------------------------------------------------------

write_env() { # FILE RUNPATH LINES-OF-A-SHELL…
  local file=$1 tmp=$1.new runpath=$2; shift 2
  {
    echo "# Generated by scripts/deps.sh. Source it to use the go command directly."
    echo "export CGO_ENABLED=1"
    printf 'export %s\n' "$@"
    # go test and go build see the same tags without repeating them. Go's own linker, which takes half as long as gcc and which go
    # uses for programs with little C, heeds the loader's path in CGO_LDFLAGS and not the libraries': it is told of them by -r.
    echo "export GOFLAGS='-tags=sqlite_fts5,nolibopusfile${runpath:+ -ldflags=-r=$runpath}'"
  } >"$tmp"
  cmp -s "$tmp" "$file" 2>/dev/null && rm "$tmp" || mv "$tmp" "$file"
}

LINKING='-O2 -g -Wl,--allow-shlib-undefined'

system_env() { # FILE
  local d=$BUILD/link; mkdir -p "$d"; ar rcs "$d/libggml-cpu.a"
  write_env "$1" "" "LIBRARY_PATH=$d:$(pkg-config --variable=libdir whisper)" "C_INCLUDE_PATH=$(pkg-config --variable=includedir whisper)"
}

# What is built here for here loads its libraries from the prefix, wherever it is started from.
private_env() { # FILE
  local lib=$PREFIX/lib-run
  write_env "$1" "$lib" "C_INCLUDE_PATH=$PREFIX/usr/include" "LIBRARY_PATH=$PREFIX/link" \
    "CGO_LDFLAGS='$LINKING -Wl,-rpath,$lib -Wl,--disable-new-dtags -Wl,--dynamic-linker,$lib/$LOADER'" \
    "EARSHOT_GGML_BACKENDS=$(backend_dir)"
}

# What is handed out must not know this folder: it finds its libraries beside it. LIBRARY_PATH would not reach a compiler for
# another processor, nor would this system's libopus do there.
portable_env() { # FILE
  local lines=("C_INCLUDE_PATH=$PREFIX/usr/include" "CGO_LDFLAGS='$LINKING -L$PREFIX/link'" "EARSHOT_GGML_BACKENDS=$(backend_dir)")
  [ "$ARCH" = "$HERE" ] || lines+=("GOARCH=$ARCH" "CC=$TRIPLET-gcc" "CXX=$TRIPLET-g++"
    "PKG_CONFIG_LIBDIR=$PREFIX/usr/lib/$TRIPLET/pkgconfig" "PKG_CONFIG_SYSROOT_DIR=$PREFIX")
  write_env "$1" "" "${lines[@]}"
}

backend_dir() { find "$PREFIX/usr/lib/$TRIPLET/ggml" -maxdepth 1 -name 'backends*' -print -quit; }

# The links in the prefix are absolute, so a moved checkout lays them anew; a new form of the prefix fetches anew.
# What is handed out must say what it is made of, which the first prefixes of this form did not note.
FORM=2
fetched() { [ "$(cat "$PREFIX/form" 2>/dev/null)" = "$FORM" ] && { [ "$WANT" != --dist ] || [ -e "$PREFIX/packages" ]; }; }
laid() { [ "$(cat "$PREFIX/laid" 2>/dev/null)" = "$PREFIX" ]; }

need_prefix() {
  fetched && laid && return
  if ! fetched; then fetch_prefix; echo "$FORM" >"$PREFIX/form"; fi
  lay_prefix; echo "$PREFIX" >"$PREFIX/laid"
  say "libwhisper: ready in build/$(basename "$PREFIX")"
}
