"""Forgets an erased person in the lists that are kept of imports, whatever is being done with them.

What is left must not bring the person back: not by a line, by a decision, or by being undone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from annualwheel.contacts.folding import fold
from annualwheel.contacts.imports import decisions, leases
from annualwheel.contacts.imports.states import GOING_BACK, UNDER_WAY
from annualwheel.contacts.imports.values import parse
from annualwheel.contacts.states import WITH_US
from annualwheel.db import db
from annualwheel.models import Import, ImportBatch, Person

# A step of undoing that is about nobody: the number of the next one may not change.
NOTHING: tuple[object, ...] = ("persons", 0, "mobile", None, None)


def lock() -> None:
    """Keeps every import as it is until the commit: no worker writes a batch meanwhile.

    Before any other lock: a worker has its import, and waits for people and organisations.
    """
    db.session.execute(sa.select(Import.id).order_by(Import.id).with_for_update())


def forget(person: Person) -> None:
    """Removes what imports keep of the person.

    Call it while the person still has a name, an address and affiliations; `lock` comes first.
    """
    own = {("persons", person.id)}
    own |= {("affiliations", affiliation.id) for affiliation in person.affiliations}
    others = _others(person)
    asked = sa.select(Import).execution_options(populate_existing=True)
    going_back: set[int] = set()
    for kept in db.session.scalars(asked):
        gone = {row[0] for row in kept.rows if _is_about(row, person, others)}
        if decided := kept.trace.get("decided"):
            gone |= decisions.rows_about(decided, {person.public_id, *gone})
            kept.trace = kept.trace | {"decided": decisions.without_rows(decided, gone)}
        kept.rows = [row for row in kept.rows if row[0] not in gone]
        kept.others = [
            one | {"rows": [row for row in one["rows"] if not _is_about(row, person, others)]}
            for one in kept.others
        ]
        kept.trace = _unchanged(kept.trace, own, person, kept.state in GOING_BACK)
        if kept.state in GOING_BACK:
            going_back.add(kept.id)
        if kept.state in UNDER_WAY:
            leases.take_away(kept)
    # One that is cancelled half way has its trace in its batches still.
    for batch in db.session.scalars(sa.select(ImportBatch)):
        batch.trace = _unchanged(batch.trace, own, person, batch.import_id in going_back)


def _others(person: Person) -> set[str]:
    """The folded names of the others who share the person's address."""
    return set(
        db.session.scalars(
            sa.select(Person.name_folded).where(
                Person.email_folded == person.email_folded, Person.id != person.id, WITH_US
            )
        )
    )


def _is_about(row: Any, person: Person, others: Collection[str]) -> bool:
    """Whether a line has the person's address, and no other's name who shares it."""
    number, cells, problems = row
    contact = parse(number, cells, problems)
    address = person.email_folded
    has_address = contact.key[0] == address or any(
        fold(str(one)) == address for one in cells.values()
    )
    return has_address and contact.key[1] not in others


def _unchanged(
    trace: dict[str, Any], own: set[tuple[str, int]], person: Person, in_place: bool
) -> dict[str, Any]:
    """The trace without what was changed of those rows, and without the person as a former lead.

    `in_place`: the changes are being undone by their number, so each keeps its place.
    """
    if "changed" not in trace:
        return trace
    changed = []
    for one in trace["changed"]:
        table, row_id, column, before, after = one
        if (table, row_id) in own:
            changed += [list(NOTHING)] if in_place else []
        elif column == "lead_id" and before == person.id:
            changed.append([table, row_id, column, None, after])
        else:
            changed.append(one)
    return trace | {"changed": changed}
