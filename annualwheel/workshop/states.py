"""The states of a pack: a table."""

from __future__ import annotations

from annualwheel.models import Pack
from annualwheel.models.records import PACK_STATES
from annualwheel.transitions import Table, Transitions

# (state, action) -> the states it may lead to. `give_up`: its worker has been gone too long.
TABLE: Table = {
    ("queued", "build"): ("building",),
    ("building", "finish"): ("ready",),
    ("queued", "fail"): ("failed",),
    ("building", "fail"): ("failed",),
    ("building", "give_up"): ("failed",),
}
TRANSITIONS = Transitions(PACK_STATES, TABLE)

# Somebody waits for the pack, and the page looks again by itself.
UNDER_WAY = ("queued", "building")


def step(pack: Pack, action: str) -> None:
    """Takes the pack to its next state. Raises `Refused("wrong_state")` for a missing cell."""
    pack.state = TRANSITIONS.target(pack.state, action)
