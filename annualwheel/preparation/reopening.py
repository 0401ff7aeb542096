"""After the last day an organisation may ask to change its answer.

A coordinator opens the answer for that organisation alone, or refuses.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import audit, limits, request_states
from annualwheel.clock import end_of_day, local
from annualwheel.cycle import years
from annualwheel.db import db, read_again
from annualwheel.errors import Closed, Missing, Refused
from annualwheel.models import (
    ChangeRequest,
    Meeting,
    Member,
    Organisation,
    Questionnaire,
    Staff,
    Submission,
)
from annualwheel.preparation import deadline, notices
from annualwheel.questionnaires import opening

WORKING_DAYS = 3
SATURDAY = 5  # as `date.weekday` counts
DAY = dt.timedelta(days=1)
# An organisation that was refused may ask again, but not without end.
ASKED_A_DAY = 5


def one(meeting: Meeting, public_id: str) -> Submission:
    """The answer to one of the meeting's questionnaires with that public id. Raises `Missing`."""
    found = db.session.scalar(
        sa.select(Submission)
        .join(Questionnaire)
        .where(Questionnaire.meeting_id == meeting.id, Submission.public_id == public_id)
        .options(joinedload(Submission.organisation), joinedload(Submission.person))
    )
    if found is None:
        raise Missing("no_answer")
    return found


def pending(submission: Submission) -> ChangeRequest | None:
    """The request that nobody has answered yet."""
    return db.session.scalar(_requests(submission).where(ChangeRequest.state == "asked"))


def latest(submission: Submission) -> ChangeRequest | None:
    """The request that was made last, answered or not."""
    return db.session.scalar(_requests(submission).limit(1))


def waiting(meeting: Meeting) -> list[ChangeRequest]:
    """The requests of a meeting that nobody has answered yet, the oldest first.

    Loads the organisations of their answers too.
    """
    asked = (
        sa.select(ChangeRequest)
        .join(Submission, Submission.id == ChangeRequest.submission_id)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .join(Organisation, Organisation.id == Submission.organisation_id)
        .where(Questionnaire.meeting_id == meeting.id, ChangeRequest.state == "asked")
        .options(joinedload(ChangeRequest.submission).joinedload(Submission.organisation))
        .order_by(ChangeRequest.id)
    )
    return list(db.session.scalars(asked))


def may_ask(submission: Submission, now: dt.datetime) -> bool:
    """Whether there is anything to ask for.

    The last day and its grace have passed, and the meeting that it prepares is still to come.
    """
    asked = submission.questionnaire
    if asked.meeting.state != "planned":
        return False
    closed_at = deadline.closes_at(submission) + years.GRACE
    return closed_at < now and not _is_too_late(asked, now)


def ask(member: Member, reason: str, now: dt.datetime) -> ChangeRequest:
    """Asks the coordinators to open the answer again.

    The same press twice gives the same request.

    Raises `Refused("still_open")` while it can be changed anyway, `Refused("already_asked")` when a
    colleague has asked and nobody has answered yet, `Closed` once the meeting has begun or is
    cancelled, and `TooMany` after five requests in a day.
    """
    submission = member.submission
    # Of two colleagues who ask in the same moment, the second sees the request of the first.
    read_again(submission, lock=True)
    # Before `may_ask`, which is also false then: the true reason is told, not "still open".
    _require_of_use(submission.questionnaire, now)
    if not may_ask(submission, now):
        raise Refused("still_open")
    found = pending(submission)
    if found is not None:
        # The same press twice, which is neither an error nor an attempt that counts.
        if (found.person_id, found.reason) == (member.person_id, reason):
            return found
        raise Refused("already_asked", name=found.person.name)
    limits.count("change_request", submission.public_id, now, ASKED_A_DAY, DAY)
    made = ChangeRequest(submission=submission, person=member.person, asked_at=now, reason=reason)
    db.session.add(made)
    db.session.flush()
    by, meeting_id = audit.participant(member.person_id), submission.questionnaire.meeting_id
    audit.note(by, "change_asked", submission, now, meeting_id)
    return made


def usual_day(questionnaire: Questionnaire, now: dt.datetime) -> dt.date:
    """The day a coordinator is offered.

    Three working days (Monday to Friday) from now, or from the last day while that is ahead; and
    before the day of the meeting that it prepares.
    """
    day, left = local(max(now, opening.closes_at(questionnaire))).date(), WORKING_DAYS
    while left:
        day += DAY
        left -= day.weekday() < SATURDAY
    if not opening.prepares(questionnaire):
        return day
    return min(day, local(questionnaire.meeting.starts_at).date() - DAY)


def open_until(submission: Submission, day: dt.date, now: dt.datetime, by: Staff) -> None:
    """Opens the answer for its organisation alone, to the end of `day` in Stockholm.

    Tells whoever asked and the lead, and grants a request that waits. The answer closes by itself.
    Raises `Closed` before the questionnaire opens, once the meeting that it prepares has begun, or
    when it is cancelled; `Refused`: "day_passed", "day_too_late" (that meeting's day or later),
    "day_in_plan" (it is open so long anyway).
    """
    read_again(submission, lock=True)
    asked, until = submission.questionnaire, end_of_day(day)
    meeting, planned = asked.meeting, opening.closes_at(asked)
    _require_of_use(asked, now)
    if now < deadline.opens_at(submission):
        raise Closed("preparation_not_open", day=deadline.opens_at(submission))
    if until < now:
        raise Refused("day_passed")
    if _is_too_late(asked, until):
        raise Refused("day_too_late", day=meeting.starts_at)
    if until <= planned:
        raise Refused("day_in_plan", day=planned)
    submission.reopened_until = until
    request = pending(submission)
    if request is not None:
        _answer(request, "grant", now, by)
    db.session.flush()
    opened_by, iso_day = audit.staff(by.id), until.isoformat()
    audit.note(opened_by, "answer_opened", submission, now, meeting.id, until=iso_day)
    # Without a request the moment names the cause: an answer may be opened more than once.
    cause = request.public_id if request else f"{submission.public_id}:{now.timestamp()}"
    notices.tell_change("change_granted", cause, submission, _to_tell(submission, request), now)


def refuse(submission: Submission, text: str, now: dt.datetime, by: Staff) -> None:
    """Refuses the request that waits, and mails the reason to whoever asked and the lead.

    Raises `Refused("nothing_asked")`.
    """
    read_again(submission, lock=True)
    request = pending(submission)
    if request is None:
        raise Refused("nothing_asked")
    _answer(request, "refuse", now, by)
    meeting_id = submission.questionnaire.meeting_id
    audit.note(audit.staff(by.id), "change_refused", submission, now, meeting_id)
    cause, told = request.public_id, _to_tell(submission, request)
    notices.tell_change("change_refused", cause, submission, told, now, reason=text)


def close(submission: Submission, now: dt.datetime, by: Staff) -> None:
    """Closes what was opened, before its day.

    Pages that are open have the same grace as at the ordinary deadline.
    """
    read_again(submission, lock=True)
    if submission.reopened_until is None or submission.reopened_until <= now:
        return
    # `is_open` counts its last moment in, so the answer closes a second before this one.
    submission.reopened_until = now - dt.timedelta(seconds=1)
    db.session.flush()
    meeting_id = submission.questionnaire.meeting_id
    audit.note(audit.staff(by.id), "answer_closed", submission, now, meeting_id)


def _requests(submission: Submission) -> sa.Select[ChangeRequest]:
    return (
        sa.select(ChangeRequest)
        .where(ChangeRequest.submission_id == submission.id)
        .options(joinedload(ChangeRequest.person))
        .order_by(ChangeRequest.id.desc())
    )


def _is_too_late(questionnaire: Questionnaire, at: dt.datetime) -> bool:
    """Whether an answer at that moment comes after the meeting that it prepares has begun."""
    return opening.prepares(questionnaire) and at >= questionnaire.meeting.starts_at


def _require_of_use(questionnaire: Questionnaire, now: dt.datetime) -> None:
    """Raises `Closed` when the meeting is cancelled, or has begun before it could be prepared."""
    meeting = questionnaire.meeting
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if _is_too_late(questionnaire, now):
        raise Closed("meeting_started", day=meeting.starts_at)


def _answer(request: ChangeRequest, action: str, now: dt.datetime, by: Staff) -> None:
    request_states.answer(request, action, now, by.id)
    db.session.flush()


def _to_tell(submission: Submission, request: ChangeRequest | None) -> list[Member]:
    """Whoever asked and the lead; when neither is a member, everyone who may write."""
    members = list(submission.members)
    asked_by = request.person_id if request else None
    chosen = [each for each in members if each.role == "lead" or each.person_id == asked_by]
    return chosen or members
