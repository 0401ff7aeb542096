"""The outbox: nothing is sent twice by two workers, nothing is lost, and what the server says
decides what happens next.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from annualwheel import unit_of_work
from annualwheel.db import db
from annualwheel.jobs import once, sending, sweep
from annualwheel.mail import claiming, letters, outbox, waiting
from annualwheel.mail.outbox import WAITS, Recipient
from annualwheel.models import Message
from annualwheel.wording import cleaning
from config import ROOT
from tests.conftest import Fixed
from tests.databases import PostgreSQL, SQLite
from tests.smtp_server import Smtp

MINUTE = dt.timedelta(minutes=1)


def put(number: int, now: dt.datetime, address: str = "") -> Message:
    """A mail that needs nothing else."""
    to = Recipient(address or f"p{number}@kommun.example", "Alva Provsson")
    return outbox.put(f"prov:{number}", "test_mail", to, {"sent_at": "nu"}, {}, now)


def state_of(number: int) -> str:
    return db.session.query(Message).filter_by(key=f"prov:{number}").populate_existing().one().state


def test_the_same_cause_never_writes_twice(session: scoped_session[Session], clock: Fixed) -> None:
    put(1, clock.now())
    db.session.flush()
    put(1, clock.now())
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_a_mail_keeps_the_version_of_its_text_and_gets_another_with_another_text(
    session: scoped_session[Session], clock: Fixed
) -> None:
    message = put(1, clock.now())
    letter = letters.write("test_mail", "sv", {"sent_at": "i går"})
    assert message.text_version == letter.text_version != ""
    outbox.rewrite(message, replace(letter, text_version="another"))
    db.session.flush()
    db.session.expire_all()
    assert (message.text_version, message.body.text) == ("another", letter.text)


def test_a_mail_that_is_put_goes_out_after_the_commit(
    app: Flask, smtp: Smtp, clock: Fixed, work: Callable[[], int]
) -> None:
    with app.app_context():
        put(1, clock.now())
        unit_of_work.commit()
        assert not smtp.mails
    work()
    with app.app_context():
        assert state_of(1) == "sent"


def test_a_crash_between_commit_and_queue_is_found_by_the_sweeper(
    make_app: Callable[..., Flask], smtp: Smtp, clock: Fixed
) -> None:
    app = make_app(mail_allow=("example",))
    with app.app_context():
        put(1, clock.now())
        db.session.commit()
        sweep.sweep_minute()
        sending.drain_outbox()
        assert state_of(1) == "sent"
    assert len(smtp.mails) == 1


def test_a_tick_runs_once_a_minute_whoever_comes(
    session: scoped_session[Session], clock: Fixed
) -> None:
    first = once.claim_minute("sweep", clock.now())
    second = once.claim_minute("sweep", clock.now() + dt.timedelta(seconds=30))
    later = once.claim_minute("sweep", clock.now() + MINUTE)
    assert (first, second, later) == (True, False, True)


def test_what_is_leased_is_nobody_elses_until_the_lease_runs_out(
    session: scoped_session[Session], clock: Fixed
) -> None:
    put(1, clock.now())
    db.session.commit()
    assert len(claiming.claim("a", clock.now())) == 1
    db.session.commit()
    assert claiming.claim("b", clock.now() + MINUTE) == []
    assert len(claiming.claim("b", clock.now() + claiming.LEASE + MINUTE)) == 1


@pytest.mark.race
def test_many_workers_never_take_the_same_mail(app: Flask, clock: Fixed) -> None:
    with app.app_context():
        for number in range(60):
            put(number, clock.now())
        db.session.commit()
    taken: list[int] = []
    lock = threading.Lock()

    def worker(name: str) -> None:
        with app.app_context():
            while found := claiming.claim(name, clock.now(), at_most=5):
                db.session.commit()
                with lock:
                    taken.extend(message.id for message in found)

    threads = [threading.Thread(target=worker, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 60


def test_a_temporary_no_waits_longer_each_time_and_ends_after_four_days(
    make_app: Callable[..., Flask], smtp: Smtp, clock: Fixed
) -> None:
    app = make_app(mail_allow=("example",))
    smtp.answers["p1@kommun.example"] = "451 Try later"
    began = clock.now()
    with app.app_context():
        put(1, clock.now())
        db.session.commit()
        for wait in [*WAITS, WAITS[-1]]:
            sending.drain_outbox()
            assert state_of(1) == "retry"
            clock.advance(wait - dt.timedelta(seconds=1))
            sending.drain_outbox()
            message = db.session.query(Message).populate_existing().one()
            clock.advance(dt.timedelta(seconds=1))
            assert message.due_at == clock.now()
        while state_of(1) == "retry":
            sending.drain_outbox()
            clock.advance(WAITS[-1])
        assert state_of(1) == "expired"
        assert waiting.GIVE_UP <= clock.now() - began <= waiting.GIVE_UP + 2 * WAITS[-1]


def test_a_final_no_is_shown_and_not_tried_again_until_a_person_asks(
    make_app: Callable[..., Flask], smtp: Smtp, clock: Fixed
) -> None:
    app = make_app(mail_allow=("example",))
    smtp.answers["p1@kommun.example"] = "550 No such person"
    with app.app_context():
        put(1, clock.now())
        db.session.commit()
        sending.drain_outbox()
        message = db.session.query(Message).populate_existing().one()
        assert (message.state, "No such person" in message.error) == ("failed", True)
        smtp.answers.clear()
        clock.advance(dt.timedelta(days=1))
        sending.drain_outbox()
        assert not smtp.mails
        outbox.try_again(message, clock.now())
        unit_of_work.commit()
        sending.drain_outbox()
        assert state_of(1) == "sent"


@pytest.mark.parametrize(
    "reply", ["550 no\0such person", "550 " + "very long " * 500, "550 \x1b[2Jx\x07"]
)
def test_a_reply_that_no_database_can_hold_fails_its_own_mail_alone(
    make_app: Callable[..., Flask], smtp: Smtp, clock: Fixed, reply: str
) -> None:
    app = make_app(mail_allow=("example",))
    smtp.answers["p1@kommun.example"] = reply
    with app.app_context():
        for number in (1, 2):
            put(number, clock.now())
        db.session.commit()
        sending.drain_outbox()
        assert (state_of(1), state_of(2)) == ("failed", "sent")
        error = db.session.query(Message).filter_by(key="prov:1").one().error
        assert error.startswith("550 ") and len(error) <= 500
        assert cleaning.kept(error) == error


def test_outside_production_the_fence_keeps_mail_back_and_says_so(
    make_app: Callable[..., Flask], smtp: Smtp, clock: Fixed
) -> None:
    app = make_app(mail_allow=("region.example",))
    with app.app_context():
        put(1, clock.now())
        db.session.commit()
        sending.drain_outbox()
        assert state_of(1) == "withheld"
    assert not smtp.mails


@pytest.mark.fault
@pytest.mark.race
def test_killing_the_worker_again_and_again_loses_no_mail(
    database: SQLite | PostgreSQL,
    make_app: Callable[..., Flask],
    smtp: Smtp,
    clock: Fixed,
    tmp_path: Path,
    times: int,
) -> None:
    app, count = make_app(mail_allow=("example",)), 36 * times
    now = dt.datetime.now(dt.UTC)
    with app.app_context():
        for number in range(count):
            put(number, now - MINUTE)
        db.session.commit()
    kills = range(7, count, 13)
    for round_number, until in enumerate(kills):
        worker = start_worker(database.url, smtp.port, tmp_path, round_number * 10)
        wait_until_received(smtp, until, worker)
        worker.kill()
        worker.wait()
    last = start_worker(database.url, smtp.port, tmp_path, len(kills) * 10)
    assert last.wait(timeout=60) == 0
    received = Counter(mail.to[0] for mail in smtp.mails)
    assert set(received) == {f"p{number}@kommun.example" for number in range(count)}
    by_id = {str(mail.message["Message-ID"]) for mail in smtp.mails}
    assert len(by_id) == count
    with app.app_context():
        assert {message.state for message in db.session.query(Message)} == {"sent"}


def test_a_worker_process_of_its_own_sends_what_the_web_queued(
    database: SQLite | PostgreSQL, make_app: Callable[..., Flask], smtp: Smtp, tmp_path: Path
) -> None:
    queue = f"sqlite:///{tmp_path / 'queue.db'}"
    app = make_app(mail_allow=("example",), queue_url=queue)
    environ = {
        **os.environ,
        "SECRET_KEYS": "k" * 40,
        "ENVIRONMENT": "test",
        "DATABASE_URL": database.url,
        "QUEUE_URL": queue,
        "WORKER": "separate",
        "MAIL_PORT": str(smtp.port),
        "MAIL_ALLOW": "example",
    }
    command = [str(Path(sys.executable).with_name("huey_consumer")), "wsgi.huey", "-w", "2"]
    worker = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with app.app_context():
            put(1, dt.datetime.now(dt.UTC) - MINUTE)
            unit_of_work.commit()
        wait_until_received(smtp, 1, worker)
    finally:
        worker.send_signal(signal.SIGINT)
        worker.wait(timeout=30)
    assert smtp.last("p1@kommun.example").subject


def start_worker(url: str, port: int, folder: Path, minutes: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.killed_worker",
            url,
            str(port),
            f"sqlite:///{folder / 'queue.db'}",
            str(minutes),
        ]
    )


def wait_until_received(smtp: Smtp, count: int, worker: subprocess.Popen[bytes]) -> None:
    """Until the server holds so many mails; a worker that ends before is an error."""
    arrived = threading.Event()
    while len(smtp.mails) < count:
        arrived.wait(0.005)
        assert worker.poll() is None or len(smtp.mails) >= count, (
            f"the worker ended after {len(smtp.mails)} mails"
        )


def test_a_mail_whose_lease_is_about_to_end_is_left_to_the_next_worker(
    app: Flask,
    session: scoped_session[Session],
    smtp: Smtp,
    clock: Fixed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(1, clock.now())
    db.session.commit()
    with monkeypatch.context() as short:
        short.setattr(claiming, "LEASE", claiming.MARGIN)
        sending.drain_outbox()
    assert (state_of(1), smtp.mails) == ("queued", [])
    assert db.session.query(Message).one().attempts == 0
    sending.drain_outbox()
    assert (state_of(1), len(smtp.mails)) == ("sent", 1)


def test_only_a_try_counts_as_one_however_slow_the_server(
    session: scoped_session[Session], smtp: Smtp, clock: Fixed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        put(number, clock.now())
        smtp.answers[f"p{number}@kommun.example"] = "451 Try later"
    db.session.commit()

    def passing() -> dt.datetime:
        clock.advance(dt.timedelta(seconds=20))
        return clock.moment

    with monkeypatch.context() as slow:
        slow.setattr(clock, "now", passing)
        sending.send_mails([message.id for message in db.session.query(Message)])
    tried = [message for message in db.session.query(Message).populate_existing() if message.error]
    assert 0 < len(tried) < 12 and {message.attempts for message in tried} == {1}
    left = [message for message in db.session.query(Message) if not message.error]
    assert {(message.state, message.attempts, message.lease_until) for message in left} == {
        ("queued", 0, None)
    }
    smtp.answers.clear()
    sending.drain_outbox()
    clock.advance(MINUTE)
    sending.drain_outbox()
    rows = db.session.query(Message).populate_existing().order_by(Message.id).all()
    assert [(message.state, message.attempts) for message in rows] == [
        ("sent", 2 if message in tried else 1) for message in rows
    ]


def test_what_is_given_back_before_a_later_try_waits_as_it_did(
    session: scoped_session[Session], clock: Fixed
) -> None:
    message = put(1, clock.now())
    message.state, message.attempts = "retry", 2
    db.session.commit()
    claiming.give_back(claiming.claim("a", clock.now()))
    db.session.refresh(message)
    assert (message.state, message.attempts, message.lease_until) == ("retry", 2, None)


def test_what_another_worker_has_taken_meanwhile_is_left_to_it(
    session: scoped_session[Session], clock: Fixed
) -> None:
    message = put(1, clock.now())
    db.session.commit()
    [late] = claiming.claim("a", clock.now())
    session.expunge(late)
    [taken] = claiming.claim("b", clock.now() + claiming.LEASE + MINUTE)
    claiming.give_back([late])
    db.session.refresh(taken)
    assert (taken.id, taken.state, taken.lease_by, taken.attempts) == (
        message.id,
        "sending",
        "b",
        2,
    )
