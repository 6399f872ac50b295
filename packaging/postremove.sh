#!/bin/sh
# After purging, the record is gone too: everything that was heard. Removing without purging keeps it.
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
case ${1:-} in
  purge)
    rm -rf /var/lib/earshot
    if getent passwd earshot >/dev/null; then userdel earshot || true; fi
    ;;
esac
