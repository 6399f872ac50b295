#!/bin/sh
# Before removing, and not before an upgrade: the service stops. What it heard is decoded or kept first.
set -e
case ${1:-} in
  remove)
    if [ -d /run/systemd/system ]; then
      systemctl disable --now earshot.service earshot.socket || true
      systemctl stop 'earshot@*.service' || true
      rm -f /etc/systemd/system/multi-user.target.wants/earshot@*.service
    fi
    ;;
esac
