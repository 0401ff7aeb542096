"""When an answer may be written: as long as its questionnaire is open, and longer for the one a
coordinator has opened it for.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.cycle import years
from annualwheel.errors import Closed
from annualwheel.models import Submission
from annualwheel.questionnaires import opening


def closes_at(submission: Submission) -> dt.datetime:
    """The last moment to change and submit (aware UTC), without the silent grace.

    What prepares the meeting never stays open after it has begun, also when it has moved since the
    answer was opened again.
    """
    asked = submission.questionnaire
    planned = opening.closes_at(asked)
    reopened = submission.reopened_until or planned
    if opening.prepares(asked):
        reopened = min(reopened, asked.meeting.starts_at)
    return max(planned, reopened)


def opens_at(submission: Submission) -> dt.datetime:
    """When the questionnaire opens (aware UTC)."""
    return opening.opens_at(submission.questionnaire)


def is_open(submission: Submission, now: dt.datetime, grace: dt.timedelta = dt.timedelta()) -> bool:
    """Whether the answer may be changed now, or was open until at most `grace` ago."""
    planned = submission.questionnaire.meeting.state == "planned"
    return planned and opens_at(submission) <= now <= closes_at(submission) + grace


def require_open(submission: Submission, now: dt.datetime) -> None:
    """Raises `Closed` unless the answer may be saved and submitted now.

    A page that is open when the last day ends has 15 minutes more.
    """
    if submission.questionnaire.meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if now < opens_at(submission):
        raise Closed("preparation_not_open", day=opens_at(submission))
    if not is_open(submission, now, years.GRACE):
        raise Closed("preparation_closed", day=closes_at(submission))
