"""Submitting: the whole answer, with its labels, as a version that never changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from annualwheel import audit
from annualwheel.contacts import people
from annualwheel.db import db, read_again
from annualwheel.errors import Refused
from annualwheel.models import Initiative, Member, Organisation, Submission, SubmissionVersion
from annualwheel.models.drafts import Item
from annualwheel.preparation import deadline, drafts, notices, projection, states
from annualwheel.preparation.drafts import Draft
from annualwheel.questionnaires import content, path, published
from annualwheel.questionnaires.content import SectionContent
from annualwheel.questionnaires.definition import Definition, Option, Question, Text
from annualwheel.questionnaires.values import keys

# Built once: every submission asks it, and every receipt.
_LATEST = (
    sa.select(SubmissionVersion)
    .where(SubmissionVersion.submission_id == sa.bindparam("submission"))
    .order_by(SubmissionVersion.number.desc())
    .limit(1)
)


def latest(submission: Submission) -> SubmissionVersion | None:
    """The version submitted last, None before the first."""
    return db.session.scalar(_LATEST, {"submission": submission.id})


def versions(submission: Submission) -> Sequence[SubmissionVersion]:
    """Everything that has been submitted, the last first.

    Loads who submitted with each version, and leaves the content until it is asked for.
    """
    return db.session.scalars(
        sa.select(SubmissionVersion)
        .where(SubmissionVersion.submission_id == submission.id)
        .options(joinedload(SubmissionVersion.by), defer(SubmissionVersion.content))
        .order_by(SubmissionVersion.number.desc())
    ).all()


def content_of(definition: Definition, draft: Draft) -> dict[str, Any]:
    """What would be submitted now, as a version stores it.

    Raises `ValueError` while something in it cannot be read.
    """
    chosen = organisations(chosen_organisations(definition, draft))
    return content.write(path.submittable(definition, draft.filled, chosen))


def mark(stored: Mapping[str, Any]) -> str:
    """Names a content as it is stored.

    A page that shows it carries this, so that nobody submits what they have not seen.
    """
    # In a fixed order, so that the same content always has the same mark.
    text = json.dumps(stored, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def submit(
    member: Member, now: dt.datetime, seen: str | None = None, language: str | None = None
) -> SubmissionVersion:
    """Submits the answer as it is and mails a receipt to everyone who wrote in it.

    See `notices.send_receipts`. The same content as the version before gives that version back, so
    a second press changes nothing. `seen` is the mark of what was looked over: what a colleague
    saves until the answer's row is locked is `Refused("answer_changed")`, what comes later is a
    change that is not submitted. `language` is the one the page was in, which mail to the member is
    in from now on; the member's own when it is not known. Raises `Closed` after the last day (with
    15 minutes' grace) and `Refused("answer_incomplete")` while something blocks (see
    `path.missing`).
    """
    submission = member.submission
    # One person submits at a time. What a colleague saves after this makes the answer *changed*.
    read_again(submission, lock=True)
    people.follow_language(member.person, language or "")
    deadline.require_open(submission, now)
    definition, draft = published.asked_of(submission), drafts.load(submission)
    if any(gap.blocks for gap in path.missing(definition, draft.filled)):
        raise Refused("answer_incomplete")
    stored, last = content_of(definition, draft), latest(submission)
    if seen is not None and seen != mark(stored):
        raise Refused("answer_changed")
    states.step(submission, "submit")
    # After the step: an edit that was taken back is submitted again without a second receipt.
    if last is not None and last.content == stored:
        return last
    submission.submitted_at = now
    version = SubmissionVersion(
        submission=submission,
        number=last.number + 1 if last else 1,
        digest=submission.digest,
        content=stored,
        by=member.person,
        at=now,
        language=member.person.language,
    )
    db.session.add(version)
    _identify(submission, content.read(stored).sections)
    # The rows of the projection carry the ids of the version and of the initiatives.
    db.session.flush()
    projection.write(version)
    # Before the note, so that the note and the mails are written together.
    notices.send_receipts(version, now)
    audit.note(
        audit.participant(member.person_id),
        "submitted",
        submission,
        now,
        submission.questionnaire.meeting_id,
        number=version.number,
    )
    return version


def organisations(codes: Sequence[str] | None = None) -> tuple[Option, ...]:
    """Organisations as options: those with `codes`, or all that are active when None.

    Not sorted.
    """
    if codes is not None and not codes:
        return ()
    # One that was chosen before it became inactive keeps its label, so only the offer is narrowed.
    wanted = Organisation.active if codes is None else Organisation.code.in_(codes)
    rows = db.session.execute(sa.select(Organisation.code, Organisation.name).where(wanted))
    return tuple(Option(code, Text(name, name)) for code, name in rows)


def chosen_organisations(definition: Definition, draft: Draft) -> list[str]:
    """The codes of the organisations that are chosen anywhere in the answer."""
    questions = (asked for section in definition.sections for asked in section.all_questions())
    asked_for = {question.key for question in questions if from_organisations(question)}
    codes: set[str] = set()
    for draft_item in draft.items:
        for key in asked_for & draft_item.values.keys():
            codes.update(keys(draft_item.values[key]))
    return sorted(codes)


def from_organisations(question: Question) -> bool:
    """Whether a question's options are the organisations."""
    return question.source == "organisations"


def _identify(submission: Submission, sections: Iterable[SectionContent]) -> None:
    """Gives each initiative that is submitted for the first time an identity.

    It lasts over the years.
    """
    # Removed and hidden items are not in the content: what nobody submitted gets no identity.
    submitted = [item.public_id for section in sections for item in section.items]
    if not submitted:
        return
    unidentified = sa.select(Item).where(
        Item.submission_id == submission.id,
        Item.public_id.in_(submitted),
        Item.initiative_id.is_(None),
    )
    for item in db.session.scalars(unidentified):
        initiative = Initiative(organisation_id=submission.organisation_id)
        db.session.add(initiative)
        db.session.flush()
        item.initiative_id = initiative.id
