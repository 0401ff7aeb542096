"""The states of a mailing: a table. It is here since both meetings and mailings step it."""

from __future__ import annotations

from annualwheel.models import Mailing
from annualwheel.models.mail import MAILING_STATES, PAUSED_FROM
from annualwheel.transitions import Table, Transitions

# (state, action) -> the states it may lead to. `settle`: every registration has followed the move,
# or the cancellation, that it is about. `written`: every mail of it is in the outbox.
# `stop`: the mail server refuses all that we send, so it stops by itself. `resume` leads back to
# where it was paused or stopped. `overtake`: a newer mailing says what this one
# was to say, so that nothing is left to write. `finish`: nothing is left to send.
TABLE: Table = {
    ("settling", "settle"): ("preparing",),
    ("settling", "pause"): ("paused",),
    ("preparing", "written"): ("sending",),
    ("preparing", "pause"): ("paused",),
    ("sending", "pause"): ("paused",),
    ("preparing", "stop"): ("stopped",),
    ("sending", "stop"): ("stopped",),
    ("paused", "resume"): PAUSED_FROM,
    ("stopped", "resume"): PAUSED_FROM,
    ("preparing", "overtake"): ("sending",),
    ("paused", "overtake"): ("sending",),
    ("stopped", "overtake"): ("sending",),
    ("sending", "finish"): ("done",),
}
TRANSITIONS = Transitions(MAILING_STATES, TABLE)

# A job works on it before its mails are sent.
BY_A_JOB = ("settling", "preparing")
# Its mails wait until a person lets it go on.
HELD = ("paused", "stopped")


def allowed(mailing: Mailing, action: str) -> bool:
    """Whether `action` is possible in the state the mailing is in."""
    return TRANSITIONS.allows(mailing.state, action)


def step(mailing: Mailing, action: str) -> None:
    """Takes the mailing to its next state, and keeps what a held one goes back to.

    Raises `Refused("wrong_state")` for a missing cell.
    """
    to = mailing.paused_from if action == "resume" else None
    target = TRANSITIONS.target(mailing.state, action, to)
    mailing.paused_from = mailing.state if target in HELD else None
    mailing.state = target


def doing(mailing: Mailing) -> str:
    """The state of the mailing, for a held one the state it goes back to."""
    return mailing.paused_from or mailing.state
