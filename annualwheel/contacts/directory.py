"""The lists and pages of people and organisations.

They are searched, filtered and read a page at a time, with as many queries for one row as for
fifty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload, selectinload

from annualwheel import listing
from annualwheel.contacts import searching
from annualwheel.contacts.folding import fold
from annualwheel.contacts.states import NOT_MERGED, WITH_US
from annualwheel.db import db
from annualwheel.listing import Order, Page, SwedishKey
from annualwheel.models import (
    Affiliation,
    Alias,
    Category,
    Meeting,
    Organisation,
    Person,
    Registration,
    Year,
    YearOrganisation,
)

BY_NAME = Order("name")


@dataclass(frozen=True)
class ContactFilter:
    """What a list is narrowed to.

    `organisation` is a public id, `category` a key; `active` None shows all.
    """

    text: str = ""
    organisation: str = ""
    category: str = ""
    active: bool | None = True


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation with what it is in the year and how many active people it has."""

    organisation: Organisation
    in_year: YearOrganisation | None
    people: int


def people(
    wanted: ContactFilter, year: Year | None, number: int = 1, order: Order = BY_NAME
) -> Page[Person]:
    """A page of people, by name (of the family first), organisation, address or state.

    Each word of the text must be found in name, address or organisation.
    """
    query = sa.select(Person).where(
        NOT_MERGED,
        *searching.each_word(
            wanted.text, Person.name_folded, Person.email_folded, _in_organisation_named
        ),
    )
    if wanted.active is not None:
        query = query.where(Person.active == wanted.active)
    places = sa.select(Affiliation.person_id).where(Affiliation.active)
    if wanted.organisation:
        of_one = places.join(Organisation).where(Organisation.public_id == wanted.organisation)
        query = query.where(Person.id.in_(of_one))
    if wanted.category:
        of_kind = Affiliation.organisation_id.in_(_of_category(wanted.category, year))
        query = query.where(Person.id.in_(places.where(of_kind)))
    by = {
        "name": Person.sort_name,
        "organisation": _first_organisation(),
        "address": SwedishKey(Person.email_folded),
        "state": listing.ranked(Person.active, (True,)),
    }
    query = query.options(selectinload(Person.affiliations).joinedload(Affiliation.organisation))
    return listing.page_of(listing.sort(query, by, order, BY_NAME, Person.id), number)


def _in_organisation_named(word: str) -> sa.ColumnElement[bool]:
    """Whether a person is or was affiliated to an organisation with that word in its name."""
    named = Organisation.folded.contains(word, autoescape=True)
    return Person.id.in_(sa.select(Affiliation.person_id).join(Organisation).where(named))


def _first_organisation() -> sa.ScalarSelect[str]:
    """The sort key of the person's organisation now, the first in the alphabet of several."""
    return (
        sa.select(sa.func.min(Organisation.sort_name))
        .join(Affiliation, Affiliation.organisation_id == Organisation.id)
        .where(Affiliation.person_id == Person.id, Affiliation.active)
        .correlate(Person)
        .scalar_subquery()
    )


def organisations(
    wanted: ContactFilter, year: Year | None, number: int = 1, order: Order = BY_NAME
) -> Page[OrganisationRow]:
    """A page of organisations, by name, state, or category, lead and number of people that year.

    Each word of the text must be found in name, alias or code.
    """
    query = sa.select(Organisation).where(
        Organisation.merged_into_id.is_(None),
        *searching.each_word(
            wanted.text, Organisation.folded, _goes_by(Organisation.id), _has_code
        ),
    )
    if wanted.active is not None:
        query = query.where(Organisation.active == wanted.active)
    if wanted.category:
        query = query.where(Organisation.id.in_(_of_category(wanted.category, year)))
    by = {
        "name": Organisation.sort_name,
        "category": _in_year(Category.position, YearOrganisation.category_id, year),
        "lead": _in_year(Person.sort_name, YearOrganisation.lead_id, year),
        "people": _number_of_people(),
        "state": listing.ranked(Organisation.active, (True,)),
    }
    # What the year says is read for the page's rows only, after they are known.
    found = listing.page_of(listing.sort(query, by, order, BY_NAME, Organisation.id), number)
    return found.mapped(lambda rows: _with_year(rows, year))


def _goes_by(
    organisation_id: sa.SQLColumnExpression[int],
) -> Callable[[str], sa.ColumnElement[bool]]:
    """Whether an organisation has a word in one of its other names."""

    def by_alias(word: str) -> sa.ColumnElement[bool]:
        named = Alias.folded.contains(word, autoescape=True)
        return organisation_id.in_(sa.select(Alias.organisation_id).where(named))

    return by_alias


def _has_code(word: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(Organisation.code) == word


def _in_year(
    column: InstrumentedAttribute[Any], points: InstrumentedAttribute[Any], year: Year | None
) -> sa.ScalarSelect[Any]:
    """What the organisation has in the year: a column of the row that the year's row points at."""
    return (
        sa.select(column)
        .join(YearOrganisation, points == column.class_.id)
        .where(
            YearOrganisation.organisation_id == Organisation.id,
            YearOrganisation.year_id == (year.id if year else None),
        )
        .correlate(Organisation)
        .scalar_subquery()
    )


def _number_of_people() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Affiliation)
        .join(Person)
        .where(Affiliation.organisation_id == Organisation.id, Affiliation.active, WITH_US)
        .correlate(Organisation)
        .scalar_subquery()
    )


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
    """Active organisations for a person who looks for their own.

    Each word must be found in the name, another name or the code, of the organisation or of the one
    it is part of. Whole names come first, then beginnings, then the alphabet; in two queries.
    Nothing for an empty text.
    """
    folded, parent = fold(text), aliased(Organisation)
    if not folded:
        return []
    places = (
        Organisation.folded,
        parent.folded,
        _has_code,
        _goes_by(Organisation.id),
        _goes_by(parent.id),
    )
    query = (
        sa.select(Organisation, parent.name)
        .outerjoin(parent, parent.id == Organisation.parent_id)
        .where(Organisation.active, Organisation.merged_into_id.is_(None))
        .where(*searching.each_word(text, *places))
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
    return [Match(row[0], row[1] or "", _other_name(row[0], searching.words(text))) for row in rows]


def _other_name(organisation: Organisation, words: Sequence[str]) -> str:
    if all(word in organisation.folded for word in words):
        return ""
    for alias in organisation.aliases:
        if any(word in alias.folded for word in words):
            return alias.name
    return ""


def affiliations_in(organisation: Organisation) -> Sequence[Affiliation]:
    """The affiliations to the organisation now, in the order of the people's names."""
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
