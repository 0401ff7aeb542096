"""What a person has submitted in their own name, where each person answers.

It is part of what we hold about the person (GDPR art. 15 and 20).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.models import (
    Meeting,
    Person,
    Questionnaire,
    Submission,
    SubmissionVersion,
    SubmittedAnswer,
)
from annualwheel.questionnaires import path, published


@dataclass(frozen=True)
class OwnAnswer:
    """An answer of the latest version; several chosen options are an answer each."""

    submission: Submission
    question: str
    text: str
    at: dt.datetime


def of(person: Person, language: str) -> list[OwnAnswer]:
    """The person's own submitted answers in their order, the questions in `language`.

    It takes one query. Questions that were left empty are not among them.
    """
    place = joinedload(Submission.questionnaire).joinedload(Questionnaire.meeting)
    rows = db.session.execute(
        sa.select(SubmittedAnswer, Submission, SubmissionVersion.digest, SubmissionVersion.at)
        .join(Submission, Submission.id == SubmittedAnswer.submission_id)
        .join(SubmissionVersion, SubmissionVersion.id == SubmittedAnswer.version_id)
        .where(SubmittedAnswer.person_id == person.id, SubmittedAnswer.text != "")
        .order_by(SubmittedAnswer.submission_id, SubmittedAnswer.position)
        .options(joinedload(Submission.organisation), place.joinedload(Meeting.year))
    )
    found = []
    for answer, submission, digest, at in rows:
        found.append(
            OwnAnswer(
                submission,
                _label(digest, answer.question, language),
                answer.text,
                at,
            )
        )
    return found


def _label(digest: str, key: str, language: str) -> str:
    # In the words of the submitted version, which may be older than what is asked now.
    asked = path.code_book(published.by_digest(digest))
    labels = (question.label.to(language) for question in asked if question.key == key)
    return next(labels, key)
