"""How every command begins and ends: its settings, and a sentence where a person can put something right."""
# ruff: noqa: PLC0415 - each command loads what it needs and no more

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer

from deploy.settings import Settings, SettingsError, read_settings
from deploy.supervisor import BROKEN_SETTINGS

T = TypeVar("T")


def settings_from(**changes: Any) -> Settings:
    """The settings of the environment, with these in place; bad ones end the process, with a sentence."""
    try:
        return read_settings(**changes)
    except SettingsError as error:
        fail(str(error), BROKEN_SETTINGS)


def settings_of_data() -> Settings:
    """The settings of a command on existing data: without any, those of the demo in this folder."""
    settings = settings_from()
    if "HUB_DATA_DIR" in os.environ or settings.data_dir.exists():
        return settings
    folder = Path("demo-data")
    return settings_from(data_dir=folder, demo=True) if folder.exists() else settings


def guarded(work: Coroutine[Any, Any, T]) -> T:
    """Run it; what a person can put right ends the process with a sentence instead of a trace."""
    return guarded_now(lambda: asyncio.run(work))


def guarded_now(work: Callable[[], T]) -> T:
    """As `guarded`, for work that waits for nothing."""
    from deploy.explain import explained

    try:
        return work()
    except Exception as error:
        sentence = explained(error)
        if sentence is None:
            raise
        fail(sentence)


def exit_with(code: int) -> NoReturn:
    """End the command."""
    raise typer.Exit(code)


def fail(sentence: str, code: int = 1) -> NoReturn:
    """End the process with a sentence on standard error."""
    typer.echo(f"hub: {sentence}", err=True)
    sys.exit(code)
