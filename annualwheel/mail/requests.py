"""Mail that somebody asks for on an open page: kept in the request, answered in a job.

What it takes to look an address up and to write a mail would tell who is known here. So the request
writes a row, the same for every address, and a job does the rest.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import MailRequest

# So long the sweep leaves a request to the job that was queued for it.
QUEUED = dt.timedelta(minutes=1)
# A request that no job could answer is forgotten: its mail would come as a surprise.
KEPT = dt.timedelta(days=1)


def put(kind: str, address: str, now: dt.datetime, **details: object) -> None:
    """Keeps a request of `kind` for the address, in the current transaction.

    `details` are texts, numbers and None.
    """
    request = MailRequest(kind=kind, address=address, asked_at=now, details=details)
    db.session.add(request)
    db.session.info.setdefault("requested", []).append(request)


def take_put() -> list[int]:
    """The ids of the requests put since the last call, once they have been flushed."""
    return [request.id for request in db.session.info.pop("requested", [])]


def forget_put() -> None:
    """Forgets the requests put since the last call of `take_put`: their transaction is undone."""
    db.session.info.pop("requested", None)


def take(request_id: int) -> MailRequest | None:
    """The request, which is gone with the commit; None when another job has it or it is gone."""
    request = db.session.scalar(
        sa.select(MailRequest)
        .where(MailRequest.id == request_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if request is not None:
        db.session.delete(request)
        db.session.flush()
    return request


def drop_all() -> int:
    """Drops every request, since each of them may have been answered; returns how many."""
    done = db.session.execute(sa.delete(MailRequest).execution_options(synchronize_session="fetch"))
    return done.rowcount  # type: ignore[attr-defined, no-any-return]


def left_behind(now: dt.datetime) -> list[int]:
    """The ids of the requests whose job the queue has lost, oldest first."""
    return list(
        db.session.scalars(
            sa.select(MailRequest.id)
            .where(MailRequest.asked_at < now - QUEUED)
            .order_by(MailRequest.id)
        )
    )


def forgotten(now: dt.datetime) -> sa.Select[int]:
    """The ids of the requests that nobody has answered within a day."""
    return sa.select(MailRequest.id).where(MailRequest.asked_at < now - KEPT)
