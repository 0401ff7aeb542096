"""Says what is erased by itself, and when, and erases it.

Every period is here, with one rule for each kind of thing. It erases in bounded batches.

The periods are proposals until the region's archive authority has decided; what has been submitted,
the packs' counts and the audit trail are kept, since they are records. Each row of diet and access
needs has its own day, see `needs`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from annualwheel import audit, limits
from annualwheel.audit import Actor
from annualwheel.clock import local
from annualwheel.contacts.imports import storing
from annualwheel.contacts.imports.states import KEEPS_ROWS
from annualwheel.db import Base, db
from annualwheel.mail import requests
from annualwheel.mail.states import DUE
from annualwheel.models import (
    Attempt,
    File,
    FileChunk,
    Import,
    Mailing,
    MailRequest,
    Meeting,
    Message,
    MessageBody,
    Needs,
    NeedsList,
    OrganisationRequest,
    Questionnaire,
    Registration,
    StaffLink,
    StaffSession,
    Submission,
    SubmissionVersion,
    SubmittedAnswer,
    ToldPeople,
)
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.participation import open_registration
from annualwheel.preparation import answers, items
from annualwheel.registrations import needs_lists

DAY = dt.timedelta(days=1)
MAILS = 180 * DAY
# A command keeps copies of the database for so long at most (`cli.backup`): what has been erased
# since is in them.
BACKUPS = dt.timedelta(days=30)
DRAFTS = 30 * DAY
REQUESTS = 30 * DAY
SIGN_INS = 30 * DAY
UNREAD_ROWS = 30 * DAY
TOLD = 30 * DAY
# So many in a transaction: while it lasts nobody else can write on SQLite.
BATCH = 500

Ids = sa.Select[int]


@dataclass(frozen=True)
class Rule:
    """A kind of thing that is erased.

    `due` asks for the ids whose time has come, `remove` erases those, `most` of them at a time.
    """

    due: Callable[[dt.datetime], Ids]
    remove: Callable[[Sequence[int]], None]
    most: int = BATCH


def count(rule: Rule, now: dt.datetime) -> int:
    """How many would go now."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(rule.due(now).subquery())) or 0


def erase(rule: Rule, now: dt.datetime, at_most: int | None = None) -> int:
    """Erases one batch of those whose time has come; returns how many.

    The caller commits, and asks again until there are none.
    """
    ids = db.session.scalars(rule.due(now).limit(at_most or rule.most)).all()
    if ids:
        rule.remove(ids)
    return len(ids)


def note(counts: Mapping[str, int], actor: Actor, now: dt.datetime) -> None:
    """Writes down how many of each kind were erased, and nothing else about them."""
    audit.note(actor, "retention_run", "retention", now, **counts)


def _rows(table: type[Base], column: sa.ColumnElement[int]) -> Callable[[Sequence[int]], None]:
    def remove(ids: Sequence[int]) -> None:
        db.session.execute(
            sa.delete(table).where(column.in_(ids)).execution_options(synchronize_session="fetch")
        )

    return remove


def _needs(now: dt.datetime) -> Ids:
    return sa.select(Needs.id).where(Needs.erase_on <= local(now).date())


def _history(now: dt.datetime) -> Ids:
    replaced = AnswerHistory.replaced_at < now - answers.KEPT
    removed = Item.removed_at < now - items.KEPT
    return (
        sa.select(AnswerHistory.id)
        .join(Item, Item.id == AnswerHistory.item_id)
        .where(sa.or_(replaced, removed))
    )


def _former_answers(_now: dt.datetime) -> Ids:
    """Rows of versions that are not the latest.

    `projection.write` removes them in the transaction of submission, so there should be none. The
    rule ensures that a search finds nothing that is no longer what was submitted.
    """
    newer = aliased(SubmissionVersion)
    is_newer = sa.and_(
        newer.submission_id == SubmissionVersion.submission_id,
        newer.number > SubmissionVersion.number,
    )
    former = sa.select(SubmissionVersion.id).join(newer, is_newer)
    return sa.select(SubmittedAnswer.id).where(SubmittedAnswer.version_id.in_(former))


def _removed_items(now: dt.datetime) -> Ids:
    """Answers in items that were taken away.

    The item stays, empty: submitted versions name it, and next year's form offers its initiative.
    """
    return (
        sa.select(Answer.id)
        .join(Item, Item.id == Answer.item_id)
        .where(Item.removed_at < now - items.KEPT)
    )


def _drafts(now: dt.datetime) -> Ids:
    """Answers that were begun and never submitted: they are nobody's record."""
    # A draft that has been emptied must not be found again, or the batches would have no end.
    begun = (
        sa.select(Answer.id)
        .join(Item, Item.id == Answer.item_id)
        .where(Item.submission_id == Submission.id)
        .exists()
    )
    return (
        sa.select(Submission.id)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .join(Meeting, Meeting.id == Questionnaire.meeting_id)
        .where(
            Submission.submitted_at.is_(None),
            Meeting.ends_at < now - DRAFTS,
            begun,
            # An organisation for which a coordinator has opened the answer again is still writing.
            sa.or_(Submission.reopened_until.is_(None), Submission.reopened_until < now),
        )
    )


def _empty_drafts(ids: Sequence[int]) -> None:
    of_draft = sa.select(Item.id).where(Item.submission_id.in_(ids))
    for table in (AnswerHistory, Answer):
        db.session.execute(
            sa.delete(table)
            .where(table.item_id.in_(of_draft))
            .execution_options(synchronize_session="fetch")
        )
    # Cards go: their group is a section. The root (no group) and the items of themes
    # ("section/theme") stay, since the pages are built from them.
    db.session.execute(
        sa.delete(Item)
        .where(Item.submission_id.in_(ids), Item.group_key != "", ~Item.group_key.contains("/"))
        .execution_options(synchronize_session="fetch")
    )


def _bodies(now: dt.datetime) -> Ids:
    """Texts of mails that are not on their way any more.

    The time counts from the meeting they are about, else from the day they were written.
    """
    meeting_id = sa.func.coalesce(Registration.meeting_id, Mailing.meeting_id, Message.meeting_id)
    counted_from = sa.func.coalesce(Meeting.ends_at, Message.queued_at)
    return (
        sa.select(MessageBody.message_id)
        .join(Message, Message.id == MessageBody.message_id)
        .outerjoin(Registration, Registration.id == Message.registration_id)
        .outerjoin(Mailing, Mailing.id == Message.mailing_id)
        .outerjoin(Meeting, Meeting.id == meeting_id)
        .where(Message.state.not_in(DUE), counted_from < now - MAILS)
    )


def _pack_files(now: dt.datetime) -> Ids:
    # The pack itself stays, with its counts, which are a record.
    return (
        sa.select(FileChunk.id)
        .join(File, File.id == FileChunk.file_id)
        .where(File.expires_at < now)
    )


def _previews(now: dt.datetime) -> Ids:
    return sa.select(Import.id).where(
        Import.state == "preview", Import.created_at < now - storing.PREVIEW_LIFE
    )


def _unread_rows(now: dt.datetime) -> Ids:
    return sa.select(Import.id).where(
        Import.state.in_(KEEPS_ROWS),
        Import.written_at < now - UNREAD_ROWS,
        # As text, which both databases compare in the same way.
        sa.cast(Import.rows, sa.Text) != "[]",
    )


def _forget_rows(ids: Sequence[int]) -> None:
    # The import itself stays: the people it named can still be invited by it.
    db.session.execute(
        sa.update(Import)
        .where(Import.id.in_(ids))
        .values(rows=[])
        .execution_options(synchronize_session="fetch")
    )


def _attempts(now: dt.datetime) -> Ids:
    """Attempts that no limit asks about any more."""
    return sa.select(Attempt.id).where(Attempt.at < now - limits.KEPT)


def _staff_links(now: dt.datetime) -> Ids:
    return sa.select(StaffLink.id).where(StaffLink.expires_at < now - SIGN_INS)


def _staff_sessions(now: dt.datetime) -> Ids:
    return sa.select(StaffSession.id).where(
        sa.func.coalesce(StaffSession.ended_at, StaffSession.expires_at) < now - SIGN_INS
    )


def _told_people(now: dt.datetime) -> Ids:
    """Who had said yes when a meeting was moved: nobody is told anything of one that is over."""
    return (
        sa.select(ToldPeople.id)
        .join(Mailing, Mailing.id == ToldPeople.mailing_id)
        .join(Meeting, Meeting.id == Mailing.meeting_id)
        .where(Meeting.ends_at < now - TOLD)
    )


def _organisation_requests(now: dt.datetime) -> Ids:
    return (
        sa.select(OrganisationRequest.id)
        .join(Meeting, Meeting.id == OrganisationRequest.meeting_id)
        .where(Meeting.ends_at < now - REQUESTS)
    )


RULES: Mapping[str, Rule] = {
    "needs": Rule(_needs, _rows(Needs, Needs.__table__.c.id)),
    "needs_lists": Rule(needs_lists.outdated, _rows(NeedsList, NeedsList.__table__.c.id)),
    # With their mails, and the people to whom nothing else refers.
    "unconfirmed": Rule(open_registration.unconfirmed, open_registration.erase, 100),
    "organisation_requests": Rule(
        _organisation_requests, _rows(OrganisationRequest, OrganisationRequest.__table__.c.id)
    ),
    # Each with its answers and what they replaced.
    "drafts": Rule(_drafts, _empty_drafts, 20),
    "removed_items": Rule(_removed_items, _rows(Answer, Answer.__table__.c.id)),
    "history": Rule(_history, _rows(AnswerHistory, AnswerHistory.__table__.c.id)),
    "submitted_answers": Rule(
        _former_answers, _rows(SubmittedAnswer, SubmittedAnswer.__table__.c.id)
    ),
    "mails": Rule(_bodies, _rows(MessageBody, MessageBody.__table__.c.message_id)),
    "told_people": Rule(_told_people, _rows(ToldPeople, ToldPeople.__table__.c.id), 5),
    "pack_files": Rule(_pack_files, _rows(FileChunk, FileChunk.__table__.c.id), 20),
    "previews": Rule(_previews, _rows(Import, Import.__table__.c.id), 5),
    "unread_rows": Rule(_unread_rows, _forget_rows, 20),
    "sign_in_links": Rule(_staff_links, _rows(StaffLink, StaffLink.__table__.c.id)),
    "sessions": Rule(_staff_sessions, _rows(StaffSession, StaffSession.__table__.c.id)),
    "mail_requests": Rule(requests.forgotten, _rows(MailRequest, MailRequest.__table__.c.id)),
    "attempts": Rule(_attempts, _rows(Attempt, Attempt.__table__.c.id)),
}
