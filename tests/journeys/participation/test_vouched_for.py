"""Who has only asked to come counts from the moment somebody answers for them; whom a coordinator
has deactivated is let in by staff only.
"""

from __future__ import annotations

from typing import Any

import pytest

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import Meeting, Person, Registration
from annualwheel.participation import (
    colleagues,
    departures,
    open_registration,
    replies,
    revocation,
    substitution,
)
from annualwheel.participation.open_registration import Applicant
from annualwheel.participation.substitution import Substitute
from annualwheel.preparation import collaborators, membership
from annualwheel.registrations import invitations
from tests.conftest import START
from tests.makers.asked import answer_all
from tests.makers.guests import link_of, make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN, make_members
from tests.tiny_browser import Browser

EVA = ("Eva", "Nord", "eva.nord@kommun.example")
STAFF = audit.staff(1)


def asks(meeting: Meeting, organisation: str = "Hagfors kommun") -> Registration:
    """Eva asks to come, and has not confirmed that the address is hers."""
    place = organisations.organisation_named(organisation) or organisations.add_organisation(
        organisation
    )
    open_registration.apply(meeting, place, Applicant(*EVA), "192.0.2.1", START)
    answer_all()
    registration = (
        db.session.query(Registration)
        .join(Person)
        .filter(Person.given == "Eva", Registration.meeting_id == meeting.id)
        .one()
    )
    assert (registration.state, registration.person.active) == ("unconfirmed", False)
    return registration


def deactivated(organisation: str = "Hagfors kommun") -> Person:
    """Eva, whom a coordinator has made inactive."""
    place = organisations.organisation_named(organisation) or organisations.add_organisation(
        organisation
    )
    eva = people.add_person(*EVA, place)
    departures.deactivate(eva, START, STAFF)
    return eva


def substitute(guest: Registration, actor: audit.Actor | None = None) -> Registration:
    return substitution.substitute(
        guest, Substitute(*EVA), START, actor or audit.participant(guest.person_id)
    )


def test_a_substitute_who_had_not_confirmed_counts_from_now_on(session: Any) -> None:
    meeting = make_meeting()
    publish(meeting)
    registration, guest = asks(meeting), make_guest(meeting)
    new = substitute(guest)
    assert (new, new.state, new.person.active) == (registration, "invited", True)
    assert membership.is_let_in(new, meeting.questionnaires[0])
    assert [row.organisation for row in new.person.affiliations] == [guest.organisation]


def test_who_asked_for_two_meetings_is_vouched_for_at_one_of_them(session: Any) -> None:
    work, direction = make_meeting(), make_meeting(kind="direction")
    asks(work)
    assert substitute(make_guest(direction)).person.active


@pytest.mark.parametrize("asked_too", [False, True])
def test_a_deactivated_person_is_nobodys_substitute(session: Any, asked_too: bool) -> None:
    meeting = make_meeting()
    guest, eva = make_guest(meeting), deactivated()
    if asked_too:
        asks(meeting)
    with pytest.raises(Refused) as refusal:
        substitute(guest)
    assert refusal.value.key == "person_inactive" and not eva.active


def test_whose_application_a_coordinator_took_back_is_nobodys_substitute(session: Any) -> None:
    meeting = make_meeting()
    guest, registration = make_guest(meeting), asks(meeting)
    revocation.revoke(registration, START, STAFF)
    with pytest.raises(Refused, match="person_inactive"):
        substitute(guest)


def test_staff_may_send_a_deactivated_person(session: Any) -> None:
    guest, eva = make_guest(make_meeting()), deactivated()
    assert substitute(guest, STAFF).person is eva and eva.active


def test_a_deactivated_person_cannot_write_nor_be_registered_by_a_colleague(
    session: Any, visitor: Browser
) -> None:
    (maria,) = make_members("Maria")
    eva = deactivated()
    with pytest.raises(Refused) as refusal:
        collaborators.invite(maria, collaborators.Collaborator(*EVA), OPEN)
    assert refusal.value.key == "person_inactive" and not eva.active
    guest = make_guest(maria.submission.questionnaire.meeting, "Erik", "Sand")
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    assert [
        one.became
        for one in colleagues.register_together(
            guest, [colleagues.Colleague(*EVA)], START, audit.participant(guest.person_id)
        )
    ] == ["gone"]
    assert not eva.active


def test_a_colleague_who_had_only_asked_to_come_may_write_and_counts(session: Any) -> None:
    (maria,) = make_members("Maria")
    asks(maria.submission.questionnaire.meeting)
    assert collaborators.invite(maria, collaborators.Collaborator(*EVA), OPEN).person.active


def test_who_is_registered_on_the_phone_before_they_confirm_counts(session: Any) -> None:
    registration = asks(make_meeting())
    replies.register(
        registration, reply_of(registration, title="Strateg"), START, audit.staff(make_staff().id)
    )
    assert (registration.state, registration.person.active) == ("registered", True)
    assert [(row.organisation, row.title) for row in registration.person.affiliations] == [
        (registration.organisation, "Strateg")
    ]


def test_who_is_invited_for_another_organisation_before_they_confirm_counts_there(
    session: Any,
) -> None:
    meeting = make_meeting()
    eva, arvika = asks(meeting).person, organisations.add_organisation("Arvika kommun")
    registration = invitations.invite(meeting, eva, arvika, START)
    assert (
        registration.state,
        registration.organisation,
        eva.active,
        [row.organisation for row in eva.affiliations],
    ) == ("invited", arvika, True, [arvika])


@pytest.mark.parametrize("how", ["asked", "deactivated"])
def test_who_is_invited_by_a_coordinator_counts(session: Any, visitor: Browser, how: str) -> None:
    meeting = make_meeting()
    eva = asks(meeting).person if how == "asked" else deactivated()
    office = sign_in(visitor, make_staff()).open("/mote/2027/arbetsmote/bjud-in-en")
    for label, text in zip(
        ("Förnamn", "Efternamn", "E-postadress", "Organisation"),
        (*EVA, "Hagfors kommun"),
        strict=True,
    ):
        office.fill(label, text)
    office.press("Lägg till och bjud in").see("Eva Nord är inbjuden")
    db.session.expire_all()
    assert eva.active


def test_the_participant_is_told_in_plain_words(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    eva = deactivated()
    visitor.open(link_of(guest)).press("Skicka en ersättare")
    visitor.fill("Förnamn", EVA[0]).fill("Efternamn", EVA[1]).fill("E-postadress", EVA[2]).press(
        "Skicka ersättaren"
    )
    visitor.see("Det går inte att välja Eva Nord här. Hör av dig till oss, så hjälper vi dig.")
    db.session.expire_all()
    assert (guest.state, eva.active, len(eva.affiliations)) == ("invited", False, 1)


# Invited again


@pytest.mark.parametrize(
    "state", ["revoked", "declined", "withdrawn", "substituted", "unconfirmed"]
)
def test_who_is_invited_again_is_invited_for_the_organisation_asked_for(
    session: Any, state: str
) -> None:
    meeting = make_meeting()
    guest = make_guest(meeting, title="Chef")
    guest.state, guest.replaces = state, make_guest(meeting, "Erik", "Sand")
    other = organisations.add_organisation("Arvika kommun")
    again = invitations.invite(meeting, guest.person, other, START, title="Strateg")
    assert (again, again.state, again.organisation, again.title, again.replaces) == (
        guest,
        "invited",
        other,
        "Strateg",
        None,
    )


def test_a_title_is_kept_within_the_organisation_and_does_not_follow_to_another(
    session: Any,
) -> None:
    meeting = make_meeting()
    guest = make_guest(meeting)
    guest.title = "Chef"
    revocation.revoke(guest, START, STAFF)
    assert invitations.invite(meeting, guest.person, guest.organisation, START).title == "Chef"
    revocation.revoke(guest, START, STAFF)
    assert (
        invitations.invite(
            meeting, guest.person, organisations.add_organisation("Arvika kommun"), START
        ).title
        == ""
    )
