#!/usr/bin/env bash
# Makes ready the room servers that the tests join, once, in build/tools: the LiveKit server is built at the version below
# (about three minutes of one core), and its browser client is fetched for the test with a real browser.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
VERSION=v1.13.5 # the newest without replace directives: go install takes no others
SERVER=$PWD/build/tools/livekit-server-$VERSION

[ -x "$SERVER" ] || echo "rooms: building the LiveKit server $VERSION, once (some minutes)" >&2
go_tool "$SERVER" "github.com/livekit/livekit-server/cmd/server@$VERSION"

CLIENT=2.23.0
CLIENT_SHA256=fb646f2260d84f91238d0a2dc10726c456631d6a26c7cafc43cfee5959b4d31d
SCRIPT=build/tools/livekit-client-$CLIENT.js
[ ! -e "$SCRIPT" ] || exit 0
left_out() { echo "rooms: $1, so the test with a browser in a LiveKit room is left out" >&2; exit 0; }
have npm || left_out "npm is not here"
mkdir -p build/tools; work=$(mktemp -d "$PWD/build/tools/client.XXXXXX"); trap 'rm -rf "$work"' EXIT
client() { rm -f "$work"/*.tgz; (cd "$work" && npm pack --silent "livekit-client@$CLIENT" >/dev/null); }
retry 2 "npm pack livekit-client" client || left_out "npm could not fetch livekit-client"
tar -C "$work" -xzf "$work"/livekit-client-*.tgz package/dist/livekit-client.umd.js package/package.json
grep -q '"license": "Apache-2.0"' "$work/package/package.json" || left_out "livekit-client $CLIENT is no longer under Apache-2.0"
echo "$CLIENT_SHA256  $work/package/dist/livekit-client.umd.js" | sha256sum --check --quiet
mv "$work/package/dist/livekit-client.umd.js" "$SCRIPT"
