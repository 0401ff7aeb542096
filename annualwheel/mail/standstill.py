"""The one back-off for the mail server: since when it takes nothing from us, and the next try.

While it lasts no worker takes a mail. One of them takes the turn when it comes, and tries one mail.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from annualwheel.db import db
from annualwheel.models import Standstill
from annualwheel.wording.cleaning import without_addresses

# Waits before the second, third, … try. RFC 5321 4.5.4.1 asks for growing waits and for 30 minutes
# at least to each destination; this is our own server, which all mails wait for.
WAITS = [
    dt.timedelta(seconds=30),
    dt.timedelta(minutes=2),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=10),
    dt.timedelta(minutes=30),
]
# There is one row at most.
ONE = 1


def current() -> Standstill | None:
    """What stands in the way of all mails, None while the server takes them."""
    return db.session.get(Standstill, ONE, populate_existing=True)


def lasts() -> sa.Exists:
    """For a statement: whether all mails wait for the server."""
    return sa.select(Standstill.id).exists()


def is_too_early(now: dt.datetime) -> sa.Exists:
    """For a statement: whether it is not yet time to try the server again."""
    return sa.select(Standstill.id).where(Standstill.retry_at > now).exists()


def note(stage: str, reply: str, for_good: bool, now: dt.datetime) -> None:
    """Notes that the server takes nothing: the first time it begins the standstill.

    Several workers meet the same refusal in the same moment, and it counts once.
    """
    said: dict[str, Any] = {
        "failed_at": now,
        "stage": stage,
        "for_good": for_good,
        "reply": without_addresses(reply)[:500],
    }
    if _update(said):
        return
    try:
        with db.session.begin_nested():
            db.session.add(Standstill(id=ONE, since=now, retry_at=now + WAITS[0], **said))
    except IntegrityError:
        _update(said)


def take_turn(now: dt.datetime) -> bool:
    """Whether the caller is the one who tries the server again now; others wait for the next time.

    False while nothing stands still.
    """
    found = current()
    if found is None or found.retry_at > now:
        return False
    wait = WAITS[min(found.failures, len(WAITS) - 1)]
    turn = {"retry_at": now + wait, "failures": found.failures + 1}
    return _update(turn, Standstill.retry_at == found.retry_at)


def end() -> None:
    """Notes that the server takes mail again."""
    db.session.execute(
        sa.delete(Standstill).execution_options(synchronize_session="fetch"),
    )


def try_now(now: dt.datetime) -> None:
    """Lets the next worker try the server, since a person asks for it."""
    _update({"retry_at": now, "failures": 1}, Standstill.retry_at > now)


def _update(values: dict[str, Any], *where: sa.ColumnElement[bool]) -> bool:
    """Whether there was a row to change."""
    changed = db.session.execute(
        sa.update(Standstill)
        .where(Standstill.id == ONE, *where)
        .values(values)
        .execution_options(synchronize_session="fetch")
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]
