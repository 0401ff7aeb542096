"""A person is erased or merged while a list that names them waits, is written or is undone.

Nothing of the erased person comes back unasked, and nobody else is left out.
"""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.contacts.imports import leases, reading, storing, undoing, writing
from annualwheel.contacts.imports.decisions import Decisions
from annualwheel.db import Base, db
from annualwheel.jobs import importing
from annualwheel.leases import MOST_TRIES
from annualwheel.models import (
    Affiliation,
    DeletionRequest,
    Import,
    Organisation,
    Person,
    Year,
    YearOrganisation,
)
from annualwheel.privacy import erasure
from tests.conftest import START, Fixed
from tests.makers.long_list import ROWS, begun, counted, partly, state_of
from tests.makers.region import make_organisation, make_staff, make_year, sign_in
from tests.tiny_browser import Browser

pytestmark = pytest.mark.fault

HEAD = "Namn;E-post;Organisation;Mobil"


@pytest.fixture
def year(session: object) -> Year:
    """2027 with Arvika kommun, where Bo Provsson is, whom the long list gives a title."""
    made = make_year()
    people.add_person("Bo", "Provsson", "bo@arv.example.org", make_organisation(made, "Arvika"))
    db.session.commit()
    return made


@pytest.fixture
def arvika(year: Year) -> Organisation:
    """Arvika kommun."""
    return db.session.scalars(sa.select(Organisation)).one()


@pytest.fixture
def bo(year: Year) -> Person:
    """The one who is there before."""
    return db.session.scalars(sa.select(Person)).one()


@pytest.fixture
def coordinator(visitor: Browser, year: Year) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff())


def erase(person: Person) -> None:
    """The person asks for it, and a coordinator grants it."""
    request = DeletionRequest(person=person, asked_at=START)
    db.session.add(request)
    db.session.flush()
    assert erasure.erase(request, START, audit.SYSTEM)
    db.session.commit()


def waiting(year: Year, *rows: str) -> Import:
    """A preview of those rows."""
    lists = reading.lists("\n".join([HEAD, *rows]).encode())
    kept = storing.keep(storing.listed(lists), "l.csv", year, "K", audit.SYSTEM, START)
    db.session.commit()
    return kept


def everything() -> str:
    """All that the database says of anybody, but for mails that tell that it is done."""
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name not in ("messages", "message_bodies"):
            found += [repr(row) for row in db.session.execute(sa.select(table))]
    return "\n".join(found).casefold()


def written_by(kept: Import, decided: Decisions) -> None:
    """As the request writes a small list."""
    writing.write(kept, decided, audit.SYSTEM, START)
    db.session.commit()


def test_a_list_that_waits_does_not_bring_an_erased_person_back(
    coordinator: Browser, year: Year, bo: Person
) -> None:
    kept = waiting(
        year,
        "Bo Provsson;bo@arv.example.org;Arvika;070-1",
        "Bosse Provsson;mailto:BO@arv.example.org;Arvika;",
        "Ada Ek;ada@arv.example.org;Arvika;",
    )
    coordinator.open(f"/personer/import/{kept.public_id}").see("Bo Provsson")
    erase(bo)
    # The page from before is sent.
    coordinator.press("Läs in 3 rader").see("Importen är klar")
    assert set(db.session.scalars(sa.select(Person.given))) == {erasure.NOBODY, "Ada"}
    assert "provsson" not in everything()


def test_others_who_share_the_address_stay_on_the_list(year: Year, arvika: Organisation) -> None:
    shared = "info@arv.example.org"
    ulla = people.add_person("Ulla", "Delad", shared, arvika)
    people.add_person("Kim", "Delad", shared, arvika)
    db.session.commit()
    kept = waiting(year, f"Ulla Delad;{shared};Arvika;", f"Kim Delad;{shared};Arvika;070-2")
    erase(ulla)
    db.session.refresh(kept)
    assert [row[0] for row in kept.rows] == [3]
    written_by(kept, Decisions())
    kim = db.session.scalars(sa.select(Person).where(Person.given == "Kim")).one()
    assert kim.mobile == "070-2"


@pytest.mark.parametrize("when", ["asked", "decided"])
def test_a_row_that_was_said_to_be_the_erased_person_is_not_read_in(
    year: Year, bo: Person, when: str
) -> None:
    kept = waiting(
        year,
        "Bo Provsson;bo@private.example;Arvika;070-1",
        "B Provsson;b@private.example;Arvika;070-1",
        "Ada Ek;ada@arv.example.org;Arvika;",
    )
    decided = Decisions(same={2: bo.public_id, 3: 2})
    if when == "asked":
        erase(bo)
        db.session.refresh(kept)
        written_by(kept, decided)
    else:
        writing.begin(kept, decided, audit.SYSTEM, START)
        db.session.commit()
        erase(bo)
        assert "private" not in everything()
        importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert set(db.session.scalars(sa.select(Person.given))) == {erasure.NOBODY, "Ada"}
    assert counted()["persons"] == 2
    assert "provsson" not in everything()


def test_a_row_that_was_said_to_be_another_row_goes_with_it(year: Year, bo: Person) -> None:
    kept = waiting(
        year,
        "Bo Provsson;bo@arv.example.org;Arvika;",
        "B Provsson;b@private.example;Arvika;070-1",
        "Ada Ek;ada@arv.example.org;Arvika;",
    )
    erase(bo)
    db.session.refresh(kept)
    written_by(kept, Decisions(same={3: 2}))
    assert set(db.session.scalars(sa.select(Person.given))) == {erasure.NOBODY, "Ada"}


def test_a_worker_that_has_read_the_list_before_writes_no_more_of_it(
    year: Year, bo: Person, clock: Fixed
) -> None:
    kept = begun(year)
    assert leases.take(kept.id, "w", START)
    db.session.refresh(kept)
    slow = writing.Writer(kept)
    for names in list(slow.new_names()):
        assert slow.add_organisations(names, START)
    batches = list(slow.rows_left())
    for rows in batches[:-1]:
        assert slow.add_rows(rows, START)
    db.session.commit()
    assert counted()["persons"] == 1 + ROWS
    db.session.expunge(kept)
    erase(bo)
    # Bo is on the last of the rows, and gets a title there.
    assert batches[-1][-1].email == "bo@arv.example.org"
    assert not slow.add_rows(batches[-1], START)
    db.session.rollback()
    # At once, since no worker has it.
    importing.carry_on(kept.id)
    found = db.session.get_one(Import, kept.id, populate_existing=True)
    assert (found.state, found.rows) == ("written", [])
    assert counted()["persons"] == 1 + ROWS
    assert "provsson" not in everything() and "vd" not in titles()


def titles() -> set[str]:
    """The titles that anybody has."""
    return set(db.session.scalars(sa.select(Affiliation.title)))


@pytest.mark.parametrize("added", [False, True])
def test_a_list_that_could_not_be_written_brings_nobody_back_when_it_is_tried_again(
    year: Year, bo: Person, added: bool
) -> None:
    kept = begun(year)
    partly(kept, 2)
    kept.tries = MOST_TRIES
    db.session.commit()
    leases.note_failure(kept.id, "w", "ABCD")
    db.session.commit()
    assert state_of(kept) == "write_failed"
    erase(db.session.scalars(sa.select(Person).where(Person.given == "Nr0")).one() if added else bo)
    db.session.refresh(kept)
    assert "nr0@" not in repr(kept.rows) if added else "bo@" not in repr(kept.rows)
    leases.try_again(kept, START, audit.SYSTEM)
    db.session.commit()
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert counted()["persons"] == 1 + ROWS
    assert ("nr0@" if added else "provsson") not in everything()


def test_one_whom_the_list_has_added_already_stays_erased(year: Year, bo: Person) -> None:
    kept = begun(year)
    partly(kept, 2)
    first = db.session.scalars(sa.select(Person).where(Person.given == "Nr0")).one()
    erase(first)
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert counted()["persons"] == 1 + ROWS
    assert db.session.scalar(sa.select(Person).where(Person.given == "Nr0")) is None
    assert "nr0 prov" not in everything() and "nr0@" not in everything()


def test_undoing_goes_on_where_it_was_and_puts_nothing_back(
    year: Year, arvika: Organisation, bo: Person, clock: Fixed
) -> None:
    """51 have changes, Bo the first of them; one batch has been undone when he is erased."""
    before = {table: n for table, n in counted().items() if table != "import_batches"}
    rows = ["Bo Provsson;bo@arv.example.org;Arvika;070-0"]
    for n in range(50):
        people.add_person(f"Var{n}", "Här", f"v{n}@arv.example.org", arvika)
        rows.append(f"Var{n} Här;v{n}@arv.example.org;Arvika;070-{n}")
    db.session.commit()
    kept = waiting(year, *rows, "Ny Prov;ny@x.example.org;Alvar;")
    written_by(kept, Decisions())
    undoing.begin(kept, {}, audit.SYSTEM)
    db.session.commit()
    assert leases.take(kept.id, "w", START)
    db.session.refresh(kept)
    slow = undoing.Undoer(kept)
    first = slow.left()
    assert first is not None and slow.remove(first, START)
    db.session.commit()
    db.session.expunge(kept)
    erase(bo)
    second = slow.left()
    assert second is not None and not slow.remove(second, START)
    db.session.rollback()
    importing.carry_on(kept.id)
    assert db.session.get_one(Import, kept.id, populate_existing=True).state == "undone"
    assert set(db.session.scalars(sa.select(Person.mobile))) == {""}
    assert counted()["organisations"] == before["organisations"]
    assert db.session.scalar(sa.select(Person).where(Person.given == "Ny")) is None


def test_undoing_does_not_make_an_erased_person_lead_again(
    year: Year, arvika: Organisation, bo: Person
) -> None:
    organisations.set_lead(arvika, year, bo)
    db.session.commit()
    lists = reading.lists(
        b"Namn;E-post;Organisation;Samordnare\nAda Ek;ada@arv.example.org;Arvika;ja"
    )
    kept = storing.keep(storing.listed(lists), "l.csv", year, "K", audit.SYSTEM, START)
    written_by(kept, Decisions())
    erase(bo)
    undoing.undo(kept, audit.SYSTEM, START)
    db.session.commit()
    assert db.session.scalars(sa.select(YearOrganisation.lead_id)).one() is None


def test_somebody_who_was_merged_meanwhile_is_written_as_who_they_are(
    year: Year, arvika: Organisation, bo: Person, clock: Fixed
) -> None:
    kept = begun(year)
    partly(kept, 2)
    other = people.add_person("Bo", "Annan", "bo@annan.example", arvika)
    bo.merged_into_id, eda = other.id, organisations.add_organisation("Eda")
    alvar = db.session.scalars(sa.select(Organisation).where(Organisation.folded == "alvar")).one()
    alvar.merged_into_id = eda.id
    db.session.commit()
    clock.moment += dt.timedelta(minutes=2)
    importing.carry_on(kept.id)
    assert state_of(kept) == "written"
    assert counted()["persons"] == 2 + ROWS
    assert [one.title for one in other.affiliations] == ["vd"]
    placed = sa.select(sa.func.count(Affiliation.id)).where(Affiliation.organisation_id == eda.id)
    assert (db.session.scalar(placed) or 0) > 0
