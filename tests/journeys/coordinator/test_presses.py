"""What coordinators do most takes few presses from the page they come in on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit, unit_of_work
from annualwheel.db import db
from annualwheel.models import Message, Person
from annualwheel.participation import replies
from tests.conftest import START, Fixed
from tests.makers.guests import make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

NOW = START + dt.timedelta(days=10)
GUESTS = (
    ("Maria", "Lindqvist-Ek", "Hagfors kommun"),
    ("Erik", "Sand", "Kils kommun"),
    ("Anna", "Berg", "Kils kommun"),
)


class Office:
    """A coordinator who has just come in, and whose presses are counted."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.presses = browser.open("/arshjul"), 0

    def follow(self, link: str) -> Office:
        """Presses a link."""
        self.presses += 1
        self.browser.follow(link)
        return self

    def press(self, button: str) -> Office:
        """Presses a button."""
        self.presses += 1
        self.browser.press(button)
        return self


@pytest.fixture
def office(session: scoped_session[Session], visitor: Browser, clock: Fixed) -> Office:
    """Three are invited to the working meeting, Anna comes, ten days ago."""
    meeting = make_meeting()
    *_, anna = (make_guest(meeting, *one) for one in GUESTS)
    replies.register(anna, reply_of(anna), START, audit.participant(anna.person_id))
    db.session.query(Message).update({"state": "sent"})
    unit_of_work.commit()
    clock.set(NOW)
    return Office(sign_in(visitor, make_staff("coordinator"), NOW))


def test_who_has_not_answered(office: Office) -> None:
    office.follow("2 har inte svarat")
    office.browser.see("2 personer", "Maria Lindqvist-Ek", "Erik Sand").miss("Anna Berg")
    assert office.presses <= 2


def test_reminding_them(office: Office, work: Callable[[], int]) -> None:
    office.follow("Skicka påminnelse").press("Skicka test till mig")
    work()
    office.browser.open(office.browser.url)
    office.press("Gå vidare").press("Skicka till 2 personer")
    reminded = db.session.query(Message).filter(
        Message.kind == "reminder", ~Message.key.startswith("test:")
    )
    assert reminded.count() == 2
    assert office.presses <= 4


def test_who_comes_from_an_organisation(office: Office) -> None:
    office.follow("1 kommer")
    office.browser.fill("Namn, e-post eller organisation", "kil")
    office.press("Visa")
    office.browser.see("1 person", "Anna Berg").miss("Erik Sand")
    assert office.presses <= 2


def test_changing_an_address(office: Office) -> None:
    office.browser.fill("Sök en person", "lindq")
    office.press("Sök").follow("Ändra Maria Lindqvist-Ek")
    office.browser.fill("E-postadress", "maria.ek@hagfors.example")
    office.press("Spara")
    maria = db.session.query(Person).filter_by(given="Maria").one()
    assert maria.email == "maria.ek@hagfors.example"
    assert office.presses <= 3


def test_one_list_to_excel(office: Office) -> None:
    office.follow("1 kommer").press("Hämta som Excel")
    assert office.browser.body.startswith(b"PK")
    assert office.presses <= 2
