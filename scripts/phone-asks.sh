#!/usr/bin/env bash
# Answers ten asks in a row on a phone in a real room: the demo plays, with a rule that asks about every line. Says what it took.
# Needs bin/earshot (make) and what scripts/deps.sh --tests installs.
#
#   scripts/phone-asks.sh [EARSHOT]
set -euo pipefail
cd "$(dirname "$0")/.."
earshot=${1:-bin/earshot} listen=127.0.0.1:8495 data=$(mktemp -d) job=
trap '[ -z "$job" ] || kill "$job" 2>/dev/null; rm -rf "$data"' EXIT
cat >"$data/rules.yaml" <<'YAML'
schema: 1
words: {common: {list: [the, you, hello, buy, agree, tomorrow, evening], mask: no}}
rules:
  - id: everything
    about: Asks about every line of the demo.
    when: {says: {words: common}}
    then: [{flag: {level: medium}}, {ask: {offer: [mute 60s, dismiss]}}]
YAML
echo "rules: [$data/rules.yaml]" >"$data/earshot.yaml"
EARSHOT_LOUNGE_PER_ADDRESS=0 "$earshot" demo --config "$data/earshot.yaml" --listen "$listen" --data-dir "$data" >/dev/null 2>&1 & job=$!
for _ in $(seq 60); do curl -sf "http://$listen/queue" >/dev/null && break; sleep 0.5; done
node scripts/phone-asks.mjs "$PWD/build/browser" "$(command -v chromium)" "http://$listen"
