#!/usr/bin/env bash
# Builds the image of packaging/Dockerfile and tries it, as its own user and with the record in a volume. Nothing is pulled:
# the images that it begins with are bare Debians laid here, one of them with this machine's Go. Needs root, buildah and
# debootstrap (scripts/deps.sh --packages installs them).
#
#   scripts/test-container.sh        (make test-packages runs it)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
ok() { echo "ok   container: $*"; }
die() { echo "FAIL container: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "root is needed"

# Not in build/: a store holds all of Go, which gofmt would look through. Some gigabytes, so not in memory either.
mkdir -p build; WORK=$(mktemp -d /var/tmp/earshot.XXXXXX) SERVICE=
export BUILDAH_ISOLATION=chroot
box() { buildah --storage-driver vfs --root "$WORK/store" --runroot "$WORK/run" "$@"; }
# inner is the program itself, which its launcher has become, among buildah's own processes.
inner() { # PID
  local p
  for p in $(pgrep -P "$1"); do
    case $(tr '\0' ' ' <"/proc/$p/cmdline") in /usr/lib/earshot/*' serve ') echo "$p"; return ;; esac
    inner "$p"
  done
}
cleanup() {
  [ -z "$SERVICE" ] || kill -KILL $(inner "$SERVICE") "$SERVICE" 2>/dev/null || true
  box umount --all >/dev/null 2>&1 || true
  rm -rf --one-file-system "$WORK"
}
trap cleanup EXIT

# base makes the image that the Dockerfile names in an argument: NAME [PACKAGES] [FOLDER-OF-GO]
base() {
  local image c root
  image=$(sed -n "s/^ARG $1=//p" packaging/Dockerfile)
  c=$(box from scratch); root=$(box mount "$c")
  scripts/debian.sh "$root" "${2:-}" || die "no base"
  if [ -n "${3:-}" ]; then
    cp -a "$3" "$root/usr/local/go"
    # Whom this machine trusts, it trusts in there too: a proxy may have an authority of its own.
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    box config --env PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin --env GOPATH=/go --env GOTOOLCHAIN=local "$c"
  fi
  box umount "$c" >/dev/null
  box commit --quiet --rm "$c" "$image" >/dev/null
}
base BASE_IMAGE
base GO_IMAGE ca-certificates,g++,gcc,git,libc6-dev,make,pkg-config "$(go env GOROOT)"

box bud --pull-never --format docker --layers=false -f packaging/Dockerfile --ignorefile packaging/Dockerfile.dockerignore \
  --build-arg VERSION=container -t earshot . >build/container.log 2>&1 || { tail -n 30 build/container.log >&2; die "the Dockerfile (build/container.log)"; }
ok "built from packaging/Dockerfile"

# --- the image -----------------------------------------------------------------------------------------------

C=$(box from --pull-never earshot)
asked() { box inspect --type image --format "{{.Docker.Config.$1}}" earshot; }
[ "$(asked User) $(asked Entrypoint) $(asked Cmd) $(asked StopSignal)" = 'earshot [earshot] [serve] SIGTERM' ] || die "user, command or signal: $(asked User) $(asked Entrypoint) $(asked Cmd) $(asked StopSignal)"
[[ $(asked Volumes) == *'/var/lib/earshot:'* && $(asked Healthcheck.Test) == '[CMD earshot status]' ]] || die "volume or health check: $(asked Volumes) $(asked Healthcheck.Test)"

PORT=$((20000 + RANDOM % 20000))
talk=$PWD/transcribe/fixture/eval/00.wav says='Hello everyone, welcome to the show.'
# A new volume has the owner and the rights that the folder has in the image. Buildah's own one would lie over it.
box config --volume /var/lib/earshot- "$C"
ROOT=$(box mount "$C"); mkdir "$WORK/volume"
chown --reference="$ROOT/var/lib/earshot" "$WORK/volume"; chmod --reference="$ROOT/var/lib/earshot" "$WORK/volume"
run() { box run --env EARSHOT_LISTEN="0.0.0.0:$PORT" -v "$WORK/volume:/var/lib/earshot" -v "$talk:/opt/talk.wav:ro" "$C" -- "$@" </dev/null; }
said() { run "$@" >"$WORK/said" 2>&1 || { cat "$WORK/said" >&2; die "$*"; }; }
touch "$WORK/began"

[ "$(run id -un)" = earshot ] || die "it runs as $(run id -un)"
said earshot version; grep -qx 'earshot container.*' "$WORK/said" || die "version: $(cat "$WORK/said")"
said earshot doctor
[ "$(run earshot transcribe /opt/talk.wav 2>/dev/null | cut -c8-)" = "$says" ] || die "transcribe"
ok "runs as earshot: version, doctor, transcribe"

# --- the service -----------------------------------------------------------------------------------------------

answer() { (exec 3<>"/dev/tcp/127.0.0.1/$PORT" && printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&3 && head -n 1 <&3) 2>/dev/null | tr -d '\r'; }
start() {
  run earshot serve >"$WORK/serve.log" 2>&1 & SERVICE=$!
  local i
  for ((i = 0; i < 600; i++)); do
    [[ $(answer /readyz) != *' 200 OK' ]] || return 0
    kill -0 "$SERVICE" 2>/dev/null || { cat "$WORK/serve.log" >&2; SERVICE=; die "serve ended"; }
    sleep 0.2
  done
  cat "$WORK/serve.log" >&2; die "serve did not become ready"
}
stop() {
  local status=0
  kill -TERM "$(inner "$SERVICE")"
  wait "$SERVICE" || status=$?
  SERVICE=
  [ "$status" = 0 ] || { cat "$WORK/serve.log" >&2; die "serve ended with $status"; }
}
start
said earshot status
said earshot status --first-login
link=$(cat "$WORK/said"); link=${link#"http://127.0.0.1:$PORT"}
[[ $(answer "$link") == *' 200 OK' && $(answer /setup) == *' 404 '* ]] || die "nobody can create the owner account: $link"
said earshot invite "lounge://127.0.0.1:$PORT/lounge"
said earshot doctor; grep -q 'the service has it' "$WORK/said" || die "doctor does not see the service: $(cat "$WORK/said")"
stop
[ "$(stat -c '%u %a' "$WORK/volume" "$WORK/volume/earshot.db" | tr '\n' ' ')" = '10001 700 10001 600 ' ] || die "others may read the record, or it is not there: $(ls -la "$WORK/volume")"
written=$(find "$ROOT" -xdev -type f -newer "$WORK/began" ! -path '*/etc/host*' ! -path '*/etc/resolv.conf' ! -path "$ROOT/run/*" ! -path "$ROOT/opt/*" | head -n 3)
[ -z "$written" ] || die "written outside of the volume: $written"
ok "the service: ready, healthy, open to its first owner, invited, stopped; it writes into its volume alone"

start
said earshot sessions list; grep -q lounge "$WORK/said" || die "the volume's record was not read again: $(cat "$WORK/said")"
stop
ok "a second start finds the record"
