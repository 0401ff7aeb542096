"""What a coordinator has to do, on the year's page and the meeting's, and how the answers stand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.contacts import activation
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.models import Meeting, Member, Year
from annualwheel.preparation import submission
from tests.conftest import Fixed
from tests.makers.followed import AFTER, make_played
from tests.makers.guests import make_guest
from tests.makers.region import make_staff, make_year, meeting_of, sign_in
from tests.makers.writers import OPEN, add_initiative, item_of, make_members, write
from tests.tiny_browser import Browser

WORK = "/mote/2027/arbetsmote"
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


def test_nothing_to_do_is_left_out_and_the_page_says_how_many_more(
    meeting: Meeting, office: Browser
) -> None:
    rows = (
        "Arbetsmötet. Frågorna är inte publicerade än",
        "Riktningsmötet. Inbjudan enligt planen",
        "Värmland 2040-konferensen. Inbjudan enligt planen",
    )
    office.open("/arshjul").see(*rows).miss("och 1 till")
    make_guest(meeting, "Anna")
    db.session.commit()
    office.open("/arshjul").see(
        *rows, "1 organisation utan anmälan", "1 har inte svarat", "och 1 till"
    )


def order_of(office: Browser, *ids: str) -> list[str]:
    """The parts of the page with these ids, in the order in which they stand."""
    text = office.body.decode()
    return sorted(ids, key=lambda one: text.index(f'id="{one}"'))


@pytest.fixture
def members(session: scoped_session[Session]) -> list[Member]:
    """Maria, who leads, and Anna of a municipality. They may write, and nobody has begun."""
    members = make_members("Maria", "Anna")
    members[0].person.mobile = "070-123 45 67"
    db.session.commit()
    return members


def test_in_the_preparation_it_comes_first_on_the_page_and_on_the_card(
    members: list[Member], visitor: Browser, clock: Fixed
) -> None:
    meeting = members[0].submission.questionnaire.meeting
    karin, opens = make_staff(), years.phase(meeting, "preparation").opens_at
    clock.set(opens - DAY)
    office = sign_in(visitor, karin, clock.now())
    assert order_of(office.open(WORK), "forberedelse", "tratt") == ["tratt", "forberedelse"]
    office.open("/arshjul").miss("svar på förberedelsen")
    clock.set(opens + DAY)
    office = sign_in(visitor, karin, clock.now())
    assert order_of(office.open(WORK), "forberedelse", "tratt") == ["forberedelse", "tratt"]
    office.open("/arshjul").see("0 av 1 svar på förberedelsen är inskickade.").follow("0 av 1")
    office.see("Hur svaren står", "Hagfors kommun")


def test_figures_lead_to_those_they_count(
    members: list[Member], visitor: Browser, clock: Fixed
) -> None:
    clock.set(OPEN)
    office = sign_in(visitor, make_staff(), OPEN)
    office.open(WORK).follow("Inte påbörjat").see("1 svar", "Hagfors kommun")
    write(members[0], item_of(members[0]), forberett="Strateger")
    guest = make_guest(members[0].submission.questionnaire.meeting, "Eva")
    db.session.commit()
    office.open(f"{WORK}/svar?grupp=none").see("Inget svar passar in på det du har valt.")
    office.open(f"{WORK}/svar?grupp=draft").see("Hagfors kommun")
    office.open(WORK).follow("1 Har inte svarat").see(guest.person.name)


def test_how_the_answers_stand_says_whom_to_ring_and_leads_to_the_reminder(
    members: list[Member], visitor: Browser, clock: Fixed
) -> None:
    clock.set(OPEN)
    office = sign_in(visitor, make_staff(), OPEN)
    maria = members[0].person
    office.open(f"{WORK}/svar").choose("Inte inskickade", "Visa").press("Visa")
    office.see("1 svar", maria.name, maria.email, "070-123 45 67").miss(members[1].person.email)
    assert b'href="tel:070-1234567"' in office.body
    office.follow("Påminn om förberedelsen").see("Hagfors kommun")
    write(members[0], item_of(members[0]), forberett="Strateger")
    add_initiative(members[0])
    submission.submit(members[0], OPEN)
    activation.set_active(maria, False, audit.SYSTEM, OPEN)
    db.session.commit()
    office.open(f"{WORK}/svar?grupp=submitted").see("Hagfors kommun", "Ingen samordnare")
    office.miss("Påminn om förberedelsen", maria.email)


def test_where_people_answer_alone_each_is_their_own_contact(
    session: scoped_session[Session], visitor: Browser, clock: Fixed, tmp_path: Path
) -> None:
    played = make_played(tmp_path)
    played.send("preparation", AFTER, played.held)
    clock.set(played.held)
    office = sign_in(visitor, played.karin, played.held)
    anna = played.seats["Anna"].person
    office.open(f"{WORK}/svar?formular={AFTER}").see("Anna Ek, Arvika kommun", anna.email)
