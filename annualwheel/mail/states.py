"""The states of a mail on its way out: a table, and the sets of states that rules ask for."""

from __future__ import annotations

from typing import Literal

from annualwheel.models import Message
from annualwheel.models.mail import MESSAGE_STATES
from annualwheel.transitions import Table, Transitions

# What became of one attempt to hand a mail over. `blocked`: the server takes no mail of ours, which
# is about no recipient.
Outcome = Literal["sent", "later", "failed", "withheld", "blocked"]

# (state, action) -> the states it may lead to. A worker claims a mail and then notes what became of
# it; another worker claims it again when the lease has run out. `stop`: what it is about is over.
# `doubt`: nobody knows whether it has gone, since an older copy of the database was put back.
# `replace`: a newer mail says the same. `leave_out`: somebody decides that it does not go.
# `expire`: it has waited for as long as mail is tried, and has not left us as far as anybody knows.
TABLE: Table = {
    ("queued", "claim"): ("sending",),
    ("retry", "claim"): ("sending",),
    ("sending", "claim"): ("sending",),
    ("sending", "give_back"): ("queued", "retry"),
    ("sending", "deliver"): ("sent",),
    ("sending", "withhold"): ("withheld",),
    ("sending", "fail"): ("failed",),
    ("sending", "postpone"): ("retry",),
    ("sending", "expire"): ("expired", "unknown"),
    ("queued", "expire"): ("expired", "unknown"),
    ("retry", "expire"): ("expired", "unknown"),
    ("sending", "drop"): ("dropped",),
    ("queued", "stop"): ("dropped",),
    ("retry", "stop"): ("dropped",),
    ("queued", "doubt"): ("unknown",),
    ("retry", "doubt"): ("unknown",),
    ("sending", "doubt"): ("unknown",),
    ("queued", "replace"): ("dropped",),
    ("retry", "replace"): ("dropped",),
    ("failed", "replace"): ("dropped",),
    ("unknown", "replace"): ("dropped",),
    ("withheld", "replace"): ("dropped",),
    ("expired", "replace"): ("dropped",),
    ("queued", "leave_out"): ("not_sent",),
    ("retry", "leave_out"): ("not_sent",),
    ("failed", "leave_out"): ("not_sent",),
    ("unknown", "leave_out"): ("not_sent",),
    ("withheld", "leave_out"): ("not_sent",),
    ("expired", "leave_out"): ("not_sent",),
    ("failed", "try_again"): ("queued",),
    ("unknown", "try_again"): ("queued",),
    ("withheld", "try_again"): ("queued",),
    ("expired", "try_again"): ("queued",),
}
TRANSITIONS = Transitions(MESSAGE_STATES, TABLE)

# No worker has it in hand, and it goes when its turn comes: it can still be stopped or rewritten.
UNSENT = ("queued", "retry")
# On its way: goes by itself, or is in a worker's hands.
DUE = (*UNSENT, "sending")
# Did not arrive, and is not tried again by itself: a person must look at it.
STOPPED = ("failed", "unknown", "expired")
# Was tried in vain, and has certainly not arrived: a person may send it again, or write a new one.
IN_VAIN = ("failed", "expired")
# Met a server that did not take it, or may not have: most likely the address is wrong.
MAY_BE_MISADDRESSED = ("failed", "unknown")
# Staff may send it again. A mail that is on its way belongs to the workers.
AGAIN = (*STOPPED, "withheld")
# Has not arrived anywhere, and may go to another address than the one it was written for.
NOT_ARRIVED = (*UNSENT, *AGAIN)
# Did not leave us and never will: nobody has been told what it says.
NEVER_LEFT = ("dropped", "not_sent")
# Has told nobody anything, and will not by itself: a new mail about the same may be written.
TOLD_NOBODY = (*IN_VAIN, *NEVER_LEFT)
# Has not left us, whether it still may or not.
NOT_LEFT = (*UNSENT, *TOLD_NOBODY)
# Has left us, or may have: whom it was for may know what it says.
MAY_BE_KNOWN = ("sending", "sent", "unknown", "withheld")
# Has been handed over, or would have been in production.
HANDED_OVER = ("sent", "withheld")
# Came to an end without being handed over.
ENDED_UNSENT = ("withheld", *NEVER_LEFT)


def step(message: Message, action: str, to: str | None = None) -> None:
    """Takes the mail to its next state (`to` where the table leaves a choice).

    Raises `Refused("wrong_state")` for a missing cell.
    """
    message.state = TRANSITIONS.target(message.state, action, to)
