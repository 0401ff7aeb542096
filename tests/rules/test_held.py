"""No transaction of what is long by nature holds SQLite's write lock for long.

Each is done twice, and the better one counts: a busy host books time on whoever is running.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.clock import SystemClock
from annualwheel.db import db
from annualwheel.jobs import building, sweep
from annualwheel.mailings import sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Mailing, Meeting, Pack, Person, Registration, Staff, Year
from annualwheel.questionnaires import published
from annualwheel.workshop import packs
from bench import filling
from tests.held import MOST, held

DAY = dt.timedelta(days=1)
KINDS = ("direction", "conference")
pytestmark = [pytest.mark.fault, pytest.mark.usefixtures("session")]


@pytest.fixture
def year(session: Any) -> Year:
    made = filling.plan()
    filling.publish(made)
    filling.staff_link("facilitator")
    db.session.commit()
    return made


def best(*runs: list[float]) -> float:
    """The longest transaction of the better of the runs."""
    assert all(runs), "nothing was written"
    return min(max(run) for run in runs)


def test_a_transaction_that_works_for_long_is_seen(session: Any) -> None:
    with held(db.engine) as found:
        db.session.execute(sa.update(Pack).values(done=0))
        until = time.thread_time() + MOST
        while time.thread_time() < until:
            pass
        db.session.commit()
        db.session.execute(sa.update(Pack).values(done=0))
        db.session.rollback()
    assert [seconds > MOST for seconds in found] == [True, False]


def test_building_a_pack(year: Year) -> None:
    work = filling.meeting_of(year, "work")
    meeting_id, questionnaire = work.id, published.one(work, "arbetsmote")
    filling.store_versions(questionnaire, 400, 3)
    db.session.commit()
    meeting, by = db.session.get_one(Meeting, meeting_id), db.session.query(Staff).one()

    def build(language: str) -> list[float]:
        with held(db.engine) as found:
            pack = packs.ask(meeting, by, language, SystemClock().now())
            db.session.commit()
            building.build_pack(pack.id)
            db.session.refresh(pack)
            # Else this read would last until the next one begins.
            db.session.commit()
        assert (pack.state, pack.counts["answers"]) == ("ready", 400)
        return found

    assert best(build("sv"), build("en")) < MOST


@pytest.fixture
def everybody(year: Year) -> list[Person]:
    return filling.people(400, filling.organisations(100))


def meeting_with(year: Year, kind: str, people: list[Person], state: str) -> Meeting:
    """A meeting with all of them in that state, with an entry in their calendars."""
    meeting = filling.meeting_of(year, kind)
    filling.registrations(meeting, people, (state,))
    db.session.execute(sa.update(Registration).values(sequence=0))
    db.session.commit()
    return meeting


def test_moving_a_meeting(year: Year, everybody: list[Person]) -> None:
    def move(kind: str) -> list[float]:
        meeting = meeting_with(year, kind, everybody, "registered")
        starts, ends = meeting.starts_at + DAY, meeting.ends_at + DAY
        to = Appointment(starts, ends, meeting.place, meeting.address)
        with held(db.engine) as found:
            mailing = changes.move(meeting, to, "", SystemClock().now(), audit.SYSTEM)
            db.session.commit()
            assert mailing is not None
            building.prepare(mailing.id)
        assert (mailing.state, mailing.written) == ("sending", 400)
        return found

    assert best(*map(move, KINDS)) < MOST


def test_preparing_a_large_mailing(year: Year, everybody: list[Person]) -> None:
    def remind(kind: str) -> list[float]:
        meeting = meeting_with(year, kind, everybody, "invited")
        draft = MailingDraft(meeting, "reminder")
        with held(db.engine) as found:
            mailing = sending.confirm(draft, kind, 400, audit.SYSTEM, SystemClock().now())
            db.session.commit()
            building.prepare(mailing.id)
        assert db.session.get_one(Mailing, mailing.id).state == "sending"
        return found

    assert best(*map(remind, KINDS)) < MOST


def test_the_work_of_each_minute(year: Year, everybody: list[Person]) -> None:
    meeting_with(year, "direction", everybody, "registered")
    found = []
    for _minute in range(2):
        with held(db.engine) as one:
            sweep.sweep_minute()
        found.append(one)
    assert best(*found) < MOST
