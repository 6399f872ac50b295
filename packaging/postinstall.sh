#!/bin/sh
# After installing: the user that the service runs as, the folder of its record, and a restart when it ran before.
set -e
if ! getent passwd earshot >/dev/null; then
  useradd --system --user-group --home-dir /var/lib/earshot --no-create-home --shell /usr/sbin/nologin --comment Earshot earshot
fi
if [ ! -d /var/lib/earshot ]; then
  install -d -o earshot -g earshot -m 0700 /var/lib/earshot
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart earshot.service 'earshot@*.service'
fi
if [ "${1:-}" = configure ] && [ -z "${2:-}" ]; then
  echo 'Earshot is installed and does not run yet. Look at /etc/earshot/earshot.yaml, then:'
  echo '  runuser -u earshot -- earshot --config /etc/earshot/earshot.yaml doctor'
  echo '  systemctl enable --now earshot'
fi
