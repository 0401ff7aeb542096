"""How far the answers to a meeting's questionnaires have come.

States, counts and times, and never a word of what is written.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Meeting, Organisation, Person, Questionnaire, Submission
from annualwheel.models.drafts import Answer, Item
from annualwheel.preparation.states import COUNTED, NOT_BEGUN
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Definition, answer_fields

# How both databases write an empty text and an empty list of choices when they are cast to text.
EMPTY = ('""', "[]")


@dataclass(frozen=True)
class Progress:
    """One respondent's answer.

    `state` is none, draft, submitted or changed; `answered` of `total` sections have something in
    them.

    `person` is the respondent's name where each person answers, else "".
    """

    submission: str
    organisation_id: int
    organisation: str
    person: str
    state: str
    answered: int
    total: int
    changed_at: dt.datetime | None
    submitted_at: dt.datetime | None


def of_meeting(meeting: Meeting) -> list[Progress]:
    """Every answer to the meeting's questionnaires, in no order.

    As many queries for one organisation as for thousands.
    """
    return [each for asked in meeting.questionnaires for each in of_questionnaire(asked)]


def counts(meeting: Meeting) -> dict[int, dict[str, int]]:
    """How many answers are in each of the states `COUNTED`, by the id of each questionnaire.

    In one query for all of the meeting's.
    """
    begun = sa.case(
        (sa.and_(Submission.state == "draft", Submission.changed_at.is_(None)), NOT_BEGUN),
        else_=Submission.state,
    )
    rows = db.session.execute(
        sa.select(Submission.questionnaire_id, begun, sa.func.count())
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .where(Questionnaire.meeting_id == meeting.id)
        .group_by(Submission.questionnaire_id, begun)
    )
    found = {asked.id: dict.fromkeys(COUNTED, 0) for asked in meeting.questionnaires}
    for questionnaire_id, state, count in rows:
        found[questionnaire_id][state] = count
    return found


def of_questionnaire(questionnaire: Questionnaire) -> Iterator[Progress]:
    """Every answer to one questionnaire, in no order.

    Each is counted by the definition it answers; there are as many queries as definitions.
    """
    begun = _begun(questionnaire)
    rows = db.session.execute(
        sa.select(
            Submission.id,
            Submission.public_id,
            Submission.digest,
            Submission.organisation_id,
            Organisation.name,
            Person.given,
            Person.family,
            Submission.state,
            Submission.changed_at,
            Submission.submitted_at,
        )
        .join(Organisation, Organisation.id == Submission.organisation_id)
        .outerjoin(Person, Person.id == Submission.person_id)
        .where(Submission.questionnaire_id == questionnaire.id)
    )
    for row in rows:
        # Letting somebody in makes the draft: the row alone does not mean that anybody has begun.
        untouched = row.state == "draft" and row.changed_at is None
        yield Progress(
            submission=row.public_id,
            organisation_id=row.organisation_id,
            organisation=row.name,
            person=f"{row.given or ''} {row.family or ''}".strip(),
            state=NOT_BEGUN if untouched else row.state,
            answered=begun[row.id],
            total=len(published.by_digest(row.digest).parts()),
            changed_at=row.changed_at,
            submitted_at=row.submitted_at,
        )


def _begun(questionnaire: Questionnaire) -> Counter[int]:
    """The number of sections (and themes) with an answer that is not empty, by submission id.

    The text stays in the database.
    """
    answered = sa.select(Submission.digest).where(Submission.questionnaire_id == questionnaire.id)
    begun: Counter[int] = Counter()
    for digest in db.session.scalars(answered.distinct()).all():
        begun.update(_begun_of_digest(questionnaire, digest))
    return begun


def _begun_of_digest(questionnaire: Questionnaire, digest: str) -> Iterator[int]:
    """The id of each submission to `digest`, once for each part with something in it."""
    section = sa.case(
        _section_of_each_field(published.by_digest(digest)), value=Answer.question_key
    )
    rows = db.session.execute(
        sa.select(Item.submission_id, section, Item.group_key)
        .select_from(Item)
        .join(Answer, Answer.item_id == Item.id)
        .join(Submission, Submission.id == Item.submission_id)
        .where(
            Submission.questionnaire_id == questionnaire.id,
            Submission.digest == digest,
            # A removed card keeps its answers, since it can be brought back for 30 days.
            Item.removed_at.is_(None),
            sa.cast(Answer.value, sa.Text).not_in(EMPTY),
        )
        .distinct()
    )
    begun = set()
    for submission_id, key, group_key in rows:
        # A theme's page counts for itself; all cards of a group count once, with their section.
        theme = group_key if "/" in group_key else ""
        begun.add((submission_id, key, theme))
    return (submission_id for submission_id, _, _ in begun)


def _section_of_each_field(definition: Definition) -> dict[str, str]:
    return {
        field.key: section.key
        for section in definition.sections
        for question in section.all_questions()
        for field in answer_fields(question)
    }
