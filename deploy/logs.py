"""Logs: one JSON object a line, or short lines for a terminal. Ids and codes, never names of people."""

import logging
import sys
from typing import Any, Literal

import structlog

NOISY = (
    "aiosqlite",
    "asyncio",
    "websockets",
    "httpx",
    "httpcore",
    "aioice",
    "aiortc",
    "libav",
    "PIL",
    "alembic",
)


def set_up_logs(process: str, *, style: Literal["json", "human"], level: str) -> None:
    """Send structlog and the standard library's logs of this process to standard error in one shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if style == "human" else "iso", utc=style == "json"),
        _named(process),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(style))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _named(process: str) -> Any:
    def add(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        return {"process": process, **event}

    return add


def _rendering(style: str) -> list[Any]:
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if style == "json":
        # Local variables may hold what must not be logged: a denouncer's name, a token.
        plain_errors = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        errors = structlog.processors.ExceptionRenderer(plain_errors)
        return [clean, errors, structlog.processors.JSONRenderer(ensure_ascii=False)]
    colors = sys.stderr.isatty()
    # Plain tracebacks: the pretty ones print local variables, and those may hold what must not be logged.
    plain = structlog.dev.plain_traceback
    return [clean, structlog.dev.ConsoleRenderer(colors=colors, pad_event_to=0, exception_formatter=plain)]
