"""Slow work that somebody waits for: building a pack, writing a large mailing."""

from __future__ import annotations

import structlog

from annualwheel.db import db
from annualwheel.jobs.queue import start_drains
from annualwheel.mailings import sending
from annualwheel.models import Mailing
from annualwheel.services import services
from annualwheel.workshop import packs

log = structlog.get_logger()


def build(pack_id: int) -> None:
    """Builds a pack that is queued.

    A failure is noted on it, shown to the one who waits, and logged.
    """
    try:
        packs.build(pack_id, services().clock)
    except Exception:
        db.session.rollback()
        packs.mark_failed(pack_id)
        db.session.commit()
        log.exception("pack_failed", pack=pack_id)


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
