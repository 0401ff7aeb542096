"""How far each answer to a meeting has come, and what a coordinator has to know about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import listing
from annualwheel.contacts.states import WITH_US
from annualwheel.db import db
from annualwheel.listing import Order, Page
from annualwheel.models import (
    Meeting,
    Organisation,
    Person,
    Questionnaire,
    Submission,
    Year,
    YearOrganisation,
)
from annualwheel.preparation import progress, reopening
from annualwheel.preparation.progress import Progress
from annualwheel.preparation.states import COUNTED, FARTHEST_LAST
from annualwheel.questionnaires import opening
from annualwheel.wording.collation import swedish

TO_DECIDE = Order("to_decide")


@dataclass(frozen=True)
class AnswerState:
    """An answer in the list: how far it has come, and what is special with it.

    `asked`: somebody wants to change it after the last day. `open_alone`: it is open for its
    organisation alone. `contact` is whom to ring about it: the organisation's lead, or the person
    who answers alone.
    """

    questionnaire: Questionnaire
    progress: Progress
    asked: bool
    open_alone: bool
    contact: Person | None


def of_questionnaires(
    meeting: Meeting,
    chosen: Sequence[Questionnaire],
    now: dt.datetime,
    number: int = 1,
    order: Order = TO_DECIDE,
    states: Collection[str] = COUNTED,
) -> Page[AnswerState]:
    """A page of the answers in one of `states` to the chosen questionnaires of a meeting.

    The usual order has first those who ask for something, then those that are open again, then the
    rest by name. The other orders are by name, state, sections, last change and submission.
    """
    asked = {request.submission.public_id for request in reopening.waiting(meeting)}
    leads, rows = _leads(meeting), []
    for questionnaire in chosen:
        alone, people = _open_alone(questionnaire, now), _people(questionnaire)
        rows += [
            AnswerState(
                questionnaire,
                one,
                one.submission in asked,
                one.submission in alone,
                people.get(one.submission) if one.person else leads.get(one.organisation_id),
            )
            for one in progress.of_questionnaire(questionnaire)
            if one.state in states
        ]
    # The list is sorted here and not in the database: only the definition knows which section a
    # question belongs to, and neither database sorts Swedish names by itself.
    by = {
        "to_decide": lambda row: (not row.asked, not row.open_alone, *_name(row)),
        "name": _name,
        "state": lambda row: FARTHEST_LAST.index(row.progress.state),
        "sections": lambda row: row.progress.answered,
        "changed": lambda row: row.progress.changed_at,
        "submitted": lambda row: row.progress.submitted_at,
    }
    return listing.page_in(listing.sort_rows(rows, by, order, TO_DECIDE), number)


def answers_of(organisation: Organisation, year: Year) -> Sequence[Submission]:
    """The organisation's answers to the questionnaires of a year's meetings, in meeting order."""
    return db.session.scalars(
        sa.select(Submission)
        .join(Questionnaire)
        .join(Meeting)
        .where(Submission.organisation_id == organisation.id, Meeting.year_id == year.id)
        .options(
            joinedload(Submission.questionnaire).joinedload(Questionnaire.meeting),
            joinedload(Submission.person),
        )
        .order_by(Meeting.starts_at, Submission.id)
    ).all()


def _leads(meeting: Meeting) -> dict[int, Person]:
    """The leads of the year who are with us, by the ids of their organisations."""
    rows = db.session.execute(
        sa.select(YearOrganisation.organisation_id, Person)
        .join(Person, Person.id == YearOrganisation.lead_id)
        .where(YearOrganisation.year_id == meeting.year_id, WITH_US)
    )
    return {row[0]: row[1] for row in rows}


def _people(questionnaire: Questionnaire) -> dict[str, Person]:
    """Those who answer alone, by the public ids of their answers."""
    rows = db.session.execute(
        sa.select(Submission.public_id, Person)
        .join(Person, Person.id == Submission.person_id)
        .where(Submission.questionnaire_id == questionnaire.id)
    )
    return {row[0]: row[1] for row in rows}


def _open_alone(questionnaire: Questionnaire, now: dt.datetime) -> set[str]:
    """The public ids of the answers that are open now for their respondent alone."""
    # A day that has passed, or that the ordinary last day has overtaken, sets nobody apart.
    longer = Submission.reopened_until > max(now, opening.closes_at(questionnaire))
    found = sa.select(Submission.public_id).where(
        Submission.questionnaire_id == questionnaire.id, longer
    )
    return set(db.session.scalars(found))


def _name(row: AnswerState) -> tuple[tuple[str, str], ...]:
    return swedish(row.progress.organisation), swedish(row.progress.person)
