"""What is said of a person is shown to them and goes when they are erased."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from annualwheel.db import Base
from annualwheel.models import Person
from tests.structure.sources import PACKAGE, check_none, nodes

# The files that read rows for the person they are about, and those that wipe them.
SHOWN_BY, WIPED_BY = ("export", "own_answers"), ("erasure", "anonymising")
# Tables that are in neither, with the reason.
NOT_SHOWN = {
    "ImportedPerson": "that a list named them stands as where their address comes from",
    "YearOrganisation": "the lead of an answer is told so by the membership",
}
NOT_WIPED = {
    "Affiliation": "is reached by the person",
    "SubmittedAnswer": "says what the submitted version says, which is a public record",
}


def test_a_table_that_names_a_person_is_in_their_own_details() -> None:
    check_none(left_out(SHOWN_BY, NOT_SHOWN))


def test_a_table_that_names_a_person_is_wiped_when_they_are_erased() -> None:
    check_none(left_out(WIPED_BY, NOT_WIPED))


def left_out(files: Collection[str], but: Collection[str]) -> Iterator[str]:
    """The tables that hang on a person and that none of the files of `privacy` knows."""
    known = {
        node.id
        for file in files
        for node in nodes(PACKAGE / "privacy" / f"{file}.py")
        if isinstance(node, ast.Name)
    }
    named = {
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        for key in mapper.local_table.foreign_keys
        if key.column is Person.__table__.c.id
    }
    yield from (
        f"{name} is in none of {', '.join(files)}" for name in sorted(named - {*known, *but})
    )
    yield from (
        f"{name} need not be named here" for name in sorted({*but} & known | {*but} - named)
    )
