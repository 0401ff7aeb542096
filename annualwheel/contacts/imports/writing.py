"""Writes what a preview showed, in one transaction, and keeps a trace by which it can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts import organisations, people
from annualwheel.contacts.folding import fold
from annualwheel.contacts.imports import prints, states
from annualwheel.contacts.imports.preview import (
    Preview,
    PreviewRow,
    UnknownOrganisation,
    build,
    contacts_of,
)
from annualwheel.contacts.imports.values import Contact
from annualwheel.db import Base, db
from annualwheel.errors import Refused
from annualwheel.models import (
    Affiliation,
    Category,
    Import,
    ImportedPerson,
    Organisation,
    Person,
    Year,
    YearOrganisation,
)


@dataclass(frozen=True)
class Choice:
    """What was decided about an unknown organisation.

    It is the same as one that is there, or a new one with a category.
    """

    same_as: Organisation | None = None
    category: Category | None = None


def write(
    kept: Import,
    choices: Mapping[str, Choice],
    actor: Actor,
    now: dt.datetime,
    rows: list[Contact] | None = None,
    leads: Collection[int] = (),
) -> None:
    """Writes the rows that can be read.

    `choices` are by folded name; without one an unknown organisation is added as the file says.
    `rows` when they have been understood already (`contacts_of`), which takes long. `leads`: the
    numbers of the rows whose person leads, where the file names several leads of an organisation;
    without one it is the first of them.

    Raises `Refused` when it has been written before.
    """
    # Imports of a year wait for each other: two with the same rows would both find them new.
    year = db.session.scalars(
        sa.select(Year).where(Year.id == kept.year_id).with_for_update()
    ).one()
    # Asked under the lock: a second press has waited until the first was written.
    if kept.state != "preview":
        raise Refused("import_written")
    writer = _Writer(kept, year)
    rows = contacts_of(kept) if rows is None else rows
    # Alike names were looked for in the preview: that takes long, and here others wait for our
    # lock.
    first = build(kept, rows, near=False)
    _choose_leads(first, leads)
    organisations = writer.add_organisations(first.unknown, choices)
    # Once more, since the rows must find the organisations that have just been added.
    shown = build(kept, rows, near=False)
    writer.add_people(shown)
    writer.set_categories(shown)
    db.session.flush()
    counts = shown.counts | {"organisations": organisations, "places": len(writer.affiliations)}
    read = zip(kept.rows, shown.entries, strict=True)
    # Everything else is in the tables now. What could not be read is kept a while, to be put right.
    kept.rows = [row for row, entry in read if entry.status == "unreadable"]
    kept.trace = kept.trace | writer.trace() | {"counts": counts}
    states.step(kept, "write")
    kept.written_at = now
    audit.note(actor, "imported", kept, now, **counts)


def _choose_leads(shown: Preview, chosen: Collection[int]) -> None:
    """Leaves one lead of each organisation; the others are read in without being that."""
    for several in shown.leads:
        lead = next((one for one in several if one.contact.row in chosen), several[0])
        for one in several:
            one.contact.lead = one is lead


class _Writer:
    def __init__(self, kept: Import, year: Year) -> None:
        self.kept, self.year = kept, year
        self.people: dict[tuple[str, str], Person] = {}
        self.organisations: list[Organisation] = []
        self.affiliations: list[Affiliation] = []
        self.aliases: list[int] = []
        self.changed: list[tuple[Base, str, Any]] = []
        self.made_years: list[YearOrganisation] = []
        rows = db.session.scalars(
            sa.select(YearOrganisation).where(YearOrganisation.year_id == year.id)
        )
        self.years = {row.organisation_id: row for row in rows}

    def add_organisations(
        self, unknown: Mapping[str, UnknownOrganisation], choices: Mapping[str, Choice]
    ) -> int:
        """Adds the unknown organisations; the name becomes an alias when it is one we have.

        Returns how many are new.
        """
        for folded, one in unknown.items():
            choice = choices.get(folded, Choice())
            if choice.same_as is not None:
                self._add_alias(choice.same_as, one.name)
                continue
            made = organisations.add_organisation(one.name)
            made.import_id = self.kept.id
            self.organisations.append(made)
            self._set(self._year_row(made), "category", one.category or choice.category)
        db.session.flush()
        return len(self.organisations)

    def add_people(self, shown: Preview) -> None:
        """Adds the new people, and adds to those on file what the notes said."""
        named, leads = set(), []
        for entry in shown.entries:
            if entry.status not in ("new", "there") or entry.organisation is None:
                continue
            person = self._person(entry)
            if entry.contact.key not in named:
                db.session.add(ImportedPerson(import_id=self.kept.id, person=person))
            named.add(entry.contact.key)
            self._place(person, entry, entry.organisation)
            if entry.contact.lead:
                leads.append((entry.organisation, person))
        db.session.flush()
        # After the flush: `_set` compares ids, and a new person has none before.
        for organisation, lead in leads:
            self._set(self._year_row(organisation), "lead", lead)

    def set_categories(self, shown: Preview) -> None:
        """Gives organisations the category of the file where the year has none."""
        for one in shown.typed:
            if one.sets and one.category is not None:
                self._set(self._year_row(one.organisation), "category", one.category)

    def trace(self) -> dict[str, Any]:
        """What was added, with prints of the rows as they are now, and what was changed.

        A change is [table, id, column, before, after].
        """
        changed = [_change(*one) for one in self.changed]
        people = [person for person in self.people.values() if person.import_id == self.kept.id]
        return {
            "aliases": self.aliases,
            "changed": changed,
            "year_rows": prints.of(self.made_years),
            "persons": prints.of(people),
            "organisations": prints.of(self.organisations),
            "affiliations": prints.of(self.affiliations),
        }

    def _person(self, entry: PreviewRow) -> Person:
        contact = entry.contact
        if contact.key in self.people:
            return self.people[contact.key]
        person = entry.person or people.new_person(
            contact.given,
            contact.family,
            contact.email,
            language=contact.language,
            mobile=contact.mobile,
            # Where the address came from, as we must be able to tell the person (GDPR art. 14).
            source=self.kept.file_name,
            import_id=self.kept.id,
        )
        if contact.mobile and not person.mobile:
            self._set(person, "mobile", contact.mobile)
        self.people[contact.key] = person
        return person

    def _place(self, person: Person, entry: PreviewRow, organisation: Organisation) -> None:
        title = entry.contact.title
        there = next((a for a in person.affiliations if a.organisation_id == organisation.id), None)
        if there is None:
            self._add_place(person, organisation, title)
            return
        if title and not there.title:
            self._set(there, "title", title)
        if not there.active:
            self._set(there, "active", True)

    def _add_place(self, person: Person, organisation: Organisation, title: str) -> None:
        affiliation = Affiliation(
            person=person, organisation=organisation, title=title, import_id=self.kept.id
        )
        self.affiliations.append(affiliation)
        db.session.add(affiliation)

    def _add_alias(self, organisation: Organisation, name: str) -> None:
        organisations.add_alias(organisation, name)
        self.aliases += [alias.id for alias in organisation.aliases if alias.folded == fold(name)]

    def _year_row(self, organisation: Organisation) -> YearOrganisation:
        there = self.years.get(organisation.id)
        if there is not None:
            return there
        made = YearOrganisation(year=self.year, organisation=organisation)
        self.years[organisation.id] = made
        self.made_years.append(made)
        db.session.add(made)
        return made

    def _set(self, row: Base, name: str, value: object) -> None:
        """Changes a row and notes the change, so that it can be undone.

        A row that this import added needs no note: it is removed as a whole.
        """
        column = f"{name}_id" if isinstance(value, Base) else name
        before = getattr(row, column)
        # An empty cell changes nothing: a list adds to what we know, and never takes away.
        if value is None or getattr(value, "id", value) == before:
            return
        setattr(row, name, value)
        if row not in self.made_years:
            self.changed.append((row, column, before))


def _change(row: Base, column: str, before: object) -> list[object]:
    row_id = getattr(row, "id")  # noqa: B009 Base has no id
    return [type(row).__tablename__, row_id, column, before, getattr(row, column)]
