"""Everything we hold about one person, for that person alone.

It comes as rows for their page (GDPR art. 15); `export_file` makes JSON of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.contacts.folding import folded_address
from annualwheel.db import db
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
from annualwheel.participation import open_registration
from annualwheel.preparation import answers, drafts, items
from annualwheel.privacy import own_answers
from annualwheel.privacy.own_answers import OwnAnswer
from annualwheel.questionnaires.definition import CHOOSING
from annualwheel.questionnaires.values import is_blank, keys


@dataclass(frozen=True)
class OwnRegistration:
    """A registration, what has happened to it, and the diet and access needs stated with it."""

    registration: Registration
    history: Sequence[Audit]
    needs: Needs | None

    @property
    def unasked(self) -> bool:
        """Whether the person has registered on the open page and has not been invited since."""
        applied = [event.at for event in self.history if event.verb == "applied"]
        return open_registration.is_unasked(self.registration, applied[-1] if applied else None)


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
