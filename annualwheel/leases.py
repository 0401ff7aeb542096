"""Leases: which job works on a row, and until when nobody else takes it up.

A job that is killed renews no longer, so that its lease runs out and the sweep has the work taken
up again. What the job holds of the row is in the row itself: the queue may lose everything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from annualwheel.db import db

# With the sweep of each minute, what a killed job left is taken up within two minutes.
LEASE = dt.timedelta(minutes=1)
# So often a job renews, in seconds: one renewal that fails loses no lease.
RENEWED_EVERY = 15.0
# A job that has died so many times would die again.
MOST_TRIES = 3


class Leased(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """A row that a job works on: its worker, until when, how many have begun."""

    lease_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    lease_by: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)


def is_free(table: Any, now: dt.datetime | sa.BindParameter[dt.datetime]) -> sa.ColumnElement[bool]:
    """The rows that no worker has at `now`. `table` has a column `lease_until`."""
    return sa.or_(table.lease_until.is_(None), table.lease_until < now)


def is_lost(lease_until: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the worker of a row that was taken has renewed its lease too long ago."""
    return lease_until is not None and lease_until < now


def is_abandoned(table: type[Leased], now: dt.datetime) -> sa.ColumnElement[bool]:
    """The rows whose worker has renewed its lease too long ago."""
    return table.lease_until < now


def is_held(table: type[Leased], worker: str) -> sa.ColumnElement[bool]:
    """The rows that `worker` was the last to take, and has not let go."""
    return sa.and_(table.lease_by == worker, table.lease_until.is_not(None))


def take(
    table: Any,
    row_id: int,
    states: Collection[str],
    worker: str,
    now: dt.datetime,
    **values: object,
) -> bool:
    """Leases a row in one of these states to `worker`, and sets `values`; False when it may not.

    The caller commits, so that nobody else takes it.
    """
    # One conditional UPDATE: of two jobs for the same row, one finds none to change.
    done = db.session.execute(
        sa.update(table)
        .where(table.id == row_id, table.state.in_(states), is_free(table, now))
        .values(lease_by=worker, lease_until=now + LEASE, tries=table.tries + 1, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def renewal(table: Any, row_id: int, worker: str, now: dt.datetime) -> sa.Update:
    """The statement that renews the lease; it changes no row when the lease is lost."""
    return (
        sa.update(table)
        .where(table.id == row_id, is_held(table, worker))
        .values(lease_until=now + LEASE)
    )


def let_go(row: Leased) -> None:
    """Ends the lease of a row whose job has ended."""
    row.lease_by, row.lease_until = "", None
