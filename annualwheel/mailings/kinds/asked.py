"""The questionnaire that a mailing asks to answer or reminds of."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes
from annualwheel.models import Mailing, Questionnaire, Submission
from annualwheel.questionnaires import opening, published


def require_asked(draft: MailingDraft, now: dt.datetime) -> None:
    """Raises `Closed` for a meeting that is cancelled or has begun, and after the last day.

    What follows the meeting up may be asked after it. `Refused` when no questionnaire is published.
    """
    meeting = draft.meeting
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    asked = questionnaire_of(draft) if meeting.questionnaires else None
    # What follows the meeting up is asked when the meeting is over.
    if asked is None or opening.prepares(asked):
        changes.require_planned(meeting, now)
    last = opening.closes_at(asked) if asked else years.phase(meeting, "preparation").closes_at
    if now > last:
        raise Closed("preparation_closed", day=last)
    if asked is None:
        raise Refused("not_published")


def questionnaire_of(draft: MailingDraft) -> Questionnaire:
    """The questionnaire that the draft asks to answer or reminds of.

    Raises `Refused("not_published")` while the meeting has none, and `Missing` for a key that is
    none of its own or was left out though there are several.
    """
    there = draft.meeting.questionnaires
    if not there:
        raise Refused("not_published")
    if not draft.questionnaire and len(there) == 1:
        return there[0]
    # Never the first of several: a wrong guess would mail everybody about the wrong questions.
    return published.one(draft.meeting, draft.questionnaire)


def has_been_asked(questionnaire: Questionnaire, *conditions: sa.ColumnElement[bool]) -> bool:
    """Whether anybody has been asked to answer it; with `conditions`, whose answer meets them."""
    found = sa.select(Submission.id).where(Submission.questionnaire_id == questionnaire.id)
    return db.session.scalar(found.where(*conditions).limit(1)) is not None


def of_mailing(mailing: Mailing) -> Questionnaire | None:
    """The questionnaire that a mailing asks to answer or reminds of; None for other mailings."""
    key = mailing.audience.get("questionnaire", "")
    return published.one(mailing.meeting, key) if key else None
