# What the scripts share; each of them sources it (". scripts/common.sh") at the top of the checkout.

have() { command -v "$1" >/dev/null 2>&1; }

# retry runs a command up to TRIES times, until it succeeds, and waits longer each time: 2, 4, 8 … s. Networks and mirrors
# fail for seconds, and another program that installs packages holds its locks for some.
retry() { # TRIES WHAT COMMAND…
  local tries=$1 what=$2 n pause=${RETRY_PAUSE:-2}; shift 2
  for ((n = 1; ; n++)); do
    "$@" && return
    [ "$n" -lt "$tries" ] || return 1
    echo "$(basename "$0" .sh): $what failed, trying again in $pause s ($n of $tries)" >&2
    sleep "$pause"; pause=$((pause * 2))
  done
}

# go_tool builds a Go program once into FILE, and nothing else: half a program is never left there.
go_tool() { # FILE PACKAGE@VERSION
  local file=$1 from=$2 to
  [ ! -x "$file" ] || return 0
  mkdir -p "$(dirname "$file")"
  to=$(mktemp -d "$file.XXXXXX")
  # A pure Go program: it needs neither cgo nor the linker flags and tags of ours.
  if ! retry 4 "go install $from" env -u CGO_LDFLAGS CGO_ENABLED=0 GOFLAGS= GOBIN="$to" go install -trimpath "$from"; then
    rm -rf "$to"
    echo "$(basename "$0" .sh): error: $from could not be built; if the network was the reason, run this again: it goes on with what came" >&2
    return 1
  fi
  mv "$to"/* "$file"; rmdir "$to"
}

# architecture is this machine's processor as Go and Debian call it.
architecture() {
  case $(uname -m) in x86_64) echo amd64 ;; aarch64) echo arm64 ;; *) uname -m ;; esac
}
