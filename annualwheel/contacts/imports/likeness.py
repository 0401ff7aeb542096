"""Which rows may be about a person who is there, or about each other, though they do not say so.

It is asked, and never decided here: one address may belong to several people.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

import sqlalchemy as sa

from annualwheel.contacts.folding import fold
from annualwheel.contacts.imports.values import Contact
from annualwheel.db import db
from annualwheel.models import Affiliation, Person

NEAR_ENOUGH = 0.8
# An address of a whole office has many names; no more of them are compared with each other.
MOST_COMPARED = 20
# Values in one query: a statement may have only so many.
CHUNK = 500
# What is the same: the address, or the name and the organisation.
BY_ADDRESS, BY_NAME = "address", "name"


@dataclass(frozen=True)
class Alike:
    """A row that may be about `other`: somebody who is there, or another row of the file."""

    contact: Contact
    other: Person | Contact
    by: str

    @property
    def same(self) -> str | int:
        """How a decision names the other."""
        return self.other.row if isinstance(self.other, Contact) else self.other.public_id


class Seen:
    """The people that rows are compared with: those that are there, and those of the rows before.

    `people` are those with an address of the list; `places` are (folded name, organisation's id).
    """

    def __init__(self, people: Iterable[Person], places: Iterable[tuple[str, int]]) -> None:
        self.by_address: dict[str, list[Person | Contact]] = {}
        self.by_name: dict[tuple[str, object], Person | Contact] = {}
        for person in people:
            self.by_address.setdefault(fold(person.email), []).append(person)
        self.by_name |= _by_name(set(places))

    def compare(self, contact: Contact, place: object) -> Alike | None:
        """Whom a row may be about; `place` is its organisation's id, or name when it is new."""
        address, name = contact.key
        with_address = self.by_address.setdefault(address, [])
        near = next((one for one in with_address if near_names(one.name, contact.name)), None)
        called = self.by_name.get((name, place))
        if len(with_address) < MOST_COMPARED:
            with_address.append(contact)
        self.by_name.setdefault((name, place), contact)
        if near is not None:
            return Alike(contact, near, BY_ADDRESS)
        return Alike(contact, called, BY_NAME) if called is not None else None


def near_names(one: str, other: str) -> bool:
    """Whether two names may be spellings of one: other accents, a letter, a name left out."""
    first, second = _plain(one), _plain(other)
    words, others = set(first.split()), set(second.split())
    if words <= others or others <= words:
        return True
    return SequenceMatcher(None, first, second).ratio() >= NEAR_ENOUGH


def _plain(name: str) -> str:
    """The folded name without accents and hyphens."""
    parts = unicodedata.normalize("NFD", fold(name).replace("-", " "))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _by_name(places: set[tuple[str, int]]) -> dict[tuple[str, object], Person | Contact]:
    """The active people who have such a name and such an organisation."""
    found: dict[tuple[str, object], Person | Contact] = {}
    names = sorted({name for name, _place in places})
    for start in range(0, len(names), CHUNK):
        asked = (
            sa.select(Person, Affiliation.organisation_id)
            .join(Affiliation, Affiliation.person_id == Person.id)
            .where(
                Person.name_folded.in_(names[start : start + CHUNK]),
                Person.merged_into_id.is_(None),
                Person.active,
                Affiliation.active,
            )
            .order_by(Person.id)
        )
        for person, place in db.session.execute(asked):
            found.setdefault((person.name_folded, place), person)
    return {key: one for key, one in found.items() if key in places}
