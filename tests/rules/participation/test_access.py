"""Every way to a seat opens the organisation's answer, and none does so before it is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.models import Member, Registration
from annualwheel.participation import (
    colleagues,
    offers,
    open_registration,
    replies,
    revocation,
    substitution,
)
from annualwheel.participation.colleagues import Colleague
from annualwheel.participation.open_registration import Applicant
from annualwheel.participation.substitution import Substitute
from tests.conftest import START
from tests.makers.asked import answer_all
from tests.makers.guests import make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_staff

MINUTE = dt.timedelta(minutes=1)

Way = Callable[[], Registration]


def karin() -> Actor:
    return audit.staff(make_staff("coordinator").id)


def say_yes(guest: Registration, **changes: Any) -> Registration:
    actor = audit.participant(guest.person_id)
    return replies.register(guest, reply_of(guest, **changes), START, actor)


def meeting_with_preparation(is_open: bool, **options: Any) -> None:
    """The working meeting with one seat, its questionnaire published."""
    meeting = make_meeting(1, **options)
    publish(meeting)
    phase = years.phase(meeting, "preparation")
    phase.opens_at = START - MINUTE if is_open else START + MINUTE
    db.session.flush()


def the_first(**about: Any) -> Registration:
    return make_guest(years.meeting_of(2027, "work"), **about)


def by_a_yes() -> Registration:
    return say_yes(the_first())


def by_a_yes_on_the_phone() -> Registration:
    guest = the_first()
    return replies.register(guest, reply_of(guest), START, karin())


def by_a_colleague() -> Registration:
    [option] = years.meeting_of(2027, "work").options
    option.capacity, option.per_organisation = 2, 2
    registrant = say_yes(the_first())
    eva = Colleague("Eva", "Nordström-Öberg", "eva@kommun.example", "Chef")
    colleagues.register_together(registrant, [eva], START, audit.participant(registrant.person_id))
    return registration_of("Eva")


def by_a_seat_that_another_leaves() -> Registration:
    seated, waits = say_yes(the_first()), say_yes(the_second())
    replies.withdraw(seated, START, audit.participant(seated.person_id))
    return waits


def by_an_offer_that_is_taken() -> Registration:
    [option] = years.meeting_of(2027, "work").options
    option.waiting_rule = "offer"
    waits = by_a_seat_that_another_leaves()
    offers.accept(waits, START, audit.participant(waits.person_id))
    return waits


def by_a_free_seat_that_is_taken() -> Registration:
    say_yes(the_first())
    waits = say_yes(the_second())
    [option] = years.meeting_of(2027, "work").options
    option.capacity = 2
    db.session.flush()
    offers.accept(waits, START, audit.participant(waits.person_id))
    return waits


def by_a_coordinator_out_of_turn() -> Registration:
    say_yes(the_first())
    waits = say_yes(the_second())
    offers.give(waits, "Ska leda ett bord.", START, karin(), over=True)
    return waits


def by_coming_instead() -> Registration:
    away = say_yes(the_first())
    end_access(away)
    olle = Substitute("Olle", "Sund", "olle@kommun.example")
    return substitution.substitute(away, olle, START, audit.participant(away.person_id))


def the_second() -> Registration:
    return the_first(given="Erik", family="Sand", organisation="Säffle kommun")


def registration_of(given: str) -> Registration:
    found = db.session.query(Registration).all()
    return next(one for one in found if one.person.given == given)


def end_access(registration: Registration) -> None:
    """As if they had got their seat before there was anything to answer."""
    db.session.execute(sa.delete(Member).where(Member.person_id == registration.person_id))
    db.session.expire_all()


def organisations_opened_to(registration: Registration) -> list[str]:
    members = db.session.query(Member).filter_by(person_id=registration.person_id)
    return [member.submission.organisation.name for member in members]


WAYS = [
    by_a_yes,
    by_a_yes_on_the_phone,
    by_a_colleague,
    by_a_seat_that_another_leaves,
    by_an_offer_that_is_taken,
    by_a_free_seat_that_is_taken,
    by_a_coordinator_out_of_turn,
    by_coming_instead,
]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_a_seat_opens_the_answer(session: Any, way: Way) -> None:
    meeting_with_preparation(is_open=True)
    registration = way()
    assert registration.state == "registered"
    assert organisations_opened_to(registration) == [registration.organisation.name]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_to_a_seat_opens_an_answer_that_is_not_open(session: Any, way: Way) -> None:
    meeting_with_preparation(is_open=False)
    registration = way()
    assert registration.state == "registered"
    assert organisations_opened_to(registration) == []


def test_who_waits_is_let_in_by_nothing(session: Any) -> None:
    meeting_with_preparation(is_open=True)
    say_yes(the_first())
    waits = say_yes(the_second())
    assert waits.state == "waitlisted"
    assert organisations_opened_to(waits) == []


def test_who_only_says_to_come_from_there_is_let_in_by_no_seat(session: Any) -> None:
    meeting_with_preparation(is_open=True)
    seated = say_yes(the_first())
    seated.meeting.open_registration = True
    claims = Applicant("Ylva", "Påståsson", "ylva@kommun.example")
    organisation = seated.organisation
    open_registration.apply(seated.meeting, organisation, claims, "192.0.2.1", START)
    answer_all()
    ylva = registration_of("Ylva")
    open_registration.confirm(ylva, START)
    say_yes(ylva)
    replies.withdraw(seated, START, audit.participant(seated.person_id))
    assert ylva.state == "registered"
    assert organisations_opened_to(ylva) == []


def test_an_invitation_taken_back_takes_the_access_too(session: Any) -> None:
    meeting_with_preparation(is_open=True)
    registration = say_yes(the_first())
    revocation.revoke(registration, START, karin())
    assert organisations_opened_to(registration) == []
