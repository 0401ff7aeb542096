"""Organisations, people and their affiliations."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column, public_id
from annualwheel.leases import Leased
from annualwheel.models.years import Category, Year

# `active` and `merged_into_id` tell the state; `contacts.states` has the conditions for queries.
PERSON_STATES = ("active", "inactive", "merged")
IMPORT_STATES = (
    "preview",
    "writing",
    "write_failed",
    "written",
    "undoing",
    "undo_failed",
    "undone",
)
# Both databases sort this by code points. `wording.collation` makes keys that are then in Swedish
# order, since neither database can be relied on to sort Swedish.
SortKey = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class Organisation(Base):
    """An organisation, or a unit of one (`parent`).

    `folded` is the name for comparing, `sort_name` for sorting.
    """

    __tablename__ = "organisations"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # Names that differ in case or spaces only are the same organisation, whoever types them.
    folded: Mapped[str] = mapped_column(unique=True)
    sort_name: Mapped[str] = mapped_column(SortKey, index=True, default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), default=None)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), default=None)
    active: Mapped[bool] = mapped_column(default=True)
    # Says which import made the row, so that undoing the import takes it away.
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), default=None)
    aliases: Mapped[list[Alias]] = relationship(back_populates="organisation", init=False)


class Alias(Base):
    """Another name an organisation goes by."""

    __tablename__ = "aliases"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id"), index=True, init=False
    )
    organisation: Mapped[Organisation] = relationship(back_populates="aliases")
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(unique=True)


class YearOrganisation(Base):
    """What an organisation was in a given year: its category and its lead belong to the year."""

    __tablename__ = "year_organisations"
    __table_args__ = (UniqueConstraint("year_id", "organisation_id"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    year_id: Mapped[int] = mapped_column(ForeignKey("years.id"), init=False)
    year: Mapped[Year] = relationship()
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id"), index=True, init=False
    )
    organisation: Mapped[Organisation] = relationship()
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), init=False)
    category: Mapped[Category | None] = relationship(default=None)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    lead: Mapped[Person | None] = relationship(default=None)


class Person(Base):
    """A person: an address and a name.

    `source` says where the address came from: `substitute:`, `colleague:`, `staff:` (with who),
    `open:`, `forwarded:`, or a file. `link_version` belongs to the link to one's own details,
    `feed_version` to the address of one's calendar. `root_id` names the person whom staff invited
    and from whom the chain of invitations leads to this one; it is None for those at its root.
    `address_unproven`: somebody let in by an older link has typed the address, and nobody has
    opened a link that was mailed to it since. `sign_outs` is raised by each sign-out from the own
    details: sessions from before are over.
    """

    __tablename__ = "persons"
    # Not the address alone: several persons may share a function mailbox.
    __table_args__ = (UniqueConstraint("email_folded", "name_folded"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    given: Mapped[str]
    family: Mapped[str]
    email: Mapped[str]
    email_folded: Mapped[str]
    name_folded: Mapped[str]
    sort_name: Mapped[str] = mapped_column(SortKey, index=True, default="")
    language: Mapped[str] = mapped_column(choice_column("language", "sv", "en"), default="sv")
    mobile: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(default="")
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id"), index=True, default=None
    )
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), default=None)
    link_version: Mapped[int] = mapped_column(default=1)
    feed_version: Mapped[int] = mapped_column(default=1)
    root_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True, default=None)
    address_unproven: Mapped[bool] = mapped_column(default=False)
    sign_outs: Mapped[int] = mapped_column(default=0)
    affiliations: Mapped[list[Affiliation]] = relationship(
        back_populates="person", order_by="Affiliation.id", init=False
    )

    @property
    def state(self) -> str:
        """One of `PERSON_STATES`. A merged person is merged, active or not."""
        if self.merged_into_id is not None:
            return "merged"
        return "active" if self.active else "inactive"

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given} {self.family}".strip()


class Affiliation(Base):
    """That a person belongs to an organisation."""

    __tablename__ = "affiliations"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), init=False)
    person: Mapped[Person] = relationship(back_populates="affiliations")
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id"), index=True, init=False
    )
    organisation: Mapped[Organisation] = relationship()
    title: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), default=None)


class Import(Leased, Base):
    """An uploaded list of contacts: its preview until it is written, its trace afterwards.

    `rows` are the list's lines as `imports.storing` keeps them, `others` the other lists of the
    file until one is written; once written only the lines that could not be read are left. `trace`
    says which columns were found and, once written, what was added and changed, so that it can be
    undone. While it is written, `done` is the number of the last line that is; while it is undone,
    how many of its rows are. `tries` counts the workers that have begun since it last came further.
    `failure` is the code under which the log has why the last of them failed; "" when none told.
    """

    __tablename__ = "imports"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    year_id: Mapped[int] = mapped_column(ForeignKey("years.id"))
    file_name: Mapped[str]
    rows: Mapped[list[Any]]
    created_at: Mapped[dt.datetime]
    trace: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    state: Mapped[str] = mapped_column(choice_column("state", *IMPORT_STATES), default="preview")
    by: Mapped[str] = mapped_column(default="")
    written_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    others: Mapped[list[Any]] = mapped_column(default_factory=list)
    done: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(default="")


class ImportBatch(Base):
    """What one batch of an import that is being written added and changed.

    `trace` is a piece of the import's; when all is written they are put together, and go.
    """

    __tablename__ = "import_batches"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    trace: Mapped[dict[str, Any]]


class ImportedPerson(Base):
    """A person whom an imported list names, new or known before.

    An import can be the audience of a sending.
    """

    __tablename__ = "imported_persons"
    __table_args__ = (UniqueConstraint("import_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    person: Mapped[Person] = relationship()
