"""One batch of an import that is written: what it adds and changes, and the trace of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from annualwheel.contacts import organisations, people
from annualwheel.contacts.folding import fold
from annualwheel.contacts.imports import prints
from annualwheel.contacts.imports.preview import categories_by_word, persons_by_key
from annualwheel.contacts.imports.values import Contact
from annualwheel.db import Base, db
from annualwheel.models import (
    Affiliation,
    Category,
    Import,
    ImportBatch,
    ImportedPerson,
    Organisation,
    Person,
    Year,
    YearOrganisation,
)

# What a trace has of the rows of these tables: the print of each by its id.
ADDED: Mapping[str, type[Base]] = {
    "persons": Person,
    "organisations": Organisation,
    "affiliations": Affiliation,
    "year_rows": YearOrganisation,
}


def traces(kept: Import) -> Sequence[dict[str, Any]]:
    """What the batches of an import have added and changed, in order."""
    return db.session.scalars(
        sa.select(ImportBatch.trace)
        .where(ImportBatch.import_id == kept.id)
        .order_by(ImportBatch.id)
    ).all()


def put_together(kept: Import) -> dict[str, Any]:
    """One trace of all batches. The last print of a row is the one that holds."""
    lists = ("aliases", "changed", "unwritten")
    whole: dict[str, Any] = {name: [] for name in lists} | {name: {} for name in ADDED}
    for trace in traces(kept):
        for name in lists:
            # Batches of before have no rows that could not be written.
            whole[name] += trace.get(name, [])
        for name in ADDED:
            whole[name] |= trace[name]
    return whole


def trace_of(kept: Import) -> dict[str, Any]:
    """The trace of an import. One that is cancelled half way has it in its batches still."""
    if "changed" in kept.trace:
        return kept.trace
    whole = put_together(kept)
    # What was not written is not undone.
    del whole["unwritten"]
    return kept.trace | whole


def forget(kept: Import) -> None:
    """Removes the traces of the batches, when they are put together."""
    db.session.execute(sa.delete(ImportBatch).where(ImportBatch.import_id == kept.id))


class Batch:
    """What is added and changed in one transaction. Rows are read as they are now.

    `made_years`: the ids of the rows of a year that earlier batches made; those of this one come
    to them. `codes`: as `numbers` of `organisations.add_unnamed`, for all batches.
    """

    def __init__(self, kept: Import, made_years: set[int], codes: dict[str, int]) -> None:
        self.kept, self.made_years, self.codes = kept, made_years, codes
        self.years: dict[int, YearOrganisation] = {}
        # The numbers of the rows of the list that could not be written.
        self.unwritten: list[int] = []
        self.aliases: list[int] = []
        self.changed: list[tuple[Base, str, Any]] = []
        # Rows of this import, added now or before, whose prints are new.
        self.touched: dict[str, dict[int, Base]] = {name: {} for name in ADDED}

    def add_organisation(self, name: str, category: Category | None) -> None:
        """Adds an organisation whose name none has, of that kind this year."""
        made = organisations.add_unnamed(name, self.codes)
        made.import_id = self.kept.id
        self._touch(made)
        self._load_years([made.id])
        self._set(self._year_row(made), "category", category)

    def add_alias(self, organisation: Organisation, name: str) -> None:
        """Lets a known organisation be found by another name too."""
        organisations.add_alias(organisation, name)
        self.aliases += [alias.id for alias in organisation.aliases if alias.folded == fold(name)]

    def add_people(self, rows: Sequence[tuple[Contact, int]]) -> None:
        """Adds the people of the rows to the organisations with those ids."""
        known = persons_by_key({contact.key[0] for contact, _place in rows})
        places = _organisations({place for _contact, place in rows})
        self._load_years([one.id for one in places.values()])
        named: dict[int, Person] = {}
        leads: list[tuple[Organisation, Person]] = []
        for contact, place in rows:
            person = known.get(contact.key) or self._new_person(contact)
            known[contact.key] = named[id(person)] = person
            if contact.mobile and not person.mobile:
                self._set(person, "mobile", contact.mobile)
            self._place(person, contact.title, places[place])
            self._set_category(places[place], contact)
            if contact.lead:
                leads.append((places[place], person))
        db.session.flush()
        self._list_people(named.values())
        # After the flush: `_set` compares ids, and a new person has none before.
        for organisation, lead in leads:
            self._set(self._year_row(organisation), "lead", lead)

    def keep(self) -> None:
        """Stores the trace of the batch.

        A change is [table, id, column, before, after].
        """
        db.session.flush()
        made = {row.id for row in self.years.values() if self._is_own(row)}
        trace = {name: prints.of(rows.values()) for name, rows in self.touched.items()}
        changed = [_change(*one) for one in self.changed]
        added = ImportBatch(
            import_id=self.kept.id,
            trace=trace
            | {"aliases": self.aliases, "changed": changed, "unwritten": self.unwritten},
        )
        db.session.add(added)
        db.session.flush()
        self.made_years |= made

    def _touch(self, row: Base) -> None:
        name = next(name for name, table in ADDED.items() if isinstance(row, table))
        self.touched[name][id(row)] = row

    def _new_person(self, contact: Contact) -> Person:
        made = people.new_person(
            contact.given,
            contact.family,
            contact.email,
            language=contact.language,
            mobile=contact.mobile,
            # Where the address came from, as we must be able to tell the person (GDPR art. 14).
            source=self.kept.file_name,
            import_id=self.kept.id,
        )
        self._touch(made)
        return made

    def _place(self, person: Person, title: str, organisation: Organisation) -> None:
        there = next((a for a in person.affiliations if a.organisation is organisation), None)
        if there is None:
            made = Affiliation(
                person=person, organisation=organisation, title=title, import_id=self.kept.id
            )
            db.session.add(made)
            self._touch(made)
            return
        if title and not there.title:
            self._set(there, "title", title)
        if not there.active:
            self._set(there, "active", True)

    def _set_category(self, organisation: Organisation, contact: Contact) -> None:
        """Gives an organisation the category of the file where the year has none."""
        if not contact.category:
            return
        year = self.years.get(organisation.id)
        if year is None or (year.category_id is None and year.category is None):
            category = categories_by_word().get(fold(contact.category))
            if category is not None:
                self._set(self._year_row(organisation), "category", category)

    def _list_people(self, named: Iterable[Person]) -> None:
        """Notes whom the list names, new or known before: an import can be an audience."""
        ids = {person.id for person in named}
        asked = sa.select(ImportedPerson.person_id).where(
            ImportedPerson.import_id == self.kept.id, ImportedPerson.person_id.in_(ids)
        )
        new = sorted(ids - set(db.session.scalars(asked)))
        if new:
            rows = [{"import_id": self.kept.id, "person_id": one} for one in new]
            db.session.execute(sa.insert(ImportedPerson), rows)

    def _load_years(self, ids: Iterable[int]) -> None:
        asked = sa.select(YearOrganisation).where(
            YearOrganisation.year_id == self.kept.year_id,
            YearOrganisation.organisation_id.in_(list(ids)),
        )
        for row in db.session.scalars(asked, execution_options={"populate_existing": True}):
            self.years[row.organisation_id] = row

    def _year_row(self, organisation: Organisation) -> YearOrganisation:
        there = self.years.get(organisation.id)
        if there is not None:
            return there
        made = YearOrganisation(
            year=db.session.get_one(Year, self.kept.year_id), organisation=organisation
        )
        self.years[organisation.id] = made
        db.session.add(made)
        self._touch(made)
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
        if self._is_own(row):
            self._touch(row)
        else:
            self.changed.append((row, column, before))

    def _is_own(self, row: Base) -> bool:
        if isinstance(row, YearOrganisation):
            return row.id in self.made_years or id(row) in self.touched["year_rows"]
        return getattr(row, "import_id", None) == self.kept.id


def _organisations(ids: set[int]) -> dict[int, Organisation]:
    """The organisations by id, as they are now; for a merged one what it became."""
    asked = sa.select(Organisation).where(Organisation.id.in_(ids))
    found = {}
    for one in db.session.scalars(asked, execution_options={"populate_existing": True}):
        kept = one
        while kept.merged_into_id is not None:
            kept = db.session.get_one(Organisation, kept.merged_into_id)
        found[one.id] = kept
    return found


def _change(row: Base, column: str, before: object) -> list[object]:
    row_id = getattr(row, "id")  # noqa: B009 Base has no id
    return [type(row).__tablename__, row_id, column, before, getattr(row, column)]
