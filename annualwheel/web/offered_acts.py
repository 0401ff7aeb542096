"""What the page may offer.

A button only for what a press would do, and words for what it would not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from annualwheel.contacts import affiliations
from annualwheel.cycle import years
from annualwheel.models import AttendanceOption, Questionnaire, Registration
from annualwheel.preparation import deadline, membership
from annualwheel.questionnaires import published
from annualwheel.registrations import availability, notices, seats
from annualwheel.registrations.states import IN_LINE, NEEDS_SEAT
from annualwheel.web import error_messages

ACTIONS = ("register", "change", "decline", "substitute", "withdraw")


@dataclass(frozen=True)
class Offer:
    """`can`: the actions that are possible now; `why`: a sentence for each that is not.

    `answer_by`: the last moment for an answer. `full`: a yes would lead to the waiting list.
    """

    can: frozenset[str]
    why: dict[str, str]
    answer_by: dt.datetime
    full: bool
    over: bool

    def some(self, *actions: str) -> bool:
        """Whether at least one of the actions is possible."""
        return not self.can.isdisjoint(actions)


def of(registration: Registration, now: dt.datetime) -> Offer:
    """What this registration's page may offer at `now`."""
    refused = {action: availability.why_not(registration, action, now) for action in ACTIONS}
    why = {
        action: error_messages.sentence(refusal) for action, refusal in refused.items() if refusal
    }
    can = frozenset(ACTIONS) - why.keys()
    full = "register" in can and registration.state in NEEDS_SEAT and seats.would_wait(registration)
    over = now >= registration.meeting.starts_at
    return Offer(can, why, availability.answer_by(registration), full, over)


@dataclass(frozen=True)
class Queue:
    """A place in the line to one way of attending.

    `free`: there is a seat after all, which others have let go. `ended`: what was offered has run
    out, though it has not been noted yet.
    """

    option: AttendanceOption
    line: int
    free: bool
    ended: bool


def queue(registration: Registration, now: dt.datetime) -> Queue | None:
    """Where somebody stands who waits or is offered a seat; None for everybody else."""
    option = seats.option_of(registration.meeting, registration.mode)
    if option is None or registration.state not in IN_LINE:
        return None
    waits = registration.state == "waitlisted"
    return Queue(
        option,
        seats.place_in_line(registration) if waits else 0,
        waits and seats.is_free(registration, registration.mode),
        availability.is_over(registration, now),
    )


@dataclass(frozen=True)
class Preparing:
    """What is published for the meeting.

    About how many minutes it takes, and until when this answer can be written, which is longer
    than the others' when a coordinator has opened it again.
    """

    minutes: int
    closes_at: dt.datetime
    is_open: bool


def asked(registration: Registration, now: dt.datetime) -> dict[str, Any]:
    """What the page says of the preparation.

    `own`: whether each person answers alone. `outside`: whether the organisation answers together
    and nobody has said that the person belongs to it. `preparing`: what there is, None while
    nothing is published and for somebody whom it does not let in.
    """
    person, organisation = registration.person, registration.organisation
    asks = registration.meeting.questionnaires
    joint = all(one.respondent == "organisation" for one in asks)
    outside = joint and not affiliations.has_place(person, organisation)
    preparing = None
    if asks and membership.is_let_in(registration, asks[0]):
        preparing = _preparing(registration, asks[0], now)
    own = notices.is_personal(registration.meeting)
    return {"own": own, "outside": outside, "preparing": preparing}


def _preparing(
    registration: Registration, questionnaire: Questionnaire, now: dt.datetime
) -> Preparing:
    meeting = registration.meeting
    span = years.phase(meeting, "preparation")
    minutes = published.definition_of(questionnaire).minutes
    answer = None
    if now >= span.opens_at:
        person, organisation = registration.person, registration.organisation
        answer = membership.answer_of(questionnaire, person, organisation)
    if answer is None:
        return Preparing(minutes, span.closes_at, years.is_open(meeting, "preparation", now))
    return Preparing(minutes, deadline.closes_at(answer), deadline.is_open(answer, now))
