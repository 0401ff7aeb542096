"""Slow work that somebody waits for: building a pack, writing a large mailing.

A job reads in transactions that only read, works outside any, and writes in short ones. It has a
lease on its row: what it leaves when it is killed, the sweep has taken up again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError

from annualwheel.db import db
from annualwheel.jobs import keeping
from annualwheel.jobs.queue import start_drains
from annualwheel.jobs.sending import worker_name
from annualwheel.mailings import sending
from annualwheel.meetings import settling
from annualwheel.models import Mailing, Pack
from annualwheel.services import services
from annualwheel.transactions import reading
from annualwheel.workshop import packs
from annualwheel.workshop.pack.writer import PackWriter

log = structlog.get_logger()


def build_pack(pack_id: int) -> None:
    """Builds a pack; does nothing for one that a worker has, or that is not to be built.

    It notes a failure on the pack, whose page tells the one who waits, and logs it. What the
    database itself prevents is no failure: the sweep has it tried again.
    """
    worker = worker_name()
    try:
        pack = packs.take(pack_id, worker, services().clock.now())
        db.session.commit()
        # Another worker builds it, or it is ready: the sweep may have queued it once more.
        if pack is None:
            return
        with keeping.kept(Pack, pack_id, worker) as lost:
            _build(pack, worker, lost)
    except keeping.Interrupted:
        db.session.rollback()
        log.info("pack_interrupted", pack=pack_id)
        _tidy(pack_id)
    except OperationalError:
        db.session.rollback()
        log.exception("pack_postponed", pack=pack_id)
    except Exception:
        db.session.rollback()
        packs.mark_failed(pack_id)
        db.session.commit()
        log.exception("pack_failed", pack=pack_id)


def _build(pack: Pack, worker: str, lost: threading.Event) -> None:
    began = services().clock.now()
    pack_id = pack.id

    def report(done: int) -> None:
        # Ends a read, so that no snapshot is kept for as long as the pack takes.
        db.session.commit()
        noted = keeping.execute(packs.note_progress(pack_id, worker, done))
        if lost.is_set() or not noted:
            raise keeping.Interrupted

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as workspace:
        with reading():
            cover = packs.cover(pack, services().settings.region_name, began)
            writer = PackWriter(pack.meeting, cover)
            counts = writer.write(workspace.name, report)
            db.session.commit()
        _store(pack, worker, Path(workspace.name), counts, began)


def _store(
    pack: Pack, worker: str, path: Path, counts: Mapping[str, int], began: dt.datetime
) -> None:
    """Copies the workbook into the database, a piece in each transaction, and ends the pack."""
    digest = hashlib.sha256()
    file = packs.new_file(pack, path.stat().st_size, began)
    db.session.commit()
    for number, piece in enumerate(_pieces(path)):
        digest.update(piece)
        packs.store_piece(file, number, piece)
        db.session.commit()
    if not packs.finish(pack, worker, counts, digest.hexdigest(), services().clock.now()):
        raise keeping.Interrupted
    db.session.commit()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        yield from iter(lambda: source.read(packs.CHUNK), b"")


def _tidy(pack_id: int) -> None:
    """Removes what a cancelled pack has stored; another worker removes what it finds itself."""
    pack = db.session.get_one(Pack, pack_id, populate_existing=True)
    if pack.state == "cancelled":
        packs.forget_file(pack)
    db.session.commit()


def prepare(mailing_id: int) -> None:
    """Writes the mails of a large mailing in batches, then has them sent.

    Of a move or a cancellation the registrations follow first. One short transaction for each
    batch. Can be run again at any time: does nothing for a mailing that a worker writes already.
    """
    worker = worker_name()
    taken = sending.take(mailing_id, worker, services().clock.now())
    db.session.commit()
    if not taken:
        return
    with keeping.kept(Mailing, mailing_id, worker):
        try:
            _settle(mailing_id, worker)
        # Somebody has paused it, or another worker has it.
        except settling.Lost:
            db.session.rollback()
            sending.let_go(db.session.get_one(Mailing, mailing_id), worker, is_written=False)
            db.session.commit()
        else:
            _prepare(mailing_id, worker)
    start_drains()


def _settle(mailing_id: int, worker: str) -> None:
    """Lets the registrations follow the move or the cancellation that the mailing is about."""
    with reading():
        mailing = db.session.get_one(Mailing, mailing_id, populate_existing=True)
        state = mailing.state
        db.session.commit()
    if state != "settling":
        return
    work = settling.Settling(mailing, worker)
    while work.clear():
        db.session.commit()
    db.session.commit()
    with reading():
        work.read()
        db.session.commit()
    while work.follow():
        db.session.commit()
    work.finish()
    db.session.commit()


def _prepare(mailing_id: int, worker: str) -> None:
    # Read once and outside the locks; `write_batch` looks again under them.
    with reading():
        mailing = db.session.get_one(Mailing, mailing_id, populate_existing=True)
        left = sending.remaining(mailing, services().clock.now())
        db.session.commit()
    is_written, size = True, sending.size_of_batch(mailing)
    for start in range(0, len(left), size):
        batch = left[start : start + size]
        is_written = sending.write_batch(mailing, batch, services().clock.now(), worker)
        if not is_written:
            break
        db.session.commit()
    sending.let_go(mailing, worker, is_written=is_written)
    db.session.commit()
