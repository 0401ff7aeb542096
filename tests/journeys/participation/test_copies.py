"""Who answers for somebody else gets a copy of every mail about the registration, but never a
calendar entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from annualwheel import audit
from annualwheel.db import db
from annualwheel.meetings import changes
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Message, Registration
from annualwheel.participation import offers, replies, substitution
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import invitations, notices
from tests.conftest import START
from tests.makers.guests import make_guest, make_meeting, reply_of

SECRETARY = "sekreterare@kommun.example"
CALENDAR = {"calendar_request", "calendar_update", "calendar_cancel"}


def yes(guest: Registration) -> Registration:
    return replies.register(
        guest, reply_of(guest, copy_to=SECRETARY), START, audit.participant(guest.person_id)
    )


def copied(work: Callable[[], int]) -> set[str]:
    """The kinds that were written to the secretary, after comparing with what the persons
    themselves got.
    """
    db.session.commit()
    work()
    rows = db.session.query(Message).order_by(Message.id).all()
    with_copy = {
        row.id for row in db.session.query(Registration).filter(Registration.copy_to == SECRETARY)
    }
    since = min(row.id for row in rows if row.address == SECRETARY)
    own = [
        row.kind
        for row in rows
        if row.registration_id in with_copy
        and row.address != SECRETARY
        and row.id >= since - 1
        and row.kind not in CALENDAR
    ]
    copies = [row.kind for row in rows if row.address == SECRETARY]
    assert sorted(copies) == sorted(own), "a copy of each, and of nothing else"
    assert not any(row.calendar_sequence is not None for row in rows if row.address == SECRETARY)
    return set(copies)


def test_copies_of_a_yes_a_change_a_move_and_a_cancellation(
    session: Any, work: Callable[[], int]
) -> None:
    guest = yes(make_guest(make_meeting()))
    meeting = guest.meeting
    replies.register(
        guest, reply_of(guest, title="Direktör"), START, audit.participant(guest.person_id)
    )
    week = dt.timedelta(days=7)
    changes.move(
        meeting,
        Appointment(meeting.starts_at + week, meeting.ends_at + week, "Residenset"),
        "",
        START,
        audit.SYSTEM,
    )
    changes.cancel(meeting, "", START, audit.SYSTEM)
    assert copied(work) == {"confirmation", "moved", "cancelled"}


def test_copies_of_leaving_and_being_asked_again(session: Any, work: Callable[[], int]) -> None:
    guest = yes(make_guest(make_meeting()))
    replies.withdraw(guest, START, audit.participant(guest.person_id))
    invitations.invite(guest.meeting, guest.person, guest.organisation, START)
    notices.write("reminder", guest, START, cause="2026-11-23")
    replies.decline(guest, "", START, audit.participant(guest.person_id))
    assert copied(work) == {"confirmation", "withdrawn", "invitation", "reminder", "declined"}


def test_copies_of_the_waiting_list_and_the_seat_that_comes(
    session: Any, work: Callable[[], int]
) -> None:
    meeting = make_meeting(1)
    first = make_guest(meeting, "Erik", "Sand")
    replies.register(first, reply_of(first), START, audit.participant(first.person_id))
    yes(make_guest(meeting))
    replies.withdraw(first, START, audit.participant(first.person_id))
    assert copied(work) == {"waitlisted", "promoted"}


def test_copies_of_an_offer_and_its_end(session: Any, work: Callable[[], int]) -> None:
    meeting = make_meeting(1)
    meeting.options[0].waiting_rule = "offer"
    first = make_guest(meeting, "Erik", "Sand")
    replies.register(first, reply_of(first), START, audit.participant(first.person_id))
    guest = yes(make_guest(meeting))
    replies.withdraw(first, START, audit.participant(first.person_id))
    assert guest.state == "offered" and guest.offered_until is not None
    offers.lapse_due(meeting, guest.offered_until)
    assert {"waitlisted", "offer", "offer_lapsed"} <= copied(work)


def test_a_copy_when_the_place_is_handed_over(session: Any, work: Callable[[], int]) -> None:
    guest = yes(make_guest(make_meeting()))
    new = substitution.substitute(
        guest,
        Substitute("Eva", "Nord", "eva@kommun.example"),
        START,
        audit.participant(guest.person_id),
    )
    assert copied(work) == {"confirmation", "substituted"}
    assert new.copy_to == ""
