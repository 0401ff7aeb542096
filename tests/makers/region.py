"""Makers for tests about the region's staff: a year with its circle of organisations, and somebody
signed in.
"""

from __future__ import annotations

import datetime as dt

from annualwheel import audit, unit_of_work
from annualwheel.access.links import Target
from annualwheel.accounts import staff
from annualwheel.clock import STOCKHOLM
from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.meetings.changes import Appointment
from annualwheel.meetings.planning import create_year
from annualwheel.models import (
    Category,
    Meeting,
    Message,
    Organisation,
    Person,
    Staff,
    StaffLink,
    Year,
)
from tests.conftest import START
from tests.tiny_browser import Browser

DAYS = {
    "work": dt.date(2027, 1, 22),
    "direction": dt.date(2027, 3, 12),
    "conference": dt.date(2027, 9, 24),
}


def make_year(number: int = 2027) -> Year:
    """The year with its three meetings; the working meeting of 2027 is in registration at the
    tests' start.
    """
    from_2027 = {kind: day.replace(year=day.year + number - 2027) for kind, day in DAYS.items()}
    plan = {
        kind: Appointment(
            dt.datetime.combine(day, dt.time(9), STOCKHOLM),
            dt.datetime.combine(day, dt.time(15, 30), STOCKHOLM),
            "Nöjesfabriken",
            "Karlstad",
        )
        for kind, day in from_2027.items()
    }
    return create_year(number, plan, START, audit.SYSTEM)


def meeting_of(year: Year, kind: str = "work") -> Meeting:
    """One of the year's meetings."""
    db.session.refresh(year)
    return next(meeting for meeting in year.meetings if meeting.kind == kind)


def make_organisation(year: Year, name: str, category: str = "kommun") -> Organisation:
    """An organisation in the year's circle."""
    kind = db.session.query(Category).filter_by(key=category).one_or_none() or Category(
        key=category, position=99, sv=category, en=category
    )
    organisation = organisations.organisation_named(name) or organisations.add_organisation(name)
    organisations.set_category(organisation, year, kind)
    return organisation


def make_person(
    organisation: Organisation, given: str, family: str, language: str = "sv"
) -> Person:
    """Somebody at the organisation."""
    return people.add_person(
        given,
        family,
        f"{given}.{family}@kommun.example".lower().translate(str.maketrans("åäöé ", "aaoe.")),
        organisation,
        title="Strateg",
        language=language,
    )


def make_staff(role: str = "coordinator", name: str = "Karin Ek") -> Staff:
    """An account with that role."""
    return staff.add(name, f"{name.split()[0].lower()}@region.example", [role], START)


def sign_in(visitor: Browser, person: Staff, now: dt.datetime = START) -> Browser:
    """The person, signed in as their link would have done it (`journeys/accounts` presses it).

    Their first page is opened when the test looks at it.
    """
    link = StaffLink(staff=person, expires_at=now + staff.LINK_LIFE)
    db.session.add(link)
    db.session.flush()
    opened = staff.sign_in(Target("staff", link.public_id), now)
    plans = staff.has_role(person, ("coordinator", "administrator"))
    with visitor.client.session_transaction() as kept:
        if "staff" in kept:
            staff.sign_out(kept["staff"], now)
        kept["staff"] = opened
    unit_of_work.commit()
    return visitor.lie_at("/arshjul" if plans else "/svar")


def read_test(office: Browser) -> Browser:
    """Has a test sent from the page of a mailing, and gets it."""
    office.press("Skicka test till mig")
    tests = db.session.query(Message).filter(
        Message.key.startswith("test:"), Message.sent_at.is_(None)
    )
    tests.update({"state": "sent", "sent_at": START})
    db.session.commit()
    return office
