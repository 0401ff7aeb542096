"""The rows behind a list of people, and made-up ones where there are none yet.

Made-up rows are never added to the session: looking at a mail must write nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import (
    Meeting,
    Member,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
)
from annualwheel.registrations import audiences
from annualwheel.registrations.audiences import Addressee

# What a mail about a registration names.
WHOLE = joinedload(Registration.person), joinedload(Registration.organisation)


def people(chosen: Sequence[Addressee]) -> list[tuple[Person, Organisation, str]]:
    """The person, organisation and title of each, in order, by two queries."""
    person_ids = {one.person_id for one in chosen}
    organisation_ids = {one.organisation_id for one in chosen}
    persons = db.session.scalars(sa.select(Person).where(Person.id.in_(person_ids)))
    by_id = {row.id: row for row in persons}
    found = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(organisation_ids)))
    organisations = {row.id: row for row in found}
    return [(by_id[one.person_id], organisations[one.organisation_id], one.title) for one in chosen]


def registrations() -> sa.Select[Registration]:
    """The registrations, each read with its person and organisation."""
    return sa.select(Registration).options(*WHOLE)


def addressee(registration: Registration) -> Addressee:
    """The person of a registration as a list shows them. The key is the registration's."""
    person = registration.person
    return Addressee(
        registration.public_id,
        person.id,
        registration.organisation_id,
        person.given,
        person.family,
        person.email,
        person.language,
        registration.organisation.name,
        registration.title,
    )


def without_place(person: Person) -> Addressee:
    """Somebody who is written to for no organisation. The key is the person's."""
    return Addressee(
        person.public_id,
        person.id,
        0,
        person.given,
        person.family,
        person.email,
        person.language,
        "",
    )


def why_none_chosen(draft: MailingDraft, all_told: str) -> str:
    """Why nobody of the draft's choice is left: nobody fits it, or `all_told`."""
    if draft.choice and audiences.audience(draft.meeting, draft.choice, invited_too=True):
        return all_told
    return "nobody_fits"


def new_registration(meeting: Meeting, one: Addressee) -> Registration:
    """The registration that an invitation of `one` would make."""
    return Registration(
        meeting=meeting, person=_person(one), organisation=_organisation(one), state="invited"
    )


def new_member(questionnaire: Questionnaire, one: Addressee) -> Member:
    """The membership that `one` would get in the answer of the organisation."""
    submission = Submission(
        questionnaire=questionnaire,
        digest=questionnaire.digest,
        respondent_key="",
        organisation=_organisation(one),
    )
    return Member(submission=submission, person=_person(one))


def _person(one: Addressee) -> Person:
    return Person(
        given=one.given,
        family=one.family,
        email=one.email,
        email_folded="",
        name_folded="",
        language=one.language,
    )


def _organisation(one: Addressee) -> Organisation:
    return Organisation(code="", name=one.organisation, folded="")
