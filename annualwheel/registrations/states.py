"""The states of a registration: a table, not flags. A missing cell raises.

Every set of states that some rule asks for has its name here, with what it means.
"""

from __future__ import annotations

from annualwheel.models import Registration
from annualwheel.models.registrations import LINK_IS_DEAD, REGISTRATION_STATES
from annualwheel.transitions import Transitions

# (state, action) -> the states it may lead to. Where there are two, the seats decide (the first
# when there is one).
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
    ("revoked", "invite"): ("invited",),
}
# When two persons turn out to be one, the registration that is not kept is merged, whatever its
# state.
MERGING = {(state, "merge"): ("merged",) for state in REGISTRATION_STATES if state != "merged"}
TRANSITIONS = Transitions(REGISTRATION_STATES, TABLE | MERGING, refusal="cannot_{action}")

# --- What they have -----------------------------------------------------------------------------

# Takes up a seat: what is counted against the capacity.
HOLDS_SEAT = ("offered", "registered", "to_reconfirm", "attended")
# Has a seat or waits for one; an offered seat too. Their way of attending cannot be taken away.
HAS_SEAT_OR_WAITS = (*HOLDS_SEAT, "waitlisted")
# Stands in line for a seat, or has been offered one that has come free.
IN_LINE = ("waitlisted", "offered")
# Has been mailed a calendar entry; it is taken out again when the seat goes.
HAS_ENTRY = ("registered", "to_reconfirm", "attended")
# The mailed calendar entry still follows: the meeting's moves and the person's address.
ENTRY_FOLLOWS = ("registered", "to_reconfirm")
# Has no firm seat yet; a tentative entry can keep the day free.
KEEPS_DAY_FREE = ("invited", *IN_LINE)

# --- What they have answered --------------------------------------------------------------------

# Comes, or came.
COMING = ("registered", "attended")
# Takes part in the preparation; who must say yes again to a new day prepares on meanwhile.
PREPARES = ("registered", "to_reconfirm", "attended")
# Said no, before or after a yes.
SAID_NO = ("declined", "withdrawn")
# An answer is awaited, and a reminder reminds of it.
AWAITED = ("invited", "to_reconfirm")
# Has something to answer: an invitation, an offered seat or a new day.
HAS_TO_ANSWER = ("invited", "offered", "to_reconfirm")
# Nothing is answered yet, with or without an address that is shown to be theirs.
NOT_ANSWERED = ("invited", "unconfirmed")
# Has chosen how to attend, and the choice holds; who must answer for a new day chooses anew.
CHOSE_WAY = ("registered", *IN_LINE)
# A yes is noted already; another yes only changes the details.
HAS_SAID_YES = ("registered", "waitlisted")
# May say yes or no on the page of their link; who is in line has other buttons there.
MAY_ANSWER = (*AWAITED, *SAID_NO)
# A yes would need a seat that is not held yet, and may lead to the waiting list.
NEEDS_SEAT = ("unconfirmed", "invited", *SAID_NO)

# --- What they may do ---------------------------------------------------------------------------

# The details can be changed: there is a yes, or a place in line.
CAN_BE_CHANGED = ("registered", "waitlisted", "to_reconfirm")
# May state diet and access needs.
MAY_STATE_NEEDS = ("registered", "to_reconfirm", *IN_LINE)
# May register colleagues: has said yes, with or without a seat.
MAY_REGISTER_OTHERS = ("registered", "to_reconfirm", *IN_LINE)
# Somebody else at the organisation may turn it into a yes; who has said no says yes themselves.
OPEN_TO_COLLEAGUES = NOT_ANSWERED

# --- Whom it counts for -------------------------------------------------------------------------

# Invited or more, and neither out of it nor checked in: who hears of a move or a cancellation.
# Those with a seat first, as lists show them.
STANDS = ("registered", "to_reconfirm", "offered", "waitlisted", "invited")
# Out of it: somebody else comes instead, or the invitation was taken back.
GONE = ("substituted", "revoked")
# Counted as invited. A seat is counted once: who was replaced is counted through the substitute,
# and what was merged through the registration that was kept.
INVITED = tuple(
    state for state in REGISTRATION_STATES if state != "unconfirmed" and state not in LINK_IS_DEAD
)
# Invited, and the answer has come.
ANSWERED = tuple(state for state in INVITED if state != "invited")
# Does not make the organisation one that was asked to prepare.
ASKS_NOBODY = ("unconfirmed", "revoked", "merged")
# Says nothing of whether the person belongs to the organisation.
CLAIMS_NOTHING = ("unconfirmed", *LINK_IS_DEAD)
# Shown as tentative in a subscribed calendar, with what is awaited.
TENTATIVE = ("unconfirmed", "to_reconfirm", *KEEPS_DAY_FREE)


def allowed(state: str, action: str) -> bool:
    """Whether `action` is possible in `state`."""
    return TRANSITIONS.allows(state, action)


def step(registration: Registration, action: str, to: str | None = None) -> None:
    """Takes the registration to its next state (`to` where the table leaves a choice).

    Raises `Refused` for a missing cell.
    """
    target = TRANSITIONS.target(registration.state, action, to)
    if action == "check_in":
        registration.before_attended = registration.state
    elif registration.state == "offered":
        registration.offered_until = None
    registration.state = target
