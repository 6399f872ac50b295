#!/usr/bin/env bash
# Makes ready the room servers that the tests join. The LiveKit server is built once, at the version below, into
# build/tools (about three minutes of one core).
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=v1.13.5 # the newest without replace directives: go install takes no others
SERVER=$PWD/build/tools/livekit-server-$VERSION

if [ ! -x "$SERVER" ]; then
  echo "rooms: building the LiveKit server $VERSION, once (some minutes)" >&2
  mkdir -p build/tools
  # A pure Go program: it needs neither cgo nor the linker flags and tags of ours.
  env -u CGO_LDFLAGS CGO_ENABLED=0 GOFLAGS= GOBIN="$PWD/build/tools" \
    go install -trimpath "github.com/livekit/livekit-server/cmd/server@$VERSION"
  mv build/tools/server "$SERVER"
fi
