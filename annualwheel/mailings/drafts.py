"""What a coordinator is about to send.

To whom it would go, how it would read, and the test that comes before it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.mail import kinds, letters, outbox
from annualwheel.mail.letters import Letter
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings.recipients import not_submitted, to_prepare, took_part, unanswered
from annualwheel.meetings import results
from annualwheel.models import (
    Mailing,
    Meeting,
    Member,
    Message,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Staff,
    Submission,
)
from annualwheel.preparation import notices as preparing
from annualwheel.questionnaires import opening, published
from annualwheel.registrations import audiences, notices
from annualwheel.registrations.audiences import Addressee, Choice

KINDS = ("invitation", "reminder", "preparation", "preparation_reminder", "results")
ABOUT_A_QUESTIONNAIRE = ("preparation", "preparation_reminder")
NOWHERE = {
    "landing": Target("registration", "exempel", 0),
    "preparation": Target("member", "exempel", 0),
    "result": Target("registration", "exempel", 0),
}
ANYONE = Addressee("", 0, 0, "Förnamn", "Efternamn", "", "sv", "Organisationen")


@dataclass(frozen=True)
class MailingDraft:
    """What a coordinator is about to send.

    `choice` goes with invitations; `left_out` holds the keys of unticked rows. `questionnaire` is
    the key of what a mail asks to answer or reminds of; not needed where the meeting has one.
    """

    meeting: Meeting
    kind: str
    choice: Choice | None = None
    left_out: frozenset[str] = frozenset()
    questionnaire: str = ""


def recipients(order: MailingDraft, now: dt.datetime) -> list[Addressee]:
    """Whom the order would reach now, without the unticked.

    Raises `Refused` when it cannot be sent at all.
    """
    require_possible(order.meeting, order.kind, now, order.questionnaire)
    return [one for one in everyone(order, now) if one.key not in order.left_out]


def require_possible(
    meeting: Meeting, kind: str, now: dt.datetime, questionnaire: str = ""
) -> None:
    """Raises `Closed` or `Refused` when a mail of that kind cannot be sent.

    `Closed` for a meeting that is cancelled or over, and for a reminder after the last day, unless
    somebody must answer about a new day; `Refused` when no questionnaire is published. The mail
    about the results is the other way round: it needs results that are published. What follows the
    meeting up may be asked after it.
    """
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if kind == "results":
        if meeting.results_at is None:
            raise Refused("results_not_published")
        return
    if kind in ABOUT_A_QUESTIONNAIRE:
        _require_asked(meeting, questionnaire, now)
    elif now >= meeting.starts_at:
        raise Closed("meeting_started", day=meeting.starts_at)
    elif kind == "reminder":
        _require_answers_awaited(meeting, now)


def _require_asked(meeting: Meeting, key: str, now: dt.datetime) -> None:
    asked = _questionnaire(meeting, key) if meeting.questionnaires else None
    if now >= meeting.starts_at and (asked is None or opening.prepares(asked)):
        raise Closed("meeting_started", day=meeting.starts_at)
    last = opening.closes_at(asked) if asked else years.phase(meeting, "preparation").closes_at
    if now > last:
        raise Closed("preparation_closed", day=last)
    if asked is None:
        raise Refused("not_published")


def _require_answers_awaited(meeting: Meeting, now: dt.datetime) -> None:
    last = years.phase(meeting, "registration").closes_at
    about_new_day = audiences.of_registrations(meeting, "to_reconfirm")
    first = db.session.scalar(about_new_day.with_only_columns(Registration.id).limit(1))
    if now > last and first is None:
        raise Closed("registration_closed", day=last)


def letter(order: MailingDraft, one: Addressee, now: dt.datetime) -> Letter:
    """The mail exactly as it would be frozen for `one`, with placeholders for links."""
    return letters.write(order.kind, one.language, _facts(order, one, now))


def text_version(order: MailingDraft, now: dt.datetime) -> str:
    """A name for the text as it is now in both languages.

    A change of the template, the meeting or the questions changes it.
    """
    readers = [ANYONE._replace(language=language) for language in letters.LANGUAGES]
    written = [letter(order, one, now) for one in readers]
    text = "\0".join(f"{one.subject}\0{one.preheader}\0{one.text}" for one in written)
    return sha256(text.encode()).hexdigest()[:16]


def send_test(order: MailingDraft, one: Addressee, by: Staff, now: dt.datetime) -> Message:
    """Queues the mail `one` would get, marked as a test, to the member of staff.

    Its link leads nowhere.
    """
    message = outbox.put(
        f"{_test_key(order, by, now)}{now.timestamp()}",
        order.kind,
        Recipient(by.email, by.name, one.language),
        _facts(order, one, now),
        {name: NOWHERE[name] for name in kinds.KINDS[order.kind].links},
        now,
    )
    message.body.subject = f"[Test] {message.body.subject}"
    db.session.flush()
    audit.note(audit.staff(by.id), "tested", message, now, order.meeting.id, kind=order.kind)
    return message


def tested_at(order: MailingDraft, by: Staff, now: dt.datetime) -> dt.datetime | None:
    """When `by` last had a test of this meeting's mail with the text it has now."""
    return db.session.scalar(
        sa.select(sa.func.max(Message.queued_at)).where(outbox.begins(_test_key(order, by, now)))
    )


def everyone(order: MailingDraft, now: dt.datetime) -> list[Addressee]:
    """Whom the order is about now, the unticked too."""
    if order.kind == "invitation":
        return audiences.audience(order.meeting, order.choice) if order.choice else []
    if order.kind == "reminder":
        return unanswered(order.meeting, now)
    if order.kind == "preparation":
        return to_prepare(order.meeting, questionnaire_of(order))
    if order.kind == "results":
        return took_part(order.meeting)
    return not_submitted(questionnaire_of(order), now)


def questionnaire_of(order: MailingDraft) -> Questionnaire:
    """What the order asks to answer or reminds of.

    Raises `Refused("not_published")` while the meeting has none, and `Missing` for a key that is
    none of its own or was left out though there are several.
    """
    if not order.meeting.questionnaires:
        raise Refused("not_published")
    return _questionnaire(order.meeting, order.questionnaire)


def asked_by(mailing: Mailing) -> Questionnaire | None:
    """The questionnaire that a mailing asks to answer or reminds of; None for other mailings."""
    key = mailing.audience.get("questionnaire", "")
    return published.one(mailing.meeting, key) if key else None


def _questionnaire(meeting: Meeting, key: str) -> Questionnaire:
    if not key and len(meeting.questionnaires) == 1:
        return meeting.questionnaires[0]
    return published.one(meeting, key)


def _facts(order: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
    """What the mail would say.

    Rows that are not there yet are made up, and never come near the session.
    """
    if order.kind == "results":
        return {
            **results.mail_facts(order.meeting, one.language),
            "given": one.given,
            "part": one.key.partition(".")[0] or "present",
        }
    if order.kind in ("invitation", "reminder"):
        return notices.said(order.kind, _seat(order, one), one.language, now, {})
    asked = questionnaire_of(order)
    if order.kind == "preparation_reminder":
        return _reminder_facts(asked, one)
    return preparing.preparation_facts(_member(asked, one), one.language)


def _reminder_facts(asked: Questionnaire, one: Addressee) -> dict[str, object]:
    found = db.session.scalar(sa.select(Member).where(Member.public_id == one.key))
    if found is not None:
        return preparing.reminder_facts(found, one.language)
    member = _member(asked, one)
    facts = preparing.preparation_facts(member, one.language)
    del facts["minutes"], facts["sections"]
    parts = published.definition_of(asked).parts()
    return facts | preparing.left(member.submission, parts, one.language)


def _seat(order: MailingDraft, one: Addressee) -> Registration:
    state = None
    if order.kind == "reminder":
        state = db.session.scalar(
            sa.select(Registration.state).where(Registration.public_id == one.key)
        )
    return Registration(
        meeting=order.meeting,
        person=_person(one),
        organisation=_organisation(one),
        state=state or "invited",
    )


def _member(asked: Questionnaire, one: Addressee) -> Member:
    submission = Submission(
        questionnaire=asked,
        digest=asked.digest,
        respondent_key="",
        organisation=_organisation(one),
    )
    return Member(submission=submission, person=_person(one))


def _person(one: Addressee) -> Person:
    return Person(
        given=one.given,
        family=one.family,
        email=one.email,
        email_folded="",
        name_folded="",
        language=one.language,
    )


def _organisation(one: Addressee) -> Organisation:
    return Organisation(code="", name=one.organisation, folded="")


def _test_key(order: MailingDraft, by: Staff, now: dt.datetime) -> str:
    return f"test:{order.kind}:{order.meeting.id}:{text_version(order, now)}:{by.id}:"
