"""A meeting that is moved or cancelled: what is refused, who is told, and what they are told."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mail.letters import PLACEHOLDER
from annualwheel.meetings import changes, listeners
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Audit, Meeting, Registration, Year
from annualwheel.participation import replies
from rehearse.dom import squeeze
from tests.conftest import START
from tests.makers.guests import mails, make_guest, reply_of
from tests.makers.region import make_staff, make_year, meeting_of, sign_in
from tests.tiny_browser import Browser

MOVE = "/mote/2027/arbetsmote/flytta"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def year(session: scoped_session[Session]) -> Year:
    return make_year()


@pytest.fixture
def meeting(year: Year) -> Meeting:
    return meeting_of(year)


@pytest.fixture
def office(visitor: Browser, year: Year) -> Browser:
    """A coordinator, signed in."""
    return sign_in(visitor, make_staff())


def test_a_meeting_is_not_moved_to_a_day_that_has_been(
    meeting: Meeting, office: Browser, app: Flask
) -> None:
    office.open(MOVE).fill("Dag", "2026-11-22").fill("Orsak", "Lokalen").press("Granska ändringen")
    assert (office.status, office.value("Dag"), office.value("Orsak")) == (
        422,
        "2026-11-22",
        "Lokalen",
    )
    assert "Tidpunkten har passerat" in office.error_at("Dag")
    with pytest.raises(Refused, match="time_passed"):
        changes.move(
            meeting, Appointment(START, START + HOUR, "Karlstad CCC"), "", START, audit.SYSTEM
        )
    office.fill("Dag", "2026-11-23").fill("Börjar", "10.00").press("Granska ändringen").see(
        "måndag 23 november 2026"
    )


@pytest.mark.parametrize("weeks", [1, -1])
def test_what_has_opened_stays_open_when_the_meeting_is_moved(meeting: Meeting, weeks: int) -> None:
    preparation, followup = years.phase(meeting, "preparation"), years.phase(meeting, "followup")
    opened, closes, later = preparation.opens_at, preparation.closes_at, followup.opens_at
    week, now = dt.timedelta(weeks=weeks), opened + HOUR
    changes.move(
        meeting,
        Appointment(meeting.starts_at + week, meeting.ends_at + week, "Karlstad CCC"),
        "",
        now,
        audit.SYSTEM,
    )
    assert years.is_open(meeting, "preparation", now)
    assert (preparation.opens_at, preparation.closes_at, followup.opens_at) == (
        min(opened, opened + week),
        closes + week,
        later + week,
    )


# Who is told, and what


def invited(meeting: Meeting, *given: str, coming: bool = False) -> list[Registration]:
    seats = [make_guest(meeting, name, "Ek", "Arvika kommun") for name in given]
    for registration in seats if coming else ():
        replies.register(
            registration, reply_of(registration), START, audit.participant(registration.person_id)
        )
    db.session.commit()
    return seats


def counted() -> tuple[int, int]:
    return len(mails()), db.session.query(Audit).count()


def test_a_move_shows_whom_it_reaches_and_the_mail_they_get_and_writes_nothing(
    meeting: Meeting, office: Browser
) -> None:
    invited(meeting, "Anna", "Ola")
    [eva] = invited(meeting, "Eva", coming=True)
    before = counted()
    office.open(MOVE).fill("Dag", "2027-01-29").fill("Orsak", "lokalen är upptagen").press(
        "Granska ändringen"
    )
    office.see(
        "Visa vilka 3 som får mejlet",
        "Anmäld (1)",
        "Eva Ek, Arvika kommun",
        "Inbjuden, inte svarat (2)",
        "Ola Ek, Arvika kommun",
    )
    office.see(
        "Så här ser mejlet ut för Eva Ek, Arvika kommun.",
        "Ny dag: arbetsmötet flyttas till 29 januari",
        "lokalen är upptagen",
    )
    assert counted() == before
    preview = next(node.text for node in office.page.all("p") if "quote" in node.get("class"))
    office.press("Ändra och mejla 3 personer")
    db.session.expire_all()
    [sent] = [message for message in mails("moved") if message.registration_id == eva.id]
    assert squeeze(PLACEHOLDER.sub("[personlig länk]", sent.body.text)) == squeeze(preview)


def test_a_cancellation_shows_whom_it_reaches_and_the_mail(
    meeting: Meeting, office: Browser
) -> None:
    invited(meeting, "Eva", coming=True)
    before = counted()
    office.open("/mote/2027/arbetsmote/stall-in").see(
        "Visa vem som får mejlet", "Eva Ek, Arvika kommun", "Hej Eva!"
    )
    assert counted() == before


def test_a_long_list_is_cut_and_says_how_many_more(
    meeting: Meeting, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "SHOWN", 2)
    invited(meeting, "Anna", "Eva", "Ola", "Siv")
    office.open("/mote/2027/arbetsmote/stall-in").see(
        "Inbjuden, inte svarat (4)", "Anna Ek", "Eva Ek", "och 2 till"
    ).miss("Ola Ek", "Siv Ek")


def test_nobody_is_shown_where_nobody_is_told(meeting: Meeting, office: Browser) -> None:
    office.open("/mote/2027/arbetsmote/stall-in").see(
        "Ingen är inbjuden, så ingen får något mejl."
    ).miss("Visa mejlet")


@pytest.mark.parametrize("text", ["29/1", "29 jan", "fredag 29 januari", "29/1 2027", "2027-01-29"])
def test_a_day_is_typed_as_people_write_it(meeting: Meeting, office: Browser, text: str) -> None:
    office.open(MOVE).fill("Dag", text).press("Granska ändringen").see(
        "fredag 29 januari 2027"
    ).press("Ändra mötet")
    db.session.expire_all()
    assert (meeting.starts_at.date().isoformat(), meeting.starts_at.hour) == ("2027-01-29", 8)


@pytest.mark.parametrize("text", ["31/2", "fredag", "29/1-27", "29/1 1927"])
def test_what_is_no_day_is_said(meeting: Meeting, office: Browser, text: str) -> None:
    office.open(MOVE).fill("Dag", text).press("Granska ändringen")
    assert "2027-01-22" in office.error_at("Dag") and office.value("Dag") == text


def test_days_of_a_new_year_are_in_that_year(meeting: Meeting, office: Browser) -> None:
    office.open("/arshjul/nytt").fill("Vilket år", "2031")
    for name, day in (
        ("Arbetsmötet", "24/1"),
        ("Riktningsmötet", "14 mars"),
        ("Värmland 2040-konferensen", "26 sep"),
    ):
        office.fill("Dag", day, within=name)
    office.press("Spara årshjulet").see("Årshjulet 2031 är planerat.")
    made = (
        db.session.query(Meeting).join(Year).filter(Year.number == 2031).order_by(Meeting.starts_at)
    )
    assert [one.starts_at.date().isoformat() for one in made] == [
        "2031-01-24",
        "2031-03-14",
        "2031-09-26",
    ]
