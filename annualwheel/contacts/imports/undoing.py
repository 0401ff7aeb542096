"""Undoes an import, as long as nothing depends on it: removes exactly what it added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts.imports import prints, states
from annualwheel.db import Base, db
from annualwheel.errors import Refused
from annualwheel.models import (
    Affiliation,
    Alias,
    Import,
    ImportedPerson,
    Organisation,
    Person,
    YearOrganisation,
)

ADDED: Mapping[str, type[Base]] = {
    "persons": Person,
    "organisations": Organisation,
    "affiliations": Affiliation,
    "year_rows": YearOrganisation,
}
EDITED = "edited"


def obstacles(kept: Import) -> dict[str, int]:
    """What prevents undoing, each with how many; empty when nothing does.

    The names are those of the tables with rows that depend on what was added, and `edited` for rows
    that have been changed since.
    """
    found = _dependents(kept) | {EDITED: _edited(kept)}
    return {name: count for name, count in found.items() if count}


def undo(kept: Import, actor: Actor, now: dt.datetime) -> None:
    """Removes what the import added and puts back what it changed.

    Raises `Refused` when it is not written or has `obstacles`.
    """
    if kept.state != "written":
        raise Refused("import_not_written")
    in_the_way = obstacles(kept)
    if in_the_way:
        raise Refused("import_edited" if EDITED in in_the_way else "import_in_use")
    for table, row_id, column, before, _after in kept.trace["changed"]:
        setattr(_row(table, row_id), column, before)
    db.session.flush()
    _delete(kept)
    states.step(kept, "undo")
    kept.rows = []
    audit.note(actor, "import_undone", kept, now, **kept.trace["counts"])


def _delete(kept: Import) -> None:
    # Rows that point at others go first: both databases refuse to leave a key without its row.
    db.session.execute(sa.delete(ImportedPerson).where(ImportedPerson.import_id == kept.id))
    db.session.execute(sa.delete(Affiliation).where(Affiliation.import_id == kept.id))
    db.session.execute(
        sa.delete(YearOrganisation).where(_mine("year_rows", YearOrganisation, kept))
    )
    db.session.execute(sa.delete(Alias).where(Alias.id.in_(kept.trace["aliases"])))
    db.session.execute(sa.delete(Person).where(Person.import_id == kept.id))
    db.session.execute(sa.delete(Organisation).where(Organisation.import_id == kept.id))
    db.session.flush()


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


def _dependents(kept: Import) -> dict[str, int]:
    """Rows of other tables that point at a person or an organisation of this import.

    The import's own rows are left out.
    """
    found: dict[str, int] = {}
    # Found in the tables themselves, so that a table added later is asked too.
    keys = [key for table in Base.metadata.sorted_tables for key in table.foreign_keys]
    for key in keys:
        table, target = key.parent.table, key.column.table
        if target.name not in ("persons", "organisations"):
            continue
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
