#!/usr/bin/env bash
# Lays everything that an installation has into DIR/PREFIX: the program (with its libraries unless the system's are used),
# manual pages, shell completions, documents, licences, the service's unit, the dashboard and the alert rules.
#
#   scripts/stage.sh PROGRAM DIR PREFIX [--own-libraries]      run inside build/env-ARCH (make install does)
#
# Without --own-libraries, libraries are copied only when the build used the private prefix: a system that has libwhisper
# keeps it up to date itself. RUNNABLE names the same program built for this machine, when PROGRAM is for another processor.
set -euo pipefail
cd "$(dirname "$0")/.."
usage='usage: scripts/stage.sh PROGRAM DIR PREFIX [--own-libraries]'
PROGRAM=${1:?$usage} DIR=${2?$usage} PREFIX=${3:?$usage} OWN=${4:-}
to=$DIR$PREFIX
put() { install -D -m 644 "$1" "$to/$2"; }

if [ -n "$OWN" ] || [ -n "${EARSHOT_GGML_BACKENDS:-}" ]; then scripts/bundle.sh "$PROGRAM" "$to"
else install -D -m 755 "$PROGRAM" "$to/bin/earshot"; fi

# The installed program makes these where it can, so it has shown that it runs.
staged() {
  if [ -n "${RUNNABLE:-}" ]; then "$RUNNABLE" "$@"
  else env -u EARSHOT_GGML_BACKENDS "$to/bin/earshot" "$@"; fi
}
mkdir -p "$to/share/man/man1" "$to"/share/{bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
staged man "$to/share/man/man1"
gzip -9nf "$to"/share/man/man1/*.1
staged completion bash >"$to/share/bash-completion/completions/earshot"
staged completion zsh >"$to/share/zsh/site-functions/_earshot"
staged completion fish >"$to/share/fish/vendor_completions.d/earshot.fish"

while read -r f; do put "$f" "share/doc/earshot/${f#docs/}"; done < <(printf '%s\n' README.md CHANGELOG.md LICENSE; find docs -type f ! -name '*.go')
put packaging/grafana.json share/earshot/grafana.json
put packaging/alerts.yml share/earshot/alerts.yml
put packaging/earshot.yaml share/earshot/earshot.yaml
put configs/earshot.yaml share/earshot/every-setting.yaml
staged examples "$to/share/earshot/examples" >/dev/null
scripts/licences.sh "$PROGRAM" >"$to/share/doc/earshot/modules-licences.txt"
for unit in earshot.service earshot@.service earshot.socket; do
  mkdir -p "$to/lib/systemd/system"
  sed "s|@BINDIR@|$PREFIX/bin|" "packaging/$unit" >"$to/lib/systemd/system/$unit"
done
