"""No transaction of a job, or of the act of a request, holds SQLite's write lock for long, however
many rows there are.

What took too long is done once more: a busy host books time on whoever is running. What must not
grow is done with 100 rows and with 1,000, and the longest transaction of the one is compared with
that of the other, in the same minute on the same machine.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.clock import SystemClock
from annualwheel.contacts.imports import reading as lists
from annualwheel.contacts.imports import storing, undoing, writing
from annualwheel.contacts.imports.decisions import Decisions
from annualwheel.db import db
from annualwheel.jobs import building, importing, sweep
from annualwheel.mail import waiting
from annualwheel.mailings import sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes, settling
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Mailing, Meeting, Pack, Person, Registration, Staff, Year
from annualwheel.questionnaires import published
from annualwheel.transactions import reading
from annualwheel.workshop import packs
from bench import filling
from tests.cpu_time import slowness
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


def short(runs: Iterable[list[float]]) -> bool:
    """Whether all transactions of a run are short; the next one is made where they are not."""
    for run in runs:
        assert run, "nothing was written"
        if max(run) < MOST:
            return True
    return False


def test_a_transaction_that_works_for_long_is_seen(session: Any) -> None:
    with held(db.engine) as found:
        db.session.execute(sa.update(Pack).values(done=0))
        until = time.thread_time() + 2 * MOST * slowness()
        while time.thread_time() < until:
            pass
        db.session.commit()
        db.session.execute(sa.update(Pack).values(done=0))
        db.session.rollback()
    assert [seconds > MOST for seconds in found] == [True, False]


def test_building_a_pack(year: Year) -> None:
    work = filling.meeting_of(year, "work")
    meeting_id, questionnaire = work.id, published.one(work, "arbetsmote")
    filling.store_versions(questionnaire, 100, 3)
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
        assert (pack.state, pack.counts["answers"]) == ("ready", 100)
        return found

    assert short(map(build, ("sv", "en")))


# Ten times as many rows may make no transaction so many times as long; one that goes through all of
# them is ten times as long. So many seconds are lost in what is shorter than can be measured.
GROWTH, UNSEEN = 3.0, 0.005
FEW, MANY = 100, 1000


def grows(few: list[float], many: list[float]) -> bool:
    """Whether the longest transaction grows with the rows."""
    assert few and many, "nothing was written"
    return max(many) > GROWTH * max(few) + UNSEEN


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every meeting counts as a large one."""
    monkeypatch.setattr(settling, "BATCH", 100)


def begin_the_job(mailing: Mailing) -> None:
    """All that grows with the registrations, and the first mails."""
    clock = SystemClock()
    assert sending.take(mailing.id, "test", clock.now())
    db.session.commit()
    building._settle(mailing.id, "test")
    with reading():
        left = sending.remaining(mailing, clock.now())
        db.session.commit()
    for start in (0, 25):
        assert sending.write_batch(mailing, left[start : start + 25], clock.now(), "test")
        db.session.commit()
    sending.let_go(mailing, "test", is_written=False)
    db.session.commit()


def acts_on(year: Year, kind: str, people: list[Person]) -> dict[str, list[float]]:
    """The transactions of what staff do with a meeting of so many, as a request and its job."""
    meeting = meeting_with(year, kind, people, "registered")
    clock, found = SystemClock(), {}

    def measured(name: str, act: Callable[[], Mailing | None]) -> Mailing | None:
        with held(db.engine) as found[name]:
            mailing = act()
            db.session.commit()
            if mailing is not None:
                begin_the_job(mailing)
        return mailing

    def move(days: int) -> Mailing | None:
        starts, ends = meeting.starts_at + days * DAY, meeting.ends_at + days * DAY
        to = Appointment(starts, ends, meeting.place, meeting.address)
        return changes.move(meeting, to, "", clock.now(), audit.SYSTEM)

    measured("move", lambda: move(1))
    measured("move on", lambda: move(1))
    measured("move back", lambda: move(-2))
    draft = MailingDraft(meeting, "reminder")
    db.session.execute(sa.update(Registration).values(state="invited"))
    db.session.commit()
    with reading():
        chosen = sending.choose(draft, clock.now())
        db.session.commit()
    reminder = measured(
        "remind",
        lambda: sending.confirm(draft, kind, 9999, audit.SYSTEM, clock.now(), chosen),
    )
    assert reminder is not None
    with held(db.engine) as found["pause"]:
        sending.pause(reminder, clock.now(), audit.SYSTEM)
        db.session.commit()
    with held(db.engine) as found["goes on"]:
        at = clock.now()
        while sending.wait_anew(reminder, at):
            db.session.commit()
        db.session.commit()
    with held(db.engine) as found["sweep"]:
        sweep.sweep_minute()
    measured("cancel", lambda: changes.cancel(meeting, "", clock.now(), audit.SYSTEM))
    return found


@pytest.mark.usefixtures("large")
def test_no_transaction_grows_with_the_registrations(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "ANEW", 100)
    places = filling.organisations(50)
    few = acts_on(year, "direction", filling.people(FEW, places))
    many = acts_on(year, "conference", filling.people(MANY, places, first=FEW))
    assert [name for name in few if grows(few[name], many[name])] == []
    assert [name for name in many if max(many[name]) > MOST] == []


def test_no_transaction_of_an_import_grows_with_its_rows(year: Year) -> None:
    def transactions(which: str, rows: int) -> list[float]:
        lines = (
            f"Lista {which} {number % (rows // 10)};Alva;Prov{number};p{number}@{which}.example.org"
            for number in range(rows)
        )
        text = "\n".join(["Organisation;Förnamn;Efternamn;E-post", *lines])
        found, now = storing.listed(lists.lists(text.encode())), SystemClock().now()
        with held(db.engine) as taken:
            kept = storing.keep(found, "l.csv", year, "K", audit.SYSTEM, now)
            writing.begin(kept, Decisions(), audit.SYSTEM, now)
            db.session.commit()
            importing.carry_on(kept.id)
            db.session.refresh(kept)
            undoing.begin(kept, {}, audit.SYSTEM)
            db.session.commit()
            importing.carry_on(kept.id)
            db.session.refresh(kept)
            db.session.commit()
        assert kept.state == "undone"
        return taken

    few, many = transactions("a", FEW), transactions("b", MANY)
    assert not grows(few, many)


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

    assert short(map(move, KINDS))


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

    assert short(map(remind, KINDS))


def test_preparing_a_mailing_that_lets_people_in(year: Year) -> None:
    def ask(first: int) -> list[float]:
        people = filling.people(60, filling.organisations(30, 5000 + first), first=first)
        meeting = filling.meeting_of(year, "direction")
        filling.registrations(meeting, people, ("registered",))
        db.session.commit()
        draft = MailingDraft(meeting, "preparation", questionnaire=meeting.questionnaires[0].key)
        with held(db.engine) as found:
            mailing = sending.confirm(draft, str(first), 400, audit.SYSTEM, SystemClock().now())
            db.session.commit()
            building.prepare(mailing.id)
        assert mailing.state == "sending"
        return found

    assert short(map(ask, (0, 60)))


def test_the_work_of_each_minute(year: Year, everybody: list[Person]) -> None:
    meeting_with(year, "direction", everybody, "registered")

    def minute(_number: int) -> list[float]:
        with held(db.engine) as found:
            sweep.sweep_minute()
        return found

    assert short(map(minute, range(2)))
