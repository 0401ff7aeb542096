"""What a coordinator has decided about a list: kept with the import, and put on its rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from annualwheel.contacts.imports.values import Contact
from annualwheel.db import db
from annualwheel.models import Category, Organisation, Person

# Values in one query: a statement may have only so many.
CHUNK = 500


@dataclass(frozen=True)
class Choice:
    """What was decided about an unknown organisation.

    It is the same as one that is there, the same as another one of the file (by its folded name),
    or a new one with a category.
    """

    same_as: Organisation | None = None
    category: Category | None = None
    same_in_file: str = ""


@dataclass(frozen=True)
class Decisions:
    """All that was decided, each by what was asked about.

    `organisations` are by folded name; one that is not named is added as the file says. `leads`:
    the numbers of the rows whose person leads, where the file names several leads of an
    organisation; without one it is the first of them. `left_out`: the rows that are not read in.
    `same`: by row, the person whom it is about: the public id of one that is there, or the number
    of another row.
    """

    organisations: Mapping[str, Choice] = field(default_factory=dict)
    leads: Collection[int] = frozenset()
    left_out: Collection[int] = frozenset()
    same: Mapping[int, str | int] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """The decisions as JSON."""
        return {
            "organisations": {
                folded: [
                    one.same_as.public_id if one.same_as else "",
                    one.category.key if one.category else "",
                    one.same_in_file,
                ]
                for folded, one in self.organisations.items()
            },
            "leads": sorted(self.leads),
            "left_out": sorted(self.left_out),
            "same": [[row, person] for row, person in self.same.items()],
        }


def read(kept: Mapping[str, Any]) -> Decisions:
    """The decisions that `Decisions.kept` gave."""
    named = kept["organisations"]
    known = _by(Organisation, Organisation.public_id, [one[0] for one in named.values()])
    kinds = _by(Category, Category.key, [one[1] for one in named.values()])
    return Decisions(
        {folded: Choice(known.get(a), kinds.get(b), c) for folded, (a, b, c) in named.items()},
        frozenset(kept["leads"]),
        frozenset(kept["left_out"]),
        dict(kept["same"]),
    )


def settled(contacts: Sequence[Contact], decided: Decisions) -> list[Contact]:
    """The rows as they are read in: without those that are left out, each with its person.

    A row about somebody who is there gets that person's name and address, so that it finds them. A
    row about somebody who has been erased since is not read in.
    """
    known = _by(Person, Person.public_id, [one for one in decided.same.values() if one])
    by_row = {contact.row: contact for contact in contacts}

    def person_of(contact: Contact) -> Contact:
        same, seen = decided.same.get(contact.row), {contact.row}
        while isinstance(same, int) and same in by_row and same not in seen:
            seen.add(same)
            contact = _as(contact, by_row[same])
            same = decided.same.get(same)
        return _as(contact, known[same]) if isinstance(same, str) and same in known else contact

    gone: set[str | int] = {public_id for public_id, one in known.items() if not one.email}
    gone |= {one for one in decided.same.values() if isinstance(one, int) and one not in by_row}
    left_out = {*decided.left_out, *_about(decided.same, gone)}
    return [person_of(one) for one in contacts if one.row not in left_out]


def rows_about(kept: Mapping[str, Any], persons: Collection[str | int]) -> set[int]:
    """The rows that were said to be about the persons: public ids, or numbers of other rows."""
    return _about(dict(kept["same"]), persons)


def without_rows(kept: Mapping[str, Any], rows: Collection[int]) -> dict[str, Any]:
    """The decisions, as `Decisions.kept` gave them, without what was decided about those rows."""
    return {**kept, "same": [one for one in kept["same"] if one[0] not in rows]}


def _about(same: Mapping[int, str | int], persons: Collection[str | int]) -> set[int]:
    """The rows that are about one of the persons, perhaps by way of other rows."""
    found: set[int] = set()
    for row in same:
        seen: list[str | int] = [row]
        while isinstance(last := seen[-1], int) and last in same and same[last] not in seen:
            seen.append(same[last])
        if any(one in persons for one in seen[1:]):
            found.add(row)
    return found


def _as(contact: Contact, other: Contact | Person) -> Contact:
    """The row with the name and address of somebody else."""
    return replace(contact, given=other.given, family=other.family, email=other.email)


def _by(table: Any, column: Any, values: Sequence[object]) -> dict[str, Any]:
    """The rows with those values, by value."""
    wanted = {value for value in values if isinstance(value, str) and value}
    found: dict[str, Any] = {}
    for start in range(0, len(ordered := sorted(wanted)), CHUNK):
        asked = sa.select(table).where(column.in_(ordered[start : start + CHUNK]))
        found |= {getattr(row, column.key): row for row in db.session.scalars(asked)}
    return found
