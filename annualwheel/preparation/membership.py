"""Who may write in an answer.

Membership decides, so an invited colleague needs no registration, and somebody who withdraws from
the meeting may go on writing.

A person has one membership in an answer. Its `scope` says how much of it they may write (see
`scopes`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.access.links import Target
from annualwheel.contacts import affiliations
from annualwheel.contacts.states import is_with_us
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.models import (
    Meeting,
    Member,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
    YearOrganisation,
)
from annualwheel.models.drafts import Item
from annualwheel.preparation import scopes
from annualwheel.questionnaires import published

# A membership with all that its pages ask about, in one query and compiled once: every request of
# those who write begins with it.
_OPENED = (
    sa.select(Member)
    .where(Member.public_id == sa.bindparam("public_id"))
    .options(
        joinedload(Member.person),
        joinedload(Member.submission).options(
            joinedload(Submission.organisation),
            joinedload(Submission.questionnaire)
            .joinedload(Questionnaire.meeting)
            .options(joinedload(Meeting.phases), joinedload(Meeting.questionnaires)),
        ),
    )
)


def join(
    questionnaire: Questionnaire, person: Person, organisation: Organisation, now: dt.datetime
) -> Member:
    """Lets the person write in the organisation's whole answer, and makes it when there is none.

    Where the questionnaire asks each person, the answer is their own. Somebody who could write a
    share of it gets the whole. The organisation's lead of the year leads the answer; where the
    organisation has none, the answer has none.
    """
    own = person if questionnaire.respondent == "person" else None
    # Without a lock, since most who come in are members already: they only open their page again.
    found = db.session.scalar(
        sa.select(Member)
        .join(Submission)
        .where(
            Submission.questionnaire_id == questionnaire.id,
            Submission.respondent_key == _key(organisation, own),
            Member.person_id == person.id,
            Member.scope == "",
        )
    )
    if found is not None:
        return found
    # Colleagues may come in at the same moment; each must see the answer that the one before made.
    # NO KEY UPDATE lets PostgreSQL write rows that refer to the questionnaire meanwhile.
    db.session.execute(
        sa.select(Questionnaire.id)
        .where(Questionnaire.id == questionnaire.id)
        .with_for_update(key_share=True)
    )
    submission = _submission(questionnaire, organisation, own)
    lock(submission)
    # Once more, under the lock: a colleague may be inviting this person right now.
    found = of_person(submission, person)
    if found is None:
        lead = own is not None or _is_lead(questionnaire.meeting, organisation, person)
        found = Member(submission=submission, person=person, role="lead" if lead else "writer")
        db.session.add(found)
    found.scope = ""
    db.session.flush()
    return found


def lock(submission: Submission) -> None:
    """Lets one caller at a time change who the members of an answer are.

    Look for members again after this.
    """
    db.session.execute(
        sa.select(Submission.id).where(Submission.id == submission.id).with_for_update()
    )


def hand_over(registration: Registration, successor: Registration, now: dt.datetime) -> None:
    """Gives a substitute the access to the preparation that the first person had.

    What the first person wrote stays, with their name. Their membership for that organisation ends,
    and with it their link and their sessions. The substitute gets the whole answer even when the
    first person had a share of it: a registration opens the whole (see `of_registration`).
    """
    for questionnaire in give_up(registration):
        join(questionnaire, successor.person, successor.organisation, now)


def give_up(registration: Registration, person_id: int | None = None) -> list[Questionnaire]:
    """Ends the person's access to the answers for that organisation; gives what they are asked.

    With `person_id` it is the access of somebody who was asked in the person's place.
    """
    asked = []
    for member in db.session.scalars(_going_with(registration, person_id)).all():
        asked.append(member.submission.questionnaire)
        # Out of the loaded list too, which would go on showing the deleted membership.
        member.submission.members.remove(member)
        db.session.delete(member)
    db.session.flush()
    return asked


def end(registration: Registration) -> None:
    """Ends the access to the organisation's answer of a person who was invited by mistake.

    A lead keeps theirs, and so does a person with an answer of their own.
    """
    for member in db.session.scalars(_ending(registration)).all():
        member.submission.members.remove(member)
        db.session.delete(member)
    db.session.flush()


def would_end(registration: Registration) -> bool:
    """Whether `end` would take an access away."""
    return bool(db.session.scalars(_ending(registration).limit(1)).first())


def leave(person: Person, organisation: Organisation | None) -> None:
    """Ends the access of a person who has left the organisation (None: all of them).

    A lead loses it too, with the links and sessions. What they wrote stays, with their name. Their
    access to an answer of their own stays as well.
    """
    for member in db.session.scalars(_shared(person, organisation)).all():
        member.submission.members.remove(member)
        db.session.delete(member)
    db.session.flush()


def would_leave(person: Person, organisation: Organisation | None) -> list[Submission]:
    """The answers that `leave` would take the person out of, with organisation and meeting."""
    rows = _shared(person, organisation).options(
        joinedload(Member.submission).options(
            joinedload(Submission.organisation),
            joinedload(Submission.questionnaire)
            .joinedload(Questionnaire.meeting)
            .joinedload(Meeting.year),
        )
    )
    return [member.submission for member in db.session.scalars(rows.order_by(Member.id))]


def is_let_in(registration: Registration, questionnaire: Questionnaire) -> bool:
    """Whether the registration opens the answer.

    It opens an organisation's answer only for somebody with an affiliation to it. Somebody who has
    left has none. Somebody who registered on the open page has none until a colleague or a
    coordinator has vouched for them (decision 15).
    """
    if questionnaire.respondent == "person":
        return True
    return affiliations.has_place(registration.person, registration.organisation)


def of_registration(
    registration: Registration, questionnaire: Questionnaire, now: dt.datetime
) -> Member | None:
    """The membership that goes with a registration, in the answer to one of its questionnaires.

    Makes it when there is none. Returns None for somebody whom the registration does not let in.
    """
    if not is_let_in(registration, questionnaire):
        return None
    return join(questionnaire, registration.person, registration.organisation, now)


def note_opening(member: Member, now: dt.datetime) -> None:
    """Notes that the member has come in, so that the others see who has."""
    member.opened_at = member.opened_at or now


def by_target(target: Target | None, sign_outs: int | None = None) -> Member:
    """The membership a link opens, with its answer, questionnaire and meeting.

    `sign_outs` is what a session noted when it was opened, None for the link itself. Raises
    `Missing` for a dead or unknown link, and for a session from before somebody signed out.
    """
    if target is None:
        raise Missing("link_unknown")
    opened = db.session.scalars(_OPENED, {"public_id": target.public_id})
    member = opened.unique().one_or_none()
    # A raised version has revoked the link (decision 2).
    if member is None or member.link_version != target.version:
        raise Missing("link_unknown")
    # A colleague may have named somebody whom a coordinator has deactivated.
    if member.submission.person_id is None and not is_with_us(member.person):
        raise Missing("link_unknown")
    if sign_outs is not None and member.sign_outs != sign_outs:
        raise Missing("link_unknown")
    return member


def of_person(submission: Submission, person: Person) -> Member | None:
    """The person's membership in the answer, whatever its scope."""
    return db.session.scalar(
        sa.select(Member)
        .where(Member.submission_id == submission.id, Member.person_id == person.id)
        # The whole answer sorts first: its scope is the empty text.
        .order_by(Member.scope)
        .limit(1)
    )


def people(submission: Submission) -> Sequence[Member]:
    """All who may write in the answer, with their persons, in one query.

    The lead first, then as they came.
    """
    return db.session.scalars(
        sa.select(Member)
        .where(Member.submission_id == submission.id)
        .options(joinedload(Member.person))
        .order_by(Member.role != "lead", Member.id)
    ).all()


def may_write(member: Member, item: str, fields: Iterable[str]) -> bool:
    """Whether the member may write `fields` of the answer's item with that public id.

    Returns False for an item of another answer.
    """
    group_key = db.session.scalar(
        sa.select(Item.group_key).where(
            Item.submission_id == member.submission_id, Item.public_id == item
        )
    )
    definition = published.asked_of(member.submission)
    if group_key is None:
        return False
    return scopes.covers_fields(definition, member.scope, group_key, fields)


def answer_of(
    questionnaire: Questionnaire, person: Person, organisation: Organisation
) -> Submission | None:
    """The answer the person would write in for the organisation.

    None until somebody has been let in.
    """
    own = person if questionnaire.respondent == "person" else None
    return _found(questionnaire, organisation, own)


def _going_with(registration: Registration, person_id: int | None = None) -> sa.Select[Member]:
    """The person's (or another's) memberships in the organisation's answers for the meeting."""
    return (
        sa.select(Member)
        .join(Submission)
        .join(Questionnaire)
        .where(
            Questionnaire.meeting_id == registration.meeting_id,
            Member.person_id == (person_id or registration.person_id),
            Submission.organisation_id == registration.organisation_id,
        )
    )


def _ending(registration: Registration) -> sa.Select[Member]:
    # The member of a person's own answer is its lead, so the role covers both exceptions.
    return _going_with(registration).where(Member.role == "writer")


def _shared(person: Person, organisation: Organisation | None) -> sa.Select[Member]:
    """The person's memberships in organisations' answers (None: of all organisations)."""
    rows = (
        sa.select(Member)
        .join(Member.submission)
        .where(Member.person_id == person.id, Submission.person_id.is_(None))
    )
    return (
        rows if organisation is None else rows.where(Submission.organisation_id == organisation.id)
    )


def _found(
    questionnaire: Questionnaire, organisation: Organisation, own: Person | None
) -> Submission | None:
    return db.session.scalar(
        sa.select(Submission).where(
            Submission.questionnaire_id == questionnaire.id,
            Submission.respondent_key == _key(organisation, own),
        )
    )


def _submission(
    questionnaire: Questionnaire, organisation: Organisation, own: Person | None
) -> Submission:
    found = _found(questionnaire, organisation, own)
    if found is not None:
        return found
    submission = Submission(
        questionnaire=questionnaire,
        # Pinned: a definition that is corrected later leaves what has been begun as it is.
        digest=questionnaire.digest,
        respondent_key=_key(organisation, own),
        organisation=organisation,
        person=own,
    )
    db.session.add(submission)
    db.session.add(Item(submission=submission))
    asked = published.asked_of(submission)
    for section in asked.sections:
        if not section.per_theme:
            continue
        for position, theme in enumerate(asked.themes, 1):
            key = f"{section.key}/{theme.key}"
            db.session.add(Item(submission=submission, group_key=key, position=position))
    db.session.flush()
    return submission


def _key(organisation: Organisation, own: Person | None) -> str:
    # One text instead of two nullable columns: a unique key lets nulls through on both databases.
    return f"p{own.id}" if own else f"o{organisation.id}"


def _is_lead(meeting: Meeting, organisation: Organisation, person: Person) -> bool:
    lead = db.session.scalar(
        sa.select(YearOrganisation.lead_id).where(
            YearOrganisation.year_id == meeting.year_id,
            YearOrganisation.organisation_id == organisation.id,
        )
    )
    return lead == person.id
