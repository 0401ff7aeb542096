"""When an invited person may do what, to the moment."""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.cycle import years
from annualwheel.cycle.years import GRACE
from annualwheel.db import db
from annualwheel.errors import Closed
from annualwheel.models import Registration
from annualwheel.registrations import availability
from tests.conftest import START
from tests.makers.guests import make_guest, make_meeting

MOMENT, HOUR = dt.timedelta(microseconds=1), dt.timedelta(hours=1)
KARIN = audit.Actor("staff", 1)
pytestmark = pytest.mark.usefixtures("session")


def make_invited(state: str = "invited") -> Registration:
    guest = make_guest(make_meeting())
    guest.state = state
    if state == "offered":
        guest.offered_until = START + 20 * HOUR
    db.session.flush()
    return guest


def refusal(
    guest: Registration, action: str, now: dt.datetime, actor: Actor | None = None
) -> str | None:
    """The key of what `require` raises, if anything."""
    try:
        availability.require(guest, action, now, actor or audit.participant(guest.person_id))
    except Closed as closed:
        return closed.key
    return None


def closes(guest: Registration, kind: str) -> dt.datetime:
    return years.phase(guest.meeting, kind).closes_at


@pytest.mark.parametrize(
    ("state", "action", "kind"),
    [
        ("invited", "register", "registration"),
        ("invited", "decline", "registration"),
        ("declined", "register", "registration"),
        ("invited", "substitute", "change"),
        ("registered", "change", "change"),
        ("registered", "substitute", "change"),
        ("to_reconfirm", "change", "change"),
        ("offered", "change", "change"),
    ],
)
def test_it_is_possible_until_its_last_day_with_grace(state: str, action: str, kind: str) -> None:
    guest = make_invited(state)
    last = closes(guest, kind) + GRACE
    assert refusal(guest, action, last) is None
    assert refusal(guest, action, last + MOMENT) == f"{kind}_closed"


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("registered", "withdraw"),
        ("waitlisted", "withdraw"),
        ("offered", "withdraw"),
        ("to_reconfirm", "withdraw"),
        ("to_reconfirm", "register"),
        ("to_reconfirm", "decline"),
    ],
)
def test_leaving_and_answering_to_a_new_day_are_possible_until_the_start(
    state: str, action: str
) -> None:
    guest = make_invited(state)
    starts_at = guest.meeting.starts_at
    assert refusal(guest, action, starts_at - MOMENT) is None
    assert refusal(guest, action, starts_at) == "meeting_started"


@pytest.mark.parametrize("action", ["register", "decline", "change", "substitute", "withdraw"])
def test_staff_may_do_all_until_the_start(action: str) -> None:
    guest = make_invited()
    starts_at = guest.meeting.starts_at
    assert refusal(guest, action, starts_at - MOMENT, KARIN) is None
    assert refusal(guest, action, starts_at, KARIN) == "meeting_started"


@pytest.mark.parametrize("action", ["register", "decline"])
def test_an_offer_is_answered_before_its_end_whoever_answers(action: str) -> None:
    guest = make_invited("offered")
    end = availability.answer_by(guest)
    for actor in (None, KARIN):
        assert refusal(guest, action, end - MOMENT, actor) is None
        assert refusal(guest, action, end, actor) == "offer_over"
    guest.offered_until = None
    assert refusal(guest, action, START) == "offer_over"
    assert availability.answer_by(guest) == closes(guest, "registration")


def test_only_an_offer_runs_out() -> None:
    guest = make_invited("offered")
    assert not availability.is_over(guest, START)
    guest.state = "registered"
    assert not availability.is_over(guest, guest.meeting.starts_at)


def test_who_is_invited_may_answer_from_then_on_though_it_has_not_opened() -> None:
    guest = make_invited()
    opens = START + 48 * HOUR
    years.phase(guest.meeting, "registration").opens_at = opens
    guest.invited_at = START
    assert refusal(guest, "register", START) is None
    assert refusal(guest, "register", START - MOMENT) == "registration_not_open"
    guest.invited_at = None
    assert refusal(guest, "register", opens - MOMENT) == "registration_not_open"
    assert refusal(guest, "register", opens) is None


def test_a_substitute_answers_as_long_as_one_can_be_sent() -> None:
    first = make_invited("substituted")
    guest = make_guest(first.meeting, "Erik", "Sand")
    guest.replaces = first
    late = closes(guest, "change") + GRACE
    assert availability.answer_by(guest) == closes(guest, "change")
    assert refusal(guest, "register", late) is None
    assert refusal(guest, "register", late + MOMENT) == "change_closed"


@pytest.mark.parametrize("state", ["invited", "offered", "to_reconfirm"])
def test_one_answers_by_the_end_of_the_offer_the_start_or_the_last_day(state: str) -> None:
    guest = make_invited(state)
    assert (
        availability.answer_by(guest)
        == {
            "invited": closes(guest, "registration"),
            "offered": START + 20 * HOUR,
            "to_reconfirm": guest.meeting.starts_at,
        }[state]
    )


def test_nothing_is_possible_at_a_meeting_that_is_cancelled() -> None:
    guest = make_invited()
    guest.meeting.state = "cancelled"
    assert refusal(guest, "withdraw", START, KARIN) == "meeting_cancelled"


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        ("invited", {"register", "decline", "substitute"}),
        ("registered", {"withdraw", "change", "substitute"}),
        ("waitlisted", {"withdraw", "change"}),
        ("to_reconfirm", {"register", "decline", "withdraw", "change", "substitute"}),
        ("offered", {"register", "decline", "withdraw"}),
        ("revoked", set()),
    ],
)
def test_what_can_be_done_follows_from_the_state(state: str, actions: set[str]) -> None:
    guest = make_invited(state)
    every = ("register", "decline", "withdraw", "change", "substitute")
    assert {one for one in every if availability.why_not(guest, one, START) is None} == actions


def test_what_is_offered_ends_with_the_last_day_though_a_press_has_grace() -> None:
    guest = make_invited()
    last = closes(guest, "registration")
    assert availability.why_not(guest, "register", last) is None
    refused = availability.why_not(guest, "register", last + MOMENT)
    assert refused is not None and refused.key == "registration_closed"
