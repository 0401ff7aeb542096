"""Who comes to a meeting, who was asked to answer, and who has not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import (
    Category,
    Meeting,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
    YearOrganisation,
)
from annualwheel.questionnaires import opening
from annualwheel.registrations import audiences
from annualwheel.registrations.states import HOLDS_SEAT
from annualwheel.wording.collation import swedish
from annualwheel.workshop import submitted


@dataclass(frozen=True)
class Seated:
    """Somebody who holds a seat; `category` is the key of the organisation's that year."""

    family: str
    given: str
    title: str
    organisation: str
    category: str
    mode: str
    state: str


@dataclass(frozen=True)
class Asked:
    """A respondent who was asked: an organisation, or a person where each answers.

    `begun`: something is written; `answered`: it is submitted. `seats`: how many people of the
    organisation have a seat, whether they are to confirm a new day or not.
    """

    name: str
    category: str
    lead: str
    seats: int
    begun: bool
    answered: bool


@dataclass(frozen=True)
class AskedQuestionnaire:
    """A questionnaire that is or has been open, by its key, with everyone who was asked.

    The key is "" for the meeting as a whole, while nothing is published.
    """

    questionnaire: str
    personal: bool
    asked: list[Asked]

    @property
    def answered(self) -> int:
        """How many have answered."""
        return sum(one.answered for one in self.asked)

    @property
    def silent(self) -> list[Asked]:
        """Those who have not answered."""
        return [one for one in self.asked if not one.answered]

    def by_category(self) -> dict[str, tuple[int, int]]:
        """How many have answered of those asked, by the key of the category."""
        asked = Counter(one.category for one in self.asked)
        answered = Counter(one.category for one in self.asked if one.answered)
        return {key: (answered[key], count) for key, count in asked.items()}


def seated(meeting: Meeting) -> list[Seated]:
    """Everyone who holds a seat, in Swedish order of family name.

    Not all of them come: `turnout.funnel` counts those who do.
    """
    rows = db.session.execute(
        audiences.of_registrations(meeting, *HOLDS_SEAT)
        .with_only_columns(
            Person.family,
            Person.given,
            Registration.title,
            Organisation.name,
            sa.func.coalesce(Category.key, ""),
            Registration.mode,
            Registration.state,
        )
        .join(Person, Registration.person_id == Person.id)
        .join(Organisation, Registration.organisation_id == Organisation.id)
        .outerjoin(YearOrganisation, submitted.of_the_year(meeting))
        .outerjoin(Category, YearOrganisation.category_id == Category.id)
    )
    people = [Seated(*row) for row in rows]
    # In Python, since neither database sorts Swedish names by itself.
    return sorted(
        people, key=lambda one: (swedish(one.family), swedish(one.given), swedish(one.organisation))
    )


def awaited(meeting: Meeting, now: dt.datetime) -> list[AskedQuestionnaire]:
    """The questionnaires that have opened, each with everyone who was asked to answer it."""
    several = len(meeting.questionnaires) > 1
    found = []
    for one in meeting.questionnaires:
        # Nobody has been asked for that one yet, so nobody is late with it.
        if opening.opens_at(one) > now and several:
            continue
        personal = one.respondent == "person"
        asked = _people(meeting, one) if personal else _organisations(meeting, one.id)
        found.append(AskedQuestionnaire(one.key, personal, list(asked)))
    return found or [AskedQuestionnaire("", False, list(_organisations(meeting, None)))]


def _organisations(meeting: Meeting, questionnaire_id: int | None) -> Iterator[Asked]:
    """The organisations that have anyone invited, coming or writing."""
    seats = _seats(meeting)
    begun, answered = _begun(questionnaire_id)
    for organisation_id, name, category, lead in submitted.asked(meeting):
        yield Asked(
            name,
            category,
            lead,
            seats.get(organisation_id, 0),
            organisation_id in begun,
            organisation_id in answered,
        )


def _begun(questionnaire_id: int | None) -> tuple[set[int], set[int]]:
    """The ids of the organisations that have begun to write, and of those that have answered."""
    rows = db.session.execute(
        sa.select(Submission.organisation_id, Submission.submitted_at).where(
            Submission.questionnaire_id == questionnaire_id,
            # Tells it without the draft, which this package must not import (decision 6).
            Submission.changed_at.is_not(None),
        )
    ).all()
    return {row[0] for row in rows}, {row[0] for row in rows if row.submitted_at}


def _people(meeting: Meeting, questionnaire: Questionnaire) -> list[Asked]:
    """The people who have been asked to answer for themselves: each has an answer of their own."""
    rows = db.session.execute(
        sa.select(
            Person.given,
            Person.family,
            Organisation.id,
            Organisation.name,
            sa.func.coalesce(Category.key, ""),
            Submission.changed_at,
            Submission.submitted_at,
        )
        .select_from(Submission)
        .outerjoin(Person, Person.id == Submission.person_id)
        .join(Organisation, Organisation.id == Submission.organisation_id)
        .outerjoin(YearOrganisation, submitted.of_the_year(meeting))
        .outerjoin(Category, YearOrganisation.category_id == Category.id)
        .where(Submission.questionnaire_id == questionnaire.id)
    ).all()
    seats = _seats(meeting)
    ordered = sorted(
        rows, key=lambda row: (swedish(row.name), swedish(row[1] or ""), swedish(row[0] or ""))
    )
    return [
        Asked(
            f"{row.given} {row.family}, {row.name}" if row.given else row.name,
            row[4],
            "",
            seats.get(row.id, 0),
            row.changed_at is not None,
            row.submitted_at is not None,
        )
        for row in ordered
    ]


def _seats(meeting: Meeting) -> dict[int, int]:
    """How many seats each organisation has."""
    rows = db.session.execute(
        audiences.of_registrations(meeting, *HOLDS_SEAT)
        .with_only_columns(Registration.organisation_id, sa.func.count(Registration.id))
        .group_by(Registration.organisation_id)
    )
    return {row[0]: row[1] for row in rows}
