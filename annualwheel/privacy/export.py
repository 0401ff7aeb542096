"""Everything we hold about one person, for that person alone.

It comes as rows for their page and as JSON to keep (GDPR art. 15 and 20).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.contacts.folding import folded_address
from annualwheel.db import db
from annualwheel.mail import letters
from annualwheel.models import (
    Affiliation,
    Audit,
    ChangeRequest,
    DeletionRequest,
    MailRequest,
    Meeting,
    Member,
    Message,
    MessageBody,
    Needs,
    OrganisationRequest,
    Person,
    Questionnaire,
    Registration,
    Submission,
    SubmissionVersion,
)
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.preparation import answers, drafts, items
from annualwheel.privacy import own_answers
from annualwheel.privacy.own_answers import OwnAnswer
from annualwheel.questionnaires.definition import CHOOSING
from annualwheel.questionnaires.values import is_blank, keys
from annualwheel.wording import names

OF_PERSON = ("given", "family", "email", "mobile", "language", "source")


@dataclass(frozen=True)
class OwnRegistration:
    """A registration, what has happened to it, and the diet and access needs stated with it."""

    registration: Registration
    history: Sequence[Audit]
    needs: Needs | None


@dataclass(frozen=True)
class WrittenText:
    """Something the person wrote in an answer (`submission`).

    `text` is in the language asked for. `gone_at` is when the card that held it was taken away, or
    another text replaced it. Then it is erased at `erased_at`; both are None for a current text.
    """

    submission: Submission
    question: str
    text: str
    at: dt.datetime
    gone_at: dt.datetime | None
    erased_at: dt.datetime | None


@dataclass(frozen=True)
class Extract:
    """All that we hold.

    `written` are current texts and those on cards that have been taken away, `replaced` the
    person's texts that another text has replaced, `submitted` counts the versions they submitted,
    `answered` is what they submitted in their own name.
    """

    person: Person
    affiliations: Sequence[Affiliation]
    registrations: Sequence[OwnRegistration]
    memberships: Sequence[Member]
    written: Sequence[WrittenText]
    replaced: Sequence[WrittenText]
    submitted: int
    answered: Sequence[OwnAnswer]
    mails: Sequence[Message]
    deletions: Sequence[DeletionRequest]
    changes: Sequence[ChangeRequest]
    organisations: Sequence[OrganisationRequest]
    waiting: Sequence[MailRequest]


def of(person: Person, language: str) -> Extract:
    """What we hold about the person, in a fixed number of queries."""
    submitted = sa.select(sa.func.count()).where(SubmissionVersion.by_id == person.id)
    return Extract(
        person=person,
        affiliations=person.affiliations,
        registrations=_registrations(person),
        memberships=_memberships(person),
        written=_written(person, language),
        replaced=_replaced(person, language),
        submitted=db.session.scalar(submitted) or 0,
        answered=own_answers.of(person, language),
        mails=_mails(person),
        deletions=_mine(DeletionRequest, DeletionRequest.person_id == person.id),
        changes=_mine(ChangeRequest, ChangeRequest.person_id == person.id),
        # Requests are kept before anybody is on file: only the address tells whose they are.
        organisations=_mine(
            OrganisationRequest, folded_address(OrganisationRequest.email) == person.email_folded
        ),
        waiting=_mine(MailRequest, folded_address(MailRequest.address) == person.email_folded),
    )


def _mails(person: Person) -> Sequence[Message]:
    is_theirs = folded_address(Message.address) == person.email_folded
    to_address = sa.and_(Message.person_id.is_(None), is_theirs)
    return db.session.scalars(
        sa.select(Message)
        .where(sa.or_(Message.person_id == person.id, to_address))
        .options(joinedload(Message.body).load_only(MessageBody.subject, MessageBody.text))
        .order_by(Message.queued_at.desc(), Message.id.desc())
    ).all()


def body_of(mail: Message) -> MessageBody | None:
    """The text of a mail to the person, while we have it.

    A mail to nothing but their address may be about somebody else: a copy, a test of a mailing, a
    mailbox that several share.
    """
    return mail.body if mail.person_id is not None else None


def as_json(held: Extract, reasons: Mapping[str, str]) -> dict[str, Any]:
    """The extract as a file.

    The names of the fields are stable: they are ours to keep, so that a file of last year reads
    like this year's. `reasons` has the words for why somebody does not come.

    `person` (given, family, email, mobile, language, source), `organisations` (organisation, title,
    active), `registrations` (meeting, starts_at, organisation, title, state, mode, lunch, copy_to,
    decline_reason and decline_reason_text, invited_at, answered_at, history of at and event, needs
    of diet, access, consent and consented_at, or null), `memberships` (meeting, questionnaire,
    organisation, role, scope, opened_at), `written` (meeting, questionnaire, organisation,
    question, text, at; removed_at and erased_at, null for current texts), `replaced_texts` and
    `submitted_versions` (numbers), `replaced` (as `written`, with replaced_at), `submitted`
    (meeting, questionnaire, organisation, question, text, at; of the latest version, where each
    person answers), `mails` (kind, address, queued_at, sent_at, state; subject and text, null when
    we no longer have them), `requests` (kind, asked_at, state, text, answer). A questionnaire is
    named by its key. Times are ISO 8601 in UTC. No links and no tokens: where a mail had a link
    the text says […].
    """
    return {
        "person": {name: getattr(held.person, name) for name in OF_PERSON},
        "organisations": [_affiliation(row) for row in held.affiliations],
        "registrations": [_registration(one, reasons) for one in held.registrations],
        "memberships": [_membership(row) for row in held.memberships],
        "written": [_passage(row, "removed_at") for row in held.written],
        "replaced_texts": len(held.replaced),
        "replaced": [_passage(row, "replaced_at") for row in held.replaced],
        "submitted_versions": held.submitted,
        "submitted": [_answer(row) for row in held.answered],
        "mails": [_mail(row) for row in held.mails],
        "requests": _all_requests(held),
    }


def _all_requests(held: Extract) -> list[dict[str, Any]]:
    return [
        *(_request("deletion", row, row.reason, row.answer) for row in held.deletions),
        *(_request("change_of_answer", row, row.reason, "") for row in held.changes),
        *(_request("organisation", row, row.organisation, "") for row in held.organisations),
        *(_request("mail", row, row.kind, "") for row in held.waiting),
    ]


def _affiliation(row: Affiliation) -> dict[str, Any]:
    return {"organisation": row.organisation.name, "title": row.title, "active": row.active}


def _membership(row: Member) -> dict[str, Any]:
    return {
        **_asked(row.submission),
        "role": row.role,
        "scope": row.scope,
        "opened_at": _time(row.opened_at),
    }


def _asked(submission: Submission) -> dict[str, Any]:
    """Which answer it is: to what, and from whom."""
    return {
        "meeting": _name(submission.questionnaire.meeting),
        "questionnaire": submission.questionnaire.key,
        "organisation": submission.organisation.name,
    }


def _registrations(person: Person) -> list[OwnRegistration]:
    rows = db.session.scalars(
        sa.select(Registration)
        .join(Registration.meeting)
        .where(Registration.person_id == person.id)
        .options(
            joinedload(Registration.meeting).joinedload(Meeting.year),
            joinedload(Registration.organisation),
        )
        .order_by(Meeting.starts_at.desc(), Registration.id)
    ).all()
    ids = [row.id for row in rows]
    stated = db.session.scalars(sa.select(Needs).where(Needs.registration_id.in_(ids)))
    needs = {row.registration_id: row for row in stated}
    events: dict[int | None, list[Audit]] = {}
    noted = (
        sa.select(Audit)
        .where(Audit.subject_kind == "registrations", Audit.subject_id.in_(ids))
        .order_by(Audit.id)
    )
    for event in db.session.scalars(noted):
        events.setdefault(event.subject_id, []).append(event)
    return [OwnRegistration(row, events.get(row.id, []), needs.get(row.id)) for row in rows]


# What a text is shown with: the organisation, the questionnaire, whether it is one of several,
# the meeting and its year.
_PLACE = (
    joinedload(Submission.organisation),
    joinedload(Submission.questionnaire)
    .joinedload(Questionnaire.meeting)
    .options(joinedload(Meeting.year), joinedload(Meeting.questionnaires)),
)


def _memberships(person: Person) -> Sequence[Member]:
    found = db.session.scalars(
        sa.select(Member)
        .where(Member.person_id == person.id)
        .order_by(Member.id)
        .options(joinedload(Member.submission).options(*_PLACE))
    )
    return found.unique().all()


def _written(person: Person, language: str) -> list[WrittenText]:
    """The current texts that the person was the last to write.

    Those on cards that have been taken away are among them until they are erased.
    """
    rows = db.session.scalars(
        sa.select(Answer)
        .join(Answer.item)
        .join(Item.submission)
        .where(Answer.author_id == person.id)
        .order_by(Submission.id, Item.removed_at.is_not(None), Item.position, Item.id, Answer.id)
        .options(joinedload(Answer.item).joinedload(Item.submission).options(*_PLACE))
    )
    found = []
    for row in rows.unique():
        if not is_blank(row.value):
            gone_at = row.item.removed_at
            erased_at = gone_at + items.KEPT if gone_at else None
            found.append(_words(row, row.item, language, gone_at, erased_at))
    return found


def _replaced(person: Person, language: str) -> list[WrittenText]:
    """The person's texts that another text has replaced, the latest first.

    They are erased sooner when their card was taken away before.
    """
    rows = db.session.execute(
        sa.select(AnswerHistory, Item)
        .join(Item, Item.id == AnswerHistory.item_id)
        .where(AnswerHistory.author_id == person.id)
        .order_by(AnswerHistory.replaced_at.desc(), AnswerHistory.id.desc())
        .options(joinedload(Item.submission).options(*_PLACE))
    )
    found = []
    for row, item in rows.unique():
        if not is_blank(row.value):
            erased_at = row.replaced_at + answers.KEPT
            if item.removed_at:
                erased_at = min(erased_at, item.removed_at + items.KEPT)
            found.append(_words(row, item, language, row.replaced_at, erased_at))
    return found


def _words(
    row: Answer | AnswerHistory,
    item: Item,
    language: str,
    gone_at: dt.datetime | None,
    erased_at: dt.datetime | None,
) -> WrittenText:
    submission = item.submission
    # In the words of the definition that the answer was begun on.
    fields = drafts.fields_of(submission.digest, item.group_key)
    question = fields.get(row.question_key)
    text = str(row.value)
    if question is not None and question.type in CHOOSING:
        options = {option.key: option.label.to(language) for option in question.options}
        text = ", ".join(options.get(key, key) for key in keys(row.value))
    return WrittenText(
        submission,
        question.label.to(language) if question else row.question_key,
        text,
        row.at,
        gone_at,
        erased_at,
    )


def _mine(table: Any, mine: sa.ColumnElement[bool]) -> Sequence[Any]:
    return db.session.scalars(sa.select(table).where(mine).order_by(table.id.desc())).all()


def _passage(row: WrittenText, gone: str) -> dict[str, Any]:
    return {**_answer(row), gone: _time(row.gone_at), "erased_at": _time(row.erased_at)}


def _answer(row: OwnAnswer | WrittenText) -> dict[str, Any]:
    return {
        **_asked(row.submission),
        "question": row.question,
        "text": row.text,
        "at": _time(row.at),
    }


def _mail(row: Message) -> dict[str, Any]:
    body = body_of(row)
    return {
        "kind": row.kind,
        "address": row.address,
        "queued_at": _time(row.queued_at),
        "sent_at": _time(row.sent_at),
        "state": row.state,
        "subject": body.subject if body else None,
        # The stored text has a name where the link stood: links are signed when a mail is sent.
        "text": letters.PLACEHOLDER.sub("[…]", body.text) if body else None,
    }


def _registration(one: OwnRegistration, reasons: Mapping[str, str]) -> dict[str, Any]:
    row = one.registration
    return {
        "meeting": _name(row.meeting),
        "starts_at": _time(row.meeting.starts_at),
        "organisation": row.organisation.name,
        "title": row.title,
        "state": row.state,
        "mode": row.mode,
        "lunch": row.lunch,
        "copy_to": row.copy_to,
        "decline_reason": row.decline_reason,
        "decline_reason_text": reasons.get(row.decline_reason, row.decline_reason),
        "invited_at": _time(row.invited_at),
        "answered_at": _time(row.answered_at),
        "history": [{"at": _time(event.at), "event": event.verb} for event in one.history],
        "needs": _needs(one.needs) if one.needs else None,
    }


def _needs(needs: Needs) -> dict[str, Any]:
    return {
        "diet": needs.diet,
        "access": needs.access,
        "consent": needs.consent_text,
        "consented_at": _time(needs.consented_at),
    }


def _request(
    kind: str,
    row: DeletionRequest | ChangeRequest | OrganisationRequest | MailRequest,
    text: str,
    answer: str,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "asked_at": _time(row.asked_at),
        # A mail that was asked for is gone from here once it is answered.
        "state": "asked" if isinstance(row, MailRequest) else row.state,
        "text": text,
        "answer": answer,
    }


def _name(meeting: Meeting) -> str:
    return f"{names.title(meeting.kind, 'sv')} {meeting.year.number}"


def _time(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
