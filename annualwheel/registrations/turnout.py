"""How many are invited, come and are missing: the numbers of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from annualwheel import listing
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.listing import Order, Page
from annualwheel.models import (
    Audit,
    Category,
    Import,
    Meeting,
    Organisation,
    Registration,
    YearOrganisation,
)
from annualwheel.registrations.audiences import (
    GROUPS,
    OUTCOMES,
    of_category,
    of_registrations,
    was_delivered,
)
from annualwheel.registrations.states import COMING, HAS_SEAT_OR_WAITS, INVITED

BY_NAME = Order("name")
# The groups that are counted for each kind of organisation.
COUNTED = ("invited", *OUTCOMES)


@dataclass(frozen=True)
class Funnel:
    """How many there are at each step.

    Opening a mail or a link does not count as an answer: scanners open both. `offered` are some of
    the `waiting`. The groups of `OUTCOMES` add up to `invited`.
    """

    invited: int
    delivered: int
    answered: int
    coming: int
    substitutes: int
    declined: int
    unanswered: int
    waiting: int
    to_reconfirm: int
    offered: int


class Turnout(NamedTuple):
    """One kind of organisation at a meeting. The groups of `OUTCOMES` add up to `invited`.

    Of its `organisations`, `missing` have nobody who is registered: with a seat, or waiting for
    one.
    """

    category: str
    sv: str
    en: str
    invited: int
    coming: int
    to_reconfirm: int
    waiting: int
    declined: int
    unanswered: int
    organisations: int
    missing: int


def funnel(meeting: Meeting) -> Funnel:
    """The numbers of the whole meeting, in two queries."""
    # Counting a column passes over NULL: the third number is of those who come instead of somebody.
    rows = db.session.execute(
        sa.select(Registration.state, sa.func.count(), sa.func.count(Registration.replaces_id))
        .where(Registration.meeting_id == meeting.id)
        .group_by(Registration.state)
    ).all()
    counts = {row[0]: row[1] for row in rows}
    delivered = db.session.scalar(
        of_registrations(meeting, *INVITED)
        .where(was_delivered())
        .with_only_columns(sa.func.count(Registration.id))
    )
    sums = {
        group: sum(counts.get(state, 0) for state in states) for group, states in GROUPS.items()
    }
    return Funnel(
        sums["invited"],
        delivered or 0,
        sums["answered"],
        sums["coming"],
        sum(row[2] for row in rows if row[0] in COMING),
        sums["declined"],
        sums["unanswered"],
        sums["waiting"],
        sums["to_reconfirm"],
        counts.get("offered", 0),
    )


def turnout(meeting: Meeting) -> list[Turnout]:
    """How many come, by kind of organisation, in one query.

    It counts all organisations of the year, but for those that were added after the last day to
    register, and any other that somebody was invited for. The last row, without a name, is for
    organisations that have no kind, when there are any.
    """
    registrations = _registrations(meeting)
    sums = [sa.func.coalesce(sa.func.sum(registrations.c[group]), 0) for group in COUNTED]
    is_missing = _has_nobody(registrations)
    rows = db.session.execute(
        sa.select(
            sa.func.coalesce(Category.key, "-"),
            sa.func.coalesce(Category.sv, ""),
            sa.func.coalesce(Category.en, ""),
            *sums,
            sa.func.count(),
            sa.func.sum(sa.case((is_missing, 1), else_=0)),
        )
        .select_from(_concerned(meeting, registrations))
        .outerjoin(Category, Category.id == YearOrganisation.category_id)
        .where(_is_concerned(meeting, registrations))
        .group_by(Category.id, Category.key, Category.sv, Category.en, Category.position)
        # SQLite sorts NULL first, PostgreSQL last: organisations without a kind come last on both.
        .order_by(Category.position.is_(None), Category.position)
    )
    return [Turnout(*row) for row in rows]


def organisations_missing(
    meeting: Meeting, category: str = "", number: int = 1, order: Order = BY_NAME
) -> Page[sa.Row[Any]]:
    """A page of the organisations nobody is registered from, each with how many have not answered.

    By name, or by that number.
    """
    registrations = _registrations(meeting)
    unanswered = sa.func.coalesce(registrations.c.unanswered, 0)
    query = (
        sa.select(Organisation, unanswered)
        .select_from(_concerned(meeting, registrations))
        .where(_is_concerned(meeting, registrations), _has_nobody(registrations))
    )
    if category:
        query = query.where(Organisation.id.in_(of_category(meeting, category)))
    by = {"name": Organisation.sort_name, "unanswered": unanswered}
    return listing.page_of_rows(listing.sort(query, by, order, BY_NAME, Organisation.id), number)


def _registrations(meeting: Meeting) -> sa.Subquery:
    """One row for each organisation that somebody was invited for."""

    def count(name: str, states: tuple[str, ...]) -> sa.Label[int]:
        return sa.func.sum(sa.case((Registration.state.in_(states), 1), else_=0)).label(name)

    counts = [count(group, GROUPS[group]) for group in COUNTED]
    return (
        sa.select(Registration.organisation_id, *counts, count("registered", HAS_SEAT_OR_WAITS))
        .where(Registration.meeting_id == meeting.id, Registration.state.in_(INVITED))
        .group_by(Registration.organisation_id)
        .subquery()
    )


def _concerned(meeting: Meeting, registrations: sa.Subquery) -> sa.FromClause:
    in_year = sa.and_(
        YearOrganisation.organisation_id == Organisation.id,
        YearOrganisation.year_id == meeting.year_id,
    )
    return sa.join(Organisation, YearOrganisation, in_year, isouter=True).join(
        registrations, registrations.c.organisation_id == Organisation.id, isouter=True
    )


def _has_nobody(registrations: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(registrations.c.registered, 0) == 0


def _is_concerned(meeting: Meeting, registrations: sa.Subquery) -> sa.ColumnElement[bool]:
    of_year = sa.and_(
        YearOrganisation.id.is_not(None),
        Organisation.active,
        Organisation.merged_into_id.is_(None),
        Organisation.id.not_in(_added_too_late(meeting)),
    )
    return sa.or_(registrations.c.invited.is_not(None), of_year)


def _added_too_late(meeting: Meeting) -> sa.CompoundSelect[int]:
    """The organisations that came on file when registration for the meeting had closed.

    Nobody there could have registered, and the meeting is not missing them.
    """
    closed = years.phase(meeting, "registration").closes_at
    by_hand = sa.select(Audit.subject_id).where(
        # Said of no meeting: the index of the trail begins with it.
        Audit.meeting_id.is_(None),
        Audit.at > closed,
        Audit.verb == "organisation_added",
        Audit.subject_id.is_not(None),
    )
    by_list = (
        sa.select(Organisation.id)
        .join(Import, Import.id == Organisation.import_id)
        .where(Import.written_at > closed)
    )
    return sa.union_all(by_hand, by_list)
