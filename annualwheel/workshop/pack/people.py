"""The two lists of people and organisations in the pack: who comes, and who has not answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import (
    Category,
    Meeting,
    Organisation,
    Person,
    Registration,
    Submission,
    YearOrganisation,
)
from annualwheel.registrations import audiences
from annualwheel.registrations.states import HOLDS_SEAT
from annualwheel.wording.collation import swedish
from annualwheel.workshop.headings import word
from annualwheel.workshop.sheets import Column, Sheet


def participant_columns(language: str) -> list[Column]:
    """The columns of those who come: no contact details, no needs."""
    widths = (
        ("name", 26),
        ("role", 28),
        ("organisation", 34),
        ("category", 22),
        ("mode", 12),
        ("state", 24),
    )
    return [Column(word(key, language), width) for key, width in widths]


def participants(
    sheet: Sheet, meeting: Meeting, categories: Mapping[str, str], language: str
) -> None:
    """Writes everyone who holds a seat with their state, in Swedish order of organisation and name.

    Not all of them come: `audiences.funnel` counts those who do.
    """
    of_the_year = sa.and_(
        YearOrganisation.organisation_id == Organisation.id,
        YearOrganisation.year_id == meeting.year_id,
    )
    rows = db.session.execute(
        audiences.of_registrations(meeting, *HOLDS_SEAT)
        .with_only_columns(
            Person.family,
            Person.given,
            Registration.title,
            Organisation.name,
            Category.key,
            Registration.mode,
            Registration.state,
        )
        .join(Person, Registration.person_id == Person.id)
        .join(Organisation, Registration.organisation_id == Organisation.id)
        .outerjoin(YearOrganisation, of_the_year)
        .outerjoin(Category, YearOrganisation.category_id == Category.id)
    ).all()
    without = word("no_category", language)
    # In Python, since neither database sorts Swedish names by itself.
    ordered = sorted(rows, key=lambda row: (swedish(row[3]), swedish(row[0]), swedish(row[1])))
    for family, given, title, organisation, category, mode, state in ordered:
        name, kind = f"{given} {family}", categories.get(category, without)
        how, stands = word(mode, language), word(state, language)
        sheet.append([name, title, organisation, kind, how, stands])


def not_answered_columns(language: str, several: bool) -> list[Column]:
    """The columns of those to call, with how far they have come and never what they have written.

    `several`: the meeting has several questionnaires, so a column says which.
    """
    widths = (("organisation", 40), ("category", 22), ("lead", 26), ("state", 30), ("coming", 10))
    which = (("questionnaire", 40),) if several else ()
    return [Column(word(key, language), width) for key, width in (*widths, *which)]


@dataclass(frozen=True)
class AwaitedQuestionnaire:
    """A questionnaire that is or has been open, and the ids of the organisations that answered it.

    `title` is "" where the meeting has one.
    """

    questionnaire_id: int | None
    title: str
    answered: set[int]


def not_answered(
    sheet: Sheet,
    meeting: Meeting,
    asked: Iterable[tuple[int, str, str, str]],
    awaited: Iterable[AwaitedQuestionnaire],
    categories: Mapping[str, str],
    language: str,
) -> None:
    """Writes the organisations that were asked and have submitted nothing to a questionnaire."""
    coming, without = _coming(meeting), word("no_category", language)
    asked = list(asked)
    for one in awaited:
        begun = _begun(one.questionnaire_id)
        which = [one.title] if one.title else []
        for organisation_id, name, category, lead in asked:
            if organisation_id in one.answered:
                continue
            kind = categories.get(category, without)
            state = word("draft" if organisation_id in begun else "none", language)
            sheet.append([name, kind, lead, state, coming.get(organisation_id, 0), *which])


def _begun(questionnaire_id: int | None) -> set[int]:
    """The ids of the organisations that have begun to write an answer."""
    return set(
        db.session.scalars(
            sa.select(Submission.organisation_id).where(
                Submission.questionnaire_id == questionnaire_id,
                # Tells it without the draft, which this package must not import (decision 6).
                Submission.changed_at.is_not(None),
            )
        )
    )


def _coming(meeting: Meeting) -> dict[int, int]:
    """How many come from each organisation."""
    rows = db.session.execute(
        audiences.of_registrations(meeting, *audiences.GROUPS["coming"])
        .with_only_columns(Registration.organisation_id, sa.func.count(Registration.id))
        .group_by(Registration.organisation_id)
    )
    return {row[0]: row[1] for row in rows}
