"""Works out what an import would do, from the file and the contacts as they are now.

It writes nothing but the file's own rows.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import sqlalchemy as sa
from sqlalchemy.orm import defer, selectinload

from annualwheel import audit, listing
from annualwheel.audit import Actor
from annualwheel.contacts import organisations
from annualwheel.contacts.folding import fold
from annualwheel.contacts.imports.reading import Line, Sheet
from annualwheel.contacts.imports.values import Contact, parse
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.listing import Order, Page, SwedishKey
from annualwheel.models import (
    Affiliation,
    Category,
    Import,
    Organisation,
    Person,
    Year,
    YearOrganisation,
)
from annualwheel.models.contacts import IMPORT_STATES

PREVIEW_LIFE = dt.timedelta(days=7)
NEWEST = Order("when", descending=True)
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

    It has the category that the file says, if any, and those whose names are near.
    """

    name: str
    category_text: str = ""
    category: Category | None = None
    rows: int = 0
    near: list[Organisation] = field(default_factory=list)


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
    """

    entries: list[PreviewRow]
    unknown: dict[str, UnknownOrganisation]
    typed: list[KnownOrganisation]
    leads: list[list[PreviewRow]]

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
        self.categories = {
            fold(word): one
            for one in db.session.scalars(sa.select(Category))
            for word in (one.key, one.sv, one.en)
        }
        self.persons = _persons(sorted(set(addresses)))

    def near(self, name: str) -> list[Organisation]:
        """Organisations with a name or alias that is nearly `name`, at most three."""
        folded = fold(name)
        names = get_close_matches(folded, self.organisations, n=3, cutoff=NEAR_ENOUGH)
        names += [other for other in self.organisations if _begins_alike(folded, other)]
        return list(dict.fromkeys(self.organisations[other] for other in names))[:3]


def keep(
    sheet: Sheet, file_name: str, year: Year, by: str, actor: Actor, now: dt.datetime
) -> Import:
    """Stores what was read as a preview, and deletes previews that are a week old.

    `by` names the person who brought the file, as the list of imports shows it.
    """
    db.session.execute(
        sa.delete(Import).where(Import.state == "preview", Import.created_at < now - PREVIEW_LIFE)
    )
    rows = [_kept_row(line) for line in sheet.lines]
    made = Import(
        year_id=year.id,
        file_name=file_name,
        rows=rows,
        by=by,
        created_at=now,
        trace={"columns": dict(sheet.headings.columns), "ignored": list(sheet.headings.ignored)},
    )
    db.session.add(made)
    db.session.flush()
    audit.note(actor, "import_read", made, now, rows=len(rows))
    return made


def _kept_row(line: Line) -> list[object]:
    texts = {name: cell.text for name, cell in line.cells.items()}
    problems = {name: cell.problem for name, cell in line.cells.items() if cell.problem}
    return [line.number, texts, problems]


def by_public_id(public_id: str, locked: bool = False) -> Import:
    """The import with that public id; `locked` for changing it. Raises `Missing`."""
    asked = sa.select(Import).where(Import.public_id == public_id)
    found = db.session.scalar(asked.with_for_update() if locked else asked)
    if found is None:
        raise Missing("no_import")
    return found


def earlier(number: int = 1, order: Order = NEWEST) -> Page[Import]:
    """A page of the imports that were written, without their rows.

    By time, file, who wrote it, number of new people or state.
    """
    by = {
        "when": Import.written_at,
        "file": SwedishKey(Import.file_name),
        "by": SwedishKey(Import.by),
        "new": Import.trace["counts"]["new"].as_integer(),
        "state": listing.ranked(Import.state, IMPORT_STATES),
    }
    query = sa.select(Import).where(Import.state != "preview").options(defer(Import.rows))
    return listing.page_of(listing.sort(query, by, order, NEWEST, Import.id), number)


def waiting() -> Sequence[Import]:
    """Previews that nobody has written or thrown away, newest first, without their rows."""
    return db.session.scalars(
        sa.select(Import)
        .where(Import.state == "preview")
        .options(defer(Import.rows))
        .order_by(Import.id.desc())
    ).all()


def discard(kept: Import) -> None:
    """Throws a preview away. Raises `Refused` for an import that has been written."""
    if kept.state != "preview":
        raise Refused("import_written")
    db.session.delete(kept)
    db.session.flush()


def contacts_of(kept: Import) -> list[Contact]:
    """The rows of the import, understood."""
    return [parse(number, cells, problems) for number, cells, problems in kept.rows]


def build(kept: Import, contacts: list[Contact] | None = None, *, near: bool = True) -> Preview:
    """What the import would do now; `contacts` when its rows have been understood already.

    `near` False leaves out which names are alike, which takes long.
    """
    if contacts is None:
        contacts = contacts_of(kept)
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
        if near and len(self.unknown) * len(self.known.organisations) <= NEAR_PAIRS:
            for one in self.unknown.values():
                one.near = self.known.near(one.name)
        several = [rows for rows in self.leads.values() if len(rows) > 1]
        for entry in (entry for rows in several for entry in rows):
            # Which of them will lead is asked, so none of them is told to.
            entry.notes = [note for note in entry.notes if note[0] != "lead"]
        return Preview(entries, self.unknown, list(self.typed.values()), several)

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
        if entry.status == "new":
            return []
        contact, person, organisation = entry.contact, entry.person, entry.organisation
        affiliation = _affiliation(person, organisation)
        name = organisation.name if organisation else contact.organisation
        notes = []
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


def _persons(addresses: list[str]) -> dict[tuple[str, str], Person]:
    found: dict[tuple[str, str], Person] = {}
    for start in range(0, len(addresses), CHUNK):
        chunk = addresses[start : start + CHUNK]
        asked = (
            sa.select(Person)
            .where(Person.email_folded.in_(chunk))
            .options(selectinload(Person.affiliations))
        )
        for person in db.session.scalars(asked):
            kept = person
            while kept.merged_into_id is not None:
                kept = db.session.get_one(Person, kept.merged_into_id)
            found[person.email_folded, person.name_folded] = kept
    return found
