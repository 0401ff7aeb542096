"""Tables of states: what may happen in each state, and where it leads. A missing cell raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from annualwheel.errors import Refused

Table = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Transitions:
    """The states of one kind of row and the steps between them.

    `states`: every state, as the column of the model allows them. `table`: (state, action) -> the
    states it may lead to; where there are several the caller chooses, else the first is taken.
    `refusal`: the key of the error for a missing cell, with the action in place of `{action}`.
    Raises `ValueError` for a table that names another state.
    """

    states: Sequence[str]
    table: Table
    refusal: str = "wrong_state"

    def __post_init__(self) -> None:
        # A misspelt state shows when the module is imported, not when the step is first taken.
        named = {state for (state, _action), to in self.table.items() for state in (state, *to)}
        if unknown := named - set(self.states):
            raise ValueError(f"no such states: {sorted(unknown)}")

    def allows(self, state: str, action: str) -> bool:
        """Whether `action` is possible in `state`."""
        return (state, action) in self.table

    def target(self, state: str, action: str, to: str | None = None) -> str:
        """The state that `action` leads to from `state`: `to`, else the first of its cell.

        Raises `Refused` for a missing cell and for a `to` that is not in it.
        """
        possible = self.table.get((state, action))
        if possible is None or (to is not None and to not in possible):
            raise Refused(self.refusal.format(action=action), state=state)
        return to or possible[0]

    def sources(self, action: str) -> tuple[str, ...]:
        """The states in which `action` is possible, for a statement that steps many rows.

        Raises `ValueError` for an action that no state has.
        """
        found = tuple(state for state in self.states if self.allows(state, action))
        if not found:
            raise ValueError(f"no state has the action {action}")
        return found

    def outcome(self, action: str) -> str:
        """The one state that `action` leads to, from whichever state. For statements too.

        Raises `ValueError` when it may lead to several.
        """
        found = {to for state in self.sources(action) for to in self.table[state, action]}
        if len(found) > 1:
            raise ValueError(f"the action {action} leads to several states")
        return found.pop()

    def in_sql(
        self, column: sa.ColumnElement[str] | InstrumentedAttribute[str], action: str
    ) -> sa.Case[str]:
        """The state that `action` leads to from where the row is when the statement runs.

        A row in a state that has no such action keeps its state.
        """
        steps = {state: self.table[state, action][0] for state in self.sources(action)}
        return sa.case(steps, value=column, else_=column)
