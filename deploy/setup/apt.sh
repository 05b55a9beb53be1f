#!/bin/sh
# apt.sh PACKAGE…: install system packages when we may (root, or sudo that asks nothing). Exit 1 when we may not.
set -eu
if ! command -v apt-get >/dev/null 2>&1; then exit 1; fi
if [ "$(id -u)" = 0 ]; then as=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as="sudo -n"
else exit 1
fi
echo "Installing system packages: $*"
install() { $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
install "$@" 2>/dev/null || { $as apt-get update -qq && install "$@"; }
