"""Who registers and who corrects an address both hold several meetings and a person: whatever the
order, neither waits for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import folding
from annualwheel.db import db
from annualwheel.errors import DomainError
from annualwheel.mailings import failures
from annualwheel.models import Message, Organisation, Person, Registration
from annualwheel.participation import replies
from annualwheel.registrations import invitations
from tests.at_once import at_once
from tests.conftest import START
from tests.makers.guests import entries, make_guest, make_meeting, reply_of

pytestmark = pytest.mark.race

ROUNDS = 20
BY_PHONE = audit.Actor("system")


def prepare(app: Flask) -> tuple[int, int]:
    """One person with a place at two meetings: the ids of the registrations."""
    with app.app_context():
        first = make_guest(make_meeting(), "Maria", "Lindqvist")
        second = invitations.invite(
            make_meeting(kind="direction"),
            first.person,
            db.session.get_one(Organisation, first.organisation_id),
            START,
        )
        db.session.commit()
        return first.id, second.id


def stopped_mail(app: Flask) -> int:
    """A mail that has not arrived, to be sent to another address."""
    with app.app_context():
        db.session.query(Message).update({"state": "sent"})
        message = db.session.query(Message).filter_by(kind="invitation").first()
        assert message is not None
        message.state = "failed"
        db.session.commit()
        return message.id


def answer(registration_id: int, address: str) -> Callable[[], Callable[[], object]]:
    """Opens the page, then says yes or changes the yes, with this address or the one that the page
    was opened with.
    """

    def opened() -> Callable[[], object]:
        registration = db.session.get_one(Registration, registration_id)
        reply = reply_of(
            registration, mobile=address, **({"email": address} if "@" in address else {})
        )
        return lambda: replies.register(registration, reply, START, BY_PHONE)

    return opened


def correct(message_id: int, address: str) -> Callable[[], Callable[[], object]]:
    """Opens the page of the mail that stopped, then gives it another address."""

    def opened() -> Callable[[], object]:
        message = db.session.get_one(Message, message_id)
        return lambda: failures.correct_address(message, address, START, audit.SYSTEM)

    return opened


def press(act: Callable[[], object]) -> str:
    """What came of it: "done", or why it was refused."""
    try:
        act()
    except DomainError as refused:
        return refused.key
    db.session.commit()
    return "done"


def test_registering_and_correcting_addresses_never_wait_for_each_other(app: Flask) -> None:
    first, second = prepare(app)
    outcomes = Counter[str]()
    for number in range(ROUNDS):
        people = (
            answer(second, str(number)),
            answer(first, f"a{number}@kommun.example"),
            correct(stopped_mail(app), f"b{number}@kommun.example"),
            answer(second, f"c{number}@kommun.example"),
        )
        outcomes.update(at_once(app, press, people, look=lambda opened: opened()))
    assert outcomes["done"] >= 3 * ROUNDS, outcomes
    with app.app_context():
        person = db.session.query(Person).one()
        assert folding.fold(person.email) == person.email_folded
        newest = {uid: address for _method, _sequence, address, uid in entries()}
        assert len(newest) == 2 and set(newest.values()) == {person.email}
