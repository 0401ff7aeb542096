"""What holds for the tests themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.structure import sources
from tests.structure.sources import TESTS, check_none, functions, imports, name_of, nodes

# To wait, to pretend, to look away.
BANNED = re.compile(
    r"(?:^|\.)(?:sleep|wait_for_timeout|skip|skipif|xfail|importorskip|Mock|MagicMock|patch)\b"
)
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
        for path in TESTS
        if path.name.startswith("test_")
        for name in idle(path)
    )


def idle(path: Path) -> list[str]:
    """The tests of a file that assert nothing, by themselves or through what they call in it."""
    asserting = {f.name for f in functions(path) if fails_by_itself(f)}
    while more := {
        f.name for f in functions(path) if f.name not in asserting and calls(f) & asserting
    }:
        asserting |= more
    return [
        f.name for f in functions(path) if f.name.startswith("test_") and f.name not in asserting
    ]


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
