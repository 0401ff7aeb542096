"""Whoever sent a substitute changes their mind within the day: the old link gives it all back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit, unit_of_work
from annualwheel.access.links import Target
from annualwheel.contacts import elsewhere
from annualwheel.db import db
from annualwheel.errors import Closed, Refused, TooMany
from annualwheel.meetings import changes
from annualwheel.models import Member, Needs, Registration
from annualwheel.participation import replies, substitution, substitution_undone
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import needs, seats
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import (
    entries,
    kinds_since,
    let_in,
    link_of,
    mails,
    make_guest,
    make_meeting,
    publish,
    reply_of,
)
from tests.tiny_browser import Browser

EVA = Substitute("Eva", "Nord", "eva.nord@kommun.example")
DAY = dt.timedelta(days=1)
LATER = START + dt.timedelta(hours=3)


def actor(guest: Registration) -> audit.Actor:
    return audit.participant(guest.person_id)


@pytest.fixture
def maria(session: Any) -> Registration:
    """Maria, who is registered."""
    guest = make_guest(make_meeting())
    return replies.register(guest, reply_of(guest), START, actor(guest))


def send_eva(guest: Registration, instead: Substitute = EVA) -> str:
    """Eva is sent; gives Maria's link, which is dead."""
    link = link_of(guest)
    substitution.hand_over(guest, instead, START, actor(guest))
    unit_of_work.commit()
    return link


def eva() -> Registration:
    db.session.expire_all()
    return db.session.query(Registration).filter(Registration.person.has(given="Eva")).one()


def test_the_seat_comes_back_with_the_link_and_both_are_told(
    maria: Registration, clock: Fixed, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    link = send_eva(maria)
    token = services().link_signer.token(Target("registration", eva().public_id, 1))
    before = len(mails())
    clock.set(LATER)
    visitor.open(link).see("Ångrar du dig?", "tisdag 24 november kl. 9.00").press(
        "Jag kommer själv"
    )
    visitor.see("Du har tagit tillbaka det", "Du är anmäld").press("Se eller ändra din anmälan")
    assert (maria.state, eva().state, eva().replaces) == ("registered", "revoked", None)
    assert kinds_since(before) == [
        "calendar_cancel",
        "substitute_recalled",
        "confirmation",
        "calendar_request",
    ]
    assert [(method, email) for method, _number, email, _uid in entries()[-2:]] == [
        ("CANCEL", EVA.email),
        ("REQUEST", maria.person.email),
    ]
    assert new_visitor().open(f"/i/{token}").status == 404
    option = seats.option_of(maria.meeting, "on_site")
    assert option is not None
    assert seats.room(option).taken == 1


@pytest.mark.parametrize("seated", [True, False])
def test_who_regrets_it_at_once_is_let_and_cannot_go_on_to_and_fro(
    session: Any, visitor: Browser, seated: bool
) -> None:
    """A mailbox gets three mails an hour that members cause; that it is over goes all the same."""
    guest = make_guest(make_meeting())
    if seated:
        replies.register(guest, reply_of(guest), START, actor(guest))
    before, rounds = len(mails()), 0
    with pytest.raises(TooMany):
        for _round in range(5):
            visitor.open(send_eva(guest)).press("Jag kommer själv").see("Din länk gäller igen")
            rounds += 1
    db.session.rollback()
    theirs = [mail for mail in mails()[before:] if mail.address == EVA.email]
    assert (rounds, len(theirs)) == ((1, 4) if seated else (2, 4))
    assert guest.state == ("registered" if seated else "invited")


def test_an_invitation_comes_back_and_can_be_answered(
    session: Any, clock: Fixed, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    link, before = send_eva(guest), len(mails())
    clock.set(LATER)
    visitor.open(link).press("Jag kommer själv").see("Din länk gäller igen").press("Ja, anmäl mig")
    assert (guest.state, guest.answered_at, eva().state) == ("invited", None, "revoked")
    assert kinds_since(before) == ["substitute_recalled"]


def test_the_substitute_keeps_an_invitation_of_their_own(maria: Registration) -> None:
    own = make_guest(maria.meeting, "Eva", "Nord")
    own.invited_at = START - 5 * DAY
    own_link = own.link_version
    send_eva(maria, Substitute("Eva", "Nord", own.person.email))
    assert own.state == "registered"
    substitution_undone.undo(maria, LATER, actor(maria))
    assert (own.state, own.link_version, own.answered_at) == ("invited", own_link, None)
    assert "Din egen inbjudan gäller fortfarande" in mails("substitute_recalled")[0].body.text


def test_what_the_substitute_needs_is_erased_and_the_answer_is_the_firsts_again(
    session: Any, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    publish(guest.meeting)
    for phase in guest.meeting.phases:
        phase.opens_at, phase.closes_at = START, guest.meeting.starts_at
    db.session.flush()
    replies.register(guest, reply_of(guest), START, actor(guest))
    let_in(guest, START)
    send_eva(guest)
    needs.state(eva(), "Veganskt", "", "Ja", START)
    assert [member.person.given for member in db.session.query(Member)] == ["Eva"]
    substitution_undone.undo(guest, LATER, actor(guest))
    db.session.expire_all()
    assert [member.person.given for member in db.session.query(Member)] == ["Maria"]
    assert db.session.query(Needs).count() == 0


def late(_guest: Registration) -> dt.datetime:
    return START + DAY


def declined(_guest: Registration) -> dt.datetime:
    replies.withdraw(eva(), LATER, actor(eva()))
    return LATER


def sent_on(_guest: Registration) -> dt.datetime:
    other = Substitute("Olle", "Sund", "olle.sund@kommun.example")
    substitution.substitute(eva(), other, LATER, actor(eva()))
    return LATER


def cancelled(guest: Registration) -> dt.datetime:
    changes.cancel(guest.meeting, "lokalen", LATER, audit.SYSTEM)
    return LATER


def begun(guest: Registration) -> dt.datetime:
    guest.meeting.starts_at = LATER
    return LATER


@pytest.mark.parametrize("happens", [late, declined, sent_on, cancelled, begun])
def test_it_is_taken_back_only_while_all_is_as_it_was_left(
    maria: Registration,
    clock: Fixed,
    visitor: Browser,
    happens: Callable[[Registration], dt.datetime],
) -> None:
    link = send_eva(maria)
    open_page = visitor.open(link).see("Jag kommer själv")
    now = happens(maria)
    unit_of_work.commit()
    before, state = len(mails()), eva().state
    clock.set(now)
    with pytest.raises((Closed, Refused)):
        substitution_undone.undo(maria, now, actor(maria))
    db.session.rollback()
    open_page.press("Jag kommer själv").see("Länken gäller inte längre")
    assert open_page.status in (410, 422)
    assert (maria.state, eva().state) == ("substituted", state)
    assert len(mails()) == before


def test_a_second_press_changes_nothing_and_leads_to_the_same_page(
    maria: Registration, clock: Fixed, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    link = send_eva(maria)
    clock.set(LATER)
    other = new_visitor().open(link)
    visitor.open(link).press("Jag kommer själv")
    before = len(mails())
    other.press("Jag kommer själv").see("Du har tagit tillbaka det", "Du är anmäld")
    assert (len(mails()), maria.state) == (before, "registered")


def test_somebody_who_was_asked_in_vain_makes_no_difference(
    maria: Registration, clock: Fixed, visitor: Browser
) -> None:
    hers = make_guest(maria.meeting, "Eva", "Nord", "Arvika kommun")
    replies.register(hers, reply_of(hers), START, actor(hers))
    same = Substitute("Eva", "Nord", hers.person.email)
    link = send_eva(maria, same)
    assert (maria.state, mails("wanted")[0].state) == ("substituted", "queued")
    clock.set(LATER)
    visitor.open(link).see("Ångrar du dig?").press("Jag kommer själv")
    visitor.see("Du har tagit tillbaka det", "Du är anmäld")
    db.session.expire_all()
    assert (maria.state, hers.state) == ("registered", "registered")
    # The mail that waited is not sent, and no seat is kept for what was believed.
    assert (mails("wanted")[0].state, mails("substitute_recalled")) == ("dropped", [])
    assert elsewhere.seats_kept(maria.meeting, maria.organisation, "on_site") == 0
