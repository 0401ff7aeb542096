"""The traces a person leaves in other rows than their own, wiped when they are erased."""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel.contacts import fold
from annualwheel.db import db
from annualwheel.models import (
    Answer,
    AnswerHistory,
    Audit,
    ChangeRequest,
    DeletionRequest,
    Import,
    ImportedPerson,
    Item,
    Member,
    Needs,
    OrganisationRequest,
    Person,
    Registration,
    Submission,
    YearOrganisation,
)


def wipe(person: Person) -> None:
    """Wipes what is said of the person elsewhere.

    Call it while the person still has a name and an address to be found by.
    """
    seats = list(
        db.session.scalars(sa.select(Registration.id).where(Registration.person_id == person.id))
    )
    _registrations(seats)
    _places(person)
    _own_drafts(person)
    for member in db.session.scalars(sa.select(Member).where(Member.person_id == person.id)).all():
        member.submission.members.remove(member)
        db.session.delete(member)
    _sources(person)
    _imports(person)
    db.session.execute(
        sa.update(OrganisationRequest)
        .where(sa.func.lower(OrganisationRequest.email) == person.email_folded)
        .values(given="", family="", email="", title="")
    )
    db.session.execute(
        sa.update(ChangeRequest).where(ChangeRequest.person_id == person.id).values(reason="")
    )
    db.session.execute(
        sa.update(DeletionRequest)
        .where(DeletionRequest.person_id == person.id)
        .values(reason="", answer="")
    )
    mine = sa.and_(Audit.actor_kind == "participant", Audit.actor_id == person.id)
    of_seats = sa.and_(Audit.subject_kind == "registrations", Audit.subject_id.in_(seats))
    of_person = sa.and_(Audit.subject_kind == "persons", Audit.subject_id == person.id)
    db.session.execute(
        sa.update(Audit)
        .where(sa.or_(mine, of_seats, of_person))
        .values(details={})
        .execution_options(synchronize_session=False)
    )
    db.session.flush()


def _registrations(seats: list[int]) -> None:
    """That someone was invited, came or not stays as numbers; what they said of themselves goes."""
    db.session.execute(
        sa.delete(Needs)
        .where(Needs.registration_id.in_(seats))
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id.in_(seats))
        .values(title="", copy_to="", decline_reason="")
        .execution_options(synchronize_session="fetch")
    )


def _places(person: Person) -> None:
    for place in person.affiliations:
        place.title, place.active = "", False
    for row in db.session.scalars(
        sa.select(YearOrganisation).where(YearOrganisation.lead_id == person.id)
    ):
        row.lead = None
    db.session.execute(sa.delete(ImportedPerson).where(ImportedPerson.person_id == person.id))


def _own_drafts(person: Person) -> None:
    """An answer of one's own that was never submitted is not the authority's: its texts go."""
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
    """Where addresses of substitutes and colleagues came from is still said, but not from whom."""
    said = {f"substitute:{person.name}": "substitute:", f"colleague:{person.name}": "colleague:"}
    for other in db.session.scalars(
        sa.select(Person).where(Person.source.in_(said), Person.id != person.id)
    ):
        other.source = said[other.source]


def _imports(person: Person) -> None:
    """Lines of imported lists that name the address, and what an import changed of the person's."""
    places = [place.id for place in person.affiliations]
    for kept in db.session.scalars(sa.select(Import)):
        kept.rows = [
            row
            for row in kept.rows
            if person.email_folded not in (fold(str(cell)) for cell in row[1].values())
        ]
        kept.trace = kept.trace | {
            "changed": [
                change
                for change in kept.trace.get("changed", [])
                if not (
                    (change[0] == "persons" and change[1] == person.id)
                    or (change[0] == "affiliations" and change[1] in places)
                )
            ]
        }
