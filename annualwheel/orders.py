"""What a coordinator is about to send: to whom it would go, how it would read, and the test that
comes before it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from annualwheel import audiences, audit, letters, outbox, reminders, results, years
from annualwheel.audiences import Addressee, Choice
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.letters import Letter
from annualwheel.links import Target
from annualwheel.models import (
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
from annualwheel.outbox import Recipient
from annualwheel.questionnaires import notices as preparing
from annualwheel.questionnaires import published
from annualwheel.registrations import notices

KINDS = ("invitation", "reminder", "preparation", "preparation_reminder", "results")
NOWHERE = {
    "landing": Target("registration", "exempel", 0),
    "preparation": Target("member", "exempel", 0),
    "result": Target("registration", "exempel", 0),
}
ANYONE = Addressee("", 0, 0, "Förnamn", "Efternamn", "", "sv", "Organisationen")


@dataclass(frozen=True)
class Order:
    """What a coordinator is about to send.

    `choice` goes with invitations; `left_out` holds the keys of unticked rows.
    """

    meeting: Meeting
    kind: str
    choice: Choice | None = None
    left_out: frozenset[str] = frozenset()


def recipients(order: Order, now: dt.datetime) -> list[Addressee]:
    """Whom the order would reach now, without the unticked.

    Raises `Refused` when it cannot be sent at all.
    """
    require_possible(order.meeting, order.kind, now)
    return [one for one in everyone(order, now) if one.key not in order.left_out]


def require_possible(meeting: Meeting, kind: str, now: dt.datetime) -> None:
    """Raises `Closed` for a meeting that is cancelled or over, and for a reminder after the last
    day, unless somebody must answer about a new day; `Refused` when no questionnaire is published.
    The mail about the results is the other way round: it needs results that are published.
    """
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if kind == "results":
        if meeting.results_at is None:
            raise Refused("results_not_published")
        return
    if now >= meeting.starts_at:
        raise Closed("meeting_started", day=meeting.starts_at)
    last = years.phase(
        meeting, "registration" if kind in ("invitation", "reminder") else "preparation"
    ).closes_at
    asks_about_new_day = (
        kind == "reminder"
        and db.session.scalar(
            audiences.of_registrations(meeting, "to_reconfirm")
            .with_only_columns(Registration.id)
            .limit(1)
        )
        is not None
    )
    if now > last and kind != "invitation" and not asks_about_new_day:
        raise Closed(
            "registration_closed" if kind == "reminder" else "preparation_closed", day=last
        )
    if kind.startswith("preparation"):
        questionnaire_of(meeting)


def letter(order: Order, one: Addressee, now: dt.datetime) -> Letter:
    """The mail exactly as it would be frozen for `one`, with placeholders for links."""
    return letters.write(order.kind, one.language, _facts(order, one, now))


def text_version(order: Order, now: dt.datetime) -> str:
    """A name for the text as it is now in both languages: a change of the template, the meeting or
    the questions changes it.
    """
    written = [
        letter(order, ANYONE._replace(language=language), now) for language in letters.LANGUAGES
    ]
    return sha256(
        "\0".join(f"{one.subject}\0{one.preheader}\0{one.text}" for one in written).encode()
    ).hexdigest()[:16]


def send_test(order: Order, one: Addressee, by: Staff, now: dt.datetime) -> Message:
    """Queues the mail `one` would get, marked as a test, to the member of staff.

    Its link leads nowhere.
    """
    message = outbox.put(
        f"{_test_key(order, by, now)}{now.timestamp()}",
        order.kind,
        Recipient(by.email, by.name, one.language),
        _facts(order, one, now),
        {name: NOWHERE[name] for name in letters.KINDS[order.kind].links},
        now,
    )
    message.body.subject = f"[Test] {message.body.subject}"
    db.session.flush()
    audit.note(audit.staff(by.id), "tested", message, now, order.meeting.id, kind=order.kind)
    return message


def tested_at(order: Order, by: Staff, now: dt.datetime) -> dt.datetime | None:
    """When `by` last had a test of this meeting's mail with the text it has now."""
    return db.session.scalar(
        sa.select(sa.func.max(Message.queued_at)).where(outbox.begins(_test_key(order, by, now)))
    )


def everyone(order: Order, now: dt.datetime) -> list[Addressee]:
    """Whom the order is about now, the unticked too."""
    if order.kind == "invitation":
        return audiences.audience(order.meeting, order.choice) if order.choice else []
    if order.kind == "reminder":
        return reminders.unanswered(order.meeting, now)
    if order.kind == "preparation":
        return reminders.to_prepare(order.meeting, questionnaire_of(order.meeting))
    if order.kind == "results":
        return reminders.took_part(order.meeting)
    return reminders.not_submitted(order.meeting, now)


def questionnaire_of(meeting: Meeting) -> Questionnaire:
    """What the meeting asks. Raises `Refused` while nothing is published."""
    for questionnaire in meeting.questionnaires:
        return questionnaire
    raise Refused("not_published")


def _facts(order: Order, one: Addressee, now: dt.datetime) -> dict[str, object]:
    """What the mail would say.

    Rows that are not there yet are made up, and never come near the session.
    """
    if order.kind == "results":
        return {
            **results.mail_facts(order.meeting, one.language),
            "given": one.given,
            "part": one.key.partition(".")[0] or "present",
        }
    person = Person(
        given=one.given,
        family=one.family,
        email=one.email,
        email_folded="",
        name_folded="",
        language=one.language,
    )
    organisation = Organisation(code="", name=one.organisation, folded="")
    if order.kind in ("invitation", "reminder"):
        state = (
            db.session.scalar(
                sa.select(Registration.state).where(Registration.public_id == one.key)
            )
            if order.kind == "reminder"
            else None
        )
        seat = Registration(
            meeting=order.meeting,
            person=person,
            organisation=organisation,
            state=state or "invited",
        )
        return notices.said(order.kind, seat, one.language, now, {})
    asked = questionnaire_of(order.meeting)
    found = (
        db.session.scalar(sa.select(Member).where(Member.public_id == one.key))
        if order.kind == "preparation_reminder"
        else None
    )
    if found is not None:
        return preparing.reminder_facts(found, one.language)
    member = Member(
        submission=Submission(questionnaire=asked, respondent_key="", organisation=organisation),
        person=person,
    )
    facts = preparing.preparation_facts(member, one.language)
    if order.kind == "preparation_reminder":
        facts = {name: fact for name, fact in facts.items() if name not in ("minutes", "sections")}
        facts |= preparing.left(
            member.submission, published.definition_of(asked).parts(), one.language
        )
    return facts


def _test_key(order: Order, by: Staff, now: dt.datetime) -> str:
    return f"test:{order.kind}:{order.meeting.id}:{text_version(order, now)}:{by.id}:"
