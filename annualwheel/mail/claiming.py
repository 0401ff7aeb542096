"""Which mails a worker has in hand: it leases those that are due, and gives back the untried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import leases
from annualwheel.db import UTCDateTime, db
from annualwheel.mail import mailing_states, standstill, states, waiting
from annualwheel.models import Message

LEASE = dt.timedelta(minutes=5)
# No worker begins a mail whose lease is about to end: another would take it too, and the mail would
# arrive twice.
MARGIN = dt.timedelta(minutes=2)
CHUNK = 25
_MESSAGES = cast(sa.Table, Message.__table__)
_NOW = sa.bindparam("now", type_=UTCDateTime)
_IDS: sa.BindParameter[Sequence[int]] = sa.bindparam("ids", expanding=True)
_FREE = sa.select(Message.id).where(
    Message.state.in_(states.TRANSITIONS.sources("claim")),
    Message.due_at <= _NOW,
    ~waiting.of_mailing(mailing_states.HELD),
    leases.is_free(Message, _NOW),
)
_TAKEN = (
    sa.select(Message)
    .where(Message.id.in_(_IDS))
    .options(joinedload(Message.body))
    .order_by(Message.id)
    # The claim went past the session, which may hold these rows from an earlier chunk.
    .execution_options(populate_existing=True)
)


def _claiming(*, some: bool, has_turn: bool) -> sa.Executable:
    """The statement that leases mails: `some` alone or the oldest of all (see `claim`)."""
    free = _FREE if has_turn else _FREE.where(~standstill.lasts())
    if some:
        free = free.where(Message.id.in_(_IDS))
    oldest = free.order_by(Message.due_at, Message.id).limit(sa.bindparam("at_most"))
    # PostgreSQL passes over what another worker claims right now. SQLite drops this clause: there
    # only one transaction writes at a time.
    locked = oldest.with_for_update(skip_locked=True)
    # PostgreSQL may read a plain subquery once for each mail, and each time it passes over those
    # that the statement has changed itself: more would be taken than asked for.
    chosen = locked.cte("chosen").prefix_with("MATERIALIZED", dialect="postgresql")
    return (
        sa.update(_MESSAGES)
        .where(_MESSAGES.c.id.in_(sa.select(chosen.c.id)))
        .values(
            state=states.TRANSITIONS.outcome("claim"),
            lease_until=sa.bindparam("until", type_=UTCDateTime),
            lease_by=sa.bindparam("worker"),
            attempts=_MESSAGES.c.attempts + 1,
            # The worker who had it was lost, perhaps between the server's answer and ours.
            may_have_left=sa.or_(_MESSAGES.c.may_have_left, _MESSAGES.c.state == "sending"),
        )
        .returning(_MESSAGES.c.id)
    )


# Built once, as those above: each registration has a job of its own, and building takes longer.
_CLAIMS = {
    (some, has_turn): _claiming(some=some, has_turn=has_turn)
    for some in (True, False)
    for has_turn in (True, False)
}


def claim(
    worker: str,
    now: dt.datetime,
    ids: Sequence[int] | None = None,
    at_most: int = CHUNK,
    *,
    has_turn: bool = False,
) -> list[Message]:
    """Leases mails that are due and free to `worker` until `now` + 5 minutes.

    The caller commits before it sends. `ids` None takes the oldest of all. A row whose lease has
    run out is taken again (with the same Message-ID); one row is never leased to two workers, and
    mails of a held mailing wait. Nothing is taken while the server stands still, but by the one who
    has the turn to try it (`standstill.take_turn`).
    """
    asked = {"now": now, "until": now + LEASE, "worker": worker, "at_most": at_most}
    if ids is not None:
        asked["ids"] = ids
    taken = db.session.execute(_CLAIMS[ids is not None, has_turn], asked).scalars().all()
    return list(db.session.scalars(_TAKEN, {"ids": taken})) if taken else []


def give_back(untried: Sequence[Message]) -> None:
    """Ends the leases of mails of one claim that there was no time to try.

    They are free at once, and no attempt is counted. A mail that another worker has taken meanwhile
    is left to it. One statement, however many; those of a killed worker stay counted, as tried.
    """
    if not untried:
        return
    by, until = untried[0].lease_by, untried[0].lease_until
    untouched, tried = states.TABLE["sending", "give_back"]
    db.session.execute(
        sa.update(Message)
        .where(
            Message.id.in_([message.id for message in untried]),
            Message.state.in_(states.TRANSITIONS.sources("give_back")),
            Message.lease_by == by,
            Message.lease_until == until,
        )
        .values(
            state=sa.case((Message.attempts > 1, tried), else_=untouched),
            lease_until=None,
            attempts=Message.attempts - 1,
        )
        .execution_options(synchronize_session=False)
    )


def any_due(now: dt.datetime) -> bool:
    """Whether a mail is due that no worker has in hand, and the server may be tried."""
    due = _FREE.where(~standstill.is_too_early(now)).limit(1)
    return db.session.scalar(due, {"now": now}) is not None
