#!/usr/bin/env bash
# Makes ready the room servers that the tests join, once, in build/tools: the LiveKit server is built at the version below
# (about three minutes of one core), and its browser client is fetched for the test with a real browser.
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

CLIENT=2.23.0
CLIENT_SHA256=fb646f2260d84f91238d0a2dc10726c456631d6a26c7cafc43cfee5959b4d31d
SCRIPT=build/tools/livekit-client-$CLIENT.js
if [ ! -e "$SCRIPT" ]; then
  if ! command -v npm >/dev/null 2>&1; then
    echo "rooms: npm is not here, so the test with a browser in a LiveKit room is left out" >&2
    exit 0
  fi
  work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm pack --silent "livekit-client@$CLIENT" >/dev/null && tar xzf livekit-client-*.tgz package/dist/livekit-client.umd.js)
  echo "$CLIENT_SHA256  $work/package/dist/livekit-client.umd.js" | sha256sum --check --quiet
  mv "$work/package/dist/livekit-client.umd.js" "$SCRIPT"
fi
