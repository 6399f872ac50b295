#!/usr/bin/env bash
# Records the demo's voices: speaks a play (tab-separated: start ms, speaker, voice, words a minute, rule, text) with
# espeak-ng and writes one Ogg Opus file per speaker beside it, each as long as the play.
# Needs Debian's espeak-ng, sox and opus-tools. The recordings are kept in the repository; run this to change them.
#
#   scripts/record-demo.sh cmd/earshot/playback/demo/script.tsv
set -euo pipefail
play=${1:?usage: scripts/record-demo.sh PLAY.tsv}
out=$(dirname "$play")
for tool in espeak-ng sox opusenc; do
  command -v "$tool" >/dev/null || { echo "record-demo: $tool is missing: apt-get install espeak-ng sox opus-tools" >&2; exit 1; }
done
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
n=0
while IFS=$'\t' read -r start who voice speed _ text; do
  case $start in ''|'#'*) continue ;; esac
  n=$((n + 1))
  espeak-ng -v "$voice" -s "$speed" -w "$tmp/raw.wav" "$text"
  # -R: the same dither every time, so that the same play gives the same recording.
  sox -R "$tmp/raw.wav" -r 48000 -c 1 -b 16 "$tmp/line-$n.wav" gain -n -6 pad "$(awk "BEGIN{print $start/1000}")" 1
  echo "$tmp/line-$n.wav" >>"$tmp/$who.list"
done <"$play"
longest=$(soxi -D "$tmp"/line-*.wav | sort -n | tail -n 1)
for list in "$tmp"/*.list; do
  who=$(basename "$list" .list)
  mapfile -t lines <"$list"
  if [ ${#lines[@]} = 1 ]; then cp "${lines[0]}" "$tmp/$who.wav"; else sox -R -m -v 1 "${lines[0]}" $(printf -- '-v 1 %s ' "${lines[@]:1}") "$tmp/$who.wav"; fi
  sox -V1 -R "$tmp/$who.wav" "$tmp/$who-full.wav" pad 0 "$longest" trim 0 "$longest"
  opusenc --quiet --bitrate 24 --speech --framesize 20 --serial 1 --discard-comments "$tmp/$who-full.wav" "$out/$(echo "$who" | tr '[:upper:]' '[:lower:]').opus"
done
ls -l "$out"/*.opus
