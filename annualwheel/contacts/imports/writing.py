"""Writes what a preview showed, in batches, and keeps a trace by which it can be undone.

Nobody else can write while one transaction does, on SQLite, so each batch is short. A batch is
there or not; another worker goes on after the last of them. A row that cannot be written is left
out and told, and keeps no other back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts import organisations
from annualwheel.contacts.folding import fold
from annualwheel.contacts.imports import decisions, leases, states, storing
from annualwheel.contacts.imports.batches import Batch, forget, put_together, traces
from annualwheel.contacts.imports.decisions import Choice, Decisions
from annualwheel.contacts.imports.preview import Preview, UnknownOrganisation, build
from annualwheel.contacts.imports.values import Contact
from annualwheel.db import as_json, db
from annualwheel.errors import Missing, Refused
from annualwheel.leases import let_go
from annualwheel.models import Affiliation, Category, Import, Organisation, Person, Year

log = structlog.get_logger()
T = TypeVar("T")
# Up to this many rows are written in the request, so that no job has to be waited for.
SMALL = 100
BATCH = 40
# Adding an organisation takes several questions about its name and code.
ORGANISATIONS = 5


@dataclass(frozen=True)
class NewName:
    """A name that no organisation has: what is to become of it."""

    folded: str
    name: str
    category_id: int | None
    choice: Choice


@dataclass(frozen=True)
class Whole:
    """What an import has done, by kind; its trace; the lines that nobody could read."""

    counts: dict[str, int]
    trace: sa.ColumnElement[Any]
    rows: sa.ColumnElement[Any]


def begin(kept: Import, decided: Decisions, actor: Actor, now: dt.datetime) -> None:
    """Decides that the preview is written. Raises `Refused` when it has been decided before."""
    if kept.state != "preview":
        raise Refused("import_written")
    by = {"kind": actor.kind, "id": actor.id}
    kept.trace = kept.trace | {"decided": decided.kept(), "actor": by}
    kept.others = []
    kept.written_at = now
    states.step(kept, "write")
    db.session.flush()


def write(kept: Import, decided: Decisions, actor: Actor, now: dt.datetime) -> None:
    """Writes the whole list in the transaction of the caller: for a small one.

    Raises `Refused` when it has been written before.
    """
    begin(kept, decided, actor, now)
    writer = Writer(kept)
    for names in writer.new_names():
        writer.add_organisations(names, now)
    for rows in writer.rows_left():
        writer.add_rows(rows, now)
    writer.finish(writer.trace(), now)


class Writer:
    """Writes one import. Each method that adds is a batch; the caller commits after it."""

    def __init__(self, kept: Import) -> None:
        self.kept = kept
        self.decided = decisions.read(kept.trace["decided"])
        self.contacts = decisions.settled(storing.contacts_of(kept), self.decided)
        self.made_years = {int(row) for trace in traces(kept) for row in trace["year_rows"]}
        self.codes: dict[str, int] = {}
        # The organisation of each row that is read in.
        self.places: dict[int, int] = {}
        self.counts: dict[str, int] = {}
        self.unreadable: list[int] = []

    def new_names(self) -> Iterator[list[NewName]]:
        """The names that no organisation has yet, a batch at a time."""
        unknown = build(self.kept, self.contacts, near=False).unknown
        chosen = self.decided.organisations
        names = [
            _new_name(folded, one, chosen.get(folded, Choice())) for folded, one in unknown.items()
        ]
        # What is the same as another name of the file comes after that one.
        names.sort(key=lambda one: bool(one.choice.same_in_file))
        return _pieces(names, ORGANISATIONS)

    def add_organisations(self, names: Sequence[NewName], now: dt.datetime) -> bool:
        """Adds organisations; a name becomes an alias where it was said to be one of another.

        False when the import is no longer this worker's.
        """
        if not self._is_ours(self.kept.done, now):
            return False
        self._add_one_by_one_if_needed(names, self._add_organisations)
        return True

    def rows_left(self) -> Iterator[list[Contact]]:
        """The rows that are not written yet, a batch at a time, with their organisations found."""
        shown = build(self.kept, self.contacts, near=False)
        _choose_leads(shown, self.decided)
        for entry in shown.entries:
            if entry.status in ("new", "there"):
                # 0: the organisation could not be added, so its people cannot either.
                place = entry.organisation
                self.places[entry.contact.row] = place.id if place else 0
            elif entry.status == "unreadable":
                self.unreadable.append(entry.contact.row)
        self.counts = shown.counts
        # By number, and not by place: a row may be erased meanwhile.
        left = [one for one in self.contacts if one.row > self.kept.done]
        return _pieces(left, BATCH)

    def add_rows(self, rows: Sequence[Contact], now: dt.datetime) -> bool:
        """Adds the people of some rows, and to those on file what the notes said.

        False when the import is no longer this worker's. Raises `Missing` when an organisation has
        been removed since `rows_left` found it: found anew, it is added.
        """
        if not self._is_ours(rows[-1].row, now):
            return False
        placed = [(row, self.places[row.row]) for row in rows if row.row in self.places]
        _require_places({place for _row, place in placed if place})
        self._add_one_by_one_if_needed(placed, self._add_people)
        return True

    def trace(self) -> Whole:
        """What all batches have added and changed, when all rows are written.

        Read and written out before anybody waits for a lock.
        """
        kept, added = self.kept, put_together(self.kept)
        unwritten, unreadable = set(added.pop("unwritten")), set(self.unreadable)
        counts = self.counts | _added(kept) | {"unwritten": len(unwritten)}
        counts["there"] += self.counts["new"] - counts["new"] - len(unwritten)
        trace = {name: one for name, one in kept.trace.items() if name not in ("decided", "actor")}
        return Whole(
            counts,
            as_json(trace | added | {"counts": counts}),
            # Everything else is in the tables now. What could not be read or written is kept a
            # while, to be put right.
            as_json(
                [
                    _as_unwritten(row) if row[0] in unwritten else row
                    for row in kept.rows
                    if row[0] in unreadable | unwritten
                ]
            ),
        )

    def finish(self, whole: Whole, now: dt.datetime) -> bool:
        """Says that all rows are written; `whole` is what `trace` gave.

        False when the import is no longer this worker's.
        """
        if not self._is_ours(self.kept.done, now):
            return False
        actor = self.kept.trace["actor"]
        forget(self.kept)
        self.kept.rows, self.kept.trace = whole.rows, whole.trace
        let_go(self.kept)
        self.kept.done, self.kept.failure = 0, ""
        states.step(self.kept, "finish")
        db.session.flush()
        db.session.expire(self.kept, ["rows", "trace"])
        audit.note(Actor(**actor), "imported", self.kept, now, **whole.counts)
        return True

    def _is_ours(self, to: int, now: dt.datetime) -> bool:
        # Imports of a year wait for each other: two with the same rows would both find them new.
        year = sa.select(Year.id).where(Year.id == self.kept.year_id)
        db.session.execute(year.with_for_update())
        return leases.advance(self.kept, to, now)

    def _add_one_by_one_if_needed(
        self, whole: Sequence[T], add: Callable[[Batch, Sequence[T]], None]
    ) -> None:
        """Adds all at once; when that fails, one by one, so that only what fails is left out.

        The database's own failures are no row's: they are raised, and everything is tried again.
        """
        try:
            with db.session.begin_nested():
                self._keep_batch(whole, add)
        except OperationalError:
            raise
        except Exception:
            for one in whole:
                try:
                    with db.session.begin_nested():
                        self._keep_batch([one], add)
                except OperationalError:
                    raise
                except Exception:
                    log.exception("row_not_written", import_id=self.kept.id)
                    self._keep_unwritten(one)

    def _keep_batch(self, some: Sequence[T], add: Callable[[Batch, Sequence[T]], None]) -> None:
        batch = Batch(self.kept, self.made_years, self.codes)
        add(batch, some)
        batch.keep()

    def _keep_unwritten(self, one: object) -> None:
        # The rows of an organisation that could not be added tell of themselves.
        if isinstance(one, tuple):
            batch = Batch(self.kept, self.made_years, self.codes)
            batch.unwritten = [one[0].row]
            batch.keep()

    def _add_organisations(self, batch: Batch, names: Sequence[NewName]) -> None:
        # Somebody else may have added it meanwhile.
        there = organisations.named([one.name for one in names])
        for one in names:
            if fold(one.name) not in there:
                self._add_organisation(one, batch)

    def _add_people(self, batch: Batch, rows: Sequence[tuple[Contact, int]]) -> None:
        batch.unwritten = [row.row for row, place in rows if not place]
        batch.add_people([one for one in rows if one[1]])

    def _add_organisation(self, one: NewName, batch: Batch) -> None:
        same = one.choice.same_as or self._in_file(one)
        if same is not None:
            batch.add_alias(same, one.name)
        else:
            category = db.session.get(Category, one.category_id) if one.category_id else None
            batch.add_organisation(one.name, category)

    def _in_file(self, one: NewName) -> Organisation | None:
        """The organisation of the name that this one was said to be the same as."""
        chosen, folded, seen = self.decided.organisations, one.choice.same_in_file, {one.folded}
        while folded and folded not in seen:
            if (found := organisations.organisation_named(folded)) is not None:
                return found
            seen.add(folded)
            choice = chosen.get(folded, Choice())
            if choice.same_as is not None:
                return choice.same_as
            folded = choice.same_in_file
        return None


def _new_name(folded: str, one: UnknownOrganisation, choice: Choice) -> NewName:
    category = one.category or choice.category
    return NewName(folded, one.name, category.id if category else None, choice)


def _require_places(ids: set[int]) -> None:
    asked = sa.select(sa.func.count()).where(Organisation.id.in_(ids))
    if db.session.scalar(asked) != len(ids):
        raise Missing("no_organisation")


def _as_unwritten(row: list[Any]) -> list[Any]:
    number, texts, problems = row
    return [number, texts, problems | {"row": "unwritten"}]


def _pieces(whole: Sequence[T], size: int) -> Iterator[list[T]]:
    return (list(whole[start : start + size]) for start in range(0, len(whole), size))


def _choose_leads(shown: Preview, decided: Decisions) -> None:
    """Leaves one lead of each organisation; the others are read in without being that."""
    for several in shown.leads:
        lead = next((one for one in several if one.contact.row in decided.leads), several[0])
        for one in several:
            one.contact.lead = one is lead


def _added(kept: Import) -> dict[str, int]:
    """How many people, organisations and places in organisations the import has added."""
    tables: dict[str, Any] = {
        "new": Person,
        "organisations": Organisation,
        "places": Affiliation,
    }
    return {
        name: db.session.scalar(
            sa.select(sa.func.count()).select_from(table).where(table.import_id == kept.id)
        )
        or 0
        for name, table in tables.items()
    }
