"""What holds for the tests themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.structure import sources
from tests.structure.sources import (
    TESTS,
    Function,
    check_none,
    functions,
    imports,
    name_of,
    nodes,
    tree,
)

TEST_FILES = [path for path in TESTS if path.name.startswith("test_")]

# To wait, to pretend, to look away.
BANNED = re.compile(
    r"(?:^|\.)(?:sleep|wait_for_timeout|skip|skipif|xfail|importorskip|Mock|MagicMock|patch)\b"
)
# Who calls one of these lets several act in the same moment, or kills a process.
RACING = {"at_once", "behind_our_back", "ThreadPoolExecutor", "kill"}
# Calls that fail by themselves when something does not hold.
EXPECTATIONS = {"raises", "see", "miss", "expect", "axe", "check_page", "warns"}


def test_tests_neither_wait_nor_pretend_nor_look_away() -> None:
    check_none(
        f"{name_of(path)}: {name}"
        for path in TESTS
        for name in sorted({*called_or_marked(path), *mocks(path)})
    )


def called_or_marked(path: Path) -> Iterator[str]:
    """The banned names that a file calls or puts on a function."""
    called = {name for name, _call in sources.calls(path)}
    marks = {ast.unparse(d) for f in functions(path) for d in f.decorator_list}
    return (name for name in called | marks if BANNED.search(name))


def mocks(path: Path) -> Iterator[str]:
    """The modules for mocking that a file imports, however it does."""
    taken = {
        f"{node.module}.{alias.name}"
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return (name for name in taken | {*imports(path)} if "mock" in name)


def test_every_test_can_fail() -> None:
    check_none(
        f"{name_of(path)}: nothing is asserted in {name}"
        for path in TEST_FILES
        for name in own_tests(path) - with_callers(path, fails_by_itself)
    )


def test_what_races_is_marked() -> None:
    check_none(
        f"{name_of(path)}: {name} needs @pytest.mark.race"
        for path in TEST_FILES
        for name in (own_tests(path) & with_callers(path, races)) - marked(path, "race")
    )


def own_tests(path: Path) -> set[str]:
    """The names of the tests of a file."""
    return {f.name for f in functions(path) if f.name.startswith("test_")}


def marked(path: Path, marker: str) -> set[str]:
    """The tests of a file that have a marker, by themselves or because the whole file has it."""
    whole_file = any(
        ast.unparse(node) == f"pytestmark = pytest.mark.{marker}" for node in tree(path).body
    )
    return {
        f.name
        for f in functions(path)
        if whole_file or f"pytest.mark.{marker}" in map(ast.unparse, f.decorator_list)
    }


def with_callers(path: Path, holds: Callable[[Function], bool]) -> set[str]:
    """The functions of a file of which something holds, and those of it that call them."""
    found = {f.name for f in functions(path) if holds(f)}
    while more := {f.name for f in functions(path) if f.name not in found and calls(f) & found}:
        found |= more
    return found


def races(function: ast.AST) -> bool:
    """Whether a function lets several act in the same moment, or kills a process."""
    return bool(calls(function) & RACING)


def fails_by_itself(function: ast.AST) -> bool:
    """Whether a function asserts: a statement, an expectation, a look at a page."""
    return (
        any(isinstance(node, ast.Assert) for node in ast.walk(function))
        or bool(calls(function) & EXPECTATIONS)
        or any(name.startswith(("check", "assert")) for name in calls(function))
    )


def calls(function: ast.AST) -> set[str]:
    """The last part of the name of everything a function calls."""
    return {
        ast.unparse(node.func).rsplit(".", 1)[-1]
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    }
