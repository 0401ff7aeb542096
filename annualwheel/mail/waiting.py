"""The mails that wait to be taken by the server, all together: since when, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.mail import mailing_states, states
from annualwheel.models import Mailing, Message, Standstill

# For so long a mail is tried (RFC 5321 4.5.4.1: at least four to five days).
GIVE_UP = dt.timedelta(days=4)
# So many mails are let go on in one transaction.
ANEW = 1000


def of_mailing(in_states: Sequence[str]) -> sa.Exists:
    """For a statement about mails: whether their mailing is in one of the states."""
    return (
        sa.select(Mailing.id)
        .where(Mailing.id == Message.mailing_id, Mailing.state.in_(in_states))
        .exists()
    )


def oldest_waiting() -> dt.datetime | None:
    """From when the mail has waited that has waited longest, whatever it waits for.

    Mails of a mailing that a person has paused are not waited for.
    """
    going = ~of_mailing(["paused"])
    # A mail that has not been tried is due from when it waits, which the index has in order.
    untried = (
        sa.select(Message.waiting_since)
        .where(Message.state == "queued", going)
        .order_by(Message.due_at)
        .limit(1)
    )
    tried = sa.select(sa.func.min(Message.waiting_since)).where(
        Message.state.in_(states.DUE), Message.state != "queued", going
    )
    found = [db.session.scalar(query) for query in (untried, tried)]
    return min((since for since in found if since is not None), default=None)


def count_waiting() -> int:
    """How many mails wait to be taken by the server, those of held mailings left out."""
    return _count_due(~of_mailing(mailing_states.HELD))


def count_held() -> int:
    """How many mails wait for a person, since their mailing is paused or has stopped."""
    return _count_due(of_mailing(mailing_states.HELD))


def _count_due(condition: sa.ColumnElement[bool]) -> int:
    due = sa.select(sa.func.count()).where(Message.state.in_(states.DUE), condition)
    return db.session.scalar(due) or 0


def count_stopped() -> int:
    """How many mailings have stopped by themselves."""
    stopped = sa.select(sa.func.count()).select_from(Mailing).where(Mailing.state == "stopped")
    return db.session.scalar(stopped) or 0


def too_long(now: dt.datetime, at_most: int) -> Sequence[Message]:
    """Mails that the server has not taken for four days, locked, with their texts.

    Those of a held mailing wait for a person.
    """
    long_ago = now - GIVE_UP
    stood = sa.select(Standstill.id).where(Standstill.since <= long_ago).exists()
    return db.session.scalars(
        sa.select(Message)
        .where(
            Message.state.in_(states.UNSENT),
            Message.waiting_since <= long_ago,
            stood,
            ~of_mailing(mailing_states.HELD),
        )
        .order_by(Message.id)
        .limit(at_most)
        .options(joinedload(Message.body))
        # A mail that a worker takes right now is tried once more.
        .with_for_update(of=Message, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def expire(message: Message) -> None:
    """Gives the mail up: it has not left us, unless a server may have taken it."""
    states.step(message, "expire", "unknown" if message.may_have_left else "expired")


def wait_anew(mailing: Mailing, now: dt.datetime) -> int:
    """Lets what is left of a mailing be tried from now, for as long as other mails are.

    So many at most; returns how many. Ask again until there are none.
    """
    left = sa.select(Message.id).where(
        Message.mailing_id == mailing.id,
        Message.state.in_(states.UNSENT),
        sa.or_(Message.due_at != now, Message.waiting_since != now),
    )
    done = db.session.execute(
        sa.update(Message)
        .where(Message.id.in_(left.limit(ANEW)))
        .values(due_at=now, waiting_since=now)
        .execution_options(synchronize_session="fetch")
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def try_all_again(ids: sa.Select[int], now: dt.datetime) -> int:
    """As `outbox.try_again` for the mails that a query finds; returns how many there were.

    Mails in other states are left as they are. The caller starts the workers.
    """
    done = db.session.execute(
        sa.update(Message)
        .where(Message.id.in_(ids), Message.state.in_(states.TRANSITIONS.sources("try_again")))
        .values(
            state=states.TRANSITIONS.outcome("try_again"),
            due_at=now,
            waiting_since=now,
            attempts=0,
            error="",
            lease_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
