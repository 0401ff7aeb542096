"""Who is reminded of what, and who is told of the results."""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.mailings import recipients
from annualwheel.models import Meeting, Member, Questionnaire, Registration
from annualwheel.preparation import deadline, membership
from annualwheel.registrations.states import step
from tests.makers.guests import make_guest, make_meeting, publish
from tests.makers.writers import OPEN, item_of, make_members, write

pytestmark = pytest.mark.usefixtures("session")


def meeting_of(member: Member) -> Meeting:
    return member.submission.questionnaire.meeting


def told(meeting: Meeting) -> list[str]:
    """The keys of those to be told of the results."""
    db.session.flush()
    return [one.key for one in recipients.took_part(meeting)]


def registration(meeting: Meeting, given: str, family: str, *actions: str) -> Registration:
    guest = make_guest(meeting, given, family, "Arvika kommun")
    for action in actions:
        step(guest, action, "registered" if action == "register" else None)
    db.session.flush()
    return guest


def test_of_the_members_of_an_answer_those_who_wrote_are_told() -> None:
    _lead, anna, _sara = make_members("Maria", "Anna", "Sara")
    write(anna, item_of(anna), forberett="Strateger")
    assert told(meeting_of(anna)) == [f"wrote.{anna.public_id}"]


def test_who_wrote_what_a_colleague_has_replaced_is_told_too() -> None:
    maria, anna = make_members("Maria", "Anna")
    write(maria, item_of(maria), forberett="Strateger")
    write(anna, item_of(anna), OPEN + dt.timedelta(hours=1), forberett="Ekonomer")
    assert sorted(told(meeting_of(anna))) == sorted(
        f"wrote.{member.public_id}" for member in (maria, anna)
    )


def test_who_is_a_member_in_two_organisations_is_told_by_the_one_they_wrote_for() -> None:
    (first,) = make_members("Maria")
    other = membership.join(
        first.submission.questionnaire,
        first.person,
        organisations.add_organisation("Sunne kommun"),
        OPEN,
    )
    write(other, item_of(other), forberett="Strateger")
    assert told(meeting_of(first)) == [f"wrote.{other.public_id}"]


def test_what_somebody_wrote_for_another_meeting_does_not_count() -> None:
    (maria,) = make_members("Maria")
    conference = make_meeting(kind="conference")
    publish(conference, "konferens")
    asked = db.session.query(Questionnaire).filter_by(meeting_id=conference.id).one()
    there = membership.join(asked, maria.person, maria.submission.organisation, OPEN)
    write(there, item_of(there), deadline.opens_at(there.submission), passval=["pass_a"])
    assert told(meeting_of(maria)) == []
    assert told(conference) == [f"wrote.{there.public_id}"]


def test_who_was_there_is_told_by_their_seat_though_they_wrote() -> None:
    (maria,) = make_members("Maria")
    write(maria, item_of(maria), forberett="Strateger")
    there = registration(meeting_of(maria), "Maria", "Lindqvist", "register", "check_in")
    assert there.person_id == maria.person_id
    assert told(meeting_of(maria)) == [f"present.{there.public_id}"]


def test_each_is_told_in_the_name_of_the_organisation_they_came_or_wrote_for() -> None:
    (maria,) = make_members("Maria")
    write(maria, item_of(maria), forberett="Strateger")
    meeting = meeting_of(maria)
    there = registration(meeting, "Erik", "Sand", "register")
    organisations.add_organisation("Sunne kommun")
    named = {one.key: one.organisation for one in recipients.took_part(meeting)}
    assert named == {
        f"wrote.{maria.public_id}": "Hagfors kommun",
        f"present.{there.public_id}": "Arvika kommun",
    }
    there.organisation.active = False
    assert told(meeting) == [f"wrote.{maria.public_id}"]
    maria.submission.organisation.active = False
    assert told(meeting) == []
