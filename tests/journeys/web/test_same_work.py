"""A request takes the same work whether an address is known or not: the rest is done in a job."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel.db import db
from annualwheel.jobs import sweep
from annualwheel.jobs.answering import answer_request
from annualwheel.models import MailRequest
from annualwheel.participation import link_recovery
from tests.conftest import START, Fixed
from tests.makers.asked import answer_all
from tests.makers.guests import mails, make_guest, make_meeting
from tests.makers.region import make_staff
from tests.tiny_browser import Browser

UNKNOWN = "okand@kommun.example"


def press(visitor: Browser, page: str, address: str) -> Browser:
    """Sends the form of an open page, for that address."""
    if page == "/anmal/2027/arbetsmote":
        visitor.open(page, sok="hagfors").follow("Hagfors kommun")
        visitor.fill("Förnamn", "Maria").fill("Efternamn", "Lindqvist")
    else:
        visitor.open(page)
    visitor.fill("E-postadress", address)
    return visitor


def statements(app: Flask, visitor: Browser, button: str) -> list[str]:
    """What the press asks of the database, without the values."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(re.sub(r"\s+", " ", statement))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        visitor.press(button)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return asked


@pytest.mark.parametrize(
    ("page", "button", "known"),
    [
        ("/lank", "Få en ny länk", "maria@kommun.example"),
        ("/mina-uppgifter", "Mejla mig en länk", "maria@kommun.example"),
        ("/logga-in", "Mejla mig en länk", "karin@region.example"),
        ("/anmal/2027/arbetsmote", "Skicka mig ett mejl", "maria@kommun.example"),
    ],
)
def test_known_and_unknown_addresses_cost_the_same_statements(
    app: Flask,
    session: Any,
    new_visitor: Callable[[], Browser],
    page: str,
    button: str,
    known: str,
) -> None:
    make_staff()
    make_guest(make_meeting())
    db.session.commit()
    before = len(mails())
    work = [
        statements(app, press(new_visitor(), page, address), button) for address in (known, UNKNOWN)
    ]
    assert work[0] == work[1] and any("mail_requests" in one for one in work[0])
    assert len(mails()) == before
    assert db.session.query(MailRequest).count() == 2
    answer_all()
    assert known in [one.address for one in mails()[before:]]
    assert db.session.query(MailRequest).count() == 0


def test_a_request_that_the_queue_has_lost_is_answered_by_the_sweep(
    app: Flask, session: Any, clock: Fixed, work: Callable[[], int]
) -> None:
    make_guest(make_meeting())
    link_recovery.ask("maria@kommun.example", "192.0.2.1", START)
    db.session.commit()
    sweep.sweep_minute()
    work()
    assert mails("new_link") == []
    clock.set(START.replace(minute=2))
    sweep.sweep_minute()
    work()
    db.session.expire_all()
    assert len(mails("new_link")) == 1


def test_a_request_is_answered_once(session: Any) -> None:
    make_guest(make_meeting())
    link_recovery.ask("maria@kommun.example", "192.0.2.1", START)
    db.session.commit()
    (request_id,) = db.session.query(MailRequest.id).one()
    answer_request(request_id)
    answer_request(request_id)
    assert len(mails("new_link")) == 1
