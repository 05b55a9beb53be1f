"""What a bench says: progress on a terminal, a table for people, one JSON object for programs."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import asdict
from typing import Any, Final, TypeVar

import httpx
import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.bench.processes import BenchFailed
from deploy.errors import CommandError
from hub.relay.client import RelayRefused, RelayUnavailable

FAILURES: Final = (
    BenchFailed,
    RelayRefused,
    RelayUnavailable,
    OSError,
    httpx.HTTPError,
    BrokenExecutor,
    CommandError,
)
"""What a person is told in a line. Anything else is a fault of the bench, and its traceback is wanted."""

R = TypeVar("R")


class Steps:
    """What is being done now, and how far it is."""

    def __init__(self, progress: Progress, seconds: float) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=seconds)

    def step(self, what: str) -> None:
        """Say what is being done now."""
        self._progress.update(self._task, description=what)

    def measured(self, seconds: float, what: str) -> None:
        """How far the window is."""
        self._progress.update(self._task, completed=seconds, description=what)


def carry_out(
    title: str,
    seconds: float,
    work: Callable[[Steps], Coroutine[Any, Any, R]],
    *,
    as_json: bool,
    shown: Callable[[str, dict[str, Any]], Table] | None = None,
) -> R | None:
    """Run `work` with progress on standard error and print its result, a dataclass; None when it failed.
    `shown` makes the table for people, from the title and the values."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    console = Console(stderr=True)
    try:
        with _progress(console, seconds) as steps, _ended_alike():
            result = asyncio.run(work(steps))
    except FAILURES as problem:
        console.print(str(problem), style="red", markup=False)
        return None
    values: dict[str, Any] = asdict(result)  # type: ignore[call-overload]  # any dataclass
    if as_json:
        json.dump(values, sys.stdout)
        sys.stdout.write("\n")
    else:
        Console().print((shown or table)(title, values))
    return result


@contextlib.contextmanager
def _ended_alike() -> Iterator[None]:
    """SIGTERM and Ctrl-C end what is running, whatever was started with it; SIGINT also where a script put
    the bench into the background and so had it ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    end = signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, interrupt)


def table(title: str, values: dict[str, Any]) -> Table:
    """One line a value."""
    grid = Table(title=title, show_header=False)
    for name, value in values.items():
        grid.add_row(name.replace("_", " "), _shown(value))
    return grid


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p99 and max, rounded to 0.1; zeros when there is nothing."""
    if not values:
        return {"p50": 0.0, "p99": 0.0, "max": 0.0}
    ordered = sorted(values)
    last = len(ordered) - 1
    at = {"p50": round(last * 0.5), "p99": round(last * 0.99), "max": last}
    return {name: round(ordered[index], 1) for name, index in at.items()}


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(amount)}" for key, amount in value.items())
    return f"{value:,}" if isinstance(value, int | float) else str(value)


@contextlib.contextmanager
def _progress(console: Console, seconds: float) -> Iterator[Steps]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Steps(progress, seconds)
