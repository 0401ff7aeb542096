"""Lets a periodic job run once a minute, whichever consumer starts it.

Every consumer has a scheduler of its own, so without this two machines would run each job twice.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from annualwheel.db import db
from annualwheel.models import Tick

KEPT = dt.timedelta(days=1)
AHEAD = dt.timedelta(minutes=1)


def claim_minute(name: str, now: dt.datetime) -> bool:
    """Whether this caller is the first to run `name` in this minute.

    Commits the tick, so that all others see it.
    """
    minute = now.replace(second=0, microsecond=0)
    # A tick of the future is of a clock that was ahead: left, it would keep the job from running
    # when its minute comes. That of the next minute may be of a clock that is a moment ahead.
    beyond = sa.or_(Tick.minute < now - KEPT, Tick.minute > minute + AHEAD)
    db.session.execute(sa.delete(Tick).where(Tick.name == name, beyond))
    db.session.add(Tick(name=name, minute=minute))
    try:
        # The unique key decides: of several that insert the same minute, one commits.
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return False
    return True
