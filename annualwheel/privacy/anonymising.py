"""Wipes the traces that an erased person leaves in other rows than their own."""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel.contacts.folding import folded_address
from annualwheel.contacts.imports import forgetting
from annualwheel.db import db
from annualwheel.models import (
    Audit,
    ChangeRequest,
    DeletionRequest,
    ImportedPerson,
    MailRequest,
    Member,
    Needs,
    OrganisationRequest,
    Person,
    Registration,
    Submission,
    YearOrganisation,
)
from annualwheel.models.drafts import Answer, AnswerHistory, Item


def wipe(person: Person) -> None:
    """Wipes what other rows say of the person.

    Call it while the person still has a name and an address by which to find them.
    """
    registrations = list(
        db.session.scalars(sa.select(Registration.id).where(Registration.person_id == person.id))
    )
    _registrations(registrations)
    _affiliations(person)
    _own_drafts(person)
    members = sa.select(Member).where(Member.person_id == person.id)
    for member in db.session.scalars(members).all():
        member.submission.members.remove(member)
        db.session.delete(member)
    _sources(person)
    forgetting.forget(person)
    # These requests are kept before anybody is on file: only the address tells whose they are.
    db.session.execute(
        sa.update(OrganisationRequest)
        .where(folded_address(OrganisationRequest.email) == person.email_folded)
        .values(given="", family="", email="", title="")
    )
    db.session.execute(
        sa.delete(MailRequest)
        .where(folded_address(MailRequest.address) == person.email_folded)
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(
        sa.update(ChangeRequest).where(ChangeRequest.person_id == person.id).values(reason="")
    )
    db.session.execute(
        sa.update(DeletionRequest)
        .where(DeletionRequest.person_id == person.id)
        .values(reason="", answer="")
    )
    # The trail keeps that something happened, and when; only its details can say more.
    mine = sa.and_(Audit.actor_kind == "participant", Audit.actor_id == person.id)
    of_registrations = sa.and_(
        Audit.subject_kind == "registrations", Audit.subject_id.in_(registrations)
    )
    of_person = sa.and_(Audit.subject_kind == "persons", Audit.subject_id == person.id)
    db.session.execute(
        sa.update(Audit)
        .where(sa.or_(mine, of_registrations, of_person))
        .values(details={})
        .execution_options(synchronize_session=False)
    )
    db.session.flush()


def _registrations(registrations: list[int]) -> None:
    """Erases what the person said of themselves with their registrations.

    The rows stay, as numbers of those who were invited and came or not.
    """
    db.session.execute(
        sa.delete(Needs)
        .where(Needs.registration_id.in_(registrations))
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id.in_(registrations))
        .values(title="", copy_to="", decline_reason="")
        .execution_options(synchronize_session="fetch")
    )


def _affiliations(person: Person) -> None:
    for affiliation in person.affiliations:
        affiliation.title, affiliation.active = "", False
    led = sa.select(YearOrganisation).where(YearOrganisation.lead_id == person.id)
    for row in db.session.scalars(led):
        row.lead = None
    db.session.execute(sa.delete(ImportedPerson).where(ImportedPerson.person_id == person.id))


def _own_drafts(person: Person) -> None:
    """Deletes texts of the person's own answers that were never submitted: they are no records."""
    items = (
        sa.select(Item.id)
        .join(Item.submission)
        .where(Submission.person_id == person.id, Submission.submitted_at.is_(None))
    )
    for table in (Answer, AnswerHistory):
        db.session.execute(
            sa.delete(table)
            .where(table.item_id.in_(items))
            .execution_options(synchronize_session="fetch")
        )


def _sources(person: Person) -> None:
    """Takes the name out of the sources of addresses that the person has given.

    The kind of source stays: the others have a right to know where we got their address (GDPR art.
    14).
    """
    said = {f"substitute:{person.name}": "substitute:", f"colleague:{person.name}": "colleague:"}
    others = sa.select(Person).where(Person.source.in_(said), Person.id != person.id)
    for other in db.session.scalars(others):
        other.source = said[other.source]
