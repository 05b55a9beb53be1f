"""Asking a process of its own to read a spreadsheet: see `sheet`."""

import asyncio
import json
import os
import sys
from typing import Any, Final

from hub.cases.errors import Refusal
from hub.cases.importing.sheet import MOST_BYTES, Cell

PATIENCE: Final = 120.0
"""Seconds; the process has 60 of the processor's."""
MOST_ANSWER: Final = 128 * 1024 * 1024


async def read(content: bytes) -> list[list[Cell]]:
    """The rows of a file. Raises Refusal with the code of `sheet.Unreadable`, or file_bomb when the process
    had to be ended.
    """
    if len(content) > MOST_BYTES:
        raise Refusal("file_too_large", most=MOST_BYTES // 1024 // 1024)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hub.cases.importing.sheet",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "OPENBLAS_NUM_THREADS": "1",
        },
    )
    try:
        async with asyncio.timeout(PATIENCE):
            told, _ = await process.communicate(content)
    except TimeoutError:
        told = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return await asyncio.to_thread(_rows, told)


def _rows(told: bytes) -> list[list[Cell]]:
    if not told or len(told) > MOST_ANSWER:
        raise Refusal("file_bomb", place="")
    try:
        answer: dict[str, Any] = json.loads(told)
    except ValueError as error:  # ended in the middle of its answer
        raise Refusal("file_bomb", place="") from error
    if "code" in answer:
        raise Refusal(answer["code"], **answer["params"])
    rows: list[list[Cell]] = answer["rows"]
    return rows
