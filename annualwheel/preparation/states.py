"""The states of an organisation's answer: a table, and the order in which counts show them."""

from __future__ import annotations

from annualwheel.models import Submission
from annualwheel.models.submissions import SUBMISSION_STATES
from annualwheel.transitions import Table, Transitions

# (state, action) -> the states it may lead to. `write`: somebody saves something in the draft. The
# version that was submitted never changes, but the draft now says something else.
TABLE: Table = {
    ("draft", "write"): ("draft",),
    ("submitted", "write"): ("changed",),
    ("changed", "write"): ("changed",),
    ("draft", "submit"): ("submitted",),
    ("submitted", "submit"): ("submitted",),
    ("changed", "submit"): ("submitted",),
}
TRANSITIONS = Transitions(SUBMISSION_STATES, TABLE)

# A page that counts answers counts a draft that nobody has written in by itself.
NOT_BEGUN = "none"
# Something has been submitted, whether it has been changed since or not.
HAS_SUBMITTED = ("submitted", "changed")
# Nothing has been submitted yet: these are reminded.
TO_SUBMIT = (NOT_BEGUN, "draft")
# What answers are counted by, as the pages list them.
COUNTED = (*HAS_SUBMITTED, "draft", NOT_BEGUN)
# How far an answer has come, for a list in that order.
FARTHEST_LAST = (*TO_SUBMIT, "changed", "submitted")


def step(submission: Submission, action: str) -> None:
    """Takes the answer to its next state. Raises `Refused("wrong_state")` for a missing cell."""
    submission.state = TRANSITIONS.target(submission.state, action)
