"""Somebody who is made inactive or leaves an organisation: out of its answers at once, and nothing
of what they did is undone in silence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.contacts import activation, affiliations, organisations
from annualwheel.db import db
from annualwheel.mailings import recipients
from annualwheel.models import (
    Meeting,
    Member,
    Questionnaire,
    Registration,
    Submission,
    YearOrganisation,
)
from annualwheel.models.drafts import Answer, Item
from annualwheel.participation import departures, replies
from annualwheel.preparation import membership, notices
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import let_in, link_of, make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN
from tests.tiny_browser import Browser

WAYS = ("inactive", "left")


@pytest.fixture
def lead(session: Any, clock: Fixed) -> Registration:
    """Maria, who comes to the meeting and leads her organisation's answer; preparation is open."""
    meeting = make_meeting()
    publish(meeting)
    guest = make_guest(meeting)
    organisations.set_lead(guest.organisation, meeting.year, guest.person)
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    member = let_in(guest, START)
    assert member is not None and member.role == "lead"
    item = db.session.query(Item).filter_by(submission_id=member.submission_id, group_key="").one()
    db.session.add(
        Answer(
            item=item, question_key="kontakt", value="Marias text", author=guest.person, at=START
        )
    )
    db.session.commit()
    clock.set(OPEN)
    return guest


def end(coordinator: Browser, guest: Registration, way: str) -> Browser:
    page = sign_in(coordinator, make_staff(), OPEN).open(f"/personer/{guest.person.public_id}")
    if way == "inactive":
        return page.follow("Gör inaktiv").press("Gör inaktiv")
    return page.follow("Avsluta Hagfors kommun").press("Avsluta")


@pytest.mark.parametrize("way", WAYS)
class TestBothWays:
    def test_the_link_and_the_session_are_dead_at_once(
        self, lead: Registration, new_visitor: Callable[[], Browser], way: str
    ) -> None:
        maria, link = new_visitor(), notices.links(db.session.query(Member).one())["preparation"]
        path = f"/f/{services().link_signer.token(link)}"
        maria.open(path).press("Öppna förberedelsen")
        assert maria.open("/forberedelse").status == 200
        end(new_visitor(), lead, way)
        assert (maria.open("/forberedelse").status, new_visitor().open(path).status) == (401, 404)

    def test_what_they_wrote_stays_with_their_name(
        self, lead: Registration, new_visitor: Callable[[], Browser], way: str
    ) -> None:
        end(new_visitor(), lead, way)
        row = db.session.query(Answer).one()
        assert (row.value, row.author.name) == ("Marias text", "Maria Lindqvist")

    def test_nobody_leads_and_the_coordinator_sees_it(
        self, lead: Registration, new_visitor: Callable[[], Browser], way: str
    ) -> None:
        place = membership.join(
            db.session.query(Questionnaire).one(),
            make_guest(lead.meeting, "Erik", "Sand").person,
            lead.organisation,
            START,
        )
        coordinator = end(new_visitor(), lead, way)
        assert db.session.query(YearOrganisation).one().lead is None
        assert [(member.person_id, member.role) for member in db.session.query(Member)] == [
            (place.person_id, "writer")
        ]
        coordinator.open("/personer/organisationer").see("Ingen är utsedd")

    def test_the_registration_stands_and_the_coordinator_is_told(
        self, lead: Registration, new_visitor: Callable[[], Browser], way: str
    ) -> None:
        end(new_visitor(), lead, way).see(
            "Anmälan står kvar", "Arbetsmötet 22 januari, Hagfors kommun"
        )
        assert lead.state == "registered"
        new_visitor().open(link_of(lead)).see("Du är anmäld")

    def test_the_registration_opens_no_back_door(
        self, lead: Registration, new_visitor: Callable[[], Browser], way: str
    ) -> None:
        end(new_visitor(), lead, way)
        maria = (
            new_visitor().open(link_of(lead)).press("Se eller ändra").miss("Öppna förberedelsen")
        )
        with maria.client.session_transaction() as kept:
            kept["registration"] = [lead.public_id, lead.link_version]
        assert let_in(lead, OPEN) is None
        assert recipients.to_prepare(lead.meeting, db.session.query(Questionnaire).one()) == []
        assert db.session.query(Member).count() == 0


def test_an_answer_of_ones_own_stays_ones_own(session: Any) -> None:
    meeting = make_meeting(kind="conference")
    publish(meeting, "konferens")
    guest = make_guest(meeting)
    member = let_in(guest, START)
    departures.leave(guest.person, guest.organisation, START, audit.SYSTEM)
    assert db.session.query(Member).one() is member
    assert let_in(guest, START) is member


def test_other_organisations_answers_stay_open(session: Any) -> None:
    meeting = make_meeting()
    publish(meeting)
    guest = make_guest(meeting)
    other = organisations.add_organisation("Sunne kommun")
    affiliations.affiliate(guest.person, other)
    asked = db.session.query(Questionnaire).one()
    for place in (guest.organisation, other):
        membership.join(asked, guest.person, place, START)
    departures.leave(guest.person, other, START, audit.SYSTEM)
    assert [member.submission.organisation.name for member in db.session.query(Member)] == [
        "Hagfors kommun"
    ]


def test_a_year_that_is_over_keeps_its_lead(session: Any) -> None:
    guest = make_guest(make_meeting())
    organisations.set_lead(guest.organisation, guest.meeting.year, guest.person)
    db.session.flush()
    departures.deactivate(guest.person, guest.meeting.ends_at + dt.timedelta(days=1), audit.SYSTEM)
    assert db.session.query(YearOrganisation).one().lead is guest.person


def test_somebody_who_comes_back_is_let_in_again(session: Any) -> None:
    meeting = make_meeting()
    publish(meeting)
    guest = make_guest(meeting)
    departures.deactivate(guest.person, START, audit.SYSTEM)
    assert let_in(guest, START) is None
    activation.set_active(guest.person, True, audit.SYSTEM, START)
    found = let_in(guest, START)
    assert (
        found is not None
        and db.session.query(Submission).count() == 1
        and db.session.query(Meeting).count() == 1
    )
