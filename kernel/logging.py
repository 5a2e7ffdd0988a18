"""Structured logs: one JSON object a line, an event name and fields, and never a secret in them."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRETS = re.compile(
    r"password|secret|token|authorization|cookie|nonce|email|address|phone|api_key|^ip$", re.I
)
SHAPES = re.compile(
    r"eyJ[\w-]{10,}\.[\w-]+\.[\w-]*"  # a signed token
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"  # an e-mail address
    r"|\b(?:atoll|whsec|sk)_[\w-]{10,}"  # a key of ours or of a payment gateway
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # a password inside a URL
)
HIDDEN = "[hidden]"


def configure(process: str, level: str = "INFO") -> None:
    """Send the logs of this process, ours and the libraries', to standard output."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _name_process(process),
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared[:2], *shared[3:], structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # At DEBUG it writes addresses of calls, and those hold what people searched for.
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def hide_secrets(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every field whose name says secret or address, and whatever looks like one in a text."""
    for name, value in line.items():
        if SECRETS.search(name):
            line[name] = HIDDEN
        elif isinstance(value, str):
            line[name] = SHAPES.sub(HIDDEN, value)
    return line


def _name_process(process: str) -> Any:
    def add(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["process"] = process
        return line

    return add
