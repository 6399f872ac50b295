# Sourced before tests run: their files, and what go builds for them, lie in memory when there is plenty. A record syncs every
# line to the disk before it goes on; in tests that is most of what records take, and none of them cuts the power: what a killed
# program wrote is there afterwards, in memory as on a disk. TMPDIR in the environment has the last word.
#
# The folder is the same in every run of a checkout: go keeps the result of a test for as long as what it asks the environment for
# is the same. It goes when the last of several runs ends.
in_memory() {
  local all=/dev/shm free left # in KiB
  [ -z "${TMPDIR:-}${GOTMPDIR:-}" ] && [ -w "$all" ] || return 0
  free=$(df --output=avail "$all" | tail -n 1)
  left=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  [ "$free" -ge $((4 << 20)) ] && [ "$left" -ge $((8 << 20)) ] || return 0
  in_memory=$all/earshot-$(id -u)-$(cksum <<<"$PWD" | cut -d' ' -f1)
  exec {in_memory_lock}>"$in_memory.lock"
  flock --shared "$in_memory_lock"
  trap 'if flock --nonblock "$in_memory_lock"; then rm -rf "$in_memory" "$in_memory.lock"; fi' EXIT
  mkdir -p -m 0700 "$in_memory" && [ -O "$in_memory" ] || return 0
  printf '#!/bin/sh\n' >"$in_memory/runs" && chmod +x "$in_memory/runs"
  if "$in_memory/runs" 2>/dev/null; then export TMPDIR=$in_memory; fi # not every system runs programs from there
}
in_memory
