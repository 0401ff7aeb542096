"""The lists and pages of people and organisations.

Searched, filtered, a page at a time, with as many queries for one row as for fifty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from annualwheel.contacts.folding import fold
from annualwheel.contacts.states import NOT_MERGED, WITH_US
from annualwheel.db import db
from annualwheel.models import (
    Affiliation,
    Alias,
    Category,
    Meeting,
    Message,
    Organisation,
    Person,
    Registration,
    Year,
    YearOrganisation,
)

PAGE_SIZE = 50
LATEST_MAILS = 50
Row = TypeVar("Row")


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to.

    `organisation` is a public id, `category` a key; `active` None shows all.
    """

    text: str = ""
    organisation: str = ""
    category: str = ""
    active: bool | None = True


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list: its rows, its number from 1, how many pages and rows there are in all."""

    rows: Sequence[Row]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation with what it is in the year and how many active people it has."""

    organisation: Organisation
    in_year: YearOrganisation | None
    people: int


def people(wanted: Wanted, year: Year | None, number: int = 1) -> Page[Person]:
    """A page of people in the order of their family names.

    Each word of the text must stand in name, address or organisation.
    """
    conditions: list[sa.ColumnElement[bool]] = [NOT_MERGED]
    for word in fold(wanted.text).split():
        in_organisation = (
            sa.select(Affiliation.person_id)
            .join(Organisation)
            .where(Organisation.folded.contains(word, autoescape=True))
        )
        conditions.append(
            sa.or_(
                Person.name_folded.contains(word, autoescape=True),
                Person.email_folded.contains(word, autoescape=True),
                Person.id.in_(in_organisation),
            )
        )
    if wanted.active is not None:
        conditions.append(Person.active == wanted.active)
    places = sa.select(Affiliation.person_id).where(Affiliation.active)
    if wanted.organisation:
        conditions.append(
            Person.id.in_(
                places.join(Organisation).where(Organisation.public_id == wanted.organisation)
            )
        )
    if wanted.category:
        conditions.append(
            Person.id.in_(
                places.where(Affiliation.organisation_id.in_(_of_category(wanted.category, year)))
            )
        )
    total = db.session.scalar(sa.select(sa.func.count(Person.id)).where(*conditions)) or 0
    asked = (
        sa.select(Person)
        .where(*conditions)
        .order_by(Person.sort_name, Person.id)
        .options(selectinload(Person.affiliations).joinedload(Affiliation.organisation))
    )
    return _page(asked, total, number)


def organisations(wanted: Wanted, year: Year | None, number: int = 1) -> Page[OrganisationRow]:
    """A page of organisations in the order of their names.

    Each word of the text must stand in name, alias or code.
    """
    conditions: list[sa.ColumnElement[bool]] = [Organisation.merged_into_id.is_(None)]
    for word in fold(wanted.text).split():
        by_alias = sa.select(Alias.organisation_id).where(
            Alias.folded.contains(word, autoescape=True)
        )
        conditions.append(
            sa.or_(
                Organisation.folded.contains(word, autoescape=True),
                sa.func.lower(Organisation.code) == word,
                Organisation.id.in_(by_alias),
            )
        )
    if wanted.active is not None:
        conditions.append(Organisation.active == wanted.active)
    if wanted.category:
        conditions.append(Organisation.id.in_(_of_category(wanted.category, year)))
    total = db.session.scalar(sa.select(sa.func.count(Organisation.id)).where(*conditions)) or 0
    asked = sa.select(Organisation).where(*conditions)
    found = _page(asked.order_by(Organisation.sort_name, Organisation.id), total, number)
    return Page(_with_year(found.rows, year), found.number, found.pages, found.total)


def names_of_organisations() -> Sequence[tuple[str, str]]:
    """Public id and name of every active organisation, in the order of the alphabet."""
    found = db.session.execute(
        sa.select(Organisation.public_id, Organisation.name)
        .where(Organisation.active, Organisation.merged_into_id.is_(None))
        .order_by(Organisation.sort_name)
    ).all()
    return [(row.public_id, row.name) for row in found]


@dataclass(frozen=True)
class Match:
    """An organisation that fits a search.

    `also` is the other name that was found, "" when its own name was.
    """

    organisation: Organisation
    parent: str
    also: str


def organisations_like(text: str, at_most: int) -> list[Match]:
    """Active organisations for somebody who looks for their own.

    Each word must stand in the name, another name or the code, of it or of what it is a part of.
    Whole names first, then beginnings, then the alphabet; in two queries. Nothing for an empty
    text.
    """
    folded, parent = fold(text), aliased(Organisation)
    if not folded:
        return []
    query = (
        sa.select(Organisation, parent.name)
        .outerjoin(parent, parent.id == Organisation.parent_id)
        .where(Organisation.active, Organisation.merged_into_id.is_(None))
    )
    for word in folded.split():
        by_alias = sa.select(Alias.organisation_id).where(
            Alias.folded.contains(word, autoescape=True)
        )
        query = query.where(
            sa.or_(
                Organisation.folded.contains(word, autoescape=True),
                parent.folded.contains(word, autoescape=True),
                sa.func.lower(Organisation.code) == word,
                Organisation.id.in_(by_alias),
                parent.id.in_(by_alias),
            )
        )
    same = sa.exists().where(Alias.organisation_id == Organisation.id, Alias.folded == folded)
    rank = sa.case(
        (Organisation.folded == folded, 0),
        (same, 1),
        (Organisation.folded.startswith(folded, autoescape=True), 2),
        else_=3,
    )
    rows = db.session.execute(
        query.options(selectinload(Organisation.aliases))
        .order_by(rank, Organisation.sort_name, Organisation.id)
        .limit(at_most)
    ).all()
    return [Match(row[0], row[1] or "", _other_name(row[0], folded.split())) for row in rows]


def _other_name(organisation: Organisation, words: Sequence[str]) -> str:
    if all(word in organisation.folded for word in words):
        return ""
    for alias in organisation.aliases:
        if any(word in alias.folded for word in words):
            return alias.name
    return ""


def places_in(organisation: Organisation) -> Sequence[Affiliation]:
    """Who has a place in the organisation now, in the order of their names."""
    return db.session.scalars(
        sa.select(Affiliation)
        .join(Person)
        .where(
            Affiliation.organisation_id == organisation.id,
            Affiliation.active,
            NOT_MERGED,
        )
        .options(joinedload(Affiliation.person))
        .order_by(Person.sort_name, Person.id)
    ).all()


def registrations_of(person: Person) -> Sequence[Registration]:
    """The person's registrations, newest meeting first."""
    return db.session.scalars(
        sa.select(Registration)
        .join(Meeting)
        .where(Registration.person_id == person.id)
        .options(
            joinedload(Registration.meeting).joinedload(Meeting.year),
            joinedload(Registration.organisation),
        )
        .order_by(Meeting.starts_at.desc())
    ).all()


def mails_to(person: Person) -> Sequence[Message]:
    """The latest mails to the person, newest first."""
    return db.session.scalars(
        sa.select(Message)
        .where(Message.person_id == person.id)
        .order_by(Message.queued_at.desc(), Message.id.desc())
        .limit(LATEST_MAILS)
    ).all()


def year_of(organisation: Organisation, year: Year | None) -> YearOrganisation | None:
    """What the organisation is in that year, if anything is said of it."""
    found = _with_year([organisation], year)
    return found[0].in_year


def _of_category(key: str, year: Year | None) -> sa.Select[int]:
    return (
        sa.select(YearOrganisation.organisation_id)
        .join(Category)
        .where(Category.key == key, YearOrganisation.year_id == (year.id if year else None))
    )


def _with_year(found: Sequence[Organisation], year: Year | None) -> list[OrganisationRow]:
    ids = [one.id for one in found]
    year_id = year.id if year else None
    rows = db.session.scalars(
        sa.select(YearOrganisation)
        .where(YearOrganisation.organisation_id.in_(ids), YearOrganisation.year_id == year_id)
        .options(joinedload(YearOrganisation.category), joinedload(YearOrganisation.lead))
    )
    in_year = {row.organisation_id: row for row in rows}
    counted = db.session.execute(
        sa.select(Affiliation.organisation_id, sa.func.count())
        .join(Person)
        .where(Affiliation.organisation_id.in_(ids), Affiliation.active, WITH_US)
        .group_by(Affiliation.organisation_id)
    )
    people_in = {row[0]: row[1] for row in counted}
    return [OrganisationRow(one, in_year.get(one.id), people_in.get(one.id, 0)) for one in found]


def _page(asked: sa.Select[Row], total: int, number: int) -> Page[Row]:
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(number, 1), pages)
    shown = asked.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(db.session.scalars(shown).all(), number, pages, total)
