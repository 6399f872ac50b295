#!/usr/bin/env bash
# Builds the image of packaging/Dockerfile and starts the service in a container, with podman or docker (ENGINE= names another). The
# page is on this machine's port 8484 (PORT=), the record in the volume "earshot". Prints the link to create the owner account.
# Run again, it replaces the container; the record stays.
#
#   scripts/container.sh [ARGUMENTS OF THE ENGINE'S run]      such as: -e LIVEKIT_URL -e LIVEKIT_API_KEY -e LIVEKIT_API_SECRET
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
die() { echo "container: error: $*" >&2; exit 1; }
ENGINE=${ENGINE:-$(command -v podman || command -v docker)} || die "podman or docker is needed"
PORT=${PORT:-8484} NAME=${NAME:-earshot}
ignored=(); case $ENGINE in *podman*) ignored=(--ignorefile packaging/Dockerfile.dockerignore) ;; esac # docker finds it by itself

$ENGINE build -f packaging/Dockerfile "${ignored[@]}" --build-arg VERSION="$(scripts/version.sh)" \
  --build-arg COMMIT="$(git rev-parse HEAD 2>/dev/null || true)" ${BUILD_FLAGS:-} -t earshot .
$ENGINE rm --force "$NAME" >/dev/null 2>&1 || true
$ENGINE run --detach --name "$NAME" --restart unless-stopped -p "127.0.0.1:$PORT:8484" -v "$NAME:/var/lib/earshot" "$@" earshot >/dev/null
answers() { $ENGINE exec "$NAME" earshot status; }
retry 7 "the service is not ready yet: status" answers >/dev/null || { $ENGINE logs "$NAME" >&2; die "the service did not become ready"; }
$ENGINE exec "$NAME" earshot status --first-login | sed "s|127.0.0.1:8484|127.0.0.1:$PORT|"
