"""Writes an import, or undoes one, batch by batch: one short transaction for each."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError

from annualwheel.contacts.imports import leases, undoing, writing
from annualwheel.db import db
from annualwheel.jobs.sending import worker_name
from annualwheel.log import new_code
from annualwheel.models import Import
from annualwheel.services import services
from annualwheel.transactions import reading

log = structlog.get_logger()


def carry_on(import_id: int) -> None:
    """Goes on with an import that is being written or undone; does nothing for any other.

    Can be run again at any time. When it fails, the import is taken up again after its lease, a few
    times; then its page says so.
    """
    worker = worker_name()
    try:
        taken = leases.take(import_id, worker, services().clock.now())
        db.session.commit()
        if taken:
            kept = _read(import_id)
            _write(kept) if kept.state == "writing" else _undo(kept)
        # What is no longer ours has been cancelled, or taken over: nothing of the batch stays.
        db.session.rollback()
    except Exception:
        db.session.rollback()
        code = new_code()
        log.exception("import_stopped", import_id=import_id, code=code)
        _note_failure(import_id, worker, code)


def _note_failure(import_id: int, worker: str, code: str) -> None:
    """Notes it, if the database can be reached; else the sweep finds an import without a worker."""
    try:
        leases.note_failure(import_id, worker, code)
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.warning("failure_not_noted", import_id=import_id, code=code)


def _read(import_id: int) -> Import:
    with reading():
        kept = db.session.get_one(Import, import_id, populate_existing=True)
        db.session.commit()
    return kept


def _write(kept: Import) -> None:
    clock = services().clock
    # Read without a lock: comparing thousands of rows with what we have takes seconds.
    with reading():
        writer = writing.Writer(kept)
        names = list(writer.new_names())
        db.session.commit()
    for batch in names:
        if not writer.add_organisations(batch, clock.now()):
            return
        _commit(kept)
    with reading():
        rows = list(writer.rows_left())
        db.session.commit()
    for people in rows:
        if not writer.add_rows(people, clock.now()):
            return
        _commit(kept)
    with reading():
        whole = writer.trace()
        db.session.commit()
    if writer.finish(whole, clock.now()):
        db.session.commit()


def _undo(kept: Import) -> None:
    clock = services().clock
    with reading():
        undoer = undoing.Undoer(kept)
        db.session.commit()
    while (left := undoer.left()) is not None:
        if not undoer.remove(left, clock.now()):
            return
        _commit(kept)
    with reading():
        undone = undoer.trace()
        db.session.commit()
    if undoer.finish(undone, clock.now()):
        db.session.commit()


def _commit(kept: Import) -> None:
    """Commits a batch and lets go of its rows.

    They point at each other, and thousands of them would be cleared away at once in the middle of
    another batch.
    """
    db.session.commit()
    for row in db.session:
        if row is not kept:
            db.session.expire(row)
