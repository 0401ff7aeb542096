"""The states of what participants ask for: a table, the same for every kind of request.

They ask to be erased, to change an answer after its last day, or to have an organisation added.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.models import ChangeRequest, DeletionRequest, OrganisationRequest
from annualwheel.models.requests import REQUEST_STATES
from annualwheel.transitions import Table, Transitions

Request = ChangeRequest | DeletionRequest | OrganisationRequest

# (state, action) -> the states it may lead to.
TABLE: Table = {
    ("asked", "grant"): ("granted",),
    ("asked", "refuse"): ("refused",),
}
TRANSITIONS = Transitions(REQUEST_STATES, TABLE)


def answer(request: Request, action: str, now: dt.datetime, by_id: int | None) -> None:
    """Notes the answer, "grant" or "refuse", when it was given and which member of staff gave it.

    Raises `Refused("wrong_state")` for a request that has been answered.
    """
    request.state = TRANSITIONS.target(request.state, action)
    request.answered_at, request.by_id = now, by_id
