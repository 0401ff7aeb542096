"""The codes that organisations get of their names."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from annualwheel.contacts import organisations
from annualwheel.db import db

pytestmark = pytest.mark.usefixtures("session")


def codes(count: int, first: int = 0) -> list[str]:
    return [
        organisations.add_organisation(f"Arvika nummer {number}").code
        for number in range(first, first + count)
    ]


def statements_of_one_more(number: int) -> int:
    """How many statements one more organisation takes when so many have names that begin alike."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        codes(1, number)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


def test_names_that_begin_alike_are_numbered() -> None:
    assert codes(6) == ["ARVIKA", *(f"ARVIKA{number}" for number in range(1, 6))]


def test_a_code_that_was_chosen_is_passed_over() -> None:
    organisations.add_organisation("Annan", code="ARVIKA1")
    assert codes(3) == ["ARVIKA", "ARVIKA2", "ARVIKA3"]


def test_looking_for_a_code_reads_few_of_those_that_are_taken() -> None:
    codes(60)
    # Twice as many take two questions more, and not twice as many.
    few = statements_of_one_more(60)
    codes(60, 61)
    assert statements_of_one_more(121) <= few + 2
