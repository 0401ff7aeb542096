"""Takes a substitution back within a day: the first person comes after all, by the link they had.

It is possible while all is as the substitution left it. Somebody who was asked in vain
(`contacts.elsewhere`) makes no difference to whoever asked.
"""

from __future__ import annotations

import datetime as dt

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts import budgets, elsewhere
from annualwheel.contacts.elsewhere import Asked
from annualwheel.db import db
from annualwheel.errors import Closed, DomainError, Refused
from annualwheel.models import Person, Registration
from annualwheel.participation import access
from annualwheel.preparation import membership
from annualwheel.registrations import invitations, needs, notices, seats
from annualwheel.registrations.states import step

LASTS = dt.timedelta(days=1)


def until(registration: Registration) -> dt.datetime:
    """When it can no longer be taken back."""
    assert registration.answered_at is not None  # noqa: S101 a substitution notes its moment
    return registration.answered_at + LASTS


def is_offered(registration: Registration, now: dt.datetime) -> bool:
    """Whether the old link has the button.

    It goes by the time alone: what the substitute has done since is for them to say.
    """
    meeting = registration.meeting
    return meeting.state != "cancelled" and now < min(until(registration), meeting.starts_at)


def why_not(registration: Registration, now: dt.datetime) -> DomainError | None:
    """Why the substitution cannot be taken back now; None when it can."""
    if not is_offered(registration, now):
        return Closed("undo_too_late")
    successor = invitations.successor_of(registration)
    if successor is None:
        # They were told in a mail, and may have been erased since.
        asked = _asked(registration)
        return None if asked and asked.person_id else Refused("undo_too_late")
    as_left = _is_seated(registration, successor) or successor.state == "invited"
    return None if as_left else Refused("undo_too_late")


def undo(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Gives the seat or the invitation back, with the link that it had. Raises as `why_not`.

    The substitute is told, and keeps an invitation of their own from before.
    """
    seats.lock(registration)
    db.session.refresh(registration)
    if registration.state != "substituted":
        return
    refusal = why_not(registration, now)
    if refusal:
        raise refusal
    successor, asked = invitations.successor_of(registration), _asked(registration)
    if successor is not None:
        seated, other = _is_seated(registration, successor), successor.person
    else:
        assert asked is not None  # noqa: S101 `why_not` has looked
        seated, other = bool(asked.mode), db.session.get_one(Person, asked.person_id)
    if actor.kind == "participant":
        _count(registration, other, seated, now, actor)
    if successor is not None:
        _let_go(registration, successor, seated, now)
    elif asked is not None:
        elsewhere.forget(registration, asked)
        _take_access_back(registration, other.id, now)
    step(registration, "recall", "registered" if seated else "invited")
    # As before: the link was raised by one, and nothing has been sent with that version.
    registration.link_version -= 1
    if seated:
        registration.answered_at = now
        notices.tell("confirmation", registration, now, again=True)
        notices.put_in_calendar(registration, now)
        access.open_answers(registration, now)
    else:
        invitations.forget_answer(registration)
    audit.note(actor, "substitution_undone", registration, now, registration.meeting_id)
    db.session.flush()


def _is_seated(registration: Registration, successor: Registration) -> bool:
    """Whether the substitute got the seat with the substitution, and has it."""
    came_with_it = successor.answered_at == registration.answered_at
    return successor.state == "registered" and came_with_it


def _let_go(
    registration: Registration, successor: Registration, seated: bool, now: dt.datetime
) -> None:
    """The substitute is out of it, but for an invitation of their own."""
    own = successor.invited_at is not None and successor.invited_at < until(registration) - LASTS
    if seated:
        notices.take_from_calendar(successor, now)
    notices.tell(
        "substitute_recalled",
        successor,
        now,
        replaces=registration.person.name,
        invited="yes" if own else "",
    )
    step(successor, "revoke")
    needs.forget(successor)
    successor.replaces = None
    if own:
        step(successor, "invite")
        invitations.forget_answer(successor)
    else:
        successor.link_version += 1
        _take_access_back(registration, successor.person_id, now)


def _take_access_back(registration: Registration, other_id: int, now: dt.datetime) -> None:
    """The access to the preparation is the first person's again."""
    for questionnaire in membership.give_up(registration, other_id):
        membership.join(questionnaire, registration.person, registration.organisation, now)


def _count(
    registration: Registration, other: Person, seated: bool, now: dt.datetime, actor: Actor
) -> None:
    """Counts the mails that the other person gets, of whoever acts. Raises `TooMany`.

    The other's mailbox refuses none: that a seat is over always goes. What is counted there keeps
    the next substitution of the same hour from them.
    """
    by = budgets.cause(registration.person, registration.organisation, actor.client)
    mails = 2 if seated else 1
    budgets.spend(by, mails, now)
    for _mail in range(mails):
        budgets.may_reach(by, other.email, now)


def _asked(registration: Registration) -> Asked | None:
    asked = elsewhere.asked(registration.meeting, registration.organisation)
    return next((one for one in asked if one.by == registration.public_id), None)
