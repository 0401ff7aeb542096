"""The tables of states: the mechanism, and each table as it was decided, cell by cell."""

from __future__ import annotations

import datetime as dt
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import request_states
from annualwheel.contacts import states as person_states
from annualwheel.contacts.imports import states as import_states
from annualwheel.errors import Refused
from annualwheel.mail import mailing_states
from annualwheel.mail import states as mail_states
from annualwheel.meetings import states as meeting_states
from annualwheel.models import (
    ChangeRequest,
    DeletionRequest,
    Import,
    Mailing,
    Meeting,
    Message,
    OrganisationRequest,
    Pack,
    Person,
    Registration,
    Submission,
    Year,
)
from annualwheel.preparation import states as submission_states
from annualwheel.registrations import states as registration_states
from annualwheel.transitions import Transitions
from annualwheel.workshop import states as pack_states

NOW = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
LIGHTS = Transitions(
    ("red", "green", "off"),
    {
        ("red", "change"): ("green",),
        ("green", "change"): ("red", "off"),
        ("red", "break"): ("off",),
        ("green", "break"): ("off",),
    },
)
# module -> the kinds of rows that its states belong to
TABLES: dict[ModuleType, tuple[type, ...]] = {
    registration_states: (Registration,),
    mail_states: (Message,),
    mailing_states: (Mailing,),
    submission_states: (Submission,),
    pack_states: (Pack,),
    import_states: (Import,),
    meeting_states: (Meeting,),
    request_states: (ChangeRequest, DeletionRequest, OrganisationRequest),
}
# Each action with where it leads, by state; every other cell raises.
DECIDED: dict[ModuleType, dict[str, dict[str, str]]] = {
    mail_states: {
        "claim": {"queued": "sending", "retry": "sending", "sending": "sending"},
        "give_back": {"sending": "queued retry"},
        "deliver": {"sending": "sent"},
        "withhold": {"sending": "withheld"},
        "fail": {"sending": "failed"},
        "postpone": {"sending": "retry"},
        "expire": dict.fromkeys(("queued", "retry", "sending"), "expired unknown"),
        "drop": {"sending": "dropped"},
        "stop": {"queued": "dropped", "retry": "dropped"},
        "doubt": {"queued": "unknown", "retry": "unknown", "sending": "unknown"},
        "replace": dict.fromkeys(
            ("queued", "retry", "failed", "unknown", "withheld", "expired"), "dropped"
        ),
        "leave_out": dict.fromkeys(
            ("queued", "retry", "failed", "unknown", "withheld", "expired"), "not_sent"
        ),
        "try_again": dict.fromkeys(("failed", "unknown", "withheld", "expired"), "queued"),
    },
    mailing_states: {
        "settle": {"settling": "preparing"},
        "written": {"preparing": "sending"},
        "pause": dict.fromkeys(("settling", "preparing", "sending"), "paused"),
        "stop": {"preparing": "stopped", "sending": "stopped"},
        "resume": dict.fromkeys(("paused", "stopped"), "settling preparing sending"),
        "overtake": {"preparing": "sending", "paused": "sending", "stopped": "sending"},
        "finish": {"sending": "done"},
    },
    submission_states: {
        "write": {"draft": "draft", "submitted": "changed", "changed": "changed"},
        "submit": {"draft": "submitted", "submitted": "submitted", "changed": "submitted"},
    },
    pack_states: {
        "build": {"queued": "building", "building": "building"},
        "cancel": {"queued": "cancelled", "building": "cancelled"},
        "finish": {"building": "ready"},
        "fail": {"queued": "failed", "building": "failed"},
        "give_up": {"building": "failed"},
    },
    import_states: {
        "write": {"preview": "writing"},
        "finish": {"writing": "written", "undoing": "undone"},
        "cancel": {"writing": "undoing", "write_failed": "undoing"},
        "undo": {"written": "undoing"},
        "fail": {"writing": "write_failed", "undoing": "undo_failed"},
        "try_again": {"write_failed": "writing", "undo_failed": "undoing"},
    },
    meeting_states: {"cancel": {"planned": "cancelled", "closed": "cancelled"}},
    request_states: {"grant": {"asked": "granted"}, "refuse": {"asked": "refused"}},
}
CELLS = [
    pytest.param(module, state, action, id=f"{module.__name__}-{state}-{action}")
    for module, actions in DECIDED.items()
    for state in module.TRANSITIONS.states
    for action in actions
]


def test_a_step_leads_to_the_first_state_of_its_cell_or_to_the_one_that_is_chosen() -> None:
    assert LIGHTS.target("red", "change") == "green"
    assert LIGHTS.target("green", "change") == "red"
    assert LIGHTS.target("green", "change", "off") == "off"


@pytest.mark.parametrize(
    ("state", "action", "to"), [("off", "change", None), ("red", "change", "off")]
)
def test_a_missing_cell_raises(state: str, action: str, to: str | None) -> None:
    with pytest.raises(Refused) as refused:
        LIGHTS.target(state, action, to)
    assert (refused.value.key, refused.value.params) == ("wrong_state", {"state": state})


def test_a_table_may_name_the_action_in_its_refusal() -> None:
    with pytest.raises(Refused) as refused:
        Transitions(("red",), {}, refusal="cannot_{action}").target("red", "change")
    assert refused.value.key == "cannot_change"


def test_a_table_names_no_state_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="amber"):
        Transitions(("red",), {("red", "change"): ("amber",)})
    with pytest.raises(ValueError, match="amber"):
        Transitions(("red",), {("amber", "change"): ("red",)})


def test_a_statement_asks_for_the_states_that_have_the_action() -> None:
    assert LIGHTS.sources("change") == ("red", "green")
    assert LIGHTS.outcome("break") == "off"
    with pytest.raises(ValueError, match="leads to several"):
        LIGHTS.outcome("change")
    with pytest.raises(ValueError, match="leads to several"):
        mail_states.TRANSITIONS.outcome("expire")
    with pytest.raises(ValueError, match="repair"):
        LIGHTS.sources("repair")


def test_a_statement_can_step_each_row_from_where_it_is(session: Any) -> None:
    rows = [sa.select(sa.literal(state).label("state")) for state in LIGHTS.states]
    states = sa.union_all(*rows).subquery()
    stepped = session.execute(sa.select(states.c.state, LIGHTS.in_sql(states.c.state, "change")))
    assert dict(tuple(row) for row in stepped) == {"red": "green", "green": "red", "off": "off"}


@pytest.mark.parametrize("module", TABLES, ids=lambda module: module.__name__)
def test_a_table_has_the_states_that_the_database_allows(module: ModuleType) -> None:
    for model in TABLES[module]:
        assert list(module.TRANSITIONS.states) == model.__table__.c.state.type.enums  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", DECIDED, ids=lambda module: module.__name__)
def test_a_table_has_no_action_besides(module: ModuleType) -> None:
    assert {action for _state, action in module.TABLE} == set(DECIDED[module])


@pytest.mark.parametrize(("module", "state", "action"), CELLS)
def test_each_cell_is_as_decided(module: ModuleType, state: str, action: str) -> None:
    expected = DECIDED[module][action].get(state, "").split()
    assert module.TRANSITIONS.allows(state, action) == bool(expected)
    for elsewhere in module.TRANSITIONS.states:
        if elsewhere in expected:
            assert module.TRANSITIONS.target(state, action, elsewhere) == elsewhere
        else:
            with pytest.raises(Refused):
                module.TRANSITIONS.target(state, action, elsewhere)


@pytest.mark.parametrize("module", TABLES, ids=lambda module: module.__name__)
def test_sets_of_states_name_states_and_none_twice(module: ModuleType) -> None:
    more = {submission_states.NOT_BEGUN}
    for name, value in vars(module).items():
        if name.isupper() and isinstance(value, tuple):
            assert set(value) <= {*module.TRANSITIONS.states, *more}, name
            assert len(set(value)) == len(value), name


def mailing(state: str, paused_from: str | None = None) -> Mailing:
    return Mailing(
        meeting=None,  # type: ignore[arg-type]
        kind="reminder",
        audience={},
        confirm_key="",
        created_at=NOW,
        state=state,
        paused_from=paused_from,
    )


@pytest.mark.parametrize("was", ["settling", "preparing", "sending"])
def test_a_mailing_goes_back_to_where_it_was_paused(was: str) -> None:
    one = mailing(was)
    mailing_states.step(one, "pause")
    assert (one.state, one.paused_from, mailing_states.doing(one)) == ("paused", was, was)
    mailing_states.step(one, "resume")
    assert (one.state, one.paused_from, mailing_states.doing(one)) == (was, None, was)


def test_a_paused_mailing_that_is_overtaken_has_nothing_to_go_back_to() -> None:
    one = mailing("paused", "preparing")
    mailing_states.step(one, "overtake")
    assert (one.state, one.paused_from) == ("sending", None)


def test_a_mailing_that_is_done_is_not_paused() -> None:
    one = mailing("done")
    with pytest.raises(Refused):
        mailing_states.step(one, "pause")
    assert (one.state, one.paused_from) == ("done", None)


@pytest.mark.parametrize("state", registration_states.TRANSITIONS.states)
def test_a_registration_in_any_state_can_be_merged_once(state: str) -> None:
    meeting = Meeting(
        year=Year(number=2027), kind="work", starts_at=NOW, ends_at=NOW, place="", sequence=3
    )
    registration = Registration(meeting=meeting, person=None, organisation=None, state=state)  # type: ignore[arg-type]
    meeting.sequence = 4
    if state == "merged":
        with pytest.raises(Refused):
            registration_states.step(registration, "merge")
    else:
        registration_states.step(registration, "merge")
        # It has got its state after the meeting was moved for the fourth time.
        assert registration.moves == 4
    assert registration.state == "merged"


@pytest.mark.parametrize(
    ("active", "into", "state"),
    [
        (True, None, "active"),
        (False, None, "inactive"),
        (True, 2, "merged"),
        (False, 2, "merged"),
    ],
)
def test_a_person_is_active_inactive_or_merged(active: bool, into: int | None, state: str) -> None:
    person = Person(
        given="Åsa",
        family="Ängprov",
        email="",
        email_folded="",
        name_folded="",
        active=active,
        merged_into_id=into,
    )
    assert person.state == state
    assert person_states.is_with_us(person) == (state == "active")
