"""The states of a meeting: a table."""

from __future__ import annotations

from annualwheel.models import Meeting
from annualwheel.models.meetings import MEETING_STATES
from annualwheel.transitions import Table, Transitions

# (state, action) -> the states it may lead to.
TABLE: Table = {
    ("planned", "cancel"): ("cancelled",),
    ("closed", "cancel"): ("cancelled",),
}
TRANSITIONS = Transitions(MEETING_STATES, TABLE)


def step(meeting: Meeting, action: str) -> None:
    """Takes the meeting to its next state. Raises `Refused("wrong_state")` for a missing cell."""
    meeting.state = TRANSITIONS.target(meeting.state, action)
