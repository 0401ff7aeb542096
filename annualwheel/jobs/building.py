"""Slow work that somebody waits for: building a pack, writing a large mailing."""

from __future__ import annotations

import tempfile
from functools import partial

import structlog

from annualwheel.db import db, reading
from annualwheel.jobs.queue import start_drains
from annualwheel.mailings import sending
from annualwheel.models import Mailing
from annualwheel.services import services
from annualwheel.workshop import packs
from annualwheel.workshop.pack import PackWriter

log = structlog.get_logger()


def build_pack(pack_id: int) -> None:
    """Builds a pack that is queued; does nothing for one that is being built or is ready.

    It only reads the database while it builds the workbook. What it writes before, after and
    meanwhile, it writes in short transactions. It notes a failure on the pack, whose page tells the
    one who waits, and logs it.
    """
    try:
        pack = packs.take(pack_id)
        db.session.commit()
        # Another worker builds it, or it is ready: the sweep may have queued it once more.
        if pack is None:
            return
        began = services().clock.now()
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as workspace:
            # The read is long and takes no lock: a write this long would stop everybody on SQLite.
            with reading():
                writer = PackWriter(pack.meeting, packs.cover(pack, began))
                counts = writer.write(workspace.name, partial(_report, pack_id))
                db.session.commit()
            packs.finish(pack, counts, workspace.name, began, services().clock.now())
            db.session.commit()
    except Exception:
        db.session.rollback()
        packs.mark_failed(pack_id)
        db.session.commit()
        log.exception("pack_failed", pack=pack_id)


def _report(pack_id: int, done: int) -> None:
    """Notes how far a pack has come, outside the session that reads for it."""
    # A connection of its own: the session only reads now, for as long as the pack takes.
    with db.engine.begin() as connection:
        connection.execute(packs.note_progress(pack_id, done))


def prepare(mailing_id: int) -> None:
    """Writes the mails of a large mailing in batches, then has them sent.

    One short transaction for each batch. Can be run again at any time.
    """
    mailing = db.session.get_one(Mailing, mailing_id)
    # Read once and outside the locks; `write_batch` looks again under them.
    left = sending.remaining(mailing, services().clock.now())
    db.session.commit()
    for start in range(0, len(left), sending.BATCH):
        batch = left[start : start + sending.BATCH]
        if not sending.write_batch(mailing, batch, services().clock.now()):
            break
        db.session.commit()
    else:
        sending.finish_preparing(mailing)
    db.session.commit()
    start_drains()
