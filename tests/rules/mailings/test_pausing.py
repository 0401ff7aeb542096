"""A mailing that is paused while a job prepares it: nothing of what either has written is lost, and
everybody is told once.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.jobs import building
from annualwheel.mailings import sending
from annualwheel.meetings import announcements, changes, unheard
from annualwheel.models import Mailing, Meeting, Message, Registration
from tests.at_once import at_once
from tests.conftest import START
from tests.makers.guests import mails, make_guest, make_meeting
from tests.rules.preparation.test_two_at_once import behind_our_back

pytestmark = pytest.mark.race

ROUNDS = 12
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every meeting counts as a large one."""
    monkeypatch.setattr(announcements, "AT_ONCE", 0)
    monkeypatch.setattr(sending, "BATCH", 2)


def prepared(people: int = 5) -> Mailing:
    """A move that so many people, whose invitation has arrived, are to be told of by a job."""
    meeting = make_meeting()
    for number in range(people):
        make_guest(meeting, f"Gast{number}", "Ek")
    db.session.query(Message).update({"state": "sent"})
    return moved(meeting)


def moved(meeting: Meeting) -> Mailing:
    to = changes.Appointment(
        meeting.starts_at + WEEK, meeting.ends_at + WEEK, meeting.place, meeting.address
    )
    mailing = changes.move(meeting, to, "", START, audit.SYSTEM)
    assert mailing is not None
    db.session.commit()
    return mailing


def pause(mailing_id: int) -> None:
    sending.pause(db.session.get_one(Mailing, mailing_id), START, audit.SYSTEM)
    db.session.commit()


def write_next(mailing: Mailing) -> bool:
    """Writes the next batch, as the job does."""
    return sending.write_batch(mailing, sending.remaining(mailing, START)[:2], START)


def write(mailing_id: int) -> None:
    write_next(db.session.get_one(Mailing, mailing_id))
    db.session.commit()


def stored_state(mailing: Mailing) -> str:
    return str(db.session.query(Mailing.state).filter_by(id=mailing.id).scalar())


def go_on(mailing: Mailing) -> Counter[str]:
    """Lets the mailing go on to its end; returns how often each address was written to."""
    sending.resume(mailing, START, audit.SYSTEM)
    db.session.commit()
    building.prepare(mailing.id)
    db.session.refresh(mailing)
    assert mailing.state == "sending"
    return Counter(mail.address for mail in mails() if mail.mailing_id == mailing.id)


def test_who_pauses_keeps_what_the_job_has_noted(app: Flask, session: Any) -> None:
    mailing = prepared()
    behind_our_back(app, lambda: write(mailing.id))
    sending.pause(mailing, START, audit.SYSTEM)
    db.session.commit()
    assert (mailing.state, mailing.written, mailing.paused_from) == (
        "paused",
        2,
        "preparing",
    )
    assert set(go_on(mailing).values()) == {1}


def test_the_job_keeps_what_the_pause_has_noted(app: Flask, session: Any) -> None:
    mailing = prepared()
    behind_our_back(app, lambda: pause(mailing.id))
    assert write_next(mailing) is False
    db.session.commit()
    assert (mailing.state, mailing.paused_from, sending.progress_of(mailing).total) == (
        "paused",
        "preparing",
        5,
    )
    assert set(go_on(mailing).values()) == {1}


def test_a_batch_that_another_has_written_meanwhile_is_not_done_again(
    app: Flask, session: Any
) -> None:
    mailing = prepared()
    first = sending.remaining(mailing, START)[:2]
    # Nobody has to be written to, so that the keys of mails keep nothing from being done again.
    ids = [one.id for _place, one in first]
    db.session.query(Registration).filter(Registration.id.in_(ids)).update({"state": "declined"})
    db.session.commit()
    assert write_next(mailing) and write_next(mailing)
    before = db.session.query(Message).count()
    assert sending.write_batch(mailing, first, START)
    assert (mailing.written, db.session.query(Message).count()) == (4, before)
    assert [one.id for _place, one in sending.remaining(mailing, START)] == [
        one.id for one in unheard.people_of(mailing)[4:]
    ]


def test_the_last_batch_does_not_end_a_pause(app: Flask, session: Any) -> None:
    mailing = prepared()
    behind_our_back(app, lambda: pause(mailing.id))
    sending.finish_preparing(mailing)
    db.session.commit()
    assert stored_state(mailing) == "paused"


def test_who_resumes_goes_on_from_the_newest_pause(app: Flask, session: Any) -> None:
    mailing = prepared(1)
    behind_our_back(app, lambda: pause(mailing.id))
    sending.resume(mailing, START, audit.SYSTEM)
    db.session.commit()
    assert stored_state(mailing) == "preparing"


def test_a_new_move_stops_an_earlier_one_as_it_is_now(app: Flask, session: Any) -> None:
    mailing = prepared()
    building.prepare(mailing.id)
    behind_our_back(app, lambda: pause(mailing.id))
    moved(mailing.meeting)
    assert stored_state(mailing) == "sending"


def test_pausing_and_preparing_in_the_same_moment(app: Flask) -> None:
    for _round in range(ROUNDS):
        with app.app_context():
            db.session.query(Meeting).update({"state": "planned"})
            mailing_id = prepared().id if not _round else moved(db.session.query(Meeting).one()).id
        acts: tuple[Callable[[int], None], ...] = (write, pause, write, pause)
        at_once(app, lambda act, one=mailing_id: act(one), acts)
        with app.app_context():
            mailing = db.session.get_one(Mailing, mailing_id)
            written = Counter(mail.address for mail in mails() if mail.mailing_id == mailing_id)
            assert mailing.state == "paused" and len(written) == min(mailing.written, 5)
            assert sending.progress_of(mailing).total == 5
            assert (
                set(go_on(mailing).values()) == {1}
                and db.session.query(Message).filter_by(mailing_id=mailing_id).count() == 5
            )
