"""Who writes or undoes an import: one worker at a time, and another when it is gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from annualwheel.contacts.imports.states import UNDER_WAY
from annualwheel.db import db
from annualwheel.leases import is_free
from annualwheel.models import Import

# Renewed with each batch. With the sweep of each minute, a worker that is killed is replaced within
# two minutes.
LEASE = dt.timedelta(seconds=45)


def take(import_id: int, now: dt.datetime) -> bool:
    """Takes an import that is under way; False when another worker has it, or it is done.

    The caller commits, so that nobody else takes it.
    """
    taken = db.session.execute(
        sa.update(Import)
        .where(
            Import.id == import_id,
            Import.state.in_(UNDER_WAY),
            is_free(Import, now),
        )
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def advance(kept: Import, to: int, now: dt.datetime) -> bool:
    """Notes that the import has come to `to`, and renews the lease.

    False when it is no longer in the state and at the place that `kept` was loaded with: it was
    cancelled, or another worker took it when this one was thought to be gone.
    """
    moved = db.session.execute(
        sa.update(Import)
        .where(Import.id == kept.id, Import.state == kept.state, Import.done == kept.done)
        .values(done=to, lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        return False
    # The statement went past the session; the row need not be read again, with all its lines.
    sa.orm.attributes.set_committed_value(kept, "done", to)
    return True


def left_behind(now: dt.datetime) -> Sequence[int]:
    """The imports that are under way and that no worker has."""
    return db.session.scalars(
        sa.select(Import.id).where(
            Import.state.in_(UNDER_WAY),
            is_free(Import, now),
        )
    ).all()
