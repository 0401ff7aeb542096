"""Finds the people that a list or a mailing is about.

The lists, the reminders and the export all ask here, so they can never disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from annualwheel import listing
from annualwheel.contacts import searching
from annualwheel.contacts.states import WITH_US
from annualwheel.db import db
from annualwheel.listing import Order, Page
from annualwheel.models import (
    Affiliation,
    Category,
    Import,
    ImportedPerson,
    Meeting,
    Message,
    Organisation,
    Person,
    Registration,
    Year,
    YearOrganisation,
)
from annualwheel.models.registrations import REGISTRATION_STATES
from annualwheel.registrations import states
from annualwheel.wording.collation import swedish

CHOICES = ("category", "lead", "import", "last_year", "people")
BY_NAME = Order("name")


# The states behind each number on the dashboard, and behind the list that the number leads to. No
# group has merged registrations: the registration that was kept is counted.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "invited": states.INVITED,
    "delivered": states.INVITED,
    "answered": states.ANSWERED,
    "coming": states.COMING,
    "unanswered": ("invited",),
    "declined": states.SAID_NO,
    "waiting": states.IN_LINE,
    "to_reconfirm": ("to_reconfirm",),
    "unconfirmed": ("unconfirmed",),
    "gone": states.GONE,
}
# Everybody who is invited is in one of these groups and no other: their numbers add up.
OUTCOMES = ("coming", "to_reconfirm", "waiting", "declined", "unanswered")


class Addressee(NamedTuple):
    """One mail's recipient as a list shows it.

    `key` names the row when it is unticked: the public id of what the mail is about.
    """

    key: str
    person_id: int
    organisation_id: int
    given: str
    family: str
    email: str
    language: str
    organisation: str
    title: str = ""

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True)
class Choice:
    """How the people to invite are chosen: one of `CHOICES`, with its key or the people picked.

    The key is that of a category, or the public id of an import.
    """

    kind: str
    key: str = ""
    people: tuple[str, ...] = ()

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Choice:
        """The choice as a mailing keeps it."""
        return cls(kept["kind"], kept.get("key", ""), tuple(kept.get("people", ())))

    def kept(self) -> dict[str, Any]:
        """As plain values."""
        return {"kind": self.kind, "key": self.key, "people": list(self.people)}


def audience(meeting: Meeting, choice: Choice, invited_too: bool = False) -> list[Addressee]:
    """The people of `choice` who are active and have no registration for the meeting.

    With `invited_too` those who have one are among them. They are active in an active
    organisation. A registration that is *unconfirmed* does not count:
    a stranger who has typed somebody's name must not keep the invitation from them.

    The list has each person once, in Swedish order: for the organisation that the choice is about,
    else for the first of the person's own.
    """
    place = _place(meeting, choice)
    invited = sa.select(Registration.id).where(
        Registration.meeting_id == meeting.id,
        Registration.person_id == Person.id,
        Registration.state != "unconfirmed",
    )
    rows = db.session.execute(
        sa.select(
            Person.public_id,
            Person.id,
            Organisation.id,
            Person.given,
            Person.family,
            Person.email,
            Person.language,
            Organisation.name,
            Affiliation.title,
        )
        .select_from(Person)
        .join(Affiliation, Affiliation.id == place)
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            WITH_US,
            *([] if invited_too else [~invited.exists()]),
            *_people(meeting, choice),
        )
        .order_by(Person.sort_name, Person.id)
    )
    return [Addressee(*row) for row in rows]


def _place(meeting: Meeting, choice: Choice) -> sa.ScalarSelect[int]:
    """The id of the affiliation that a person is invited for."""
    within, order = _organisations(meeting, choice)
    return (
        sa.select(Affiliation.id)
        .join(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            Affiliation.person_id == Person.id,
            Affiliation.active,
            Organisation.active,
            Organisation.merged_into_id.is_(None),
            *within,
        )
        .order_by(*order, Affiliation.id)
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def in_order(addressees: Any) -> list[Addressee]:
    """Sorts by family name, given name and organisation, as Swedish does."""

    def place(one: Addressee) -> tuple[Any, str]:
        return swedish(f"{one.family} {one.given}"), one.organisation

    return sorted(addressees, key=place)


def of_registrations(meeting: Meeting, *in_states: str) -> sa.Select[Registration]:
    """The registrations for the meeting in one of `in_states` (any state when none is named)."""
    query = sa.select(Registration).where(Registration.meeting_id == meeting.id)
    return query.where(Registration.state.in_(in_states)) if in_states else query


def has_any(meeting: Meeting, *in_states: str) -> bool:
    """Whether the meeting has a registration in one of `in_states`."""
    found = of_registrations(meeting, *in_states).with_only_columns(Registration.id)
    return db.session.scalar(found.limit(1)) is not None


def of_organisation(organisation: Organisation, year: Year) -> Sequence[Registration]:
    """Everybody who is invited for the organisation that year, by meeting and name."""
    query = (
        sa.select(Registration)
        .join(Registration.meeting)
        .join(Registration.person)
        .options(contains_eager(Registration.meeting), contains_eager(Registration.person))
        .where(
            Registration.organisation_id == organisation.id,
            Meeting.year_id == year.id,
            Registration.state.in_(states.INVITED),
        )
        .order_by(Meeting.starts_at, Person.sort_name, Registration.id)
    )
    return db.session.scalars(query).all()


def in_group(
    meeting: Meeting,
    group: str,
    category: str = "",
    text: str = "",
    number: int = 1,
    order: Order = BY_NAME,
) -> Page[Registration]:
    """A page of the registrations of one of `GROUPS`, by name, organisation, state or answer.

    The number of the group on the dashboard counts the same registrations.

    `category` is a category's key, or "-" for organisations without one. `text` is looked for in
    names, addresses and organisations.
    """
    query = (
        of_registrations(meeting, *GROUPS[group])
        .join(Person, Person.id == Registration.person_id)
        .join(Organisation, Organisation.id == Registration.organisation_id)
        .where(*searching.each_word(text, *searching.PERSON_AND_ORGANISATION))
        .options(
            contains_eager(Registration.person),
            contains_eager(Registration.organisation),
            joinedload(Registration.replaces).joinedload(Registration.person),
        )
    )
    if group == "delivered":
        query = query.where(was_delivered())
    if category:
        query = query.where(Registration.organisation_id.in_(of_category(meeting, category)))
    by = {
        "name": Person.sort_name,
        "organisation": Organisation.sort_name,
        "state": listing.ranked(Registration.state, REGISTRATION_STATES),
        "answered": Registration.answered_at,
    }
    return listing.page_of(listing.sort(query, by, order, BY_NAME, Registration.id), number)


def people_like(text: str, at_most: int) -> tuple[str, ...]:
    """The public ids of active people that a search finds, none for a text without words."""
    conditions = searching.each_word(text, *searching.PERSON_AND_ORGANISATION)
    # No words are no condition: the search would find everybody.
    if not conditions:
        return ()
    query = sa.select(Person.public_id).join(Affiliation).join(Organisation)
    found = query.where(WITH_US, *conditions).distinct().limit(at_most)
    return tuple(sorted(db.session.scalars(found)))


def invitable(meeting: Meeting, text: str, at_most: int) -> list[Addressee]:
    """People that a search finds and that can be invited to the meeting, in Swedish order."""
    # Some of those who are found have an invitation already and fall away, so more are looked for.
    found = people_like(text, at_most * 5)
    return audience(meeting, Choice("people", people=found))[:at_most]


def imports_of(year: Year) -> Sequence[Import]:
    """The year's imports that were written, newest first."""
    return db.session.scalars(
        sa.select(Import)
        .where(Import.year_id == year.id, Import.state == "written")
        .options(sa.orm.defer(Import.rows))
        .order_by(Import.id.desc())
    ).all()


def _organisations(
    meeting: Meeting, choice: Choice
) -> tuple[list[sa.ColumnElement[bool]], list[sa.ColumnElement[Any]]]:
    """Which of a person's organisations count for the choice, and which comes first."""
    if choice.kind == "category":
        return [Affiliation.organisation_id.in_(of_category(meeting, choice.key))], []
    if choice.kind == "lead":
        led = sa.select(YearOrganisation.organisation_id).where(
            YearOrganisation.year_id == meeting.year_id,
            YearOrganisation.lead_id == Affiliation.person_id,
        )
        return [Affiliation.organisation_id.in_(led.correlate(Affiliation))], []
    if choice.kind == "last_year":
        then = _last_year(meeting).where(
            Registration.person_id == Affiliation.person_id,
            Registration.organisation_id == Affiliation.organisation_id,
        )
        # An order, not a condition: somebody who has left that organisation since is invited for
        # another.
        return [], [sa.case((then.correlate(Affiliation).exists(), 0), else_=1)]
    return [], []


def _people(meeting: Meeting, choice: Choice) -> list[sa.ColumnElement[bool]]:
    if choice.kind == "people":
        return [Person.public_id.in_(choice.people)]
    if choice.kind == "last_year":
        return [Person.id.in_(_last_year(meeting).with_only_columns(Registration.person_id))]
    if choice.kind == "import":
        listed = sa.select(ImportedPerson.person_id).join(
            Import, Import.id == ImportedPerson.import_id
        )
        written = listed.where(Import.public_id == choice.key, Import.state == "written")
        return [Person.id.in_(written)]
    return []


def _last_year(meeting: Meeting) -> sa.Select[int]:
    """The registrations of those invited to the same kind of meeting the year before.

    That is the latest earlier year there is: a year can have been left out.
    """
    before = (
        sa.select(sa.func.max(Year.number))
        .where(Year.number < meeting.year.number)
        .scalar_subquery()
    )
    return (
        sa.select(Registration.id)
        .join(Meeting, Meeting.id == Registration.meeting_id)
        .join(Year, Year.id == Meeting.year_id)
        .where(
            Year.number == before,
            Meeting.kind == meeting.kind,
            Registration.state.in_(states.INVITED),
        )
    )


def of_category(meeting: Meeting, key: str) -> sa.Select[int]:
    """The ids of the organisations of a category that year; "-" for those without one."""
    query = sa.select(YearOrganisation.organisation_id).where(
        YearOrganisation.year_id == meeting.year_id
    )
    if key == "-":
        sorted_ones = query.where(YearOrganisation.category_id.is_not(None))
        return sa.select(Organisation.id).where(Organisation.id.not_in(sorted_ones))
    return query.join(Category, Category.id == YearOrganisation.category_id).where(
        Category.key == key
    )


def was_delivered() -> sa.ColumnElement[bool]:
    """A condition on registrations: at least one mail about it has been sent."""
    return (
        sa.select(Message.id)
        .where(Message.registration_id == Registration.id, Message.state == "sent")
        .exists()
    )
