"""Who answers in English gets mail in English from then on, whatever the answer is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.models import Registration
from annualwheel.participation import offers, replies
from tests.conftest import START
from tests.makers.guests import link_of, mails, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff
from tests.tiny_browser import Browser

Answer = Callable[[Registration, Actor], object]
HOUR = dt.timedelta(hours=1)


def put(guest: Registration, state: str) -> None:
    """As the person would be after earlier answers in Swedish."""
    guest.state = state
    if state == "offered":
        guest.offered_until, guest.queued_at = START + 24 * HOUR, START
    db.session.flush()


ANSWERS: list[tuple[str, Answer, str]] = [
    ("invited", lambda guest, by: replies.register(guest, reply_of(guest), START, by), "yes"),
    ("invited", lambda guest, by: replies.decline(guest, "", START, by), "no"),
    (
        "registered",
        lambda guest, by: replies.change(guest, reply_of(guest, title="Advisor"), START, by),
        "a change",
    ),
    (
        "registered",
        lambda guest, by: replies.register(guest, reply_of(guest), START, by),
        "the same once more",
    ),
    ("registered", lambda guest, by: replies.withdraw(guest, START, by), "no longer"),
    ("offered", lambda guest, by: offers.accept(guest, START, by), "the offered seat"),
    ("offered", lambda guest, by: offers.stay(guest, START, by), "not now"),
]


@pytest.mark.parametrize(
    ("state", "answer"), [pytest.param(*row[:2], id=row[2]) for row in ANSWERS]
)
def test_an_answer_on_a_page_in_english_is_answered_in_english(
    session: Any, state: str, answer: Answer
) -> None:
    guest = make_guest(make_meeting())
    put(guest, state)
    before = len(mails())
    answer(guest, audit.participant(guest.person_id, language="en"))
    assert guest.person.language == "en"
    assert {message.language for message in mails()[before:]} <= {"en"}


@pytest.mark.parametrize("kind", ["staff", "participant"])
def test_whoever_answers_where_no_language_is_known_changes_none(session: Any, kind: str) -> None:
    guest = make_guest(make_meeting())
    guest.person.language = "en"
    replies.decline(guest, "", START, Actor(kind, make_staff().id))
    assert guest.person.language == "en"


def test_the_page_decides_and_the_next_answer_in_swedish_turns_it_back(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest) + "?lang=en").press("Yes, register me")
    visitor.choose("Yes", within="Will you have lunch").press("Send registration")
    db.session.expire_all()
    assert guest.person.language == "en"
    assert [(m.kind, m.language) for m in mails()] == [
        ("invitation", "sv"),
        ("confirmation", "en"),
        ("calendar_request", "en"),
    ]
    visitor.open("/anmalan/avboka?lang=sv").press("Avboka min plats")
    db.session.expire_all()
    assert guest.person.language == "sv"
    assert {m.language for m in mails("withdrawn")} == {"sv"}


def test_opening_pages_in_english_changes_nothing(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest) + "?lang=en").press("Yes, register me").open("/anmalan?lang=en")
    db.session.expire_all()
    assert guest.person.language == "sv"
