"""The states of an imported list: a table."""

from __future__ import annotations

from annualwheel.models import Import
from annualwheel.models.contacts import IMPORT_STATES
from annualwheel.transitions import Table, Transitions

# (state, action) -> the states it may lead to.
TABLE: Table = {
    ("preview", "write"): ("written",),
    ("written", "undo"): ("undone",),
}
TRANSITIONS = Transitions(IMPORT_STATES, TABLE)


def step(kept: Import, action: str) -> None:
    """Takes the list to its next state. Raises `Refused("wrong_state")` for a missing cell."""
    kept.state = TRANSITIONS.target(kept.state, action)
