#!/bin/sh
# The programs the tests start themselves: Chromium, PostgreSQL, Redis, FFmpeg, coturn. Installs those that are missing.
set -eu
have() { command -v "$1" >/dev/null 2>&1; }
missing=""
have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
have redis-server || missing="$missing redis-server"
have turnserver || missing="$missing coturn"
have certutil || missing="$missing libnss3-tools"
have ffmpeg || missing="$missing ffmpeg"
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086  # one word per package is meant
if ! sh deploy/setup/apt.sh $missing; then
  echo "The tests need these system packages, and they could not be installed from here:$missing" >&2
  echo "On Debian or Ubuntu: sudo apt-get install$missing; then run make test again." >&2
  exit 1
fi
# Debian starts a TURN server with the package; the tests start their own, and nobody asked for another.
case "$missing" in *coturn*)
  systemctl disable --now coturn >/dev/null 2>&1 || sudo -n systemctl disable --now coturn >/dev/null 2>&1 || true ;;
esac
