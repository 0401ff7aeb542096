"""When an answer may be written: while its questionnaire is open, and longer for the one respondent
for whom a coordinator has opened it again.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.cycle import years
from annualwheel.errors import Closed
from annualwheel.models import Submission
from annualwheel.questionnaires import opening


def closes_at(submission: Submission) -> dt.datetime:
    """The last moment to change and submit (aware UTC), without the silent grace.

    An answer that prepares the meeting closes at the latest when the meeting begins.
    """
    asked = submission.questionnaire
    planned = opening.closes_at(asked)
    reopened = submission.reopened_until or planned
    # The meeting may have been moved closer after a coordinator opened the answer again.
    if opening.prepares(asked):
        reopened = min(reopened, asked.meeting.starts_at)
    # A reopened answer never closes before everybody's, whose last day may have moved since.
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
    # First: the writer must hear that the meeting is cancelled, not that a day has passed.
    if submission.questionnaire.meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if now < opens_at(submission):
        raise Closed("preparation_not_open", day=opens_at(submission))
    # A review page may be open at midnight (decision 16). The error names the day, never the grace.
    if not is_open(submission, now, years.GRACE):
        raise Closed("preparation_closed", day=closes_at(submission))
