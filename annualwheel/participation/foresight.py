"""Says beforehand what an act of a coordinator's leads to: mails, calendars, links and seats.

It asks the same rules as the acts do. What is foreseen may change before somebody presses.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from annualwheel.contacts import budgets
from annualwheel.models import Meeting, Person, Registration
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.participation import offers
from annualwheel.preparation import membership
from annualwheel.registrations import invitations, notices
from annualwheel.registrations.states import HAS_ENTRY, HOLDS_SEAT, MAY_STATE_NEEDS


@dataclass(frozen=True)
class Foresight:
    """What an act leads to.

    `mail`: the person is mailed; `copy_to`: the address that gets a copy, "" for none. `entry_ends`
    and `link_ends`: the calendar entry is taken away, and the link in earlier mails stops working.
    `access_ends`: the person cannot write in the organisation's answer any more. `gives_seat`: a
    seat is given up, and `turns` says who gets one, with until when it is offered (None: it is
    given). `needs_end`: diet and access needs are erased, if any were stated. `activates`: somebody
    who is inactive becomes active; `vouches`: somebody is affiliated to the organisation.
    """

    mail: bool = False
    copy_to: str = ""
    entry_ends: bool = False
    link_ends: bool = False
    access_ends: bool = False
    gives_seat: bool = False
    turns: tuple[tuple[Registration, dt.datetime | None], ...] = ()
    needs_end: bool = False
    activates: bool = False
    vouches: bool = False

    @property
    def mark(self) -> str:
        """A text that tells this from every other outcome."""
        turns = [f"{one.public_id} {until or ''}" for one, until in self.turns]
        facts = [
            self.mail,
            self.copy_to,
            self.entry_ends,
            self.link_ends,
            self.access_ends,
            self.gives_seat,
            self.needs_end,
            self.activates,
            self.vouches,
        ]
        return ";".join(map(str, [*facts, *turns]))


def of(registration: Registration, act: str, now: dt.datetime) -> Foresight:
    """What a coordinator's decline, withdraw, revoke or invite leads to.

    The state of the registration has to allow the act.
    """
    if act == "invite":
        return of_invitation(registration.meeting, registration.person)
    revoked = act == "revoke"
    holds = registration.state in HOLDS_SEAT
    return Foresight(
        # Nobody is mailed about being removed from the meeting. A no that a coordinator writes
        # down always is; a withdrawal to an address that may be somebody else's only so often.
        mail=act == "decline" or (not revoked and budgets.would_tell(registration.person, now)),
        copy_to="" if revoked else registration.copy_to,
        entry_ends=registration.state in HAS_ENTRY and notices.is_in_calendar(registration),
        link_ends=revoked,
        access_ends=revoked and membership.would_end(registration),
        gives_seat=holds,
        turns=tuple(offers.would_fill(registration, now)) if holds else (),
        needs_end=registration.state in MAY_STATE_NEEDS,
    )


def of_invitation(meeting: Meeting, person: Person) -> Foresight:
    """What inviting one person to the meeting leads to."""
    found = invitations.find(meeting, person)
    return Foresight(
        mail=True,
        copy_to=found.copy_to if found else "",
        link_ends=found is not None and found.state not in LINK_IS_DEAD,
        activates=not person.active,
        vouches=found is not None and found.state == "unconfirmed",
    )
