"""Whether a mail is still wanted at the second of sending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from annualwheel.contacts.folding import folded_address
from annualwheel.db import UTCDateTime, db
from annualwheel.mail.kinds import ASKS_FOR_ANSWER, KINDS, TOWARDS_A_MEETING
from annualwheel.mail.states import NEVER_LEFT
from annualwheel.mailings import drafts
from annualwheel.mailings.kinds import registry
from annualwheel.models import (
    Mailing,
    Meeting,
    Member,
    Message,
    Questionnaire,
    Registration,
    StaffLink,
    Submission,
)
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.questionnaires import opening
from annualwheel.registrations import availability
from annualwheel.registrations.states import AWAITED

# Made once: building a statement costs more than asking it, and each registration asks them all.
_IDS: sa.BindParameter[Sequence[int]] = sa.bindparam("ids", expanding=True)
_NOW = sa.bindparam("now", type_=UTCDateTime)
_AT_AN_END = (
    sa.select(Message.id, Meeting.state, Registration.state)
    .outerjoin(Registration, Registration.id == Message.registration_id)
    .outerjoin(Mailing, Mailing.id == Message.mailing_id)
    .join(Meeting, sa.or_(Meeting.id == Registration.meeting_id, Meeting.id == Mailing.meeting_id))
    .where(
        Message.id.in_(_IDS),
        sa.or_(
            Meeting.state == "cancelled",
            Meeting.ends_at <= _NOW,
            Registration.state.in_(LINK_IS_DEAD),
        ),
    )
)
_OPENED = (
    sa.select(Member.public_id, Questionnaire, Submission.reopened_until)
    .join(Submission, Submission.id == Member.submission_id)
    .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
    .where(Member.public_id.in_(_IDS))
    .options(joinedload(Questionnaire.meeting).selectinload(Meeting.phases))
    .execution_options(populate_existing=True)
)
_ASKED = (
    sa.select(Registration)
    .where(Registration.id.in_(_IDS))
    .options(joinedload(Registration.meeting).selectinload(Meeting.phases))
    .execution_options(populate_existing=True)
)
_RUN_OUT = sa.select(StaffLink.public_id).where(
    StaffLink.public_id.in_(_IDS),
    sa.or_(StaffLink.expires_at < _NOW, StaffLink.used_at.is_not(None)),
)
_NEWER = aliased(Message)
_IS_NEWER = sa.and_(
    _NEWER.registration_id == Message.registration_id,
    _NEWER.calendar_sequence > Message.calendar_sequence,
    # A newer mail that never leaves says nothing that this one would contradict.
    _NEWER.state.not_in(NEVER_LEFT),
    # Another address is another calendar, and the old one must be cleared all the same.
    folded_address(_NEWER.address) == folded_address(Message.address),
)
_OVERTAKEN = sa.select(Message.id).join(_NEWER, _IS_NEWER).where(Message.id.in_(_IDS))


def wanted(messages: Sequence[Message], now: dt.datetime) -> list[Message]:
    """Those of the mails whose turn has come that should go at `now` (see `still_wanted`).

    No mail towards a meeting that is cancelled or over goes, no calendar mail after a newer one to
    the same address, and nothing that asks for what can no longer be done: an answer, an offered
    seat, a questionnaire, signing in with a link that has run out. What concerns many mails is
    asked in one query for all of them.
    """
    towards = [message for message in messages if message.kind in TOWARDS_A_MEETING]
    entries = [message.id for message in messages if message.calendar_sequence is not None]
    late = _at_an_end(towards, now) | _closed(towards, now) | _unanswerable(towards, now)
    late |= _overtaken(entries) | _run_out(messages, now)
    return [message for message in messages if message.id not in late and still_wanted(message)]


def _at_an_end(messages: Sequence[Message], now: dt.datetime) -> set[int]:
    """The ids of the mails about a meeting that is cancelled or over, or whose link is dead.

    What they are about is known by their registration or mailing. What follows a meeting up is
    asked when it is over.
    """
    if not messages:
        return set()
    kinds = {message.id: message.kind for message in messages}
    found = db.session.execute(_AT_AN_END, {"ids": list(kinds), "now": now})
    return {
        id
        for id, meeting_state, state in found
        if meeting_state == "cancelled"
        or state in LINK_IS_DEAD
        or "preparation" not in KINDS[kinds[id]].links
    }


def _closed(messages: Sequence[Message], now: dt.datetime) -> set[int]:
    """The ids of the mails that open an answer nobody can write in any more.

    A colleague's mail has neither registration nor mailing: only its link says what it is about.
    """
    opens = _opened_by(messages, "preparation")
    if not opens:
        return set()
    rows = db.session.execute(_OPENED, {"ids": list(opens.values())})
    closed = {
        member
        for member, asked, reopened_until in rows
        if asked.meeting.state == "cancelled"
        or (now > opening.closes_at(asked) and not (reopened_until and now <= reopened_until))
    }
    return {message_id for message_id, member in opens.items() if member in closed}


def _unanswerable(messages: Sequence[Message], now: dt.datetime) -> set[int]:
    """The ids of the mails that ask for an answer which would be refused now."""
    asking = [
        message
        for message in messages
        if message.registration_id and message.kind in ASKS_FOR_ANSWER
    ]
    if not asking:
        return set()
    rows = db.session.scalars(_ASKED, {"ids": [message.registration_id for message in asking]})
    found = {registration.id: registration for registration in rows}
    return {
        message.id
        for message in asking
        if _is_too_late(message.kind, found[message.registration_id or 0], now)
    }


def _is_too_late(kind: str, registration: Registration, now: dt.datetime) -> bool:
    """Whether what the mail asks for can no longer be given."""
    if kind == "offer":
        return registration.state != "offered" or availability.is_over(registration, now)
    # Somebody who has answered may still read what was asked.
    refused = availability.why_not(registration, "register", now) is not None
    return registration.state in AWAITED and refused


def _run_out(messages: Sequence[Message], now: dt.datetime) -> set[int]:
    """The ids of the mails to staff whose link has run out, or has been used."""
    opens = _opened_by(messages, "sign_in")
    if not opens:
        return set()
    dead = set(db.session.scalars(_RUN_OUT, {"ids": list(opens.values()), "now": now}))
    return {message_id for message_id, link in opens.items() if link in dead}


def _opened_by(messages: Sequence[Message], link: str) -> dict[int, str]:
    """What the mails that have such a link open with it: the public id by the mail's id."""
    return {
        message.id: message.body.links[link]["public_id"]
        for message in messages
        if link in message.body.links
    }


def _overtaken(ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    return set(db.session.scalars(_OVERTAKEN, {"ids": ids}))


def still_wanted(message: Message) -> bool:
    """Whether a mail whose turn has come should go: its kind decides. A test always should."""
    # Most mails belong to no kind of mailing: receipts and confirmations always go.
    kind = registry.BY_KEY.get(message.kind)
    return kind is None or drafts.is_test(message) or kind.is_wanted(message)
