"""A long list that cannot be written or undone: rows that fail alone, and when it is given up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel import leases as job_leases
from annualwheel.contacts import people
from annualwheel.contacts.imports import leases, undoing, writing
from annualwheel.db import Base, db
from annualwheel.errors import Missing, Refused
from annualwheel.jobs import importing, sweep
from annualwheel.models import Affiliation, Import, ImportBatch, Organisation, Person, Year
from annualwheel.privacy import retention
from tests.conftest import START, Fixed
from tests.makers.long_list import NEW, ROWS, begun, counted, partly, state_of
from tests.makers.region import make_organisation, make_staff, make_year, sign_in
from tests.tiny_browser import Browser

pytestmark = pytest.mark.fault


@pytest.fixture
def year(session: object) -> Year:
    """2027 with Arvika kommun, where Bo Provsson is."""
    made = make_year()
    people.add_person("Bo", "Provsson", "bo@arv.example.org", make_organisation(made, "Arvika"))
    db.session.commit()
    return made


@pytest.fixture
def coordinator(visitor: Browser, year: Year) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff())


class Bad(Exception):
    """What a row causes that nothing of ours expects."""


@contextmanager
def refused(table: type[Base], column: str, *values: str) -> Iterator[None]:
    """No row with one of the values can be written."""

    def refuse(_mapper: object, _connection: object, row: Base) -> None:
        if not values or getattr(row, column) in values:
            raise Bad

    sa.event.listen(table, "before_insert", refuse)
    yield
    sa.event.remove(table, "before_insert", refuse)


@contextmanager
def broken() -> Iterator[None]:
    """No worker comes further, whatever it does."""
    needed = ("INSERT INTO import_batches", "DELETE FROM persons")

    def refuse(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(needed):
            raise Bad

    sa.event.listen(db.engine, "before_cursor_execute", refuse)
    yield
    sa.event.remove(db.engine, "before_cursor_execute", refuse)


def later(clock: Fixed) -> None:
    """So much later that no lease of now holds."""
    clock.moment += dt.timedelta(minutes=2)


def test_a_row_that_cannot_be_written_fails_alone_and_is_told(
    coordinator: Browser, year: Year
) -> None:
    kept = begun(year)
    with refused(Person, "given", "Nr7", "Nr120"):
        importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert counted()["persons"] == 1 + ROWS - 2
    assert kept.trace["counts"]["unwritten"] == 2
    assert kept.trace["counts"]["there"] == 1
    assert kept.trace["counts"]["new"] == ROWS - 2
    assert [row[0] for row in kept.rows] == [9, 122]
    page = coordinator.open(f"/personer/import/{kept.public_id}")
    page.see("Kunde inte läsas in 2", "nr7@x.example.org", "Raden gick inte att spara")
    assert undoing.obstacles(kept) == {}
    coordinator.press("Ångra importen")


def test_an_organisation_that_cannot_be_added_fails_with_its_rows_alone(year: Year) -> None:
    kept = begun(year)
    with refused(Organisation, "name", NEW[0]):
        importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert counted()["organisations"] == 1 + len(NEW) - 1
    its_rows = [2 + n for n in range(ROWS) if n % 12 == 0]
    assert [row[0] for row in kept.rows] == its_rows
    assert counted()["persons"] == 1 + ROWS - len(its_rows)


def test_a_small_list_is_written_but_for_the_row_that_cannot_be(coordinator: Browser) -> None:
    rows = ["Namn;E-post;Organisation", "Ada Prov;a@x.example.org;Arvika"]
    text = "\n".join([*rows, "Be Prov;b@x.example.org;Arvika"])
    coordinator.open("/personer/import").attach("Fil med personer", "l.csv", text.encode())
    coordinator.press("Granska filen")
    with refused(Person, "given", "Ada"):
        coordinator.press("Läs in 2 rader")
    coordinator.see("Importen är klar", "Kunde inte läsas in 1", "Raden gick inte att spara")
    assert set(db.session.scalars(sa.select(Person.given))) == {"Bo", "Be"}


def test_what_always_fails_is_given_up_and_says_why_and_a_press_goes_on(
    coordinator: Browser, year: Year, clock: Fixed
) -> None:
    kept = begun(year)
    partly(kept, 1)
    with broken():
        for tries in range(1, job_leases.MOST_TRIES + 1):
            assert state_of(kept) == "writing"
            later(clock)
            importing.carry_on(kept.id)
            assert state_of(kept) in ("writing", "write_failed")
            assert kept.tries == tries
    assert state_of(kept) == "write_failed"
    assert leases.left_behind(clock.moment) == []
    address = f"/personer/import/{kept.public_id}"
    assert "Refresh" not in coordinator.fetch("GET", address).headers
    coordinator.open(address).see(
        "Importen har stannat",
        f"Klart till och med rad {1 + writing.BATCH} av {ROWS + 2}",
        f"Felkoden är {kept.failure}",
    )
    coordinator.open("/personer/import").see("Har stannat")
    coordinator.open(address).press("Försök igen").see("Filen läses in")
    assert (state_of(kept), kept.tries, kept.failure) == ("writing", 0, "")
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert counted()["persons"] == 1 + ROWS


def test_what_has_failed_half_way_can_be_taken_back(
    coordinator: Browser, year: Year, clock: Fixed
) -> None:
    before = counted()
    kept = begun(year)
    partly(kept, 2)
    with broken():
        for _try in range(job_leases.MOST_TRIES):
            later(clock)
            importing.carry_on(kept.id)
    address = f"/personer/import/{kept.public_id}"
    coordinator.open(address).press("Avbryt importen").see("Importen tas tillbaka")
    # And what goes back and cannot, too.
    with broken():
        for _try in range(job_leases.MOST_TRIES):
            later(clock)
            importing.carry_on(kept.id)
    assert state_of(kept) == "undo_failed"
    coordinator.open(address).see("Importen gick inte att ta tillbaka").miss("Avbryt importen")
    coordinator.press("Försök igen")
    importing.carry_on(kept.id)
    assert state_of(kept) == "undone"
    assert counted() == before


def test_workers_that_die_without_a_word_are_counted_too(
    coordinator: Browser, year: Year, clock: Fixed
) -> None:
    kept = begun(year)
    for _try in range(job_leases.MOST_TRIES):
        later(clock)
        sweep.sweep_minute()
        assert state_of(kept) == "writing"
        assert leases.take(kept.id, "w", clock.moment)
        db.session.commit()
    later(clock)
    sweep.sweep_minute()
    assert state_of(kept) == "write_failed"
    coordinator.open(f"/personer/import/{kept.public_id}").see("varje gång avbröts arbetet")


def test_who_comes_further_is_not_counted(year: Year, clock: Fixed) -> None:
    kept = begun(year)
    for _worker in range(4):
        later(clock)
        leases.give_up(clock.moment)
        assert state_of(kept) == "writing"
        partly_once(kept.id, clock)
    assert counted()["persons"] == 1 + 4 * writing.BATCH


def partly_once(import_id: int, clock: Fixed) -> None:
    """A worker writes one batch, and is gone."""
    assert leases.take(import_id, "w", clock.moment)
    kept = db.session.get_one(Import, import_id, populate_existing=True)
    writer = writing.Writer(kept)
    for names in list(writer.new_names()):
        writer.add_organisations(names, clock.moment)
    assert writer.add_rows(next(writer.rows_left()), clock.moment)
    db.session.commit()


def test_the_worker_before_cannot_fail_the_import_of_the_next(year: Year, clock: Fixed) -> None:
    kept = begun(year)
    for worker in ("one", "two", "three"):
        later(clock)
        assert leases.take(kept.id, worker, clock.moment)
    leases.note_failure(kept.id, "two", "ABCD")
    db.session.commit()
    assert (state_of(kept), kept.failure) == ("writing", "")
    leases.note_failure(kept.id, "three", "ABCD")
    db.session.commit()
    assert (state_of(kept), kept.failure) == ("write_failed", "ABCD")


def test_an_organisation_that_is_gone_is_added_anew_and_no_row_is_lost(
    year: Year, clock: Fixed
) -> None:
    kept = begun(year)
    assert leases.take(kept.id, "w", START)
    db.session.refresh(kept)
    writer = writing.Writer(kept)
    for names in list(writer.new_names()):
        assert writer.add_organisations(names, START)
    rows = list(writer.rows_left())
    db.session.commit()
    one = db.session.scalars(sa.select(Organisation).where(Organisation.name == NEW[3])).one()
    db.session.execute(sa.delete(ImportBatch))
    db.session.execute(sa.text("DELETE FROM year_organisations"))
    db.session.execute(sa.delete(Organisation).where(Organisation.id == one.id))
    db.session.commit()
    with pytest.raises(Missing):
        writer.add_rows(rows[0], START)
    db.session.rollback()
    later(clock)
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert kept.rows == []
    assert counted()["persons"] == 1 + ROWS
    assert db.session.scalar(sa.select(sa.func.count(Affiliation.id))) == 1 + ROWS


def test_the_rows_of_what_has_failed_are_kept_thirty_days(
    coordinator: Browser, year: Year, clock: Fixed
) -> None:
    kept = begun(year)
    kept.state = "write_failed"
    db.session.commit()
    rule = retention.RULES["unread_rows"]
    assert retention.count(rule, START + retention.UNREAD_ROWS) == 0
    after = START + retention.UNREAD_ROWS + dt.timedelta(seconds=1)
    assert retention.erase(rule, after) == 1
    db.session.commit()
    assert state_of(kept) == "write_failed" and kept.rows == []
    with pytest.raises(Refused, match="import_forgotten"):
        leases.try_again(kept, after, audit.SYSTEM)
    coordinator.open(f"/personer/import/{kept.public_id}").see(
        "Raderna som var kvar är borttagna"
    ).miss("Försök igen")
    coordinator.press("Avbryt importen").see("Importen tas tillbaka")
