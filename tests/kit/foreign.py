"""Encoders and players that are programs of their own: GStreamer (Debian's), FFmpeg's WHIP muxer (PyAV's)."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

SYSTEM_PYTHON = "/usr/bin/python3"
KIT = Path(__file__).parent
GSTREAMER = """
import gi
gi.require_version("Gst", "1.0"); gi.require_version("GstWebRTC", "1.0"); gi.require_version("GstSdp", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC
Gst.init(None)
wanted = "webrtcbin nicesrc dtlsdec srtpenc vp8enc vp8dec openh264enc openh264dec opusenc opusdec h264parse"
missing = [name for name in wanted.split() if Gst.ElementFactory.find(name) is None]
raise SystemExit(f"GStreamer has no {' '.join(missing)}" if missing else 0)
"""


@cache
def without_gstreamer() -> str:
    """Why GStreamer cannot be used here, in one sentence; empty when it can."""
    try:
        done = subprocess.run(
            [SYSTEM_PYTHON, "-c", GSTREAMER], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return f"there is no {SYSTEM_PYTHON}; GStreamer's Python packages belong to the system's"
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip().splitlines() or ["it failed"])[-1]
    return f"GStreamer's packages are missing ({said}); `make test` installs them when it may"


class Program:
    """A client in a process of its own; `lines` is what it has said so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @property
    def told(self) -> list[dict[str, Any]]:
        """Its lines that are JSON objects."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    def has_said(self, state: str) -> bool:
        """Whether its connection was in that state."""
        return any(line.get("state") == state for line in self.told)

    @property
    def counts(self) -> dict[str, int]:
        """A player's latest."""
        return next((line for line in reversed(self.told) if "pictures" in line), {})


def gstreamer(does: str, url: str, token: str, codec: str) -> Any:
    """GStreamer's webrtcbin as encoder (`publish`) or player (`play`), as long as the context is open."""
    return _running(SYSTEM_PYTHON, KIT / "gstreamer_client.py", does, url, token, codec)


def whip_muxer(url: str, token: str, certificate: Path) -> Any:
    """FFmpeg's WHIP muxer, as long as the context is open."""
    return _running(sys.executable, KIT / "whip_encoder.py", url, token, str(certificate))


@asynccontextmanager
async def _running(python: str, script: Path, *arguments: str) -> AsyncIterator[Program]:
    process = await asyncio.create_subprocess_exec(
        python,
        str(script),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    program = Program()
    reader = asyncio.create_task(_read(process, program.lines.append))
    try:
        yield program
        assert process.returncode is None, "\n".join(program.lines[-20:])
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(15):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await reader
    assert process.returncode == 0, "\n".join(program.lines[-20:])


async def _read(process: asyncio.subprocess.Process, take: Callable[[str], None]) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        take(line.decode(errors="replace").strip())
