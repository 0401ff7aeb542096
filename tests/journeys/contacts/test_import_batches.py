"""A long list: a job writes it in short batches, and another goes on with it, or takes it back."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.contacts.imports import leases, reading, storing, undoing, writing
from annualwheel.contacts.imports.decisions import Choice, Decisions
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.jobs import importing, sweep
from annualwheel.models import (
    Import,
    Organisation,
    Person,
    Year,
    YearOrganisation,
)
from annualwheel.services import services
from config import ROOT
from tests.conftest import START, Fixed
from tests.makers.long_list import NEW, ROWS, begun, counted, list_text, partly, state_of
from tests.makers.region import make_organisation, make_staff, make_year, sign_in
from tests.tiny_browser import Browser

pytestmark = pytest.mark.fault

Work = Callable[..., int]


@pytest.fixture
def year(session: object) -> Year:
    """2027 with Arvika kommun, where Bo Provsson is, without a title."""
    made = make_year()
    people.add_person("Bo", "Provsson", "bo@arv.example.org", make_organisation(made, "Arvika"))
    db.session.commit()
    return made


@pytest.fixture
def coordinator(visitor: Browser, year: Year) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff())


class Batches:
    """How many rows each transaction has added, of those it may not add many of."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.new = 0

    def flushed(self, session: sa.orm.Session, *_: object) -> None:
        """Counts new people."""
        self.new += sum(isinstance(row, Person) for row in session.new)

    def committed(self, _session: object) -> None:
        """A transaction ends."""
        self.sizes.append(self.new)
        self.new = 0


@pytest.fixture
def batches() -> Iterator[Batches]:
    """Watches the transactions of a test."""
    watched, session = Batches(), db.session()
    sa.event.listen(session, "before_flush", watched.flushed)
    sa.event.listen(session, "after_commit", watched.committed)
    yield watched
    sa.event.remove(session, "before_flush", watched.flushed)
    sa.event.remove(session, "after_commit", watched.committed)


def test_it_is_written_a_batch_at_a_time(year: Year, batches: Batches) -> None:
    kept = begun(year)
    batches.sizes.clear()
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert max(batches.sizes) == writing.BATCH
    assert sum(batches.sizes) == ROWS
    assert kept.trace["counts"] == {
        "new": ROWS,
        "there": 1,
        "same": 0,
        "unreadable": 0,
        "unwritten": 0,
        "organisations": 12,
        "places": ROWS,
    }
    assert (kept.rows, kept.done, kept.lease_until) == ([], 0, None)
    assert "decided" not in kept.trace and "actor" not in kept.trace
    assert counted()["import_batches"] == 0
    leads = db.session.scalars(sa.select(YearOrganisation).where(YearOrganisation.lead_id > 0))
    assert len(leads.all()) == 12


def test_another_worker_goes_on_where_one_was_killed(year: Year, clock: Fixed) -> None:
    kept = begun(year)
    partly(kept, 3)
    assert counted()["persons"] == 1 + 3 * writing.BATCH
    importing.carry_on(kept.id)
    assert state_of(kept) == "writing"
    clock.moment = START + leases.LEASE - dt.timedelta(seconds=1)
    assert leases.left_behind(clock.moment) == []
    clock.moment = START + leases.LEASE + dt.timedelta(seconds=1)
    assert leases.left_behind(clock.moment) == [kept.id]
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert counted()["persons"] == 1 + ROWS
    assert counted()["imported_persons"] == 1 + ROWS
    # What the first one wrote is undone, too.
    assert undoing.obstacles(kept) == {}


@pytest.mark.race
@pytest.mark.parametrize("commits", [1, 4, 7])
def test_killed_in_the_middle_of_a_batch_nothing_is_lost_and_nothing_is_there_twice(
    app: Flask, year: Year, clock: Fixed, commits: int
) -> None:
    kept = begun(year)
    settings = services().settings
    importer = [sys.executable, "-m", "tests.killed_importer", settings.database_url]
    importer += [settings.queue_url, str(kept.id), str(commits)]
    killed = subprocess.run(importer, cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert state_of(kept) == "writing"
    db.session.commit()
    clock.moment = START + dt.timedelta(minutes=2)
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert counted()["persons"] == counted()["imported_persons"] == 1 + ROWS
    assert counted()["organisations"] == 1 + len(NEW)
    assert undoing.obstacles(kept) == {}


def test_the_sweep_takes_it_up_within_two_minutes(year: Year, clock: Fixed, work: Work) -> None:
    kept = begun(year)
    partly(kept, 1)
    assert leases.LEASE + dt.timedelta(minutes=1) <= dt.timedelta(minutes=2)
    clock.moment = START + dt.timedelta(minutes=2)
    sweep.sweep_minute()
    work()
    assert state_of(kept) == "written"


def test_one_that_was_thought_to_be_gone_writes_no_more(year: Year, clock: Fixed) -> None:
    kept = begun(year)
    assert leases.take(kept.id, "w", START)
    db.session.refresh(kept)
    slow = writing.Writer(kept)
    names, rows = list(slow.new_names()), list(slow.rows_left())
    db.session.commit()
    db.session.expunge(kept)
    clock.moment = START + dt.timedelta(minutes=2)
    importing.carry_on(kept.id)
    before = counted()
    assert not slow.add_organisations(names[0], clock.moment)
    assert not slow.add_rows(rows[0], clock.moment)
    assert not slow.finish({}, clock.moment)
    db.session.rollback()
    assert counted() == before


def test_of_two_workers_one_writes_a_batch(year: Year, clock: Fixed) -> None:
    kept = begun(year)
    assert leases.take(kept.id, "w", START)
    db.session.refresh(kept)
    slow = writing.Writer(kept)
    for names in list(slow.new_names()):
        assert slow.add_organisations(names, START)
    rows = list(slow.rows_left())
    db.session.commit()
    db.session.expunge(kept)
    clock.moment = START + dt.timedelta(minutes=2)
    partly(db.session.get_one(Import, kept.id), 1)
    before = counted()
    assert not slow.add_rows(rows[0], clock.moment)
    db.session.rollback()
    assert counted() == before


def test_pressed_twice_it_is_written_once(coordinator: Browser, work: Work) -> None:
    coordinator.open("/personer/import").attach("Fil med personer", "l.csv", list_text().encode())
    coordinator.press("Granska filen")
    url, token = coordinator.url, coordinator.page.all("input")[1].get("value")
    for _press in range(8):
        assert coordinator.fetch("POST", url, data={"csrf_token": token}).status_code == 303
    kept = db.session.scalars(sa.select(Import)).one()
    db.session.commit()
    work()
    assert state_of(kept) == "written"
    assert counted()["persons"] == 1 + ROWS


def test_the_page_says_how_far_it_has_come_and_cancels(
    coordinator: Browser, year: Year, clock: Fixed, work: Work
) -> None:
    before = counted()
    kept = begun(year)
    partly(kept, 3)
    response = coordinator.fetch("GET", f"/personer/import/{kept.public_id}")
    assert response.headers["Refresh"] == "2"
    coordinator.open(f"/personer/import/{kept.public_id}").see(
        "Filen läses in", f"Klart till och med rad {1 + 3 * writing.BATCH} av {ROWS + 2}"
    ).miss("har stannat")
    clock.moment = START + dt.timedelta(seconds=61)
    coordinator.open(f"/personer/import/{kept.public_id}").see("har stannat")
    coordinator.open("/personer/import").see("Läses in")
    coordinator.open(f"/personer/import/{kept.public_id}").press("Avbryt importen").see(
        "Importen tas tillbaka"
    )
    work()
    coordinator.open(f"/personer/import/{kept.public_id}").see("Importen är ångrad")
    assert counted() == before
    assert db.session.scalars(sa.select(Person)).one().affiliations[0].title == ""


def test_what_is_written_cannot_be_cancelled(year: Year) -> None:
    kept = begun(year)
    importing.carry_on(kept.id)
    db.session.expire_all()
    with pytest.raises(Refused, match="wrong_state"):
        undoing.cancel(kept, audit.SYSTEM)


def test_a_long_one_is_undone_in_batches_and_goes_on_after_a_kill(
    year: Year, clock: Fixed, batches: Batches
) -> None:
    before = counted()
    kept = begun(year)
    importing.carry_on(kept.id)
    db.session.expire_all()
    undoing.begin(kept, {}, audit.SYSTEM)
    db.session.commit()
    batches.sizes.clear()
    assert leases.take(kept.id, "w", START)
    db.session.refresh(kept)
    undoer = undoing.Undoer(kept)
    first = undoer.left()
    assert first is not None and len(first) == undoing.BATCH
    assert undoer.remove(first, START)
    db.session.commit()
    clock.moment = START + dt.timedelta(minutes=2)
    importing.carry_on(kept.id)
    assert state_of(kept) == "undone"
    assert counted() == before
    assert len(batches.sizes) > ROWS / undoing.BATCH


def test_what_was_built_on_or_edited_meanwhile_stays_and_is_told(
    coordinator: Browser, year: Year
) -> None:
    kept = begun(year)
    importing.carry_on(kept.id)
    db.session.expire_all()
    undoing.begin(kept, {}, audit.SYSTEM)
    first, second = db.session.scalars(
        sa.select(Person).where(Person.import_id == kept.id).order_by(Person.id).limit(2)
    )
    organisations.set_lead(first.affiliations[0].organisation, year, first)
    second.mobile = "070-9"
    other = make_organisation(year, "Eda kommun")
    organisations.set_lead(other, year, first)
    db.session.commit()
    importing.carry_on(kept.id)
    assert state_of(kept) == "undone"
    left = db.session.scalars(sa.select(Person).where(Person.import_id == kept.id)).all()
    assert {one.id for one in left} == {first.id, second.id}
    assert all(one.affiliations for one in left)
    assert kept.trace["left"] == 4
    coordinator.open(f"/personer/import/{kept.public_id}").see("4 personer eller organisationer")


def test_a_failure_leaves_it_to_be_taken_up_again(
    year: Year, clock: Fixed, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = begun(year)
    with monkeypatch.context() as broken:
        broken.setattr(writing, "BATCH", "many")
        importing.carry_on(kept.id)
    assert state_of(kept) == "writing"
    clock.moment = START + dt.timedelta(minutes=2)
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"


def test_what_was_decided_is_kept_until_a_job_comes(year: Year) -> None:
    arvika = organisations.organisation_named("Arvika")
    assert arvika is not None
    kept = storing.keep(
        storing.listed(reading.lists(list_text().encode())), "l.csv", year, "K", audit.SYSTEM, START
    )
    decided = Decisions(
        {
            "alvar": Choice(same_as=arvika),
            "bensin": Choice(same_in_file="cykel"),
            "cykel": Choice(same_in_file="alvar"),
        },
        left_out={2},
        same={3: "unknown", 4: 5},
    )
    writing.begin(kept, decided, audit.SYSTEM, START)
    db.session.commit()
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    names = set(db.session.scalars(sa.select(Organisation.name)))
    assert names == {"Arvika", *NEW[3:]}
    given = set(db.session.scalars(sa.select(Person.given)))
    assert {"Nr0", "Nr2"} & given == set()
    assert {"Nr1", "Nr3"} <= given
