#!/bin/sh
# The programs the tests start themselves: Chromium, PostgreSQL, Redis, FFmpeg, coturn, a C compiler. Installs those that are missing.
set -eu
have() { command -v "$1" >/dev/null 2>&1; }
missing=""
have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
have redis-server || missing="$missing redis-server"
have turnserver || missing="$missing coturn"
have certutil || missing="$missing libnss3-tools"
have ffmpeg || missing="$missing ffmpeg"
have cc || missing="$missing gcc libc6-dev"

# GStreamer is one of the encoders and players the hub is tried with. Without it those tests are skipped, and say so.
gstreamer="gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice"
gstreamer="$gstreamer python3-gst-1.0 gir1.2-gst-plugins-base-1.0 gir1.2-gst-plugins-bad-1.0"
webrtc='import gi; gi.require_version("GstWebRTC", "1.0"); from gi.repository import Gst; Gst.init(None)
raise SystemExit(any(Gst.ElementFactory.find(e) is None for e in ("webrtcbin", "nicesrc", "vp8enc", "openh264enc")))'
if ! /usr/bin/python3 -c "$webrtc" >/dev/null 2>&1; then
  # shellcheck disable=SC2086
  sh deploy/setup/apt.sh $gstreamer || echo "Tests with GStreamer will be skipped: its packages could not be installed." >&2
fi

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
