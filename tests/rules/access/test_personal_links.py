"""Every link of a person: which are alive, and what becomes of the old ones."""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel.access import personal_links
from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.models import Member, Person, Registration
from tests.makers.guests import make_guest
from tests.makers.writers import make_members

MOMENT, DAY = dt.timedelta(microseconds=1), dt.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("session")


def make_both() -> tuple[Registration, Member]:
    """Maria's registration for a meeting, and her place in what she and Anna prepare for it."""
    member, _anna = make_members("Maria", "Anna")
    registration = make_guest(
        member.submission.questionnaire.meeting, "Maria", "Lindqvist", "Hagfors kommun"
    )
    return registration, member


def alive(person: Person, now: dt.datetime) -> list[Target]:
    return [link.target for link in personal_links.living(Person.id == person.id, now)]


def test_links_live_until_the_meeting_has_been_over_for_thirty_days() -> None:
    registration, member = make_both()
    over = registration.meeting.ends_at + 30 * DAY
    both = [Target("registration", registration.public_id), Target("member", member.public_id)]
    assert alive(registration.person, over - MOMENT) == both
    assert alive(registration.person, over) == []


@pytest.mark.parametrize(
    ("state", "lives"),
    [("invited", True), ("withdrawn", True), ("substituted", False), ("revoked", False)],
)
def test_who_has_handed_over_or_lost_an_invitation_has_no_link_to_it(
    state: str, lives: bool
) -> None:
    registration, member = make_both()
    registration.state = state
    db.session.flush()
    found = alive(registration.person, registration.meeting.starts_at)
    assert (Target("registration", registration.public_id) in found) is lives
    assert Target("member", member.public_id) in found


def test_links_made_new_are_those_of_the_one_person() -> None:
    registration, member = make_both()
    others = make_guest(registration.meeting, "Erik", "Sand", "Hagfors kommun")
    of_person, of_feed = registration.person.link_version, registration.person.feed_version
    assert personal_links.renew(registration.person) == {
        registration.public_id: 2,
        member.public_id: 2,
    }
    assert (registration.link_version, member.link_version, others.link_version) == (2, 2, 1)
    assert (registration.person.link_version, registration.person.feed_version) == (
        of_person + 1,
        of_feed + 1,
    )
