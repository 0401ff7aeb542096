"""A long list that is imported: decided, partly written, and what the tables have of it."""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.contacts.imports import leases, reading, storing, writing
from annualwheel.contacts.imports.decisions import Decisions
from annualwheel.db import db
from annualwheel.models import (
    Affiliation,
    Import,
    ImportBatch,
    ImportedPerson,
    Organisation,
    Person,
    Year,
    YearOrganisation,
)
from annualwheel.services import services
from tests.conftest import START

TABLES = (Person, Organisation, Affiliation, YearOrganisation, ImportedPerson, ImportBatch)
ROWS = 2 * writing.SMALL
NEW = [
    "Alvar",
    "Bensin",
    "Cykel",
    "Dunge",
    "Enbär",
    "Fjord",
    "Gryta",
    "Hassel",
    "Idun",
    "Jordgubbe",
    "Kvarn",
    "Lokstall",
]


def list_text(rows: int = ROWS) -> str:
    """A list with so many new people in twelve organisations, and Bo, who gets a title."""
    lines = ["Namn;E-post;Organisation;Organisationstyp;Befattning;Samordnare"]
    lines += [
        f"Nr{n} Prov;nr{n}@x.example.org;{NEW[n % 12]};Kommun;;{'ja' if n > rows - 13 else ''}"
        for n in range(rows)
    ]
    return "\n".join([*lines, "Bo Provsson;bo@arv.example.org;Arvika;;vd;"])


def begun(year: Year) -> Import:
    """A long list whose writing is decided; no job has come to it."""
    kept = storing.keep(
        storing.listed(reading.lists(list_text().encode())),
        "l.csv",
        year,
        "K",
        audit.SYSTEM,
        START,
    )
    writing.begin(kept, Decisions(), audit.SYSTEM, START)
    db.session.commit()
    return kept


def partly(kept: Import, batches: int) -> None:
    """A worker takes the import, writes some batches and is gone."""
    assert leases.take(kept.id, "w", services().clock.now())
    db.session.refresh(kept)
    writer = writing.Writer(kept)
    for names in list(writer.new_names()):
        writer.add_organisations(names, services().clock.now())
        db.session.commit()
    for rows in list(writer.rows_left())[:batches]:
        assert writer.add_rows(rows, services().clock.now())
        db.session.commit()


def counted() -> dict[str, int]:
    """How many rows the tables have."""
    return {
        table.__tablename__: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in TABLES
    }


def state_of(kept: Import) -> str:
    """The state as it is stored."""
    db.session.expire_all()
    return kept.state
