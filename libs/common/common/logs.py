"""Logs: one JSON object a line (or coloured text), constant sentences with data beside them, never personal data."""

import logging
import sys
import traceback

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from common.settings import CommonSettings

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(settings: CommonSettings, service: str) -> None:
    """Send everything, our own lines and the libraries', through one renderer to standard output."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
        structlog.processors.ExceptionRenderer(_where),
    ]
    renderer: list[Processor] = (
        [structlog.processors.JSONRenderer()]
        if settings.log_format == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), pad_event_to=32, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[settings.log_level]),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # aio-pika logs each attempt to reconnect; the runtime says once that the broker went and once that it is back.
    logging.getLogger("aio_pika").setLevel(logging.CRITICAL)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)


def _console() -> Processor:
    """Plain tracebacks: the prettier ones print local variables, and these hold people's names."""
    return structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), pad_event_to=32, exception_formatter=structlog.dev.plain_traceback
    )


def _named(service: str) -> Processor:
    def add(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        return {**line, "service": service}

    return add


def _where(exc_info: ExcInfo) -> str:
    """Which types of errors led to one another and where, without their texts: those may quote a record or a secret."""
    lines: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        lines += [f"{type(error).__qualname__}\n", *traceback.format_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(lines).rstrip()
