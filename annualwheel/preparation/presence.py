"""Who writes where right now.

Presence informs and never locks. It ends a minute after the last sign of life, and nothing waits
for it.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from annualwheel.db import db
from annualwheel.models import Member, Person
from annualwheel.preparation import deadline

# An open page sends a sign of life every 20 s: three in a row did not come.
GONE = dt.timedelta(seconds=60)
# A save is a sign of life too. Most saves find one that is fresh enough and write nothing, so
# writing quickly does not double the writes.
EVERY = dt.timedelta(seconds=15)
_MEMBERS = cast(sa.Table, Member.__table__)
_SEEN = (
    sa.update(_MEMBERS)
    .where(_MEMBERS.c.id == sa.bindparam("of"))
    .values(seen_at=sa.bindparam("seen_at"), seen_section=sa.bindparam("seen_section"))
)
_OTHERS = (
    sa.select(Person.given, Person.family, Member.seen_section)
    .join(Person, Person.id == Member.person_id)
    .where(
        Member.submission_id == sa.bindparam("submission"),
        Member.id != sa.bindparam("own"),
        Member.seen_at > sa.bindparam("since"),
    )
    .order_by(Member.id)
)


class PresentMember(NamedTuple):
    """Somebody who is in the answer now.

    `where` is the page's key (`section` or `section/theme`), "" on any other page.
    """

    name: str
    where: str


def is_due(member: Member, now: dt.datetime) -> bool:
    """Whether a sign of life would be written now.

    At most every 15 s, and only while the answer may be written.
    """
    if member.seen_at is not None and now - member.seen_at < EVERY:
        return False
    return deadline.is_open(member.submission, now)


def note(member: Member, where: str, now: dt.datetime) -> bool:
    """Notes that the member is on the page `where` now, when that is due.

    Returns whether it did.
    """
    if not is_due(member, now):
        return False
    # A statement of its own: the session's bookkeeping would cost more than the statement, and this
    # runs with every save.
    db.session.execute(_SEEN, {"of": member.id, "seen_at": now, "seen_section": where})
    # As if loaded: a plain assignment would make the session write the row once more.
    set_committed_value(member, "seen_at", now)
    set_committed_value(member, "seen_section", where)
    return True


def others(member: Member, now: dt.datetime) -> list[PresentMember]:
    """The colleagues in the same answer who were seen in the last minute, in one query.

    Nobody when it may not be written now.
    """
    if not deadline.is_open(member.submission, now):
        return []
    here = {"submission": member.submission_id, "own": member.id, "since": now - GONE}
    rows = db.session.execute(_OTHERS, here)
    return [PresentMember(f"{given} {family}".strip(), where) for given, family, where in rows]
