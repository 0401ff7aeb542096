"""Imports one list of 4,000 people after another: `python -m bench.import_process`, with the
database in the environment.
"""

from __future__ import annotations

from itertools import count

from annualwheel import audit, create_app
from annualwheel.clock import SystemClock
from annualwheel.contacts.imports import reading, storing, writing
from annualwheel.contacts.imports.decisions import Decisions
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.jobs import importing
from annualwheel.models import Import
from config import Settings

ROWS, ORGANISATIONS = 4000, 400


def main() -> None:
    """Says that it has begun when the first list is, and goes on until it is ended."""
    app = create_app(Settings.from_env())
    with app.app_context():
        for number in count():
            # Of this process: two rounds must not bring the same people.
            kept = _begun(f"{SystemClock().now():%H%M%S}-{number}")
            if not number:
                print("begun", flush=True)
            importing.carry_on(kept.id)
            db.session.refresh(kept)
            assert kept.state == "written", kept.state
            db.session.commit()


def _begun(which: str) -> Import:
    lists, now = reading.lists(_list(which).encode()), SystemClock().now()
    year = years.latest()
    assert year is not None
    kept = storing.keep(storing.listed(lists), f"{which}.csv", year, "bench", audit.SYSTEM, now)
    writing.begin(kept, Decisions(), audit.SYSTEM, now)
    db.session.commit()
    return kept


def _list(which: str) -> str:
    rows = (
        f"Importorganisationen {which} nummer {number % ORGANISATIONS};Kommun;Alva;"
        f"Provsson {number};import{number}@i{which}.example.org;strateg"
        for number in range(ROWS)
    )
    return "\n".join(["Organisation;Typ;Förnamn;Efternamn;E-post;Titel", *rows])


if __name__ == "__main__":
    main()
