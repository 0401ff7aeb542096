"""The page about a meeting that anybody may open, and that calendar entries lead to."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from annualwheel import audit, unit_of_work
from annualwheel.mail.ical import Organiser, published
from annualwheel.meetings import changes
from annualwheel.models import Meeting
from annualwheel.participation import calendar_feed, replies
from annualwheel.registrations import notices
from annualwheel.wording import names
from tests.conftest import START, Fixed
from tests.makers.guests import make_guest, make_meeting, reply_of
from tests.tiny_browser import Browser

ORGANISER = Organiser("Region Värmland", "arshjulet@region.example", "http://localhost", "Fråga")


@pytest.fixture
def meeting(session: Any) -> Meeting:
    """A meeting with a programme and a map."""
    found = make_meeting()
    found.open_registration = False
    found.programme_sv, found.map_url = "9.00 Start\n15.30 Slut", "https://www.example.org/karta"
    unit_of_work.commit()
    return found


def test_it_says_when_and_where_and_how_one_comes(meeting: Meeting, visitor: Browser) -> None:
    page = visitor.open("/moten/2027/arbetsmote").see(
        "Arbetsmöte",
        "Fredag 22 januari 2027",
        "Nöjesfabriken",
        "Vi lägger pusslet tillsammans.",
        "9.00 Start 15.30 Slut",
        "Hitta till Nöjesfabriken",
        "Öppna länken i mejlet från oss.",
    )
    page.miss("Anmäl dig till arbetsmötet")
    meeting.open_registration = True
    unit_of_work.commit()
    page.open("/moten/2027/arbetsmote").follow("Anmäl dig till arbetsmötet").see(
        "Vilken organisation kommer du från?"
    )


def test_a_meeting_that_is_over_or_cancelled_says_so_and_nothing_else(
    meeting: Meeting, visitor: Browser, clock: Fixed
) -> None:
    clock.set(meeting.ends_at)
    visitor.open("/moten/2027/arbetsmote").see("Mötet är över").miss("Är du inbjuden?")
    clock.set(START)
    changes.cancel(meeting, "lokalen är dubbelbokad", START, audit.SYSTEM)
    unit_of_work.commit()
    # Why is said to those who were to come.
    visitor.open("/moten/2027/arbetsmote").see("Mötet är inställt").miss(
        "dubbelbokad", "9.00 Start"
    )
    assert visitor.open("/moten/2031/arbetsmote").status == 404


def test_every_calendar_entry_leads_to_it(meeting: Meeting, app: Flask, visitor: Browser) -> None:
    guest = make_guest(meeting)
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    page = names.page_of(2027, "work")
    planned = calendar_feed.of(guest.person, START).entries
    for entry in (notices.entry(guest), *planned):
        assert entry.page == page
    content = published([notices.entry(guest)], ORGANISER, START).decode()
    assert f"URL:http://localhost{page}\r\n" in content
    assert visitor.open(page).status == 200
