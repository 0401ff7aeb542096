"""Works out what an import would do, from the file and the contacts as they are now.

It writes nothing but the file's own rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from annualwheel.contacts import organisations
from annualwheel.contacts.folding import fold
from annualwheel.contacts.imports import storing
from annualwheel.contacts.imports.likeness import Alike, Seen
from annualwheel.contacts.imports.values import Contact
from annualwheel.db import db
from annualwheel.models import (
    Affiliation,
    Category,
    Import,
    Organisation,
    Person,
    YearOrganisation,
)

STATUSES = ("new", "there", "same", "unreadable")
NEAR_ENOUGH = 0.8
# Beyond this many comparisons no near names are looked for: it would take longer than it helps.
NEAR_PAIRS = 200_000
# Addresses in one query: a statement may have only so many values.
CHUNK = 500


@dataclass
class PreviewRow:
    """A row and what it would do.

    `notes` say what it adds to a person on file: (key, text).
    """

    contact: Contact
    status: str
    organisation: Organisation | None = None
    person: Person | None = None
    same_as: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class UnknownOrganisation:
    """An organisation that we do not have.

    It has the category that the file says, if any, and those whose names are near: those we have,
    and those that stand before it in the file.
    """

    name: str
    category_text: str = ""
    category: Category | None = None
    rows: int = 0
    near: list[Organisation] = field(default_factory=list)
    near_in_file: list[UnknownOrganisation] = field(default_factory=list)


@dataclass(frozen=True)
class KnownOrganisation:
    """An organisation that we have, and what the file says of its category.

    The import does not change `before` when there is one.
    """

    organisation: Organisation
    text: str
    category: Category | None
    before: Category | None

    @property
    def sets(self) -> bool:
        """Whether the import would set the category of the year."""
        return self.before is None and self.category is not None


@dataclass(frozen=True)
class Preview:
    """What the import would do.

    It has the rows in the file's order, the organisations to be added, and what the file says of
    the others. `leads`: rows that name several leads of one organisation, which has but one.
    `alike`: rows that may be about somebody who is there, or about one another.
    """

    entries: list[PreviewRow]
    unknown: dict[str, UnknownOrganisation]
    typed: list[KnownOrganisation]
    leads: list[list[PreviewRow]]
    alike: list[Alike]

    @property
    def alone(self) -> list[Contact]:
        """The rows whose person has one name only."""
        usable = (entry for entry in self.entries if entry.status in ("new", "there"))
        return [entry.contact for entry in usable if entry.contact.alone]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each of `STATUSES`."""
        found = Counter(entry.status for entry in self.entries)
        return {status: found[status] for status in STATUSES}


class ExistingContacts:
    """The contacts as they are.

    They are loaded in a fixed number of queries, and one for every 500 addresses.
    """

    def __init__(self, year_id: int, addresses: Iterable[str]) -> None:
        self.organisations = _organisations()
        rows = db.session.scalars(
            sa.select(YearOrganisation).where(YearOrganisation.year_id == year_id)
        )
        self.years = {row.organisation_id: row for row in rows}
        self.categories = categories_by_word()
        self.persons = persons_by_key(addresses)

    def near(self, name: str) -> list[Organisation]:
        """Organisations with a name or alias that is nearly `name`, at most three."""
        names = near_names(fold(name), self.organisations)
        return list(dict.fromkeys(self.organisations[other] for other in names))[:3]


def near_names(folded: str, others: Collection[str]) -> list[str]:
    """Those of the folded names that are nearly `folded`, or begin as it does."""
    names = get_close_matches(folded, others, n=3, cutoff=NEAR_ENOUGH)
    names += [other for other in others if _begins_alike(folded, other)]
    return list(dict.fromkeys(names))


def build(kept: Import, contacts: list[Contact] | None = None, *, near: bool = True) -> Preview:
    """What the import would do now; `contacts` when its rows have been understood already.

    `near` False leaves out which names are alike, which takes long.
    """
    if contacts is None:
        contacts = storing.contacts_of(kept)
    addresses = [contact.key[0] for contact in contacts if not contact.problems]
    return _Builder(ExistingContacts(kept.year_id, addresses)).build(contacts, near)


class _Builder:
    def __init__(self, known: ExistingContacts) -> None:
        self.known = known
        self.unknown: dict[str, UnknownOrganisation] = {}
        self.typed: dict[int, KnownOrganisation] = {}
        self.rows: dict[tuple[tuple[str, str], object], int] = {}
        self.people: set[tuple[str, str]] = set()
        self.leads: dict[object, list[PreviewRow]] = {}

    def build(self, contacts: list[Contact], near: bool) -> Preview:
        entries = [self._entry(contact) for contact in contacts]
        alike: list[Alike] = []
        if near:
            self._find_near_names()
            alike = self._alike(entries)
        several = [rows for rows in self.leads.values() if len(rows) > 1]
        for entry in (entry for rows in several for entry in rows):
            # Which of them will lead is asked, so none of them is told to.
            entry.notes = [note for note in entry.notes if note[0] != "lead"]
        return Preview(entries, self.unknown, list(self.typed.values()), several, alike)

    def _find_near_names(self) -> None:
        names = len(self.unknown)
        if names * len(self.known.organisations) <= NEAR_PAIRS:
            for one in self.unknown.values():
                one.near = self.known.near(one.name)
        if names * names <= NEAR_PAIRS:
            before: dict[str, UnknownOrganisation] = {}
            for folded, one in self.unknown.items():
                one.near_in_file = [before[other] for other in near_names(folded, before)]
                before[folded] = one

    def _alike(self, entries: list[PreviewRow]) -> list[Alike]:
        new = [entry for entry in entries if entry.status == "new"]
        places = [
            (entry.contact.key[1], entry.organisation.id) for entry in new if entry.organisation
        ]
        seen = Seen(self.known.persons.values(), places)
        found = [
            seen.compare(
                entry.contact,
                entry.organisation.id if entry.organisation else entry.contact.organisation_key,
            )
            for entry in new
        ]
        alike = [one for one in found if one is not None]
        others = {one.contact.row: one for one in alike}
        for entry in new:
            if entry.contact.row in others:
                entry.notes.append(("alike", others[entry.contact.row].other.name))
        return alike

    def _entry(self, contact: Contact) -> PreviewRow:
        entry = PreviewRow(
            contact, "unreadable", self.known.organisations.get(contact.organisation_key)
        )
        if contact.problems:
            return entry
        at = entry.organisation.id if entry.organisation else contact.organisation_key
        if (contact.key, at) in self.rows:
            entry.status, entry.same_as = "same", self.rows[contact.key, at]
            return entry
        if contact.lead:
            self.leads.setdefault(at, []).append(entry)
        entry.person = self.known.persons.get(contact.key)
        # A second row may name a new person with another organisation: the person is added once.
        entry.status = "there" if entry.person or contact.key in self.people else "new"
        entry.notes = self._notes(entry)
        self.rows[contact.key, at] = contact.row
        self.people.add(contact.key)
        self._see_organisation(entry)
        return entry

    def _notes(self, entry: PreviewRow) -> list[tuple[str, str]]:
        notes = [("alone", "")] if entry.contact.alone else []
        if entry.status == "new":
            return notes
        contact, person, organisation = entry.contact, entry.person, entry.organisation
        affiliation = _affiliation(person, organisation)
        name = organisation.name if organisation else contact.organisation
        if person and not person.active:
            notes.append(("inactive", ""))
        if affiliation is None or not affiliation.active:
            notes.append(("organisation", name))
        notes += _missing(contact, person, affiliation)
        if contact.lead and not self._is_lead(person, organisation):
            notes.append(("lead", name))
        return notes

    def _is_lead(self, person: Person | None, organisation: Organisation | None) -> bool:
        if person is None or organisation is None:
            return False
        year = self.known.years.get(organisation.id)
        return year is not None and year.lead_id == person.id

    def _see_organisation(self, entry: PreviewRow) -> None:
        contact, organisation = entry.contact, entry.organisation
        category = self.known.categories.get(fold(contact.category))
        if organisation is None:
            self._see_unknown(contact, category)
        elif contact.category and organisation.id not in self.typed:
            self._see_typed(organisation, contact.category, category)

    def _see_unknown(self, contact: Contact, category: Category | None) -> None:
        one = self.unknown.setdefault(
            contact.organisation_key, UnknownOrganisation(contact.organisation)
        )
        one.rows += 1
        one.category_text = one.category_text or contact.category
        one.category = one.category or category

    def _see_typed(self, organisation: Organisation, text: str, category: Category | None) -> None:
        year = self.known.years.get(organisation.id)
        before = year.category if year else None
        if category is None or category is not before:
            self.typed[organisation.id] = KnownOrganisation(organisation, text, category, before)


def _missing(
    contact: Contact, person: Person | None, affiliation: Affiliation | None
) -> list[tuple[str, str]]:
    """What the row says and the person or the affiliation has nothing of."""
    notes = []
    if affiliation and contact.title and not affiliation.title:
        notes.append(("title", contact.title))
    if person and contact.mobile and not person.mobile:
        notes.append(("mobile", ""))
    return notes


def _affiliation(person: Person | None, organisation: Organisation | None) -> Affiliation | None:
    if person is None or organisation is None:
        return None
    return next((a for a in person.affiliations if a.organisation_id == organisation.id), None)


def _organisations() -> dict[str, Organisation]:
    """The organisations by folded name, alias and chosen code; for a merged one what it became."""
    everyone = db.session.scalars(
        sa.select(Organisation).options(selectinload(Organisation.aliases))
    ).all()
    by_id = {one.id: one for one in everyone}
    found: dict[str, Organisation] = {}
    for one in everyone:
        kept = one
        while kept.merged_into_id is not None:
            kept = by_id[kept.merged_into_id]
        # An organisation's own name wins over an alias or a code of another.
        found[one.folded] = kept
        other_names = [alias.folded for alias in one.aliases]
        codes = [fold(one.code)] if organisations.has_chosen_code(one) else []
        for other in (*other_names, *codes):
            found.setdefault(other, kept)
    return found


def _begins_alike(one: str, other: str) -> bool:
    """Whether one of two folded names is the beginning of the other, in whole words."""
    if min(len(one), len(other)) < 4:
        return False
    return f"{other} ".startswith(f"{one} ") or f"{one} ".startswith(f"{other} ")


def categories_by_word() -> dict[str, Category]:
    """The kinds of organisations by each folded word that a list may say."""
    return {
        fold(word): one
        for one in db.session.scalars(sa.select(Category))
        for word in (one.key, one.sv, one.en)
    }


def persons_by_key(addresses: Iterable[str]) -> dict[tuple[str, str], Person]:
    """The people with those folded addresses, as they are now, by address and name.

    For a merged person it is the one that it became.
    """
    found: dict[tuple[str, str], Person] = {}
    wanted = sorted(set(addresses))
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        asked = (
            sa.select(Person)
            .where(Person.email_folded.in_(chunk))
            .options(selectinload(Person.affiliations).selectinload(Affiliation.organisation))
            .execution_options(populate_existing=True)
        )
        for person in db.session.scalars(asked):
            kept = person
            while kept.merged_into_id is not None:
                kept = db.session.get_one(Person, kept.merged_into_id)
            found[person.email_folded, person.name_folded] = kept
    return found
