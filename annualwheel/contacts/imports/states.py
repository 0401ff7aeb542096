"""The states of an imported list: a table."""

from __future__ import annotations

from annualwheel.models import Import
from annualwheel.models.contacts import IMPORT_STATES
from annualwheel.transitions import Table, Transitions

# (state, action) -> the states it may lead to. What is cancelled half written goes all the way
# back. `fail`: no worker has come further with it, several times, so that a person decides.
TABLE: Table = {
    ("preview", "write"): ("writing",),
    ("writing", "finish"): ("written",),
    ("writing", "cancel"): ("undoing",),
    ("written", "undo"): ("undoing",),
    ("undoing", "finish"): ("undone",),
    ("writing", "fail"): ("write_failed",),
    ("write_failed", "try_again"): ("writing",),
    ("write_failed", "cancel"): ("undoing",),
    ("undoing", "fail"): ("undo_failed",),
    ("undo_failed", "try_again"): ("undoing",),
}
TRANSITIONS = Transitions(IMPORT_STATES, TABLE)

# A worker has it, or will have it soon, and the page looks again by itself.
UNDER_WAY = ("writing", "undoing")
# It stands still, half done, until a person decides.
FAILED = ("write_failed", "undo_failed")
# No job goes on with it: what rows it has left are those that were not read in.
KEEPS_ROWS = ("written", "write_failed")
# What it has added is going away again, or is to.
GOING_BACK = ("undoing", "undo_failed")


def step(kept: Import, action: str) -> None:
    """Takes the list to its next state. Raises `Refused("wrong_state")` for a missing cell."""
    kept.state = TRANSITIONS.target(kept.state, action)
