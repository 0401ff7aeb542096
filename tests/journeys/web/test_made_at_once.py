"""Two who make the same row in the same moment: each is answered as if the other came first."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import machine_clocks
from annualwheel.accounts import staff
from annualwheel.contacts import organisations, people
from annualwheel.db import Base, db
from annualwheel.models import (
    Affiliation,
    MachineClock,
    Organisation,
    Person,
    Staff,
    Year,
    YearOrganisation,
)
from tests.conftest import START
from tests.databases import PostgreSQL, SQLite
from tests.makers.region import make_staff, make_year, sign_in
from tests.tiny_browser import Browser

pytestmark = pytest.mark.race
WAITED = 30.0


@pytest.fixture
def eda(session: object) -> Organisation:
    """Eda kommun, of which 2027 says nothing."""
    make_year()
    made = organisations.add_organisation("Eda kommun")
    db.session.commit()
    return made


@pytest.fixture
def browser(visitor: Browser, eda: Organisation) -> Browser:
    """A coordinator, signed in."""
    return sign_in(visitor, make_staff())


@pytest.fixture
def meanwhile(
    app: Flask, database: SQLite | PostgreSQL
) -> Callable[[Callable[[], object], Callable[[], Any]], Any]:
    """Does `act` while somebody else has done `other` and not committed; what came of the act."""

    def waits() -> bool:
        asked = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        with db.engine.connect() as connection:
            return bool(connection.scalar(sa.text(asked)))

    def both(other: Callable[[], object], act: Callable[[], Any]) -> Any:
        other()
        db.session.flush()
        with ThreadPoolExecutor(1) as thread:
            done = thread.submit(act)
            until = time.monotonic() + WAITED
            # On SQLite the other one waits before it reads, so it does not matter when.
            while database.kind == "postgresql" and not done.done() and not waits():
                assert time.monotonic() < until
            db.session.commit()
            return done.result(WAITED)

    return both


def count(table: type[Base]) -> int:
    """How many rows there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_of_two_who_set_the_kind_of_an_organisation_none_fails(
    browser: Browser, eda: Organisation, meanwhile: Callable[..., Any]
) -> None:
    year = db.session.scalars(sa.select(Year)).one()
    browser.open(f"/personer/organisationer/{eda.public_id}").choose("Kommun")
    page = meanwhile(
        lambda: organisations.in_year(eda, year), lambda: browser.press("Spara för 2027")
    )
    page.see("Uppgifterna för 2027 är sparade")
    db.session.expire_all()
    row = db.session.scalars(sa.select(YearOrganisation)).one()
    assert row.category is not None and row.category.sv == "Kommun"


def test_a_row_of_a_year_that_a_job_makes_is_found(
    app: Flask, eda: Organisation, meanwhile: Callable[..., Any]
) -> None:
    year = db.session.scalars(sa.select(Year)).one()

    def job() -> int:
        with app.app_context():
            own = db.session.get_one(Organisation, eda.id)
            made = organisations.in_year(own, db.session.get_one(Year, year.id))
            db.session.commit()
            return made.id

    found = meanwhile(lambda: organisations.in_year(eda, year), job)
    assert db.session.scalars(sa.select(YearOrganisation.id)).all() == [found]


def test_of_two_who_add_the_same_person_both_find_one(
    browser: Browser, eda: Organisation, meanwhile: Callable[..., Any]
) -> None:
    browser.open("/personer/ny").fill("Förnamn", "Ida").fill("Efternamn", "Ny")
    browser.fill("E-postadress", "ida@eda.example.org").choose("Eda kommun")
    page = meanwhile(
        lambda: people.add_person("Ida", "Ny", "ida@eda.example.org", eda),
        lambda: browser.press("Lägg till personen"),
    )
    page.see("Ida Ny")
    assert (count(Person), count(Affiliation)) == (1, 1)


def test_of_two_who_add_the_same_organisation_the_second_is_told(
    browser: Browser, meanwhile: Callable[..., Any]
) -> None:
    browser.open("/personer/organisationer/ny").fill("Namn", "Nya byalaget")
    page = meanwhile(
        lambda: organisations.add_organisation("nya byalaget"),
        lambda: browser.press("Lägg till organisationen"),
    )
    page.see("finns redan")
    assert count(Organisation) == 2


def test_of_two_who_add_the_same_account_the_second_is_told(
    visitor: Browser, session: object, meanwhile: Callable[..., Any]
) -> None:
    office = sign_in(visitor, make_staff("administrator", "Astrid Admin"))
    office.open("/installningar/konton/nytt").fill("Namn", "Ny").choose("Koordinator")
    office.fill("E-postadress", "ny@region.example")
    page = meanwhile(
        lambda: staff.add("Ny", "ny@region.example", ("coordinator",), START),
        lambda: office.press("Skapa kontot"),
    )
    page.see("redan")
    assert count(Staff) == 2


def test_two_processes_of_a_machine_note_its_clock(
    app: Flask, session: object, meanwhile: Callable[..., Any]
) -> None:
    def job() -> None:
        with app.app_context():
            machine_clocks.note("web1", machine_clocks.TOLD * 2, START)
            db.session.commit()

    meanwhile(lambda: machine_clocks.note("web1", machine_clocks.TOLD * 2, START), job)
    assert count(MachineClock) == 1
