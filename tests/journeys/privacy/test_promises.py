"""What is promised on the pages: erased on its day, never written to the log, and nobody waits for
what will not come.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import IntegrityError

from annualwheel import audit, leases, limits, log
from annualwheel.db import db
from annualwheel.jobs import sweep
from annualwheel.models import Attempt, File, FileChunk, Needs, Organisation, Pack
from annualwheel.participation import replies
from annualwheel.registrations import needs
from annualwheel.workshop import packs
from config import Settings
from tests.conftest import START, Fixed
from tests.makers.guests import make_guest, make_meeting, reply_of


def test_no_row_of_the_database_reaches_the_log(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    log.prepare_log(Settings(secret_keys=("k" * 40,)))
    with app.app_context():
        for code in ("A", "B"):
            db.session.add(Organisation(code=code, name="Hemliga orten", folded="hemliga orten"))
        try:
            db.session.commit()
        except IntegrityError as problem:
            structlog.get_logger().error("failure", exc_info=problem)
            logging.getLogger("library").exception("failure")
    written = capsys.readouterr().out
    assert written.count("IntegrityError") >= 2
    assert "hemliga" not in written.lower()


def test_what_is_to_be_erased_is_erased_by_the_hour(session: Any, clock: Fixed) -> None:
    guest = make_guest(make_meeting())
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    needs.state(guest, "Nötter", "", "Ja", START)
    limits.count("new_link", "a@kommun.example", START, 3, dt.timedelta(hours=1))
    file = File(
        name="underlag.xlsx", media_type="", created_at=START, expires_at=START + packs.KEPT
    )
    db.session.add(file)
    db.session.flush()
    db.session.add(FileChunk(file_id=file.id, number=0, content=b"x"))
    db.session.commit()
    left = {}
    for days in (0, 2, 31, 73, 74):
        clock.set(START + dt.timedelta(days=days))
        sweep.sweep_minute()
        left[days] = [db.session.query(table).count() for table in (Needs, Attempt, FileChunk)]
    assert left == {0: [1, 1, 1], 2: [1, 0, 1], 31: [1, 0, 0], 73: [1, 0, 0], 74: [0, 0, 0]}


def test_a_pack_that_workers_die_with_says_that_it_failed(session: Any, clock: Fixed) -> None:
    pack = Pack(meeting=make_meeting(), by_id=None, created_at=START)
    db.session.add(pack)
    db.session.commit()
    states = []
    for _death in range(leases.MOST_TRIES):
        assert packs.take(pack.id, "a", clock.now())
        db.session.commit()
        clock.advance(leases.LEASE + dt.timedelta(minutes=1))
        sweep.sweep_minute()
        db.session.refresh(pack)
        states.append(pack.state)
    assert states == ["building", "building", "failed"]


def test_a_pack_that_is_ready_fails_no_more(session: Any) -> None:
    pack = Pack(meeting=make_meeting(), by_id=None, created_at=START, state="ready")
    db.session.add(pack)
    db.session.flush()
    packs.mark_failed(pack.id)
    db.session.refresh(pack)
    assert pack.state == "ready"
