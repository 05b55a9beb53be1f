#!/bin/sh
# Make .venv with a Python that runs here: 3.11, which the versions are pinned with, before newer ones. A working .venv is kept.
set -eu
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

if [ -x .venv/bin/python ] && .venv/bin/python -c "$new_enough; import pip" 2>/dev/null; then exit 0; fi

find_python() { # $1: Python code that must run
  for name in python3.11 python3.12 python3.13 python3; do
    # A name on PATH may be a shim that runs nothing, or a Python without its venv part: try it.
    if command -v "$name" >/dev/null 2>&1 && "$name" -c "$1" 2>/dev/null; then echo "$name"; return; fi
  done
}

python=$(find_python "$new_enough; import venv, ensurepip")
bare=$(find_python "$new_enough")
if [ -z "$python" ] && [ -z "$bare" ]; then
  echo "Reception Hub needs Python 3.11 or newer; none was found. On Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2
  exit 1
fi
if [ -z "$python" ]; then
  # Debian packages ensurepip apart from Python.
  sh deploy/setup/apt.sh python3-venv || true
  python=$(find_python "$new_enough; import venv, ensurepip")
fi
if [ -z "$python" ]; then
  echo "$bare has no venv module. On Debian or Ubuntu: sudo apt-get install python3-venv; then run make again." >&2
  exit 1
fi
echo "Making .venv with $($python --version)"
rm -rf .venv
"$python" -m venv .venv
