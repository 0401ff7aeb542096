"""A person's new address: wherever it is written, the same happens to links, calendars, mails that
wait, and those who are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mail import outbox
from annualwheel.mailings import failures
from annualwheel.meetings import changes
from annualwheel.models import Audit, Member, Message, Person, Registration
from annualwheel.participation import address_change, link_recovery, replies
from tests.at_once import at_once
from tests.conftest import START
from tests.makers.asked import answer_all
from tests.makers.guests import (
    entries,
    in_hand,
    let_in,
    link_of,
    mails,
    make_guest,
    make_meeting,
    publish,
    reply_of,
)
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

OLD, NEW = "maria@kommun.example", "m.lindqvist@annan.example"
DOORS = ("registration", "coordinator", "stopped mail")


class Maria:
    """Somebody who comes to two meetings and writes in the preparation of the first; her mails have
    been sent.
    """

    def __init__(self) -> None:
        work, direction = make_meeting(), make_meeting(kind="direction")
        publish(work)
        self.seats = [coming(make_guest(work)), coming(make_guest(direction))]
        self.person = self.seats[0].person
        found = let_in(self.seats[0], START)
        assert found is not None
        self.member = found
        db.session.flush()
        for message in mails():
            outbox.mark_sent(in_hand(message), START)
        self.sent = len(mails())
        db.session.commit()

    def versions(self) -> list[int]:
        db.session.expire_all()
        return [
            *(registration.link_version for registration in self.seats),
            self.member.link_version,
            self.person.link_version,
            self.person.feed_version,
        ]

    def since(self) -> list[Message]:
        return mails()[self.sent :]

    def links(self, address: str) -> set[Target]:
        """What links in mails to that address open."""
        return {
            Target(**target)
            for message in self.since()
            if message.address == address
            for target in message.body.links.values()
        }


def coming(guest: Registration) -> Registration:
    return replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))


def move(person: Person, address: str = NEW, **how: Any) -> bool:
    moved = address_change.rename(
        person, person.given, person.family, address, START, audit.SYSTEM, **how
    )
    db.session.flush()
    return moved


@pytest.fixture
def change(new_visitor: Callable[[], Browser]) -> Callable[[str, Maria], None]:
    """Writes the new address at one of the doors."""

    def through(door: str, maria: Maria) -> None:
        visitor = new_visitor()
        if door == "registration":
            visitor.open(link_of(maria.seats[0])).press("Se eller ändra").follow("Ändra anmälan")
            visitor.fill("E-postadress", NEW).press("Spara ändringen").see("Ändringen är sparad")
        elif door == "coordinator":
            sign_in(visitor, make_staff()).open(f"/personer/{maria.person.public_id}/andra")
            visitor.fill("E-postadress", NEW).press("Spara uppgifterna").see(
                "Uppgifterna är sparade"
            )
        else:
            stopped = mails("confirmation")[0]
            outbox.mark_failed(in_hand(stopped), "550 5.1.1 unknown user")
            db.session.flush()
            failures.correct_address(stopped, NEW, START, audit.SYSTEM)
            db.session.commit()

    return through


@pytest.mark.parametrize("door", DOORS)
class TestEverywhereAlike:
    def test_every_link_is_dead_and_a_new_one_is_in_a_mail_to_the_new_address(
        self, session: Any, change: Callable[[str, Maria], None], door: str
    ) -> None:
        maria = Maria()
        before = maria.versions()
        change(door, maria)
        assert maria.versions() == [version + 1 for version in before]
        stopped = {
            Target(**target)
            for message in mails("confirmation")[:1]
            for target in message.body.links.values()
        }
        assert maria.links(NEW) | stopped >= {
            *(
                Target("registration", registration.public_id, registration.link_version)
                for registration in maria.seats
            ),
            Target("member", maria.member.public_id, maria.member.link_version),
        }

    def test_every_calendar_entry_moves(
        self, session: Any, change: Callable[[str, Maria], None], door: str
    ) -> None:
        maria = Maria()
        before = len(entries())
        change(door, maria)
        # Those of other meetings come when a link is opened there, if the person has typed it.
        db.session.expire_all()
        address_change.prove(maria.person, START)
        db.session.flush()
        old, new = (
            [
                (uid, method)
                for method, _sequence, address, uid in entries()[before:]
                if address == whose
            ]
            for whose in (OLD, NEW)
        )
        uids = {registration.uid for registration in maria.seats}
        assert set(new) == {(uid, "REQUEST") for uid in uids}
        assert set(old) == (set() if door == "stopped mail" else {(uid, "CANCEL") for uid in uids})
        sequences = [(uid, sequence) for _method, sequence, _address, uid in entries()]
        assert len(sequences) == len(set(sequences))

    def test_the_old_address_is_told_once_unless_mail_to_it_stops(
        self, session: Any, change: Callable[[str, Maria], None], door: str
    ) -> None:
        maria = Maria()
        change(door, maria)
        told = [
            message
            for message in maria.since()
            if message.address == OLD and not message.body.calendar
        ]
        assert [message.kind for message in told] == (
            [] if door == "stopped mail" else ["address_changed"]
        )
        assert not maria.links(OLD)
        assert (
            db.session.query(Audit)
            .filter_by(verb="readdressed", subject_id=maria.person.id)
            .count()
            == 1
        )


def test_mails_that_wait_go_to_the_new_address_with_the_new_links(session: Any) -> None:
    guest = coming(make_guest(make_meeting()))
    confirmation, request = mails("confirmation")[0], mails("calendar_request")[0]
    move(guest.person)
    db.session.flush()
    assert confirmation.address == request.address == NEW
    assert confirmation.body.links["landing"]["version"] == guest.link_version == 2
    assert entries() == [("REQUEST", 0, NEW, guest.uid)]
    assert request.body.calendar and request.body.calendar["entry"]["attendee_address"] == NEW
    assert mails("new_address") == []


def test_a_cancelled_entry_still_leaves_the_old_calendar(session: Any) -> None:
    guest = coming(make_guest(make_meeting()))
    replies.withdraw(guest, START, audit.participant(guest.person_id))
    cancel = mails("calendar_cancel")[0]
    move(guest.person)
    assert (cancel.address, cancel.state) == (OLD, "queued")


def test_an_entry_that_stopped_is_replaced_and_not_sent_twice(session: Any) -> None:
    guest = coming(make_guest(make_meeting()))
    request = mails("calendar_request")[0]
    outbox.mark_failed(in_hand(request), "550")
    move(guest.person)
    assert request.state == "dropped"
    assert [(method, address) for method, _sequence, address, _uid in entries()] == [
        ("REQUEST", NEW),
        ("CANCEL", OLD),
        ("REQUEST", NEW),
    ]


def test_the_secretarys_copies_stay_hers_and_their_links_work(session: Any) -> None:
    guest = make_guest(make_meeting())
    replies.register(
        guest,
        reply_of(guest, copy_to="sekreterare@kommun.example"),
        START,
        audit.participant(guest.person_id),
    )
    copy = next(
        message
        for message in mails("confirmation")
        if message.address == "sekreterare@kommun.example"
    )
    move(guest.person)
    assert (copy.address, copy.body.links["landing"]["version"]) == (
        "sekreterare@kommun.example",
        guest.link_version,
    )


def test_somebody_elses_name_and_address_change_nothing(session: Any) -> None:
    maria = Maria()
    other = make_guest(make_meeting(kind="conference"), "Erik", "Sand").person
    before, sent = maria.versions(), len(mails())
    with pytest.raises(Refused, match="person_exists"):
        address_change.rename(maria.person, "Erik", "Sand", other.email, START, audit.SYSTEM)
    assert (maria.versions(), len(mails()), maria.person.email) == (before, sent, OLD)


def test_the_same_address_in_capitals_is_no_new_address(session: Any) -> None:
    maria = Maria()
    before = maria.versions()
    assert move(maria.person, "Maria@kommun.example") is False
    assert (maria.versions(), maria.since(), maria.person.email) == (
        before,
        [],
        "Maria@kommun.example",
    )


def test_a_meeting_that_is_over_or_cancelled_gets_no_calendar_mail(session: Any) -> None:
    maria = Maria()
    changes.cancel(maria.seats[1].meeting, "", START, audit.SYSTEM)
    before = len(entries())
    late = maria.seats[0].meeting.starts_at + dt.timedelta(hours=1)
    address_change.rename(maria.person, "Maria", "Lindqvist", NEW, late, audit.SYSTEM)
    assert len(entries()) == before


@pytest.mark.parametrize("kind", ["invitation", "new_link"])
def test_a_link_in_a_mail_that_stopped_is_mailed_to_the_right_address(
    session: Any, kind: str
) -> None:
    guest = make_guest(make_meeting())
    if kind == "new_link":
        mails()[0].state = "sent"
        link_recovery.ask(guest.person.email, "192.0.2.1", START)
        answer_all()
    outbox.mark_failed(in_hand(mails(kind)[0]), "550 5.1.1 unknown user")
    db.session.flush()
    move(guest.person, told=False)
    assert [(mail.kind, mail.state, mail.address) for mail in mails()][-1] == (
        "new_address",
        "queued",
        NEW,
    )


@pytest.mark.race
def test_nobody_waits_for_ever_who_registers_while_an_address_is_corrected(app: Flask) -> None:
    """Everyone takes the meetings' locks in one order, whichever meeting they came for."""
    with app.app_context():
        seats = [
            make_guest(make_meeting(kind=kind)) for kind in ("work", "direction", "conference")
        ]
        ids, person_id = [registration.id for registration in seats], seats[0].person_id
        db.session.commit()

    def register(seat_id: int) -> str:
        registration = db.session.get_one(Registration, seat_id)
        reply = reply_of(registration, email=f"maria{seat_id}@kommun.example")
        replies.register(registration, reply, START, audit.participant(person_id))
        db.session.commit()
        return reply.email

    def correct() -> str:
        move(db.session.get_one(Person, person_id))
        db.session.commit()
        return NEW

    addresses = at_once(
        app, lambda act: act(), [*(partial(register, one) for one in reversed(ids)), correct]
    )
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        assert person.email in addresses
        rows = db.session.query(Registration).filter_by(person_id=person_id).all()
        assert [row.state for row in rows] == ["registered"] * 3
        current = [
            next(
                (
                    m
                    for m in reversed(mails())
                    if m.registration_id == row.id and m.calendar_sequence == row.sequence
                ),
                None,
            )
            for row in rows
        ]
        assert [message.address if message else "" for message in current] == [person.email] * 3
        assert db.session.query(Member).count() == 0
