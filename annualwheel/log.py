"""The log: one JSON object per line on standard output, without tokens, names or addresses."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from annualwheel.access.links import PATHS
from annualwheel.wording.cleaning import without_addresses
from config import Settings

# Libraries put links with tokens and addresses into their messages, so every line is cleaned before
# it is written.
TOKEN = re.compile(
    f"({'|'.join(re.escape(path.partition('{')[0]) for path in PATHS.values())})[^\\s\"'?#]+"
)
# PostgreSQL adds the row itself to a refusal: names, needs, answers.
ROW = re.compile(r"DETAIL:.*?(?=\n\[SQL|\n\n|\Z)", re.DOTALL)


def _clean(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            without_row = ROW.sub("DETAIL: …", value)
            without_token = TOKEN.sub(r"\1…", without_row)
            event[key] = without_addresses(without_token)
    return event


def new_code() -> str:
    """A short code for a failure, which a page shows, and under which the log has the rest."""
    return secrets.token_hex(2).upper()


def prepare_log(settings: Settings) -> None:
    """Sends the lines of the application and of the libraries to standard output.

    Each line goes through the cleaning step first.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    processors: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        # The traceback becomes text before `_clean`, so that the cleaning reaches it.
        structlog.processors.format_exc_info,
        _clean,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=processors)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING if settings.environment == "test" else logging.INFO)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("huey").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
