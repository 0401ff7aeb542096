"""The states of a registration: the table as it was decided, cell by cell."""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel.errors import Refused
from annualwheel.models import Meeting, Registration
from annualwheel.models.registrations import REGISTRATION_STATES
from annualwheel.registrations import states
from annualwheel.registrations.states import TABLE

# One row for each state; a dash is a cell that raises. "move" is what a meeting on another day does
# to those who come.
ACTIONS = (
    "invite",
    "register",
    "decline",
    "withdraw",
    "substitute",
    "promote",
    "lapse",
    "revoke",
    "check_in",
    "move",
    "move_back",
    "recall",
)
SEATS = "registered waitlisted"
DECIDED = {
    "unconfirmed": (
        "invited",
        SEATS,
        "-",
        "withdrawn",
        "-",
        "-",
        "-",
        "revoked",
        "-",
        "-",
        "-",
        "-",
    ),
    "invited": (
        "-",
        SEATS,
        "declined",
        "-",
        "substituted",
        "-",
        "-",
        "revoked",
        "attended",
        "-",
        "-",
        "-",
    ),
    "waitlisted": (
        "-",
        "-",
        "-",
        "withdrawn",
        "-",
        "registered offered",
        "-",
        "revoked",
        "attended",
        "-",
        "-",
        "-",
    ),
    "offered": (
        "-",
        "registered",
        "withdrawn waitlisted",
        "withdrawn",
        "-",
        "-",
        "waitlisted",
        "revoked",
        "attended",
        "-",
        "-",
        "-",
    ),
    "registered": (
        "-",
        "-",
        "-",
        "withdrawn",
        "substituted",
        "-",
        "-",
        "revoked",
        "attended",
        "to_reconfirm",
        "-",
        "-",
    ),
    "to_reconfirm": (
        "-",
        "registered",
        "declined",
        "withdrawn",
        "substituted",
        "-",
        "-",
        "revoked",
        "attended",
        "to_reconfirm",
        "registered",
        "-",
    ),
    "declined": (
        "invited",
        SEATS,
        "-",
        "-",
        "substituted",
        "-",
        "-",
        "revoked",
        "attended",
        "-",
        "-",
        "-",
    ),
    "withdrawn": (
        "invited",
        SEATS,
        "-",
        "-",
        "substituted",
        "-",
        "-",
        "revoked",
        "attended",
        "-",
        "-",
        "-",
    ),
    "substituted": (
        "invited",
        "-",
        "-",
        "-",
        "-",
        "-",
        "-",
        "-",
        "-",
        "-",
        "-",
        "registered invited",
    ),
    "revoked": ("invited", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"),
    "attended": ("-",) * 12,
    "merged": ("-",) * 12,
}
CELLS = [
    (state, action, leads)
    for state, row in DECIDED.items()
    for action, leads in zip(ACTIONS, row, strict=True)
]


AT = dt.datetime(2027, 1, 22, 8, tzinfo=dt.UTC)


def make_registration(state: str) -> Registration:
    meeting = Meeting(year=None, kind="work", starts_at=AT, ends_at=AT, place="Karlstad")  # type: ignore[arg-type]
    return Registration(meeting=meeting, person=None, organisation=None, state=state)  # type: ignore[arg-type]


def test_every_state_has_its_row() -> None:
    assert set(DECIDED) == set(REGISTRATION_STATES)
    assert {action for _, action in TABLE} == set(ACTIONS)


@pytest.mark.parametrize(("state", "action", "leads"), CELLS)
def test_each_cell_is_as_decided(state: str, action: str, leads: str) -> None:
    assert states.allowed(state, action) == (leads != "-")
    for target in leads.replace("-", "").split():
        registration = make_registration(state)
        states.step(registration, action, target)
        assert registration.state == target


@pytest.mark.parametrize(("state", "action", "leads"), [cell for cell in CELLS if cell[2] == "-"])
def test_a_missing_cell_raises_and_changes_nothing(state: str, action: str, leads: str) -> None:
    registration = make_registration(state)
    with pytest.raises(Refused) as refused:
        states.step(registration, action)
    assert (refused.value.key, registration.state) == (f"cannot_{action}", state)


@pytest.mark.parametrize(("state", "action", "leads"), [cell for cell in CELLS if cell[2] != "-"])
def test_a_step_leads_nowhere_else_than_its_cell(state: str, action: str, leads: str) -> None:
    for elsewhere in set(REGISTRATION_STATES) - set(leads.split()):
        with pytest.raises(Refused):
            states.step(make_registration(state), action, elsewhere)


@pytest.mark.parametrize(
    "state", [state for state, row in DECIDED.items() if row[ACTIONS.index("check_in")] != "-"]
)
def test_who_is_checked_in_keeps_a_note_of_the_state_before(state: str) -> None:
    registration = make_registration(state)
    states.step(registration, "check_in")
    assert (registration.state, registration.before_attended) == ("attended", state)
