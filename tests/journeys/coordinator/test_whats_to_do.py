"""What a coordinator has to do, on the year's page and the meeting's, and how the answers stand."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.db import db
from annualwheel.models import Meeting, Year
from tests.makers.guests import make_guest
from tests.makers.region import make_staff, make_year, meeting_of, sign_in
from tests.tiny_browser import Browser

WORK = "/mote/2027/arbetsmote"


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
        "Riktningsmötet. Ingen är inbjuden än",
        "Värmland 2040-konferensen. Ingen är inbjuden än",
        "Arbetsmötet. Frågorna är inte publicerade än",
    )
    office.open("/arshjul").see(*rows).miss("och 1 till")
    make_guest(meeting, "Anna")
    db.session.commit()
    office.open("/arshjul").see(
        *rows, "1 organisation utan någon anmäld", "1 har inte svarat", "och 1 till"
    )
