"""The states of a pack: a table."""

from __future__ import annotations

from annualwheel.models import Pack
from annualwheel.models.records import PACK_STATES
from annualwheel.transitions import Table, Transitions

# (state, action) -> the states it may lead to. `build` from `building`: another worker takes it up,
# since the one before is gone. `give_up`: too many workers have died with it.
TABLE: Table = {
    ("queued", "build"): ("building",),
    ("building", "build"): ("building",),
    ("building", "finish"): ("ready",),
    ("queued", "fail"): ("failed",),
    ("building", "fail"): ("failed",),
    ("building", "give_up"): ("failed",),
    ("queued", "cancel"): ("cancelled",),
    ("building", "cancel"): ("cancelled",),
}
TRANSITIONS = Transitions(PACK_STATES, TABLE)

# Somebody waits for the pack, and the page looks again by itself.
UNDER_WAY = ("queued", "building")
# What it says has been read: by a worker that writes it now, or by one that is done.
HAS_READ = ("building", "ready")


def step(pack: Pack, action: str) -> None:
    """Takes the pack to its next state. Raises `Refused("wrong_state")` for a missing cell."""
    pack.state = TRANSITIONS.target(pack.state, action)
