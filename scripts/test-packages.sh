#!/usr/bin/env bash
# Tries what is in dist/ where nothing of it was built: the tarball in a system of two programs and in a bare Debian, the
# .deb there too, with its service under a real systemd that has namespaces of its own, and docs/operating.md and docs/verify.md as they
# are written. Needs root, and what scripts/deps.sh --packages installs. What this machine itself can't do is said and left out.
#
#   scripts/test-packages.sh [PART…]        PART: tiny, debian, arm64, verifying (all; make test-packages builds dist/ first)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
HERE=$(architecture)
DEB=$(ls dist/*_"$HERE".deb) TARBALL=$(ls dist/*-linux-"$HERE".tar.gz)
PAGES=$PWD/docs TALK=$PWD/transcribe/fixture/eval/00.wav SAYS='Hello everyone, welcome to the show.'
WORK=$(mktemp -d) INIT=
ok() { echo "ok   $*"; }
die() { echo "FAIL $*" >&2; exit 1; }
skip() { echo "skip $*"; }
cleanup() {
  [ -z "$INIT" ] || kill -KILL "$INIT" 2>/dev/null || true
  for m in "$WORK"/*/proc; do umount "$m" 2>/dev/null || true; done
  rm -rf --one-file-system "$WORK"
}
trap cleanup EXIT
[ "$(id -u)" = 0 ] || die "root is needed to enter another system: run as root"
bare() { env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

(cd dist && sha256sum --quiet --check SHA256SUMS) && ok "sums"
(cd "$WORK" && tar xzf "$OLDPWD/$TARBALL" && mv earshot-* earshot)

# --- a system that has a shell and nothing else ------------------------------------------------------------

try_tiny() {
  local busybox root=$WORK/tiny
  busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1 || die "the bare system needs a static busybox (package busybox-static)"
  mkdir -p "$root"/{bin,dev,proc,tmp,root,opt}
  cp "$busybox" "$root/bin/busybox"
  for a in sh readlink; do ln -s busybox "$root/bin/$a"; done
  mknod -m 666 "$root/dev/null" c 1 3
  mount -t proc proc "$root/proc"
  cp -r "$WORK/earshot" "$root/opt/"; cp "$TALK" "$root/tmp/talk.wav"
  [ "$(bare chroot "$root" /opt/earshot/bin/earshot transcribe /tmp/talk.wav 2>/dev/null | cut -c8-)" = "$SAYS" ] || die "the tarball in a bare system"
  ok "the tarball writes down a recording in a system without any library"
}

# --- a bare Debian -----------------------------------------------------------------------------------------

ROOT=$WORK/debian
make_debian() {
  scripts/debian.sh "$ROOT" systemd >"$WORK/debian.log" || die "$(cat "$WORK/debian.log")"
  mount -t proc proc "$ROOT/proc"
}
inside() { bare chroot "$ROOT" "$@"; }

try_tarball() {
  cp -r "$WORK/earshot" "$ROOT/opt/"; cp "$TALK" "$ROOT/opt/talk.wav"; chmod 644 "$ROOT/opt/talk.wav"
  ln -s /opt/earshot/bin/earshot "$ROOT/usr/local/bin/there" # started by another name, through a link
  [[ $(inside /usr/local/bin/there version) == "earshot "* ]] || die "version"
  [ "$(inside /opt/earshot/bin/earshot transcribe /opt/talk.wav 2>/dev/null | cut -c8-)" = "$SAYS" ] || die "the tarball's transcribe"
  inside /opt/earshot/bin/earshot rules check open-mic >/dev/null || die "the tarball's rules check"
  inside /opt/earshot/bin/earshot demo >"$WORK/demo.log" 2>&1 || { cat "$WORK/demo.log"; die "the tarball's demo"; }
  grep -q '^all .*[1-9]' "$WORK/demo.log" || die "the demo heard nothing"
  ok "the tarball: version, transcribe, rules check, demo"
  rm -r "$ROOT/opt/earshot" "$ROOT/root/.local" "$ROOT/root/.cache" "$ROOT/usr/local/bin/there"
}

try_deb() {
  cp "$DEB" "$ROOT/tmp/earshot.deb"
  inside dpkg -i /tmp/earshot.deb >"$WORK/dpkg.log" 2>&1 || { cat "$WORK/dpkg.log"; die "dpkg -i"; }
  [ "$(stat -c '%U %a' "$ROOT/etc/earshot/environment")" = 'root 600' ] || die "the secrets' file can be read"
  [ "$(inside stat -c '%U %a' /var/lib/earshot)" = 'earshot 700' ] || die "the record's folder"
  [ -s "$ROOT/usr/share/doc/earshot/modules-licences.txt" ] || die "licences"
  inside earshot rules test /usr/share/earshot/examples/my-room.yaml >/dev/null || die "the rules among the examples"
  [ "$(ls "$ROOT"/usr/share/doc/earshot/rules-gallery/*.yaml | wc -l)" = "$(ls docs/rules-gallery/*.yaml | wc -l)" ] || die "the gallery of rules"
  [ "$(inside earshot transcribe /usr/share/earshot/examples/talk.wav 2>/dev/null | cut -c8-)" = "$SAYS" ] || die "the recording among the examples"
  inside runuser -u earshot -- earshot config check >/dev/null || die "the shipped configuration"
  [ "$(inside runuser -u earshot -- env HOME=/var/lib/earshot earshot transcribe /opt/talk.wav 2>/dev/null | cut -c8-)" = "$SAYS" ] || die "the .deb's transcribe"
  echo '# mine' >>"$ROOT/etc/earshot/earshot.yaml"
  inside dpkg -i /tmp/earshot.deb >"$WORK/dpkg.log" 2>&1 || { cat "$WORK/dpkg.log"; die "dpkg -i again"; }
  grep -q '# mine' "$ROOT/etc/earshot/earshot.yaml" || die "an upgrade took the settings"
  inside systemd-analyze verify --man=no earshot.service earshot.socket earshot@8485.service >"$WORK/units.log" 2>&1 || { cat "$WORK/units.log"; die "systemd-analyze verify"; }
  ok "the .deb: installed and upgraded, with its user, settings, folder and units"
}

# try_service boots the Debian's own systemd as process 1 of new namespaces, with a network of its own.
try_service() {
  cat >"$WORK/boot" <<'E2'
set -e
mount --make-rprivate /
mount --bind "$1" "$1"; cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mkdir -p .old; pivot_root . .old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c 'umount -l /.old; exec /lib/systemd/systemd --system'
E2
  inside systemctl enable earshot >/dev/null 2>&1
  inside systemctl mask console-getty getty.target systemd-logind >/dev/null 2>&1
  unshare --mount --pid --fork --uts --ipc --cgroup --net bash "$WORK/boot" "$ROOT" >"$WORK/boot.log" 2>&1 &
  local i parent=$!
  for i in $(seq 300); do
    sleep 0.1
    INIT=$(pgrep -P "$parent" || true)
    [ -z "$INIT" ] || { managed is-active earshot && break; } >/dev/null 2>&1
    kill -0 "$parent" 2>/dev/null || { INIT=; cat "$WORK/boot.log"; skip "service: systemd can't be booted in namespaces here"; return; }
  done
  managed is-active earshot >/dev/null || { managed status earshot --no-pager -l || true; enter journalctl -u earshot --no-pager -n 20 || true; die "the service did not become ready"; }
  enter runuser -u earshot -- earshot status >/dev/null || die "its owner can't speak to the service"
  enter runuser -u earshot -- earshot invite lounge://127.0.0.1:8484/lounge >/dev/null || die "invite"
  enter runuser -u earshot -- earshot doctor >"$WORK/doctor.log" 2>&1 || { cat "$WORK/doctor.log"; die "doctor beside the service"; }
  grep -q 'the service has it' "$WORK/doctor.log" || die "doctor does not see the service"
  managed reload earshot || die "reload"
  managed is-active earshot >/dev/null || die "a reload ended the service"
  [ "$(managed show earshot -p NRestarts --value)" = 0 ] || die "the service had to be restarted"
  try_operating
  # Another one beside it, with a folder of its own.
  managed start earshot@8485 || { managed status earshot@8485 --no-pager -l || true; die "earshot@8485 did not become ready"; }
  enter runuser -u earshot -- env EARSHOT_DATA_DIR=/var/lib/earshot/8485 EARSHOT_LISTEN=127.0.0.1:8485 earshot status >/dev/null || die "earshot@8485 does not answer"
  managed stop earshot@8485 || die "stop earshot@8485"
  managed stop earshot || die "stop"
  [ "$(managed show earshot -p Result --value)" = success ] || die "the service did not end well"
  ok "the service: ready under systemd's sandbox, invited, looked at, reloaded, stopped"
  # The same sandbox around doctor: a decoder in it can still give up its own rights.
  sed -e 's|^ExecStart=.*|ExecStart=/usr/bin/earshot doctor|' -e 's|^Type=.*|Type=oneshot|' -e '/^Restart=/d;/^WatchdogSec=/d' \
    -e '/^\[Service\]/a StandardOutput=file:/run/doctor.log' "$ROOT/usr/lib/systemd/system/earshot.service" >"$ROOT/etc/systemd/system/looks.service"
  managed daemon-reload; managed start looks || die "doctor in the sandbox"
  enter grep -q 'gives up its rights' /run/doctor.log || { enter cat /run/doctor.log; die "Landlock does not work in the sandbox"; }
  rm "$ROOT/etc/systemd/system/looks.service"
  ok "the sandbox: decoders in it give up their rights (Landlock)"
  enter systemd-analyze security earshot --no-pager 2>/dev/null | tail -n 1 | sed 's/^[^O]*/     /'
  kill -KILL "$INIT"; wait "$parent" 2>/dev/null || true; INIT=
}
# try_operating types what docs/operating.md has root type, in its order. The package is installed already, and there is no PostgreSQL.
try_operating() {
  local line
  while read -r line; do
    case $line in dpkg*|createdb*|*' earshot move '*|*' earshot drain'*|'earshot serve --only '*) continue ;; esac
    enter bash -c "$line" >"$WORK/typed.log" 2>&1 </dev/null || { cat "$WORK/typed.log"; die "docs/operating.md: $line"; }
  done < <(console operating.md)
  ok "docs/operating.md: its commands in their order"
}
enter() { bare nsenter -t "$INIT" -m -p -u -i -C -n -r -w "$@"; }
managed() { enter systemctl "$@"; }

try_removal() {
  inside dpkg -r earshot >/dev/null 2>&1 || die "dpkg -r"
  [ -d "$ROOT/var/lib/earshot" ] && [ -e "$ROOT/etc/earshot/earshot.yaml" ] || die "removing took the record or the settings"
  inside dpkg -P earshot >/dev/null 2>&1 || die "dpkg -P"
  [ ! -e "$ROOT/var/lib/earshot" ] && [ ! -e "$ROOT/etc/earshot/environment" ] || die "purging left the record"
  ok "the .deb: removed with the record kept, purged with the record gone"
}

# --- what was downloaded, and the same again -----------------------------------------------------------------

# console prints the commands of a page's console blocks: PAGE [BLOCK]
console() {
  awk -v want="${2:-}" '/^```console$/ {n++; inside = want == "" || n == want; next} /^```$/ {inside = 0} inside' "$PAGES/$1"
}

# follow types what a console block of a page says: PAGE BLOCK FOLDER
follow() {
  local commands
  commands=$(console "$1" "$2") && [ -n "$commands" ] || die "docs/$1 has no block $2"
  (cd "$3" && bash -euo pipefail -c "$commands") >"$WORK/followed.log" 2>&1
}

try_verifying() {
  local downloads=$WORK/downloads
  ssh-keygen -q -t ed25519 -N '' -f "$WORK/key"
  scripts/sign.sh "$WORK/key" >/dev/null
  cp -r dist "$downloads"; rm -f dist/SHA256SUMS.sig dist/release-signers
  follow verify.md 1 "$downloads" && grep -q '^Good "earshot-release" signature' "$WORK/followed.log" ||
    { cat "$WORK/followed.log" >&2; die "docs/verify.md: the signature"; }
  ok "docs/verify.md: signed with a new key, and verified"
  case $VERSION in *.dirty) skip "the same bytes again: files here are not those of the commit"; return ;; esac
  # Compiled anew, with nothing that a build before left.
  REPOSITORY=$PWD GOCACHE=$WORK/compiled follow verify.md 2 "$downloads" ||
    { tail -n 30 "$WORK/followed.log" >&2; die "docs/verify.md: the same bytes again"; }
  ok "docs/verify.md: built again in another folder, with the same bytes"
}

# --- another processor ---------------------------------------------------------------------------------------

# qemu imitates the processor. Registered with the kernel it also runs what the program starts, which decoders need.
try_arm64() {
  local qemu name=earshot-$VERSION-linux-arm64 run home=$WORK/arm-home said
  [ -e "dist/$name.tar.gz" ] && [ "$HERE" != arm64 ] || return 0
  qemu=$(command -v qemu-aarch64-static) || die "arm64 needs qemu-aarch64-static (package qemu-user-static)"
  tar -C "$WORK" -xzf "dist/$name.tar.gz"; mkdir "$home"
  run="$qemu $WORK/$name/lib/earshot/ld-linux-aarch64.so.1 --library-path $WORK/$name/lib/earshot $WORK/$name/lib/earshot/earshot"
  export HOME=$home QEMU_CPU=cortex-a57
  [[ $($run version) == *linux/arm64* ]] || die "arm64: version"
  $run rules test open-mic >/dev/null || die "arm64: rules test"
  ok "arm64 through qemu: version, rules test"
  if ! emulated; then skip "arm64: this kernel takes no qemu for what a program starts; transcribing is untried"; return; fi
  # Emulation is some fifty times slower, and a decoder that takes too long is ended: words may stay away, but not be wrong.
  said=$("$WORK/$name/bin/earshot" transcribe "$TALK" 2>"$WORK/arm.log" | cut -c8-) || true
  if [ "$said" = "$SAYS" ]; then ok "arm64 through qemu: transcribe"
  elif grep -q 'took too long' "$WORK/arm.log"; then skip "arm64: emulation is too slow here to transcribe; its words are untried"
  else cat "$WORK/arm.log" >&2; die "arm64: it writes '$said'"; fi
}
emulated() {
  local fs=/proc/sys/fs/binfmt_misc
  [ -e "$fs/register" ] || mount -t binfmt_misc binfmt_misc "$fs" 2>/dev/null || return 1
  [ ! -e "$fs/qemu-aarch64" ] || return 0
  cat /usr/lib/binfmt.d/qemu-aarch64.conf >"$fs/register" 2>/dev/null
}

VERSION=$(ls dist/*.provenance.json); VERSION=${VERSION#dist/earshot-}; VERSION=${VERSION%.provenance.json}
try_debian() { make_debian; try_tarball; try_deb; try_service; try_removal; }
for part in ${*:-tiny debian arm64 verifying}; do
  if [ "$part" = arm64 ]; then (try_arm64); else "try_$part"; fi # that one sets a home of its own
done
echo "packages: done"
