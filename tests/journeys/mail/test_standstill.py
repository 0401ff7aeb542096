"""A mail server that takes nothing from us: whose fault it is, what waits, and what goes on."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.jobs import sending as jobs
from annualwheel.jobs import sweep
from annualwheel.mail import outbox, standstill, waiting
from annualwheel.mail.outbox import Recipient
from annualwheel.mail.standstill import WAITS
from annualwheel.mailings import sending
from annualwheel.models import Audit, Mailing, Message
from tests.conftest import START, Fixed
from tests.makers.guests import make_meeting
from tests.smtp_server import Stages, refusing

pytestmark = pytest.mark.fault

SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)
# What each stage may say for good, and what it may say for now.
FOR_GOOD = [
    ("connection", "554 5.7.1 No service for you"),
    ("ehlo", "550 5.7.1 Who are you"),
    ("auth", "535 5.7.8 Wrong password"),
    ("mail", "550 5.7.1 anna@region.example may not send"),
    ("rcpt", "554 5.7.1 <p0@kommun.example>: Relay access denied"),
    ("rcpt", "550 5.4.5 Daily sending quota exceeded"),
    ("end", "550 5.4.5 Daily sending quota exceeded"),
]
FOR_NOW = [
    ("connection", "421 4.3.2 Too busy"),
    ("connection", ""),
    ("ehlo", "421 4.3.2 Too busy"),
    ("auth", "454 4.7.0 Temporary authentication failure"),
    ("mail", "451 4.3.0 Local error"),
    ("mail", ""),
    ("rcpt", "450 4.4.5 Congestion"),
]


@pytest.fixture
def server() -> Iterator[Stages]:
    with refusing() as stages:
        yield stages


@pytest.fixture
def app(make_app: Callable[..., Flask], server: Stages) -> Iterator[Flask]:
    """An application whose mail server can refuse at every stage."""
    app = make_app(
        mail_port=server.port, mail_username="arshjulet", mail_password="x", mail_timeout=2.0
    )
    with app.app_context():
        yield app


def put(number: int, mailing: Mailing | None = None, now: dt.datetime = START) -> Message:
    to = Recipient(f"p{number}@kommun.example", "Alva Provsson")
    return outbox.put(f"p:{number}", "test_mail", to, {"sent_at": "nu"}, {}, now, mailing=mailing)


def make_mailing(mails: int, key: str = "a") -> Mailing:
    found = db.session.query(Mailing).first()
    mailing = Mailing(
        meeting=found.meeting if found else make_meeting(),
        kind="invitation",
        audience={},
        confirm_key=key,
        created_at=START,
        state="sending",
        expected=mails,
    )
    db.session.add(mailing)
    db.session.flush()
    for number in range(mails):
        put(number, mailing)
    db.session.commit()
    return mailing


def states() -> dict[str, int]:
    db.session.expire_all()
    return dict(Counter(message.state for message in db.session.query(Message)))


@pytest.mark.parametrize(("stage", "reply"), FOR_GOOD)
def test_what_is_ours_stops_the_mailing_and_nobody_is_blamed(
    app: Flask, server: Stages, clock: Fixed, stage: str, reply: str
) -> None:
    server.replies[stage] = reply
    mailing = make_mailing(60)
    for _worker in range(3):
        jobs.drain_outbox()
    assert set(states()) <= {"queued", "retry"} and not server.mails
    assert server.connections == 1 and len(server.tried) <= 1
    assert (mailing.state, mailing.paused_from, mailing.stopped_at) == ("stopped", "sending", START)
    assert mailing.stopped_why.startswith(reply[:4]) and "@" not in mailing.stopped_why
    stands = standstill.current()
    assert stands and (stands.since, stands.for_good) == (START, True)
    assert stands.stage == {"end": "data"}.get(stage, stage) and "@" not in stands.reply
    assert db.session.query(Audit).filter_by(verb="mailing_stopped").count() == 1
    # It does not go on by itself, though the server is tried again with other mail.
    server.replies.clear()
    put(99)
    db.session.commit()
    clock.advance(WAITS[0])
    jobs.drain_outbox()
    assert [mail.to for mail in server.mails] == [("p99@kommun.example",)]
    assert (standstill.current(), mailing.state) == (None, "stopped")
    # One press sends on.
    sending.resume(mailing, clock.now(), audit.SYSTEM)
    db.session.commit()
    jobs.drain_outbox()
    assert states() == {"sent": 61}
    assert {mail.to[0] for mail in server.mails} >= {f"p{one}@kommun.example" for one in range(60)}


@pytest.mark.parametrize(("stage", "reply"), FOR_NOW)
def test_a_server_that_is_away_is_tried_once_for_all_and_goes_on_by_itself(
    app: Flask, server: Stages, clock: Fixed, stage: str, reply: str
) -> None:
    server.replies[stage] = reply
    mailing = make_mailing(60)
    for wait in [*WAITS, WAITS[-1]]:
        before = server.connections
        for _worker in range(3):
            jobs.drain_outbox()
        clock.advance(wait - SECOND)
        jobs.drain_outbox()
        assert server.connections == before + 1
        assert set(states()) <= {"queued", "retry"} and mailing.state == "sending"
        clock.advance(SECOND)
    server.replies.clear()
    jobs.drain_outbox()
    clock.advance(outbox.WAITS[-1])
    jobs.drain_outbox()
    assert (states(), standstill.current()) == ({"sent": 60}, None)


def test_one_press_tries_the_server_at_once(app: Flask, server: Stages, clock: Fixed) -> None:
    server.replies["connection"] = ""
    make_mailing(3)
    jobs.drain_outbox()
    server.replies.clear()
    jobs.drain_outbox()
    assert states() == {"queued": 3}
    standstill.try_now(clock.now())
    db.session.commit()
    jobs.drain_outbox()
    assert states() == {"sent": 3}


def test_a_wrong_address_is_the_recipients_and_stops_nobody(app: Flask, server: Stages) -> None:
    server.replies["rcpt"] = "550 5.1.1 User unknown"
    mailing = make_mailing(5)
    jobs.drain_outbox()
    assert (states(), mailing.state, standstill.current()) == ({"failed": 5}, "sending", None)


def test_greylisting_holds_up_its_own_mail_alone(app: Flask, server: Stages, clock: Fixed) -> None:
    server.replies["rcpt"] = "451 4.7.1 Greylisted"
    make_mailing(5)
    jobs.drain_outbox()
    assert (states(), standstill.current(), len(server.tried)) == ({"retry": 5}, None, 5)
    server.replies.clear()
    clock.advance(outbox.WAITS[0])
    jobs.drain_outbox()
    assert states() == {"sent": 5}


def test_one_recipient_that_policy_refuses_fails_alone(
    app: Flask, server: Stages, clock: Fixed
) -> None:
    server.replies["rcpt"] = "550 5.7.1 Access denied"
    mailing = make_mailing(1)
    jobs.drain_outbox()
    assert (states(), standstill.current()) == ({"retry": 1}, None)
    server.replies.clear()
    put(1, mailing)
    db.session.commit()
    jobs.drain_outbox()
    server.replies["rcpt"] = "550 5.7.1 Access denied"
    clock.advance(outbox.WAITS[0])
    jobs.drain_outbox()
    assert (states(), mailing.state) == ({"failed": 1, "sent": 1}, "sending")


@pytest.mark.parametrize("stage", ["rcpt", "end"])
def test_what_policy_refuses_for_two_in_a_row_is_about_us(
    app: Flask, server: Stages, stage: str
) -> None:
    server.replies[stage] = "550 5.7.1 Access denied"
    mailing = make_mailing(60)
    jobs.drain_outbox()
    assert states() == {"retry": 2, "queued": 58}
    assert (mailing.state, len(server.tried)) == ("stopped", 2)


def test_one_recipient_that_is_not_relayed_to_keeps_nobody_back(
    app: Flask, server: Stages, clock: Fixed
) -> None:
    server.replies["rcpt"] = "554 5.7.1 Relay access denied"
    mailing = make_mailing(1)
    jobs.drain_outbox()
    server.replies.clear()
    for number in range(1, 4):
        put(number, mailing)
    clock.advance(WAITS[0])
    db.session.query(Message).filter_by(key="p:0").update(
        {"due_at": clock.now() + DAY, "waiting_since": clock.now()}
    )
    put(9)
    db.session.commit()
    jobs.drain_outbox()
    assert mailing.state == "stopped"
    sending.resume(mailing, clock.now(), audit.SYSTEM)
    db.session.query(Message).filter_by(key="p:0").update({"due_at": clock.now() + DAY})
    db.session.commit()
    jobs.drain_outbox()
    assert states() == {"retry": 1, "sent": 4}
    server.replies["rcpt"] = "554 5.7.1 Relay access denied"
    clock.advance(DAY)
    jobs.drain_outbox()
    # Others got through since: this one waits alone, and is not called a wrong address.
    assert (states(), mailing.state, standstill.current()) == (
        {"retry": 1, "sent": 4},
        "sending",
        None,
    )


def test_after_four_days_it_has_not_left_and_says_so(
    app: Flask, server: Stages, clock: Fixed
) -> None:
    server.replies["connection"] = ""
    mailing = make_mailing(3)
    jobs.drain_outbox()
    clock.advance(DAY)
    put(8, now=clock.now())
    (doubtful,) = db.session.query(Message).filter_by(key="p:2")
    doubtful.may_have_left = True
    db.session.commit()
    clock.set(START + waiting.GIVE_UP - SECOND)
    sweep.sweep_minute()
    assert states() == {"queued": 4}
    clock.set(START + waiting.GIVE_UP + dt.timedelta(minutes=1))
    sweep.sweep_minute()
    assert states() == {"expired": 2, "unknown": 1, "queued": 1}
    db.session.refresh(mailing)
    assert (mailing.state, sending.progress_of(mailing).failed) == ("done", 3)
    clock.set(START + waiting.GIVE_UP + DAY + dt.timedelta(minutes=2))
    sweep.sweep_minute()
    assert states() == {"expired": 3, "unknown": 1}


def test_what_a_person_holds_or_has_stopped_by_itself_waits_for_a_person(
    app: Flask, server: Stages, clock: Fixed
) -> None:
    server.replies["auth"] = "535 5.7.8 Wrong password"
    stopped, paused = make_mailing(2), make_mailing(0, "b")
    put(7, paused)
    sending.pause(paused, START, audit.SYSTEM)
    db.session.commit()
    jobs.drain_outbox()
    clock.advance(10 * DAY)
    sweep.sweep_minute()
    assert states() == {"queued": 3}
    server.replies.clear()
    for mailing in (stopped, paused):
        sending.resume(mailing, clock.now(), audit.SYSTEM)
    db.session.commit()
    clock.advance(DAY)
    sweep.sweep_minute()
    assert states() == {"queued": 3}
    jobs.drain_outbox()
    assert states() == {"sent": 3}


def test_a_worker_that_the_server_has_heard_since_goes_on(
    app: Flask, server: Stages, clock: Fixed
) -> None:
    """A server that takes fewer connections than we open refuses the last of them alone."""
    make_mailing(30)
    with jobs.delivery.open_connection(jobs.services().settings) as connection:
        worker = jobs.Worker(connection)
        assert worker.send()
        standstill.note("connection", "421 Too many connections", False, START - SECOND)
        db.session.commit()
        assert worker.send()
    assert (states(), standstill.current()) == ({"sent": 30}, None)


def test_a_server_that_ends_a_connection_between_two_mails_is_reached_again(
    app: Flask, server: Stages
) -> None:
    put(1)
    db.session.commit()
    with jobs.delivery.open_connection(jobs.services().settings) as connection:
        worker = jobs.Worker(connection)
        worker.send()
        connection.host.sock.shutdown(1)
        put(2)
        db.session.commit()
        worker.send()
    assert (states(), server.connections, standstill.current()) == ({"sent": 2}, 2, None)


@pytest.mark.parametrize("stage", ["connection", "ehlo", "auth", "mail", "rcpt", "end"])
def test_a_server_that_trickles_meets_a_deadline_for_the_mail(
    make_app: Callable[..., Flask], server: Stages, clock: Fixed, stage: str
) -> None:
    app = make_app(
        mail_port=server.port, mail_username="arshjulet", mail_password="x", mail_timeout=0.1
    )
    server.replies[stage], server.slow = "trickle", 0.02
    with app.app_context():
        put(1)
        db.session.commit()
        began = time.monotonic()
        jobs.drain_outbox()
        # Three steps and the farewell; the whole of the trickle would take minutes.
        assert time.monotonic() - began < 5
        assert set(states()) <= {"queued", "retry"}
        may_have_left = db.session.query(Message).one().may_have_left
    assert may_have_left is (stage == "end")


def test_what_waits_for_a_server_is_counted_from_when_it_was_queued(
    app: Flask, server: Stages, clock: Fixed
) -> None:
    server.replies["auth"] = "454 4.7.0 Later for anna@region.example"
    make_mailing(3)
    jobs.drain_outbox()
    clock.advance(DAY)
    jobs.drain_outbox()
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()) == (
        200,
        {
            "status": "ok",
            "migrated": True,
            "problems": [],
            "clock_ahead": 0,
            "oldest_due_mail": 86_400,
            "mail_stands_still": 86_400,
            "mail_refused_at": "auth",
            "stopped_mailings": 0,
        },
    )
