"""Somebody never got a mail: it is sent to them once more, while what it says is so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit, unit_of_work
from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mailings import resending
from annualwheel.meetings import changes
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Audit, Message, MessageBody, Registration
from annualwheel.participation import address_change, departures, replies
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

DAY = dt.timedelta(days=1)
BUTTON = "Skicka en gång till"


@pytest.fixture
def guest(session: Any) -> Registration:
    """Maria, who is registered, and whose confirmation and calendar entry have been sent."""
    found = make_guest(make_meeting())
    replies.register(found, reply_of(found), START, audit.participant(found.person_id))
    db.session.query(Message).update({"state": "sent", "sent_at": START})
    unit_of_work.commit()
    return found


def sent(kind: str) -> Message:
    """The first mail of the kind."""
    found = db.session.query(Message).filter_by(kind=kind).order_by(Message.id).first()
    assert found is not None
    return found


def address(kind: str) -> str:
    return f"/utskick/mejl/{sent(kind).public_id}"


def test_it_goes_to_the_address_of_today_with_a_link_that_holds(
    guest: Registration, new_visitor: Callable[[], Browser]
) -> None:
    person = guest.person
    address_change.rename(
        person, "Maria", "Lindqvist", "m.lindqvist@kommun.example", START, audit.SYSTEM, told=False
    )
    unit_of_work.commit()
    office = sign_in(new_visitor(), make_staff())
    office.open(address("confirmation")).see("Den går till m.lindqvist@kommun.example.").press(
        BUTTON
    ).see("Mejlet skickas en gång till, till m.lindqvist@kommun.example.")
    first, copy = db.session.query(Message).filter_by(kind="confirmation").order_by(Message.id)
    assert (copy.state, copy.address, first.state) == (
        "queued",
        "m.lindqvist@kommun.example",
        "sent",
    )
    assert (copy.body.text, copy.body.subject) == (first.body.text, first.body.subject)
    old, new = (Target(**one.body.links["landing"]) for one in (first, copy))
    token = services().link_signer.token
    assert new_visitor().open(f"/i/{token(old)}").status == 404
    new_visitor().open(f"/i/{token(new)}").see("Du är anmäld")
    noted = db.session.query(Audit).filter_by(verb="sent_again").one()
    assert (noted.subject_id, noted.meeting_id) == (copy.id, guest.meeting_id)


def test_one_is_enough_until_it_has_gone(guest: Registration) -> None:
    first = sent("confirmation")
    copy = resending.send_once_more(first, START, audit.SYSTEM)
    for again in (first, copy):
        with pytest.raises(Refused, match=r"not_stopped|not_sent_again"):
            resending.send_once_more(again, START, audit.SYSTEM)
    copy.state = "sent"
    third = resending.send_once_more(copy, START, audit.SYSTEM)
    assert third.key == f"{first.key}:again:2"


def moved(guest: Registration) -> None:
    meeting = guest.meeting
    to = Appointment(
        meeting.starts_at + 7 * DAY, meeting.ends_at + 7 * DAY, meeting.place, meeting.address
    )
    changes.move(meeting, to, "lokalen", START + DAY, audit.SYSTEM)


def cancelled(guest: Registration) -> None:
    changes.cancel(guest.meeting, "lokalen", START + DAY, audit.SYSTEM)


def erased(_guest: Registration) -> None:
    db.session.query(MessageBody).delete()


def gone(guest: Registration) -> None:
    departures.deactivate(guest.person, START, audit.SYSTEM)


def entry_of_an_old_address(guest: Registration) -> None:
    person = guest.person
    address_change.rename(
        person, "Maria", "Lindqvist", "m@kommun.example", START, audit.SYSTEM, told=False
    )
    sent("confirmation").calendar_sequence = 0


def own(_guest: Registration) -> None:
    sent("confirmation").kind = "own_data"


def nobodys(_guest: Registration) -> None:
    sent("confirmation").person_id = None


@pytest.mark.parametrize(
    ("happens", "refusal"),
    [
        (moved, "mail_outdated"),
        (cancelled, "mail_outdated"),
        (erased, "text_erased"),
        (gone, "person_inactive"),
        (entry_of_an_old_address, "mail_outdated"),
        (own, "not_sent_again"),
        (nobodys, "not_sent_again"),
    ],
)
def test_what_is_true_no_longer_is_not_sent(
    guest: Registration, happens: Callable[[Registration], None], refusal: str
) -> None:
    first = sent("confirmation")
    happens(guest)
    db.session.flush()
    db.session.expire_all()
    before = db.session.query(Message).count()
    with pytest.raises(Refused, match=refusal):
        resending.send_once_more(first, START + 2 * DAY, audit.SYSTEM)
    assert db.session.query(Message).count() == before


def test_the_page_says_why_not(
    guest: Registration, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    moved(guest)
    unit_of_work.commit()
    clock.set(START + 2 * DAY)
    office = sign_in(new_visitor(), make_staff(), START + 2 * DAY)
    office.open(address("confirmation")).see("Mejlet stämmer inte längre").miss(BUTTON)
    waits = db.session.query(Message).filter_by(state="queued").first()
    assert waits is not None
    office.open(f"/utskick/mejl/{waits.public_id}").miss("Fick personen det inte?")
