"""The states of a registration: a table, not flags. A missing cell raises.

Every set of states that some rule asks for has its name here, with what it means: first what the
people in it have, then what they have answered, what they may do, and whom they count for.
"""

from __future__ import annotations

from annualwheel.models import Registration
from annualwheel.models.registrations import LINK_IS_DEAD, REGISTRATION_STATES
from annualwheel.transitions import Transitions

# (state, action) -> the states it may lead to. Where there are two, the seats decide: the first one
# when a seat is free.
TABLE: dict[tuple[str, str], tuple[str, ...]] = {
    ("unconfirmed", "invite"): ("invited",),
    ("unconfirmed", "register"): ("registered", "waitlisted"),
    ("unconfirmed", "withdraw"): ("withdrawn",),
    ("unconfirmed", "revoke"): ("revoked",),
    ("invited", "register"): ("registered", "waitlisted"),
    ("invited", "decline"): ("declined",),
    ("invited", "substitute"): ("substituted",),
    ("invited", "revoke"): ("revoked",),
    ("invited", "check_in"): ("attended",),
    ("waitlisted", "withdraw"): ("withdrawn",),
    ("waitlisted", "promote"): ("registered", "offered"),
    ("waitlisted", "revoke"): ("revoked",),
    ("waitlisted", "check_in"): ("attended",),
    ("offered", "register"): ("registered",),
    ("offered", "decline"): ("withdrawn", "waitlisted"),
    ("offered", "withdraw"): ("withdrawn",),
    ("offered", "lapse"): ("waitlisted",),
    ("offered", "revoke"): ("revoked",),
    ("offered", "check_in"): ("attended",),
    ("registered", "withdraw"): ("withdrawn",),
    ("registered", "substitute"): ("substituted",),
    ("registered", "revoke"): ("revoked",),
    ("registered", "check_in"): ("attended",),
    ("registered", "move"): ("to_reconfirm",),
    ("to_reconfirm", "register"): ("registered",),
    ("to_reconfirm", "decline"): ("declined",),
    ("to_reconfirm", "withdraw"): ("withdrawn",),
    ("to_reconfirm", "substitute"): ("substituted",),
    ("to_reconfirm", "revoke"): ("revoked",),
    ("to_reconfirm", "check_in"): ("attended",),
    ("to_reconfirm", "move"): ("to_reconfirm",),
    ("to_reconfirm", "move_back"): ("registered",),
    ("declined", "invite"): ("invited",),
    ("declined", "register"): ("registered", "waitlisted"),
    ("declined", "substitute"): ("substituted",),
    ("declined", "revoke"): ("revoked",),
    ("declined", "check_in"): ("attended",),
    ("withdrawn", "invite"): ("invited",),
    ("withdrawn", "register"): ("registered", "waitlisted"),
    ("withdrawn", "substitute"): ("substituted",),
    ("withdrawn", "revoke"): ("revoked",),
    ("withdrawn", "check_in"): ("attended",),
    ("substituted", "invite"): ("invited",),
    ("substituted", "recall"): ("registered", "invited"),
    ("revoked", "invite"): ("invited",),
}
# When two persons turn out to be one, one of their registrations is kept and the other is merged,
# whatever its state.
MERGING = {(state, "merge"): ("merged",) for state in REGISTRATION_STATES if state != "merged"}
TRANSITIONS = Transitions(REGISTRATION_STATES, TABLE | MERGING, refusal="cannot_{action}")

# Takes up a seat and is counted against the capacity. An offered seat is held until the offer ends.
HOLDS_SEAT = ("offered", "registered", "to_reconfirm", "attended")
# Has a seat, has been offered one or waits for one. Their way of attending cannot be taken away.
HAS_SEAT_OR_WAITS = (*HOLDS_SEAT, "waitlisted")
# Is on the waiting list, or has been offered a seat that has come free.
IN_LINE = ("waitlisted", "offered")
# Has been mailed a calendar entry. A CANCEL is mailed when the seat is given up.
HAS_ENTRY = ("registered", "to_reconfirm", "attended")
# The mailed calendar entry still changes when the meeting moves or the person's address does. After
# a check-in it describes the past.
ENTRY_FOLLOWS = ("registered", "to_reconfirm")
# Has no firm seat yet; a tentative entry can keep the day free.
KEEPS_DAY_FREE = ("invited", *IN_LINE)

# Has a seat that is theirs: gets lunch and what they need at the meeting.
SERVED = HAS_ENTRY

# Comes, or came.
COMING = ("registered", "attended")
# Takes part in the preparation. Somebody who must say yes again to a new day goes on preparing
# meanwhile.
PREPARES = ("registered", "to_reconfirm", "attended")
# Said no, before or after a yes.
SAID_NO = ("declined", "withdrawn")
# An answer is awaited, and a reminder reminds of it.
AWAITED = ("invited", "to_reconfirm")
# Has something to answer: an invitation, an offered seat or a new day.
HAS_TO_ANSWER = ("invited", "offered", "to_reconfirm")
# Nothing is answered yet, with or without an address that is shown to be theirs.
NOT_ANSWERED = ("invited", "unconfirmed")
# Has chosen how to attend, and the choice holds. Somebody who must answer for a new day chooses
# again.
CHOSE_WAY = ("registered", *IN_LINE)
# A yes is noted already; another yes only changes the details.
HAS_SAID_YES = ("registered", "waitlisted")
# May say yes or no on the page of their link. The page has other buttons for the waiting list.
MAY_ANSWER = (*AWAITED, *SAID_NO)
# A yes would need a seat that is not held yet, and may lead to the waiting list.
NEEDS_SEAT = ("unconfirmed", "invited", *SAID_NO)

# The details can be changed: the person has said yes or is on the waiting list.
CAN_BE_CHANGED = ("registered", "waitlisted", "to_reconfirm")
# May state diet and access needs.
MAY_STATE_NEEDS = ("registered", "to_reconfirm", *IN_LINE)
# May register colleagues: has said yes, with or without a seat.
MAY_REGISTER_OTHERS = ("registered", "to_reconfirm", *IN_LINE)
# Somebody else at the organisation may turn it into a yes. Only the person can take back a no.
OPEN_TO_COLLEAGUES = NOT_ANSWERED

# Hears of a move or a cancellation: is invited, waits or has a seat, and has not been checked in.
# Those with a seat come first, as lists show them.
STANDS = ("registered", "to_reconfirm", "offered", "waitlisted", "invited")
# Out of it: somebody else comes instead, or the person was removed from the meeting.
GONE = ("substituted", "revoked")
# Counts as invited. A seat counts once: a person who was replaced counts through the substitute,
# and a merged registration through the one that was kept.
INVITED = tuple(
    state for state in REGISTRATION_STATES if state != "unconfirmed" and state not in LINK_IS_DEAD
)
# Is invited and has answered what is asked now. A yes to the day before a move is no answer to the
# new one.
ANSWERED = tuple(state for state in INVITED if state not in AWAITED)
# Does not make its organisation one of those that are asked to prepare.
ASKS_NOBODY = ("unconfirmed", "revoked", "merged")
# Says nothing of whether the person belongs to the organisation.
CLAIMS_NOTHING = ("unconfirmed", *LINK_IS_DEAD)
# Is shown as tentative in a subscribed calendar, with what the person still has to do.
TENTATIVE = ("unconfirmed", "to_reconfirm", *KEEPS_DAY_FREE)


def allowed(state: str, action: str) -> bool:
    """Whether `action` is possible in `state`."""
    return TRANSITIONS.allows(state, action)


def step(registration: Registration, action: str, to: str | None = None) -> None:
    """Takes the registration to its next state (`to` where the table leaves a choice).

    Raises `Refused` for a missing cell.
    """
    target = TRANSITIONS.target(registration.state, action, to)
    # A check-in can be a mistake: the state before it is kept, to go back to.
    if action == "check_in":
        registration.before_attended = registration.state
    elif registration.state == "offered":
        registration.offered_until = None
    registration.state, registration.moves = target, registration.meeting.sequence
