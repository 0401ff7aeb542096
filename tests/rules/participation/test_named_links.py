"""What a mail says of each of a person's links, so that they can be told apart."""

from __future__ import annotations

import pytest

from annualwheel.access import personal_links
from annualwheel.access.links import Target
from annualwheel.models import Member, Person, Registration
from annualwheel.participation import named_links
from annualwheel.preparation import membership
from annualwheel.questionnaires import published
from tests.makers.guests import make_guest, publish
from tests.makers.writers import OPEN, make_members

pytestmark = pytest.mark.usefixtures("session")


def make_both() -> tuple[Registration, Member]:
    """Maria's registration for a meeting, and her place in what is prepared for it."""
    (member,) = make_members("Maria")
    registration = make_guest(
        member.submission.questionnaire.meeting, "Maria", "Lindqvist", "Hagfors kommun"
    )
    return registration, member


def said(registration: Registration, language: str) -> tuple[list[str], dict[str, Target]]:
    """What stands beside each of the person's links, and where they lead."""
    found = personal_links.living(
        Person.id == registration.person_id, registration.meeting.starts_at
    )
    people, targets = named_links.listed(found, language)
    assert {one["name"] for one in people} == {"Maria Lindqvist"}
    return [one["what"] for one in people], targets


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "sv",
            ["Arbetsmötet, Hagfors kommun", "Förberedelsen inför arbetsmötet, Hagfors kommun"],
        ),
        (
            "en",
            [
                "The working meeting, Hagfors kommun",
                "Preparation for the working meeting, Hagfors kommun",
            ],
        ),
    ],
)
def test_a_mail_says_of_each_link_what_it_opens(language: str, lines: list[str]) -> None:
    registration, member = make_both()
    assert said(registration, language) == (
        lines,
        {
            "landing_1": Target("registration", registration.public_id),
            "landing_2": Target("member", member.public_id),
        },
    )


def test_of_several_questionnaires_each_is_called_by_its_name() -> None:
    registration, member = make_both()
    publish(registration.meeting, "efter_arbetsmotet")
    after = published.one(registration.meeting, "efter_arbetsmotet")
    follows = membership.join(after, registration.person, registration.organisation, OPEN)
    assert said(registration, "sv") == (
        [
            "Arbetsmötet, Hagfors kommun",
            "Förberedelse inför arbetsmötet, Hagfors kommun",
            "Uppföljning efter arbetsmötet, Hagfors kommun",
        ],
        {
            "landing_1": Target("registration", registration.public_id),
            "landing_2": Target("member", member.public_id),
            "landing_3": Target("member", follows.public_id),
        },
    )
    assert said(registration, "en")[0][2] == "Follow-up after the working meeting, Hagfors kommun"
