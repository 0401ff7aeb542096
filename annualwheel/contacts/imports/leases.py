"""Who writes or undoes an import: one worker at a time, and another when it is gone.

When nobody comes further with it, it has failed, and a person decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from annualwheel import audit, leases
from annualwheel.contacts.imports import states
from annualwheel.contacts.imports.states import UNDER_WAY
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.leases import LEASE, is_free
from annualwheel.models import Import


def take(import_id: int, worker: str, now: dt.datetime) -> bool:
    """Takes an import that is under way; False when another worker has it, or it is done.

    The caller commits, so that nobody else takes it.
    """
    return leases.take(Import, import_id, UNDER_WAY, worker, now)


def advance(kept: Import, to: int, now: dt.datetime) -> bool:
    """Notes that the import has come to `to`, and renews the lease.

    False when it is no longer in the state, at the place and in the hands that `kept` was loaded
    with: it was cancelled, somebody whom it names was erased, or another worker took it when this
    one was thought to be gone.
    """
    come_further = {"tries": 0, "failure": ""} if to != kept.done else {}
    moved = db.session.execute(
        sa.update(Import)
        .where(
            Import.id == kept.id,
            Import.state == kept.state,
            Import.done == kept.done,
            Import.lease_by == kept.lease_by,
        )
        .values(done=to, lease_until=now + LEASE, **come_further)
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


def note_failure(import_id: int, worker: str, code: str) -> None:
    """Notes that a worker could not go on with its import; after several tries it has failed.

    `code` is the one under which the log has why.
    """
    mine = Import.id == import_id, leases.is_held(Import, worker), Import.state.in_(UNDER_WAY)
    _change(*mine, failure=code)
    _change(*mine, Import.tries >= leases.MOST_TRIES, **_failed())


def give_up(now: dt.datetime) -> None:
    """Marks imports that several workers have died with as failed, so that nobody waits for them.

    The caller commits.
    """
    _change(
        Import.state.in_(UNDER_WAY),
        is_free(Import, now),
        Import.tries >= leases.MOST_TRIES,
        **_failed(),
    )


def try_again(kept: Import, now: dt.datetime, actor: audit.Actor) -> None:
    """Goes on with an import that has failed. Raises `Refused("wrong_state")` for any other."""
    if kept.state == "write_failed" and not kept.rows:
        raise Refused("import_forgotten")
    states.step(kept, "try_again")
    kept.tries, kept.failure = 0, ""
    audit.note(actor, "import_tried_again", kept, now)
    db.session.flush()


def take_away(kept: Import) -> None:
    """Takes an import out of the hands of its worker, which stops at its next batch.

    The sweep has it taken up again, by a worker that reads anew what is to be done.
    """
    leases.let_go(kept)


def _failed() -> dict[str, object]:
    return {
        "state": states.TRANSITIONS.in_sql(Import.state, "fail"),
        "lease_until": None,
        "lease_by": "",
    }


def _change(*which: sa.ColumnElement[bool], **values: object) -> None:
    db.session.execute(
        sa.update(Import)
        .where(*which)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
