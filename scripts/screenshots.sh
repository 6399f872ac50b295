#!/usr/bin/env bash
# Takes the pictures of docs/review.md from the real pages: the demo plays, is photographed while it does, and its record afterwards.
# Needs bin/earshot (make) and what scripts/deps.sh --tests installs.
#
#   scripts/screenshots.sh [EARSHOT] [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
earshot=${1:-bin/earshot} out=${2:-docs/screens} listen=127.0.0.1:8497
modules=$PWD/build/browser chromium=$(command -v chromium)
base=http://$listen data=$(mktemp -d) job=
trap '[ -z "$job" ] || kill "$job" 2>/dev/null; rm -rf "$data"' EXIT
mkdir -p "$out"
shoot() { node scripts/screenshots.mjs "$modules" "$chromium" "$base" "$out" "$@"; }
until_said() { for _ in $(seq 240); do curl -sf "$base$1" 2>/dev/null | grep -q "$2" && return; sleep 0.5; done; echo "screenshots: no $2 on $1" >&2; exit 1; }

EARSHOT_LOUNGE_PER_ADDRESS=0 "$earshot" demo --listen "$listen" --data-dir "$data" >/dev/null 2>&1 & job=$!
until_said /queue scam.guaranteed
session=$(curl -sf "$base/api/sessions" | grep -o '"id":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
shoot "queue=/queue" "live=/s/$session"
wait "$job" || true
"$earshot" serve --listen "$listen" --data-dir "$data" >/dev/null 2>&1 & job=$!
until_said / Lounge
person=$(curl -sf "$base/queue" | grep -o '/people/[^"]*' | head -n 1)
line=$(curl -sf "$base/s/$session" | grep -o 'data-address="[^"]*' | tail -n 1 | cut -d '"' -f 2)
shoot "rooms=/" "session=/s/$session" "timeline=/s/$session/timeline" "person=$person" "line=$line" "rules=/rules" \
  "rule=/rules/scam.guaranteed" "search=/search?q=coin" "health=/health" "access=/access" "invite=/invite"
for times in "thu 20:00-22:00" "sat 15:00-16:30"; do
  "$earshot" schedule add "lounge://$listen/lounge" "$times" --time-zone Europe/Berlin --data-dir "$data" >/dev/null
done
shoot "schedule=/schedule"
du -ch "$out"/*.webp | tail -n 1
