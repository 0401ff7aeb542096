"""Everything we hold about one person, for themselves alone: as rows for their page and as JSON to keep (GDPR art. 15 and 20)."""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import names
from annualwheel.db import db
from annualwheel.models import (
    Affiliation,
    Answer,
    AnswerHistory,
    Audit,
    ChangeRequest,
    DeletionRequest,
    Item,
    Meeting,
    Member,
    Message,
    Needs,
    OrganisationRequest,
    Person,
    Questionnaire,
    Registration,
    Submission,
    SubmissionVersion,
)
from annualwheel.questionnaires import drafts
from annualwheel.questionnaires.definition import CHOOSING
from annualwheel.questionnaires.values import blank, keys


@dataclass(frozen=True)
class Seat:
    """A registration, what has happened to it, and the diet and access needs stated with it."""

    registration: Registration
    history: Sequence[Audit]
    needs: Needs | None


@dataclass(frozen=True)
class Written:
    """Something the person wrote in an answer and that stands there now. `text` is in the language asked for."""

    meeting: Meeting
    organisation: str
    question: str
    text: str
    at: dt.datetime


@dataclass(frozen=True)
class Extract:
    """All of it. `replaced` counts texts of theirs that others have written over (kept 30 days), `submitted` the versions they sent in."""

    person: Person
    places: Sequence[Affiliation]
    seats: Sequence[Seat]
    memberships: Sequence[Member]
    written: Sequence[Written]
    replaced: int
    submitted: int
    mails: Sequence[Message]
    deletions: Sequence[DeletionRequest]
    changes: Sequence[ChangeRequest]
    organisations: Sequence[OrganisationRequest]


def of(person: Person, language: str) -> Extract:
    """What we hold about the person, in a fixed number of queries."""
    count = sa.select(sa.func.count())
    to_address = sa.and_(Message.person_id.is_(None), Message.address == person.email)
    return Extract(
        person=person, places=person.affiliations, seats=_seats(person), memberships=_memberships(person), written=_written(person, language),
        replaced=db.session.scalar(count.where(AnswerHistory.author_id == person.id)) or 0,
        submitted=db.session.scalar(count.where(SubmissionVersion.by_id == person.id)) or 0,
        mails=db.session.scalars(sa.select(Message).where(sa.or_(Message.person_id == person.id, to_address))
                                 .order_by(Message.queued_at.desc(), Message.id.desc())).all(),
        deletions=_mine(DeletionRequest, DeletionRequest.person_id == person.id),
        changes=_mine(ChangeRequest, ChangeRequest.person_id == person.id),
        organisations=_mine(OrganisationRequest, OrganisationRequest.email == person.email))


def as_json(held: Extract) -> dict[str, Any]:
    """The extract as a file. The names of the fields are stable: they are ours to keep, so that a file of last year reads like this
    year's.

    `person` (given, family, email, mobile, language, source), `organisations` (organisation, title, active), `registrations` (meeting,
    starts_at, organisation, title, state, mode, lunch, copy_to, decline_reason, invited_at, answered_at, history of at and event, needs
    of diet, access, consent and consented_at, or null), `memberships` (meeting, organisation, role, scope, opened_at), `written` (meeting,
    organisation, question, text, at), `replaced_texts` and `submitted_versions` (numbers), `mails` (kind, address, queued_at, sent_at,
    state), `requests` (kind, asked_at, state, text, answer). Times are ISO 8601 in UTC. No links and no tokens.
    """
    person = held.person
    requests = [*(_request("deletion", row, row.reason, row.answer) for row in held.deletions),
                *(_request("change_of_answer", row, row.reason, "") for row in held.changes),
                *(_request("organisation", row, row.organisation, "") for row in held.organisations)]
    return {
        "person": {name: getattr(person, name) for name in ("given", "family", "email", "mobile", "language", "source")},
        "organisations": [{"organisation": row.organisation.name, "title": row.title, "active": row.active} for row in held.places],
        "registrations": [_registration(seat) for seat in held.seats],
        "memberships": [{"meeting": _name(row.submission.questionnaire.meeting), "organisation": row.submission.organisation.name,
                         "role": row.role, "scope": row.scope, "opened_at": _time(row.opened_at)} for row in held.memberships],
        "written": [{"meeting": _name(row.meeting), "organisation": row.organisation, "question": row.question, "text": row.text,
                     "at": _time(row.at)} for row in held.written],
        "replaced_texts": held.replaced, "submitted_versions": held.submitted,
        "mails": [{"kind": row.kind, "address": row.address, "queued_at": _time(row.queued_at), "sent_at": _time(row.sent_at),
                   "state": row.state} for row in held.mails],
        "requests": requests}


def _seats(person: Person) -> list[Seat]:
    rows = db.session.scalars(sa.select(Registration).join(Registration.meeting).where(Registration.person_id == person.id).options(
        joinedload(Registration.meeting).joinedload(Meeting.year), joinedload(Registration.organisation))
        .order_by(Meeting.starts_at.desc(), Registration.id)).all()
    ids = [row.id for row in rows]
    needs = {row.registration_id: row for row in db.session.scalars(sa.select(Needs).where(Needs.registration_id.in_(ids)))}
    events: dict[int | None, list[Audit]] = {}
    for event in db.session.scalars(sa.select(Audit).where(Audit.subject_kind == "registrations", Audit.subject_id.in_(ids))
                                    .order_by(Audit.id)):
        events.setdefault(event.subject_id, []).append(event)
    return [Seat(row, events.get(row.id, []), needs.get(row.id)) for row in rows]


def _memberships(person: Person) -> Sequence[Member]:
    return db.session.scalars(sa.select(Member).where(Member.person_id == person.id).order_by(Member.id).options(
        joinedload(Member.submission).options(joinedload(Submission.organisation),
                                              joinedload(Submission.questionnaire).joinedload(Questionnaire.meeting).joinedload(Meeting.year)))).all()


def _written(person: Person, language: str) -> list[Written]:
    """What stands now and was last written by the person. Removed items are left out, and questions that have gone."""
    rows = db.session.scalars(sa.select(Answer).join(Answer.item).join(Item.submission).where(
        Answer.author_id == person.id, Item.removed_at.is_(None)).order_by(Submission.id, Item.position, Item.id, Answer.id).options(
        joinedload(Answer.item).joinedload(Item.submission).options(
            joinedload(Submission.organisation), joinedload(Submission.questionnaire).joinedload(Questionnaire.meeting).joinedload(Meeting.year))))
    found = []
    for row in rows:
        submission = row.item.submission
        question = drafts.fields_of(submission.questionnaire.digest, row.item.group_key).get(row.question_key)
        if question is not None and not blank(row.value):
            options: Mapping[str, str] = {option.key: option.label.to(language) for option in question.options}
            text = ", ".join(options.get(key, key) for key in keys(row.value)) if question.type in CHOOSING else str(row.value)
            found.append(Written(submission.questionnaire.meeting, submission.organisation.name, question.label.to(language), text, row.at))
    return found


def _mine(table: Any, mine: sa.ColumnElement[bool]) -> Sequence[Any]:
    return db.session.scalars(sa.select(table).where(mine).order_by(table.id.desc())).all()


def _registration(seat: Seat) -> dict[str, Any]:
    row, needs = seat.registration, seat.needs
    return {
        "meeting": _name(row.meeting), "starts_at": _time(row.meeting.starts_at), "organisation": row.organisation.name, "title": row.title,
        "state": row.state, "mode": row.mode, "lunch": row.lunch, "copy_to": row.copy_to, "decline_reason": row.decline_reason,
        "invited_at": _time(row.invited_at), "answered_at": _time(row.answered_at),
        "history": [{"at": _time(event.at), "event": event.verb} for event in seat.history],
        "needs": {"diet": needs.diet, "access": needs.access, "consent": needs.consent_text,
                  "consented_at": _time(needs.consented_at)} if needs else None}


def _request(kind: str, row: DeletionRequest | ChangeRequest | OrganisationRequest, text: str, answer: str) -> dict[str, Any]:
    return {"kind": kind, "asked_at": _time(row.asked_at), "state": row.state, "text": text, "answer": answer}


def _name(meeting: Meeting) -> str:
    return f"{names.title(meeting.kind, 'sv')} {meeting.year.number}"


def _time(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
