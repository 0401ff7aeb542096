"""An address that somebody has typed as their own, of a person who comes to several meetings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.contacts import folding
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Message, Registration
from annualwheel.participation import address_change, replies
from annualwheel.privacy import own_data
from annualwheel.privacy.own_data import Correction
from annualwheel.registrations import invitations
from tests.conftest import START
from tests.makers.guests import make_guest, make_meeting, reply_of

ULLA = "ulla@annan.example"
KINDS = ("work", "direction", "conference")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def guests(session: Any) -> list[Registration]:
    """Maria, who comes to three meetings, and has an entry of each in her calendar."""
    first = make_guest(make_meeting())
    made = [first]
    for kind in KINDS[1:]:
        meeting = make_meeting(kind=kind)
        for phase in meeting.phases:
            phase.opens_at = first.meeting.phases[0].opens_at
        made.append(invitations.invite(meeting, first.person, first.organisation, START))
    for phase in (phase for one in made for phase in one.meeting.phases):
        if phase.kind in ("registration", "change"):
            phase.opens_at, phase.closes_at = START - MINUTE, one_day(made)
    for one in made:
        replies.register(one, reply_of(one, copy_to=""), START, maria(one))
    db.session.query(Message).update({"state": "sent"})
    db.session.commit()
    return made


def one_day(made: list[Registration]) -> dt.datetime:
    """The day of the first meeting."""
    return made[0].meeting.starts_at


def maria(one: Registration) -> audit.Actor:
    """Whoever has her link."""
    return audit.participant(one.person_id, "192.0.2.1")


def mails_to(address: str) -> list[str]:
    """The kinds of the mails that go there, or have gone."""
    found = db.session.query(Message).order_by(Message.id)
    return [
        one.kind for one in found if folding.fold(one.address) == address and one.state != "dropped"
    ]


def leave() -> None:
    """A worker sends what waits."""
    db.session.flush()
    db.session.query(Message).filter_by(state="queued").update({"state": "sent"})


def everything_else(guests: list[Registration]) -> None:
    """Says no everywhere, comes back, asks to be erased, and corrects the address."""
    for one in guests:
        replies.withdraw(one, START + MINUTE, maria(one))
        leave()
    own_data.ask_for_deletion(guests[0].person, "", START + MINUTE)
    leave()
    right = Correction("Maria", "Lindqvist", "m.l@kommun.example", "", "sv")
    own_data.correct(guests[0].person, right, START + MINUTE, "192.0.2.1")


def test_a_reply_with_anothers_address_brings_them_five_mails(guests: list[Registration]) -> None:
    first = guests[0]
    for number in range(6):
        # What waits, since the mail server is away.
        to = Recipient.of(first.person)
        facts = {"given": "Maria", "answer": ""}
        outbox.put(f"waits:{number}", "deletion_refused", to, facts, {}, START)
    replies.register(first, reply_of(first, email=ULLA, copy_to=""), START, maria(first))
    leave()
    everything_else(guests)
    assert len(mails_to(ULLA)) <= 5, mails_to(ULLA)
    # All of it is about what was typed, and what leaves the calendar that it came into does leave.
    assert "calendar_cancel" in mails_to(ULLA)


def test_a_correction_with_anothers_address_brings_them_five_mails(
    guests: list[Registration],
) -> None:
    wrong = Correction("Maria", "Lindqvist", ULLA, "", "sv")
    own_data.correct(guests[0].person, wrong, START, "192.0.2.1")
    assert mails_to(ULLA) == ["new_address"]
    leave()
    everything_else(guests)
    assert len(mails_to(ULLA)) <= 5, mails_to(ULLA)
    # The receipts of what she has said no to came there, and no end of what never did.
    assert "withdrawn" in mails_to(ULLA) and "calendar_cancel" not in mails_to(ULLA)


def test_once_a_mailed_link_is_opened_nothing_is_missing(guests: list[Registration]) -> None:
    first = guests[0]
    old = first.person.email
    own_data.correct(
        first.person, Correction("Maria", "Lindqvist", ULLA, "", "sv"), START, "192.0.2.1"
    )
    # They leave the old calendar at once.
    assert mails_to(old).count("calendar_cancel") == 3
    address_change.prove(first.person, START)
    assert mails_to(ULLA) == ["new_address", *["calendar_request"] * 3]
    db.session.flush()
    address_change.prove(first.person, START)
    assert len(mails_to(ULLA)) == 4


def test_with_a_reply_its_own_entry_comes_at_once_and_the_others_later(
    guests: list[Registration],
) -> None:
    first = guests[0]
    replies.register(first, reply_of(first, email=ULLA, copy_to=""), START, maria(first))
    assert sorted(mails_to(ULLA)) == ["calendar_request", "confirmation", "new_address"]
    address_change.prove(first.person, START)
    assert mails_to(ULLA).count("calendar_request") == 3


def test_an_address_that_staff_write_gets_everything_at_once(guests: list[Registration]) -> None:
    first = guests[0]
    address_change.rename(first.person, "Maria", "Lindqvist", ULLA, START, audit.staff(1))
    assert mails_to(ULLA).count("calendar_request") == 3


def test_a_secretary_hears_of_every_no(guests: list[Registration]) -> None:
    first = guests[0]
    for one in guests:
        one.copy_to = "sekr@kommun.example"
    own_data.correct(
        first.person, Correction("Maria", "Lindqvist", ULLA, "", "sv"), START, "192.0.2.1"
    )
    for _mail in range(5):
        own_data.budgets.may_tell(first.person, START)
    for one in guests:
        replies.withdraw(one, START, maria(one))
    assert mails_to("sekr@kommun.example").count("withdrawn") == 3
    assert "withdrawn" not in mails_to(ULLA)
