"""The plan of a meeting is typed as dates, and looked at with what it means before it is saved."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.clock import end_of_day
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.meetings import changes, planning, time_plan
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Audit, Meeting, Year
from annualwheel.participation import replies
from tests.conftest import START, Fixed
from tests.makers.guests import make_guest, publish, reply_of
from tests.makers.region import make_staff, make_year, meeting_of, sign_in
from tests.tiny_browser import Browser

WORK = "/mote/2027/arbetsmote"
PLAN = f"{WORK}/tidplan"
DAY = dt.timedelta(days=1)


@pytest.fixture
def year(session: scoped_session[Session]) -> Year:
    return make_year()


@pytest.fixture
def meeting(year: Year) -> Meeting:
    return meeting_of(year)


@pytest.fixture
def office(visitor: Browser, meeting: Meeting) -> Browser:
    """A coordinator, signed in."""
    return sign_in(visitor, make_staff())


def test_each_day_stands_with_its_weekday_and_its_distance_from_the_meeting(
    meeting: Meeting, office: Browser
) -> None:
    office.open(WORK).follow("Ändra mötet").see(
        "16 nov–11 dec (67 dagar före mötet till 42 dagar före mötet)"
    )
    office.follow("Ändra tidplanen").see("måndag, 67 dagar före mötet")
    assert office.value("Till och med", within="Anmälan") == "2026-12-11"
    planning.set_phases(meeting, {"registration": (-67, -29)}, START, audit.SYSTEM)
    db.session.commit()
    office.open(PLAN).see("torsdag, julafton, 29 dagar före mötet")
    office.open(f"{PLAN}?lang=en").see("Thursday, Christmas Eve, 29 days before the meeting")


def test_a_day_is_typed_as_people_type_it_and_nothing_changes_before_it_is_confirmed(
    meeting: Meeting, office: Browser
) -> None:
    before = time_plan.plan_of(meeting)
    office.open(PLAN).fill("Till och med", "15/12", within="Anmälan").fill(
        "Från och med", "7 jan", within="Förberedelse"
    )
    office.press("Granska ändringen").see(
        "Anmälan: sista dagen",
        "fredag 11 december 2026 42 dagar före mötet",
        "tisdag 15 december 2026 38 dagar före mötet",
        "Förberedelse: första dagen",
        "torsdag 7 januari 2027 15 dagar före mötet",
        "Inget mejl skickas när du sparar.",
    ).miss("Anmälan: första dagen", "Tänk på det här först")
    db.session.expire_all()
    assert time_plan.plan_of(meeting) == before
    office.press("Tillbaka")
    assert office.value("Till och med", within="Anmälan") == "2026-12-15"
    office.press("Granska ändringen").press("Ändra tidplanen").see(
        "Tidplanen är ändrad.", "16 nov–15 dec"
    )
    db.session.expire_all()
    assert time_plan.plan_of(meeting) == before | {
        "registration": (dt.date(2026, 11, 16), dt.date(2026, 12, 15)),
        "preparation": (dt.date(2027, 1, 7), dt.date(2027, 1, 14)),
    }
    assert years.phase(meeting, "registration").closes_at == end_of_day(dt.date(2026, 12, 15))
    noted = db.session.query(Audit).filter_by(meeting_id=meeting.id).one()
    assert (noted.verb, noted.details["phases"]) == (
        "phases_changed",
        ["registration", "preparation"],
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("två veckor", "Skriv en dag, till exempel"),
        ("31 november", "Skriv en dag, till exempel"),
        ("14/11", "Första dagen ska komma före den sista"),
        ("2024-12-11", "Stämmer årtalet?"),
    ],
)
def test_what_is_wrong_is_said_at_the_day_and_what_was_typed_stays(
    meeting: Meeting, office: Browser, typed: str, said: str
) -> None:
    before = time_plan.plan_of(meeting)
    office.open(PLAN).fill("Till och med", typed, within="Anmälan").fill(
        "Från och med", "7 jan", within="Förberedelse"
    ).press("Granska ändringen")
    assert office.status == 422 and said in office.error_at("Till och med", within="Anmälan")
    assert office.value("Från och med", within="Förberedelse") in ("7 jan", "2027-01-07")
    assert time_plan.plan_of(meeting) == before


def test_nothing_changed_is_said(office: Browser) -> None:
    office.open(PLAN).press("Granska ändringen").see("Inget är ändrat. Skriv en ny dag.")
    assert office.status == 422


def test_a_change_says_whom_it_concerns_and_which_mails_stay_as_they_are(
    meeting: Meeting, office: Browser
) -> None:
    meeting.open_registration = False
    for given, answers in (("Anna", True), ("Ola", False), ("Eva", False)):
        guest = make_guest(meeting, given)
        if answers:
            replies.register(guest, reply_of(guest), START, audit.SYSTEM)
    db.session.commit()
    office.open(PLAN).fill("Till och med", "15/12", within="Anmälan")
    office.fill("Till och med", "18 januari", within="Ändra anmälan").press("Granska ändringen")
    office.see(
        "2 inbjudna har inte svarat och kan göra det till och med tisdag 15 december 2026.",
        "3 mejl som är skickade eller på väg nämner den gamla dagen. De skickas inte igen.",
        "1 som kommer kan ändra sin anmälan och skicka en ersättare 16 nov–18 jan.",
    ).miss("Den öppna anmälan")


def test_days_that_collide_or_are_free_are_said_before_they_are_saved(
    meeting: Meeting, office: Browser
) -> None:
    office.open(PLAN).fill("Till och med", "julafton", within="Anmälan").press("Granska ändringen")
    assert office.status == 422
    office.fill("Till och med", "24/12", within="Anmälan").press("Granska ändringen").see(
        "Tänk på det här först",
        "Anmälan: sista dagen, torsdag 24 december 2026, är julafton.",
        "Förberedelsen öppnar lördag 12 december 2026, men det går att anmäla sig till och med "
        "torsdag 24 december 2026.",
    )
    office.press("Tillbaka").fill("Till och med", "20 nov", within="Anmälan")
    office.press("Granska ändringen").see("har redan varit. Tiden är slut så fort du sparar.")
    office.press("Ändra tidplanen").see("Tidplanen är ändrad.")


def test_what_is_open_and_would_shut_is_said(office: Browser) -> None:
    office.open(PLAN).fill("Från och med", "30 november", within="Anmälan")
    office.press("Granska ändringen").see(
        "Anmälan: tiden pågår nu. Den avbryts när du sparar, och börjar igen måndag 30 november "
        "2026."
    )


def test_an_answer_that_is_not_submitted_hears_of_its_last_day(
    meeting: Meeting, office: Browser, clock: Fixed
) -> None:
    publish(meeting)
    guest = make_guest(meeting, "Anna")
    replies.register(guest, reply_of(guest), START, audit.SYSTEM)
    db.session.commit()
    office.open(PLAN).fill("Från och med", "14 december", within="Förberedelse")
    office.press("Granska ändringen").see(
        "Förberedelse öppnar måndag 14 december 2026. Då skickar du mejlet om frågorna till "
        "1 som kommer."
    )


def test_after_a_move_a_new_last_day_leaves_the_first_and_the_reminder(
    meeting: Meeting, office: Browser
) -> None:
    make_guest(meeting, "Anna")
    to = Appointment(meeting.starts_at + 21 * DAY, meeting.ends_at + 21 * DAY, meeting.place)
    changes.move(meeting, to, "", START, audit.SYSTEM)
    db.session.commit()
    office.open(PLAN).see("måndag, 88 dagar före mötet")
    assert office.value("Från och med", within="Anmälan") == "2026-11-16"
    office.fill("Till och med", "23 december", within="Anmälan").press("Granska ändringen")
    office.miss("Anmälan: första dagen").press("Ändra tidplanen").see("16 nov–23 dec")
    office.open(WORK).see("1 har inte svarat", "Skicka påminnelse")


def test_a_move_says_which_days_of_the_plan_follow_it_and_what_they_collide_with(
    meeting: Meeting, office: Browser
) -> None:
    before = time_plan.plan_of(meeting)
    office.open(f"{WORK}/flytta").fill("Dag", "2027-02-04").press("Granska ändringen").see(
        "Dagar som följer med",
        "Anmälan: sista dagen",
        "fredag 11 december 2026 42 dagar före mötet",
        "torsdag 24 december 2026 42 dagar före mötet",
        "Anmälan: sista dagen, torsdag 24 december 2026, är julafton.",
    ).miss("Anmälan: första dagen")
    assert time_plan.plan_of(meeting) == before
    office.open(f"{WORK}/flytta").fill("Börjar", "10.00").press("Granska ändringen").miss(
        "Dagar som följer med"
    )


def test_a_day_that_a_move_has_left_far_behind_stands_in_nobodys_way(
    meeting: Meeting, office: Browser
) -> None:
    to = Appointment(meeting.starts_at + 390 * DAY, meeting.ends_at + 390 * DAY, meeting.place)
    changes.move(meeting, to, "", START, audit.SYSTEM)
    db.session.commit()
    office.open(PLAN).see("457 dagar före mötet").fill("Till och med", "23 dec", within="Anmälan")
    office.press("Granska ändringen").press("Ändra tidplanen").see("Tidplanen är ändrad.")
