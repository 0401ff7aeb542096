"""Who is reminded of what, and whether a reminder is still wanted at the second of sending."""
from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from annualwheel import audiences
from annualwheel.audiences import Addressee
from annualwheel.clock import local, start_of_day
from annualwheel.db import db
from annualwheel.models import (
    Meeting,
    Member,
    Message,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
    YearOrganisation,
)

PREPARING = ("registered", "to_reconfirm", "attended")


def day_key(kind: str, public_id: str, now: dt.datetime) -> str:
    """The unique key of a reminder: one for each person and day in Stockholm, whoever sends it."""
    return f"{kind}:{public_id}:{local(now).date().isoformat()}"


def unanswered(meeting: Meeting, now: dt.datetime) -> list[Addressee]:
    """Those who are invited, have not answered and were not reminded today. The key is the registration's public id."""
    rows = db.session.execute(
        audiences.of_registrations(meeting, "invited").join(Person, Person.id == Registration.person_id)
        .join(Organisation, Organisation.id == Registration.organisation_id)
        .where(Person.active, Organisation.active, ~_today("reminder", Message.registration_id == Registration.id, now))
        .with_only_columns(Registration.public_id, *_columns(), Registration.title).order_by(Person.sort_name, Registration.id))
    return [Addressee(*row) for row in rows]


def to_prepare(meeting: Meeting, questionnaire: Questionnaire) -> list[Addressee]:
    """Those who are to prepare and have not been told: everyone who comes and, where the organisation gives one answer, the lead
    of each organisation that somebody was invited for. The key names the person and the organisation."""
    told = (sa.select(Member.id).join(Submission, Submission.id == Member.submission_id)
            .join(Message, Message.key == sa.literal("preparation:") + Member.public_id)
            .where(Submission.questionnaire_id == questionnaire.id, Member.person_id == Person.id,
                   Submission.organisation_id == Organisation.id).exists())
    coming = (audiences.of_registrations(meeting, *PREPARING).join(Person, Person.id == Registration.person_id)
              .join(Organisation, Organisation.id == Registration.organisation_id)
              .where(Person.active, Organisation.active, ~told).with_only_columns(*_columns()))
    found = {tuple(row) for row in db.session.execute(coming)}
    if questionnaire.respondent == "organisation":
        leads = (sa.select(*_columns()).select_from(YearOrganisation).join(Person, Person.id == YearOrganisation.lead_id)
                 .join(Organisation, Organisation.id == YearOrganisation.organisation_id)
                 .where(YearOrganisation.year_id == meeting.year_id, Person.active, Organisation.active, ~told, Organisation.id.in_(
                     audiences.of_registrations(meeting, *audiences.INVITED).with_only_columns(Registration.organisation_id))))
        found |= {tuple(row) for row in db.session.execute(leads)}
    return audiences.in_order(Addressee(f"{row[0]}.{row[1]}", *row) for row in found)


def not_submitted(meeting: Meeting, now: dt.datetime) -> list[Addressee]:
    """Whom to remind of an answer that is not submitted: the organisation's lead, else all who may write in it.

    The key is the membership's public id. Nobody who was reminded today; only the state of the answer is read, never its text.
    """
    rows = db.session.execute(
        sa.select(Submission.id, Member.role, Member.public_id, *_columns()).select_from(Submission)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id).join(Member, Member.submission_id == Submission.id)
        .join(Person, Person.id == Member.person_id).join(Organisation, Organisation.id == Submission.organisation_id)
        .where(Questionnaire.meeting_id == meeting.id, Submission.submitted_at.is_(None), Person.active, Organisation.active, Member.scope == "")
        .order_by(Submission.id, Member.id)).all()
    chosen = []
    for _, several in groupby(rows, key=lambda row: row[0]):
        members = list(several)
        chosen += [row for row in members if row.role == "lead"] or members
    reminded = _reminded(now)
    return audiences.in_order(Addressee(*row[2:]) for row in chosen if day_key("preparation_reminder", row[2], now) not in reminded)


def still_wanted(message: Message) -> bool:
    """Whether a mail whose turn has come should go: a reminder does not reach someone who has answered since it was queued."""
    if message.kind == "reminder" and message.registration_id is not None:
        registration = db.session.get(Registration, message.registration_id, populate_existing=True)
        return registration is not None and registration.state == "invited"
    if message.kind == "preparation_reminder":
        member = message.body.links["preparation"]["public_id"]
        return db.session.scalar(sa.select(Submission.id).join(Member, Member.submission_id == Submission.id).where(
            Member.public_id == member, Submission.submitted_at.is_(None))) is not None
    return True


def _columns() -> tuple[Any, ...]:
    """What an addressee is made of, after its key."""
    return Person.id, Organisation.id, Person.given, Person.family, Person.email, Person.language, Organisation.name


def _today(kind: str, about: sa.ColumnElement[bool], now: dt.datetime) -> sa.ColumnElement[bool]:
    midnight = start_of_day(local(now).date())
    return sa.select(Message.id).where(about, Message.kind == kind, Message.queued_at >= midnight).exists()


def _reminded(now: dt.datetime) -> set[str]:
    midnight = start_of_day(local(now).date())
    return set(db.session.scalars(sa.select(Message.key).where(
        Message.kind == "preparation_reminder", Message.queued_at >= midnight)))


def preparation_states(questionnaire: Questionnaire) -> dict[str, int]:
    """How many answers are not begun ("none"), drafts, submitted, and changed since; in one query, without a word of them."""
    begun = sa.case((sa.and_(Submission.state == "draft", Submission.changed_at.is_(None)), "none"), else_=Submission.state)
    rows = db.session.execute(sa.select(begun, sa.func.count()).where(Submission.questionnaire_id == questionnaire.id).group_by(begun))
    return {"none": 0, "draft": 0, "submitted": 0, "changed": 0} | {row[0]: row[1] for row in rows}
