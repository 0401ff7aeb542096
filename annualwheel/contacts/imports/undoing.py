"""Undoes an import, as long as nothing depends on it: removes exactly what it added.

It goes in batches, as the writing does. What has been built on meanwhile stays, and is counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts.imports import leases, prints, states
from annualwheel.contacts.imports.batches import ADDED, forget, trace_of
from annualwheel.db import Base, as_json, db
from annualwheel.errors import Refused
from annualwheel.leases import let_go
from annualwheel.models import (
    Affiliation,
    Alias,
    Import,
    ImportedPerson,
    Organisation,
    Person,
    YearOrganisation,
)

EDITED = "edited"
# Up to so many rows are removed in the request.
SMALL = 300
BATCH = 40


def obstacles(kept: Import) -> dict[str, int]:
    """What prevents undoing, each with how many; empty when nothing does.

    The names are those of the tables with rows that depend on what was added, and `edited` for rows
    that have been changed since.
    """
    found = _dependents(kept) | {EDITED: _edited(kept)}
    return {name: count for name, count in found.items() if count}


def begin(kept: Import, in_the_way: Collection[str], actor: Actor) -> None:
    """Decides that what the import added is removed, and what it changed put back.

    `in_the_way`: its `obstacles`, which are looked for before anybody waits for a lock.

    Raises `Refused` when it is not written or something is in the way.
    """
    if kept.state != "written":
        raise Refused("import_not_written")
    if in_the_way:
        raise Refused("import_edited" if EDITED in in_the_way else "import_in_use")
    _start(kept, "undo", kept.trace, actor)


def cancel(kept: Import, actor: Actor) -> None:
    """Stops an import that is being written; what it has written so far is removed.

    Raises `Refused` when it is not being written any more.
    """
    trace = {name: value for name, value in kept.trace.items() if name != "decided"}
    counts = {"new": 0, "there": 0, "same": 0, "unreadable": 0, "organisations": 0, "places": 0}
    # What its batches have added and changed stays in them: thousands are put together by the job.
    _start(kept, "cancel", trace | {"counts": counts}, actor)


def undo(kept: Import, actor: Actor, now: dt.datetime) -> None:
    """Undoes the whole import in the transaction of the caller: for a small one.

    Raises `Refused` when it is not written or has `obstacles`.
    """
    begin(kept, obstacles(kept) if kept.state == "written" else (), actor)
    undoer = Undoer(kept)
    while (left := undoer.left()) is not None:
        undoer.remove(left, now)
    undoer.finish(undoer.trace(), now)


def steps_of(kept: Import) -> int:
    """How many rows an import has added and changed."""
    trace = trace_of(kept)
    return sum(len(trace[name]) for name in (*ADDED, "changed", "aliases"))


def is_small(kept: Import) -> bool:
    """Whether it is undone in the request, so that no job has to be waited for."""
    return steps_of(kept) <= SMALL


def _start(kept: Import, action: str, trace: dict[str, Any], actor: Actor) -> None:
    states.step(kept, action)
    kept.trace = trace | {"actor": {"kind": actor.kind, "id": actor.id}, "left": 0}
    kept.rows, kept.done, kept.tries, kept.failure = [], 0, 0, ""
    let_go(kept)
    db.session.flush()


@dataclass(frozen=True)
class Undone:
    """What is kept of an import that is undone: how many of each kind, and its trace."""

    counts: dict[str, int]
    trace: sa.ColumnElement[Any]


class Undoer:
    """Undoes one import. `remove` is a batch; the caller commits after it."""

    def __init__(self, kept: Import) -> None:
        self.kept = kept
        self.whole = trace = trace_of(kept)
        # Rows that point at others go first: both databases refuse to leave a key without its row.
        self.steps: list[tuple[str, Any]] = [
            *(("changed", change) for change in trace["changed"]),
            *(("year_rows", int(row)) for row in trace["year_rows"]),
            *(("persons", int(row)) for row in trace["persons"]),
            *(("affiliations", int(row)) for row in trace["affiliations"]),
            *(("aliases", row) for row in trace["aliases"]),
            *(("organisations", int(row)) for row in trace["organisations"]),
        ]

    def left(self) -> list[tuple[str, Any]] | None:
        """The next batch of what is to be removed or put back; None when there is no more."""
        return self.steps[self.kept.done : self.kept.done + BATCH] or None

    def remove(self, steps: Sequence[tuple[str, Any]], now: dt.datetime) -> bool:
        """Removes a batch. False when the import is no longer this worker's."""
        if not leases.advance(self.kept, self.kept.done + len(steps), now):
            return False
        for kind in ("changed", "year_rows", "persons", "affiliations", "aliases", "organisations"):
            those = [what for name, what in steps if name == kind]
            if those:
                _remove(kind, those, self.kept, self.whole)
        return True

    def trace(self) -> Undone:
        """What is kept of the import, when all is removed. Read before anybody waits for a lock."""
        left = sum(_count(table, self.kept) for table in (Person, Organisation))
        trace = {name: one for name, one in self.whole.items() if name != "actor"} | {"left": left}
        return Undone(trace["counts"] | {"left": left}, as_json(trace))

    def finish(self, undone: Undone, now: dt.datetime) -> bool:
        """Says that the import is undone; `undone` is what `trace` gave.

        False when it is no longer this worker's.
        """
        if not leases.advance(self.kept, self.kept.done, now):
            return False
        # People whom the list named and did not add.
        db.session.execute(
            sa.delete(ImportedPerson).where(ImportedPerson.import_id == self.kept.id)
        )
        actor = self.kept.trace["actor"]
        forget(self.kept)
        self.kept.trace = undone.trace
        let_go(self.kept)
        self.kept.done, self.kept.failure = 0, ""
        states.step(self.kept, "finish")
        db.session.flush()
        db.session.expire(self.kept, ["trace"])
        audit.note(Actor(**actor), "import_undone", self.kept, now, **undone.counts)
        return True


def _remove(kind: str, those: Sequence[Any], kept: Import, whole: Mapping[str, Any]) -> None:
    if kind == "changed":
        _put_back(those)
    elif kind == "persons":
        _remove_persons(those, kept, whole)
    elif kind == "organisations":
        changed = _changed_since("organisations", those, whole)
        ids = set(those) - _used(Organisation, those) - changed
        db.session.execute(sa.delete(Organisation).where(Organisation.id.in_(ids)))
    elif kind == "affiliations":
        # Those of a person who stays, stay.
        own = sa.select(Person.id).where(Person.import_id == kept.id)
        mine = (Affiliation.id.in_(those), Affiliation.person_id.not_in(own))
        db.session.execute(sa.delete(Affiliation).where(*mine))
    else:
        table: Any = {"year_rows": YearOrganisation, "aliases": Alias}[kind]
        db.session.execute(sa.delete(table).where(table.id.in_(those)))
    db.session.flush()


def _put_back(changes: Sequence[Sequence[Any]]) -> None:
    for table, row_id, column, before, after in changes:
        row = _row(table, row_id)
        if row is not None and getattr(row, column) == after:
            setattr(row, column, before)


def _remove_persons(ids: Sequence[int], kept: Import, whole: Mapping[str, Any]) -> None:
    """Removes people with their places, but those that something is built on by now."""
    tables: tuple[Any, Any] = (ImportedPerson, Affiliation)
    own = [table.import_id == kept.id for table in tables]
    gone = set(ids) - _used(Person, ids, *own) - _changed_since("persons", ids, whole)
    for table, mine in zip(tables, own, strict=True):
        db.session.execute(sa.delete(table).where(mine, table.person_id.in_(gone)))
    db.session.execute(sa.delete(Person).where(Person.id.in_(gone)))


def _changed_since(name: str, ids: Sequence[int], whole: Mapping[str, Any]) -> set[int]:
    """Which of the rows are not as the import left them: somebody has made them theirs."""
    table: Any = ADDED[name]
    asked = sa.select(table).where(table.id.in_(ids))
    rows = db.session.scalars(asked, execution_options={"populate_existing": True})
    printed = whole[name]
    return {int(row) for row, now in prints.of(rows).items() if printed[row] != now}


def _used(target: Any, ids: Sequence[int], *but: sa.ColumnElement[bool]) -> set[int]:
    """Which of the rows other rows point at, but for those of which `but` holds."""
    found: set[int] = set()
    for key in _keys_to(target.__tablename__):
        table = key.parent.table
        others = [sa.not_(one) for one in but if table in _tables(one)]
        asked = sa.select(key.parent).where(key.parent.in_(ids), *others)
        found |= set(db.session.scalars(asked))
    return found


def _tables(condition: sa.ColumnElement[bool]) -> list[Any]:
    parts = sa.sql.visitors.iterate(condition)
    return [part.table for part in parts if isinstance(part, sa.Column)]


def _count(table: Any, kept: Import) -> int:
    asked = sa.select(sa.func.count()).select_from(table).where(table.import_id == kept.id)
    return db.session.scalar(asked) or 0


def _edited(kept: Import) -> int:
    """How many of the added and changed rows are not as the import left them."""
    # What somebody has changed since is theirs: it is neither removed nor changed back.
    changed = 0
    for table_name, row_id, column, _before, after in kept.trace["changed"]:
        row = _row(table_name, row_id)
        changed += row is None or getattr(row, column) != after
    moved = 0
    for name, table in ADDED.items():
        left = kept.trace[name]
        now = prints.of(db.session.scalars(sa.select(table).where(_mine(name, table, kept))))
        moved += sum(now.get(row_id) != printed for row_id, printed in left.items())
    gone = sum(db.session.get(Alias, alias_id) is None for alias_id in kept.trace["aliases"])
    return changed + moved + gone


def _mine(name: str, table: Any, kept: Import) -> sa.ColumnElement[bool]:
    if name == "year_rows":
        return sa.and_(
            table.year_id == kept.year_id,
            table.id.in_([int(row_id) for row_id in kept.trace[name]]),
        )
    mine: sa.ColumnElement[bool] = table.import_id == kept.id
    return mine


def _keys_to(*names: str) -> Iterator[sa.ForeignKey]:
    """The keys of other tables that point at those tables."""
    # Found in the tables themselves, so that a table added later is asked too.
    keys = (key for table in Base.metadata.sorted_tables for key in table.foreign_keys)
    return (key for key in keys if key.column.table.name in names)


def _dependents(kept: Import) -> dict[str, int]:
    """Rows of other tables that point at a person or an organisation of this import.

    The import's own rows are left out.
    """
    found: dict[str, int] = {}
    for key in _keys_to("persons", "organisations"):
        table, target = key.parent.table, key.column.table
        added = sa.select(target.c.id).where(target.c.import_id == kept.id)
        asked = (
            sa.select(sa.func.count())
            .select_from(table)
            .where(key.parent.in_(added), *_not_mine(table, kept))
        )
        found[table.name] = found.get(table.name, 0) + (db.session.scalar(asked) or 0)
    return found


def _not_mine(table: sa.Table, kept: Import) -> list[sa.ColumnElement[bool]]:
    if "import_id" in table.c and table.name not in ("persons", "organisations"):
        return [sa.or_(table.c.import_id.is_(None), table.c.import_id != kept.id)]
    if table.name == "year_organisations":
        made = [int(row_id) for row_id in kept.trace["year_rows"]]
        changed = [row[1] for row in kept.trace["changed"] if row[0] == table.name]
        return [table.c.id.not_in(made + changed)]
    return []


def _row(table: str, row_id: int) -> Any:
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    return db.session.get(models[table], row_id)
