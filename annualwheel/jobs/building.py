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

    The workbook is built while the database is only read. What is written before and after it, and
    how far it has come meanwhile, are short transactions. A failure is noted on the pack, shown to
    the one who waits, and logged.
    """
    try:
        pack = packs.take(pack_id)
        db.session.commit()
        if pack is None:
            return
        began = services().clock.now()
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as workspace:
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
    """Notes how far a pack has come, beside the session that reads for it."""
    with db.engine.begin() as connection:
        connection.execute(packs.note_progress(pack_id, done))


def prepare(mailing_id: int) -> None:
    """Writes the mails of a large mailing in batches, then has them sent.

    One short transaction for each batch. Can be run again at any time.
    """
    mailing = db.session.get_one(Mailing, mailing_id)
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
