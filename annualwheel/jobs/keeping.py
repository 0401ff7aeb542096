"""Keeps the lease of a long job while it works, and tells the job when it has lost it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from annualwheel import leases
from annualwheel.db import db
from annualwheel.services import services
from annualwheel.transactions import writing

log = structlog.get_logger()


class Interrupted(Exception):
    """The work is cancelled, or another worker has it: what this one has made is of no use."""


def execute(statement: sa.Executable) -> int:
    """Executes a statement in a short transaction of its own, outside the session.

    Returns how many rows it changed. The session may be reading meanwhile.
    """
    with writing(), db.engine.begin() as connection:
        return connection.execute(statement).rowcount


@contextmanager
def kept(table: type[leases.Leased], row_id: int, worker: str) -> Iterator[threading.Event]:
    """Renews the worker's lease on the row as long as the block lasts.

    By a thread of its own, since no part of the work is sure to be done within a lease. Gives an
    event that is set when the lease is lost.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    ended, lost = threading.Event(), threading.Event()

    def renew() -> None:
        while not ended.wait(leases.RENEWED_EVERY):
            with app.app_context():
                if not _renewed(table, row_id, worker):
                    lost.set()
                    return

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()


def _renewed(table: Any, row_id: int, worker: str) -> bool:
    """Whether the worker still has the row; it has when nobody can be asked."""
    now = services().clock.now()
    try:
        return execute(leases.renewal(table, row_id, worker, now)) == 1
    except SQLAlchemyError:
        # The next renewal may reach the database, and comes before the lease has run out.
        log.warning("lease_not_renewed", table=table.__tablename__, row=row_id)
        return True
