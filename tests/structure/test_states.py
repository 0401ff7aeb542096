"""States are named in one place: in the modules of states, on top of the columns of the models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from jinja2 import Environment
from jinja2 import nodes as jinja

from annualwheel.db import Base
from annualwheel.models.contacts import PERSON_STATES
from tests.structure.sources import (
    CODE,
    PACKAGE,
    PRODUCT,
    TEMPLATES,
    calls,
    check_none,
    name_of,
    nodes,
    text,
    tree,
)

STATES = frozenset(
    name
    for table in Base.metadata.sorted_tables
    if "state" in table.c and isinstance(table.c.state.type, sa.Enum)
    for name in table.c.state.type.enums
) | frozenset(PERSON_STATES)
# Lists of other things that are called as some states are: what they list.
OTHER_WORDS = {
    ("annualwheel/registrations/audiences.py", "OUTCOMES"): "groups of registrations",
    ("annualwheel/registrations/turnout.py", "COUNTED"): "groups of registrations",
    ("bench/filling.py", "BY_STATE"): "how the bench shares out its registrations",
    ("rehearse/ledger.py", "COUNTED"): "numbers of the rehearsal",
    ("scenes/worlds/after.py", "ASK_TO_CHANGE"): "who plays which part",
    (
        "annualwheel/web/coordinator/registrations/waiting_list.py",
        "DECISIONS",
    ): "verbs of the trail",
}
# Sets `state` of something that is no row: Flask-Mail's own.
OTHER_STATES = ("annualwheel/mail/delivery/connecting.py",)
QUOTED = re.compile(r"'(\w+)'")
COMMENT = re.compile(r"^#(?! ?-)")


def is_place_of_states(path: Path) -> bool:
    """Whether a file may list states: a module of states, or a model."""
    return path.stem.endswith("states") or path.is_relative_to(PACKAGE / "models")


def places_of_states() -> list[Path]:
    """The modules of states."""
    return [path for path in PRODUCT if path.stem.endswith("states")]


def names_in(elements: list[object]) -> list[str]:
    """The states among some values, when there are two or more."""
    found = [one for one in elements if one in STATES]
    return [str(one) for one in found] if len(set(found)) > 1 else []


def lists(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The tuples, lists and sets of a Python file that are written out with several states."""
    other = {
        value
        for node in tree(path).body
        if isinstance(node, ast.Assign)
        and (name_of(path), ast.unparse(node.targets[0])) in OTHER_WORDS
        for value in ast.walk(node.value)
    }
    for node in nodes(path):
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and node not in other:
            values = [one.value for one in node.elts if isinstance(one, ast.Constant)]
            if names := names_in(list(values)):
                yield node.lineno, names


def test_no_list_of_states_is_written_out_elsewhere() -> None:
    check_none(
        f"{name_of(path)}:{line} {names}"
        for path in CODE
        if not is_place_of_states(path)
        for line, names in lists(path)
    )


def test_no_template_writes_out_a_list_of_states() -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    check_none(
        f"{name_of(path)}:{node.lineno} {names}"
        for path in TEMPLATES
        for node in environment.parse(text(path)).find_all((jinja.Tuple, jinja.List))
        if (names := names_in([i.value for i in node.items if isinstance(i, jinja.Const)]))
    )


def test_no_statement_in_words_lists_states() -> None:
    check_none(
        f"{name_of(path)}:{node.lineno} {names}"
        for path in CODE
        if not is_place_of_states(path)
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (names := names_in(list(QUOTED.findall(node.value))))
    )


def test_a_state_is_set_by_the_step_of_its_subject() -> None:
    """New rows are made with their first state; what comes after is a step of the table."""
    check_none(
        f"{name_of(path)}:{line} {what}"
        for path in PRODUCT
        if not is_place_of_states(path) and name_of(path) not in OTHER_STATES
        for line, what in settings_of_states(path)
    )


def settings_of_states(path: Path) -> Iterator[tuple[int, str]]:
    """Where a Python file gives something another state: in a row, or in a statement."""
    for node in nodes(path):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "state"
            and not isinstance(node.ctx, ast.Load)
        ):
            yield node.lineno, f"{ast.unparse(node)} = …"
    for name, call in calls(path):
        if name.endswith(("values", "update")):
            yield from (
                (call.lineno, f"state={ast.unparse(word.value)}")
                for word in call.keywords
                if word.arg == "state" and isinstance(word.value, ast.Constant)
            )


def test_every_set_of_states_has_a_sentence() -> None:
    missing = []
    for path in places_of_states():
        lines = text(path).splitlines()
        for node in tree(path).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and is_set(node):
                before = lines[node.lineno - 2]
                if not COMMENT.match(before):
                    missing.append(f"{name_of(path)}:{node.lineno} {lines[node.lineno - 1]}")
    check_none(missing)


def is_set(node: ast.Assign | ast.AnnAssign) -> bool:
    """Whether a line of a module of states names a set, and no table of transitions."""
    value = node.value
    made_of_call = isinstance(value, ast.Call) and ast.unparse(value.func) == "tuple"
    return isinstance(value, ast.Tuple | ast.Name) or made_of_call


def test_a_list_of_states_would_be_found() -> None:
    sample = ast.parse("x = ('queued', 'retry')\ny = ['draft', 1, 'submitted']\nz = ('sent',)")
    found = [
        names_in([one.value for one in node.elts if isinstance(one, ast.Constant)])
        for node in ast.walk(sample)
        if isinstance(node, ast.Tuple | ast.List)
    ]
    assert sorted(found) == [[], ["draft", "submitted"], ["queued", "retry"]]
    assert names_in(QUOTED.findall("DELETE FROM messages WHERE state IN ('sent', 'dropped')"))
