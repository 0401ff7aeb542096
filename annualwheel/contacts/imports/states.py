"""The states of an imported list: a table."""

from __future__ import annotations

from annualwheel.models import Import
from annualwheel.models.contacts import IMPORT_STATES
from annualwheel.transitions import Table, Transitions

# (state, action) -> the states it may lead to. What is cancelled half written goes all the way
# back.
TABLE: Table = {
    ("preview", "write"): ("writing",),
    ("writing", "finish"): ("written",),
    ("writing", "cancel"): ("undoing",),
    ("written", "undo"): ("undoing",),
    ("undoing", "finish"): ("undone",),
}
TRANSITIONS = Transitions(IMPORT_STATES, TABLE)

# A worker has it, or will have it soon, and the page looks again by itself.
UNDER_WAY = ("writing", "undoing")


def step(kept: Import, action: str) -> None:
    """Takes the list to its next state. Raises `Refused("wrong_state")` for a missing cell."""
    kept.state = TRANSITIONS.target(kept.state, action)
