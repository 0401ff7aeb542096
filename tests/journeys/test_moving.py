"""A meeting that is moved or cancelled: what is refused, who is told, and what they are told."""
from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit, meetings
from annualwheel.errors import Refused
from annualwheel.meetings import Appointment
from annualwheel.models import Meeting, Year
from tests.conftest import START
from tests.region import make_staff, make_year, meeting_of, sign_in
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


def test_a_meeting_is_not_moved_to_a_day_that_has_been(meeting: Meeting, office: Browser, app: Flask) -> None:
    office.open(MOVE).fill("Dag", "2026-11-22").fill("Orsak", "Lokalen").press("Granska ändringen")
    assert (office.status, office.value("Dag"), office.value("Orsak")) == (422, "2026-11-22", "Lokalen")
    assert "har redan varit" in office.error_at("Dag")
    with pytest.raises(Refused, match="time_passed"):
        meetings.move(meeting, Appointment(START, START + HOUR, "Karlstad CCC"), "", START, audit.SYSTEM)
    office.fill("Dag", "2026-11-23").fill("Börjar", "10.00").press("Granska ändringen").see("måndag 23 november 2026")
