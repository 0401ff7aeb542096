"""What is read as counts alone: how many have chosen what, and never who.

Below a small number of answers nothing is shown, since a count of two or three names somebody.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Meeting, Questionnaire, Submission, SubmittedAnswer
from annualwheel.questionnaires import published
from annualwheel.questionnaires.content import CodeBookQuestion
from annualwheel.workshop import submitted

# Fewer answers than this are not shown.
FEWEST = 5


@dataclass(frozen=True)
class Tally:
    """How many have answered a question, and how many have chosen each option, as asked.

    `chosen` has (label, how many), and is empty while there are too few answers to show.
    """

    answered: int
    chosen: tuple[tuple[str, int], ...]

    @property
    def is_shown(self) -> bool:
        """Whether there are enough answers."""
        return bool(self.chosen)


def counted(meeting: Meeting) -> set[tuple[str, str]]:
    """The questions that are read as counts alone: (questionnaire, question)."""
    asked = (published.by_digest(digest) for digest in submitted.digests(meeting))
    return {(one.key, key) for one in asked for key in one.counted}


def tally(meeting: Meeting, questionnaire: str, asked: CodeBookQuestion, language: str) -> Tally:
    """The counts of one question, from the latest version of each answer. One query."""
    # One choice each (see `checks`), so that their sum is how many have answered.
    rows = db.session.execute(
        sa.select(SubmittedAnswer.option, sa.func.count())
        .join(Submission, Submission.id == SubmittedAnswer.submission_id)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .where(
            SubmittedAnswer.meeting_id == meeting.id,
            Questionnaire.key == questionnaire,
            SubmittedAnswer.question == asked.key,
            SubmittedAnswer.option != "",
        )
        .group_by(SubmittedAnswer.option)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    answered = sum(counts.values())
    if answered < FEWEST:
        return Tally(answered, ())
    chosen = ((one.label.to(language), counts.get(one.key, 0)) for one in asked.options)
    return Tally(answered, tuple(chosen))
