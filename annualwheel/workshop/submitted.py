"""Reads what has been submitted, and nothing of a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import aliased

from annualwheel.db import db
from annualwheel.models import (
    Category,
    Meeting,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
    SubmissionVersion,
    YearOrganisation,
)
from annualwheel.questionnaires import content, published
from annualwheel.questionnaires.content import CodeBookQuestion, SectionContent
from annualwheel.registrations.states import ASKS_NOBODY
from annualwheel.wording.collation import swedish

log = structlog.get_logger()
BATCH = 100


@dataclass(frozen=True)
class Respondent:
    """Who answered: the organisation, or a person of it where each person answers.

    `category` is its key that year, `questionnaire` that of what was answered, and `digest` names
    its definition.
    """

    submission_id: int
    public_id: str
    version_id: int
    number: int
    submitted_at: dt.datetime
    organisation_id: int
    organisation: str
    code: str
    person: str
    category: str
    questionnaire: str
    digest: str

    @property
    def name(self) -> str:
        """The respondent as lists show them."""
        return f"{self.person}, {self.organisation}" if self.person else self.organisation


@dataclass(frozen=True)
class Submitted:
    """The latest submitted version of one respondent.

    It has the `sections`, without what is read as counts alone, and the `questions` (the code book)
    when the version is read alone. What is stored may be broken: then it is not `is_readable`, and
    has none.
    """

    by: Respondent
    sections: Sequence[SectionContent]
    questions: Sequence[CodeBookQuestion] = ()
    is_readable: bool = True


def respondents(meeting: Meeting) -> list[Respondent]:
    """Everyone who has submitted to the meeting's questionnaires, with the latest version.

    In Swedish order.
    """
    # In Python, since neither database sorts Swedish names by itself; the id gives pages one order.
    return sorted(
        (respondent(row) for row in db.session.execute(chosen(meeting))),
        key=lambda each: (swedish(each.organisation), swedish(each.person), each.submission_id),
    )


def chosen(meeting: Meeting, questionnaire: str = "") -> sa.Select[Any]:
    """The rows that `respondent` reads, of one questionnaire or of all that the meeting has."""
    of = sa.select(sa.func.max(SubmissionVersion.number))
    latest = of.where(SubmissionVersion.submission_id == Submission.id).correlate(Submission)
    version = aliased(SubmissionVersion)
    found: Any = (
        sa.select(
            Submission.id,
            Submission.public_id,
            version.id,
            version.number.label("number"),
            version.at.label("submitted"),
            Organisation.id,
            Organisation.name,
            Organisation.code,
            Person.given,
            Person.family,
            Category.key,
            Questionnaire.key,
            version.digest,
        )
        .select_from(Submission)
        .join(
            version,
            sa.and_(
                version.submission_id == Submission.id, version.number == latest.scalar_subquery()
            ),
        )
        .join(Questionnaire, Submission.questionnaire_id == Questionnaire.id)
        .join(Organisation, Submission.organisation_id == Organisation.id)
        .outerjoin(Person, Submission.person_id == Person.id)
        .outerjoin(YearOrganisation, of_the_year(meeting))
        .outerjoin(Category, YearOrganisation.category_id == Category.id)
        .where(Questionnaire.meeting_id == meeting.id)
    )
    if questionnaire:
        found = found.where(Questionnaire.key == questionnaire)
    return cast("sa.Select[Any]", found)


def respondent(row: Any) -> Respondent:
    """The respondent of a row of `chosen`."""
    person = f"{row.given} {row.family}" if row.given else ""
    return Respondent(
        submission_id=row[0],
        public_id=row[1],
        version_id=row[2],
        number=row[3],
        submitted_at=row[4],
        organisation_id=row[5],
        organisation=row[6],
        code=row[7],
        person=person,
        category=row[10] or "",
        questionnaire=row[11],
        digest=row[12],
    )


def stream(chosen: Sequence[Respondent]) -> Iterator[Submitted]:
    """Their submitted content one after another, read a batch at a time.

    Ten thousand take no more memory than a hundred. The code book, half of every version, stays in
    the database.
    """
    written = SubmissionVersion.content[content.SECTIONS]
    for start in range(0, len(chosen), BATCH):
        batch = chosen[start : start + BATCH]
        theirs = SubmissionVersion.id.in_([each.version_id for each in batch])
        rows = db.session.execute(sa.select(SubmissionVersion.id, written).where(theirs))
        found = {row[0]: row[1] for row in rows}
        for each in batch:
            # Popped, so that what the caller is done with is freed within the batch too.
            yield _read(each, found.pop(each.version_id, None))


def _read(by: Respondent, stored: Any) -> Submitted:
    """What is stored of one answer; one that is broken keeps no other back."""
    try:
        return Submitted(by, _named(by, content.read_sections(stored)))
    except (LookupError, TypeError, ValueError, AttributeError):
        log.exception("answer_not_readable", version=by.version_id)
        return Submitted(by, (), is_readable=False)


def one(public_id: str, meeting: Meeting) -> Submitted | None:
    """One respondent's submitted answer, or None while nothing is submitted."""
    row = db.session.execute(chosen(meeting).where(Submission.public_id == public_id)).first()
    if row is None:
        return None
    by = respondent(row)
    said = content.read(db.session.get_one(SubmissionVersion, by.version_id).content)
    return Submitted(by, _named(by, said.sections), said.questions)


def _named(by: Respondent, sections: Sequence[SectionContent]) -> tuple[SectionContent, ...]:
    """What is read under somebody's name: all but what is read as counts alone (`counts`)."""
    counted = published.by_digest(by.digest).counted
    return tuple(
        replace(
            section,
            answers=tuple(one for one in section.answers if one.question not in counted),
        )
        for section in sections
    )


def answer_counts(meeting: Meeting) -> dict[str, int]:
    """How many have submitted to each of the meeting's questionnaires, by its key."""
    rows = db.session.execute(
        sa.select(Questionnaire.key, sa.func.count(Submission.id).label("answers"))
        .outerjoin(
            Submission,
            sa.and_(
                Submission.questionnaire_id == Questionnaire.id,
                Submission.submitted_at.is_not(None),
            ),
        )
        .where(Questionnaire.meeting_id == meeting.id)
        .group_by(Questionnaire.id, Questionnaire.key)
        .order_by(Questionnaire.id)
    )
    return {row.key: row.answers for row in rows}


def digests(meeting: Meeting) -> list[str]:
    """The digests of all definitions that submitted versions answer, oldest first.

    The columns come from them.
    """
    answered = (
        sa.select(SubmissionVersion.digest)
        .join(Submission)
        .join(Questionnaire)
        .where(Questionnaire.meeting_id == meeting.id)
        .group_by(SubmissionVersion.digest)
        # Oldest first: columns keep their positions, and those of a correction come after them.
        .order_by(sa.func.min(SubmissionVersion.id))
    )
    return list(db.session.scalars(answered))


def categories(language: str) -> dict[str, str]:
    """Category keys in order with their names."""
    rows = db.session.scalars(sa.select(Category).order_by(Category.position))
    return {row.key: row.en if language == "en" else row.sv for row in rows}


def asked(meeting: Meeting) -> list[tuple[int, str, str, str]]:
    """The organisations that have anyone invited, coming or writing, in Swedish order.

    (id, name, category key, lead's name).
    """
    lead = aliased(Person)
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name, Category.key, lead.given, lead.family)
        .where(Organisation.id.in_(_concerned(meeting)))
        .outerjoin(YearOrganisation, of_the_year(meeting))
        .outerjoin(Category, YearOrganisation.category_id == Category.id)
        .outerjoin(lead, YearOrganisation.lead_id == lead.id)
    )
    found = []
    for organisation_id, name, category, given, family in rows:
        leads = f"{given} {family}" if given else ""
        found.append((organisation_id, name, category or "", leads))
    return sorted(found, key=lambda each: swedish(each[1]))


def count_asked(meeting: Meeting) -> int:
    """How many organisations `asked` gives."""
    asked = sa.select(sa.func.count()).select_from(Organisation)
    return db.session.scalar(asked.where(Organisation.id.in_(_concerned(meeting)))) or 0


def _concerned(meeting: Meeting) -> sa.Select[int]:
    """The ids of the organisations that have anyone invited, coming or writing."""
    # Also those with an answer and no registration: a colleague may have been invited to write.
    either = sa.union(
        sa.select(Registration.organisation_id).where(
            Registration.meeting_id == meeting.id,
            Registration.state.not_in(ASKS_NOBODY),
        ),
        sa.select(Submission.organisation_id)
        .join(Questionnaire)
        .where(Questionnaire.meeting_id == meeting.id),
    ).subquery()
    return sa.select(either.c.organisation_id)


def of_the_year(meeting: Meeting) -> sa.ColumnElement[bool]:
    """Joins an organisation to its row of the meeting's year."""
    return sa.and_(
        YearOrganisation.organisation_id == Organisation.id,
        YearOrganisation.year_id == meeting.year_id,
    )
