"""What the page of a registration may offer.

It has a button for what a press would do, and a sentence for what it would not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from annualwheel.contacts import affiliations
from annualwheel.cycle import years
from annualwheel.errors import DomainError
from annualwheel.meetings import announcements
from annualwheel.models import AttendanceOption, Questionnaire, Registration
from annualwheel.preparation import deadline, membership
from annualwheel.questionnaires import effort, opening, published
from annualwheel.questionnaires.definition import Text
from annualwheel.registrations import availability, notices, seats
from annualwheel.registrations.states import IN_LINE, NEEDS_SEAT
from annualwheel.web import error_messages

ACTIONS = ("register", "change", "decline", "substitute", "withdraw")


@dataclass(frozen=True)
class OfferedActs:
    """What a page offers.

    `can`: the actions that are possible now; `refused`: what prevents each of the others.
    `answer_by`: the last moment for a reply. `full`: a yes would lead to the waiting list.
    `day_before`: the day that the meeting has moved from, for who must say yes again.
    """

    can: frozenset[str]
    refused: Mapping[str, DomainError]
    answer_by: dt.datetime
    full: bool
    over: bool
    day_before: dt.date | None

    def some(self, *actions: str) -> bool:
        """Whether at least one of the actions is possible."""
        return not self.can.isdisjoint(actions)

    def why_not(self, action: str) -> str:
        """The sentence that says why the action is not possible; empty when it is."""
        # Made when a page asks: most pages show one of the five, and each takes a translation.
        refusal = self.refused.get(action)
        return error_messages.sentence(refusal) if refusal else ""


def of(registration: Registration, now: dt.datetime) -> OfferedActs:
    """What this registration's page may offer at `now`."""
    # The same rule that the act goes by, so that no button leads to a refusal.
    each = {action: availability.why_not(registration, action, now) for action in ACTIONS}
    refused = {action: refusal for action, refusal in each.items() if refusal}
    can = frozenset(ACTIONS) - refused.keys()
    full = "register" in can and registration.state in NEEDS_SEAT and seats.would_wait(registration)
    over = now >= registration.meeting.starts_at
    answer_by = availability.answer_by(registration)
    asks_again = registration.state == "to_reconfirm"
    before = announcements.day_before(registration.meeting) if asks_again else None
    return OfferedActs(can, refused, answer_by, full, over, before)


@dataclass(frozen=True)
class QueuePosition:
    """A position on the waiting list of one way of attending.

    `free`: there is a seat that others have let go. `ended`: the offer has run out, though the
    sweep has not noted it yet.
    """

    option: AttendanceOption
    line: int
    free: bool
    ended: bool


def queue(registration: Registration, now: dt.datetime) -> QueuePosition | None:
    """The position of somebody who waits or is offered a seat; None for everybody else."""
    option = seats.option_of(registration.meeting, registration.mode)
    if option is None or registration.state not in IN_LINE:
        return None
    waits = registration.state == "waitlisted"
    return QueuePosition(
        option,
        seats.place_in_line(registration) if waits else 0,
        waits and seats.is_free(registration, registration.mode),
        availability.is_over(registration, now),
    )


@dataclass(frozen=True)
class OfferedQuestionnaire:
    """A questionnaire that concerns a registration, or what is planned while none is published.

    `key` and `minutes` are given once it is published, `title` where it must be named (see
    `opening.is_named`). `after`: it is asked after the meeting. `own`: each person answers alone.
    `outside`: the organisation answers together, and nobody has said that the person belongs to it.
    `closes_at` and `is_open` are those of this answer, which may be open longer than the others'
    when a coordinator has opened it again. `submitted_at` is when it was last submitted, if it was.
    """

    key: str
    title: Text | None
    after: bool
    own: bool
    outside: bool
    minutes: int | None
    opens_at: dt.datetime
    closes_at: dt.datetime
    is_open: bool
    submitted_at: dt.datetime | None = None


def asked(registration: Registration, now: dt.datetime) -> list[OfferedQuestionnaire]:
    """What the page says about preparing and following up the meeting, in the order of asking."""
    published_ones = registration.meeting.questionnaires
    found = [_asked(registration, questionnaire, now) for questionnaire in published_ones]
    if not any(not one.after for one in found):
        found.append(_planned(registration, now))
    return sorted(found, key=lambda one: (one.after, one.opens_at))


def _planned(registration: Registration, now: dt.datetime) -> OfferedQuestionnaire:
    """What the plan says about the preparation while no questions are published for it."""
    meeting = registration.meeting
    span = years.phase(meeting, "preparation")
    return OfferedQuestionnaire(
        key="",
        title=None,
        after=False,
        own=notices.is_personal(meeting),
        outside=not affiliations.has_place(registration.person, registration.organisation),
        minutes=None,
        opens_at=span.opens_at,
        closes_at=span.closes_at,
        is_open=years.is_open(meeting, "preparation", now),
    )


def _asked(
    registration: Registration, questionnaire: Questionnaire, now: dt.datetime
) -> OfferedQuestionnaire:
    opens_at, answer = opening.opens_at(questionnaire), None
    let_in = membership.is_let_in(registration, questionnaire)
    # Before it opens every answer is as planned, and the landing page has one query less.
    if let_in and now >= opens_at:
        person, organisation = registration.person, registration.organisation
        answer = membership.answer_of(questionnaire, person, organisation)
    # An answer keeps the questions that it was begun on, also when they were corrected since.
    definition = published.asked_of(answer) if answer else published.definition_of(questionnaire)
    closes_at = deadline.closes_at(answer) if answer else opening.closes_at(questionnaire)
    return OfferedQuestionnaire(
        key=questionnaire.key,
        title=definition.title if opening.is_named(questionnaire) else None,
        after=not opening.prepares(questionnaire),
        own=questionnaire.respondent == "person",
        outside=not let_in,
        minutes=effort.minutes(definition),
        opens_at=opens_at,
        closes_at=closes_at,
        is_open=deadline.is_open(answer, now) if answer else opening.is_open(questionnaire, now),
        submitted_at=answer.submitted_at if answer else None,
    )
