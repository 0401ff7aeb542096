"""Stores the lists of a file as a preview, and finds previews and earlier imports again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer

from annualwheel import audit, listing
from annualwheel.audit import Actor
from annualwheel.contacts.imports.reading import Line, Sheet
from annualwheel.contacts.imports.values import Contact, parse
from annualwheel.db import as_json, db
from annualwheel.errors import Missing, Refused
from annualwheel.listing import Order, Page, SwedishKey
from annualwheel.models import Import, Year
from annualwheel.models.contacts import IMPORT_STATES

PREVIEW_LIFE = dt.timedelta(days=7)
NEWEST = Order("when", descending=True)


@dataclass(frozen=True)
class Listed:
    """The lists of a file as they are stored: `count` lines of the first, and what is with them."""

    count: int
    rows: sa.ColumnElement[Any]
    trace: dict[str, Any]
    others: sa.ColumnElement[Any]


def listed(lists: Sequence[Sheet]) -> Listed:
    """Writes the lists of a file out, before anybody waits for a lock: there may be thousands of
    lines.
    """
    first, *others = [_kept_list(sheet) for sheet in lists]
    rows = first.pop("rows")
    return Listed(len(rows), as_json(rows), first, as_json(others))


def keep(
    found: Listed, file_name: str, year: Year, by: str, actor: Actor, now: dt.datetime
) -> Import:
    """Stores the lists of a file as a preview of the first, and deletes previews a week old.

    `by` names the person who brought the file, as the list of imports shows it.
    """
    db.session.execute(
        sa.delete(Import).where(Import.state == "preview", Import.created_at < now - PREVIEW_LIFE)
    )
    made = Import(
        year_id=year.id, file_name=file_name, rows=[], by=by, created_at=now, trace=found.trace
    )
    made.rows, made.others = found.rows, found.others
    db.session.add(made)
    db.session.flush()
    # Read anew by whoever wants them: the row holds what was written, not what it says.
    db.session.expire(made, ["rows", "others"])
    audit.note(actor, "import_read", made, now, rows=found.count)
    return made


def choose(kept: Import, number: int) -> None:
    """Makes another list of the file the one that is shown: `others[number]`.

    Raises `Refused` for an import that has been written, `Missing` for a list that is not there.
    """
    if kept.state != "preview":
        raise Refused("import_written")
    if not 0 <= number < len(kept.others):
        raise Missing("no_import")
    others = list(kept.others)
    chosen, others[number] = dict(others[number]), kept.trace | {"rows": kept.rows}
    kept.rows, kept.trace, kept.others = chosen.pop("rows"), chosen, others


def _kept_list(sheet: Sheet) -> dict[str, Any]:
    """A list as it is stored: its rows, and beside them what the trace of an import begins with."""
    return {
        "rows": [_kept_row(line) for line in sheet.lines],
        "columns": dict(sheet.headings.columns),
        "ignored": list(sheet.headings.ignored),
        "sheet": sheet.name,
        "visible": sheet.visible,
        "encoding": sheet.encoding,
        "words": list(sheet.words),
        "certain": sheet.certain,
        "hidden": [line.number for line in sheet.lines if line.hidden],
    }


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


def last_row(kept: Import) -> int:
    """The number of the last row of the list."""
    last: int = kept.rows[-1][0] if kept.rows else 0
    return last


def contacts_of(kept: Import) -> list[Contact]:
    """The rows of the import, understood."""
    return [parse(number, cells, problems) for number, cells, problems in kept.rows]
