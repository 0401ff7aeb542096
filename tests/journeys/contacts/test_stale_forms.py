"""A coordinator's page that has been open for long changes only what was changed on it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import organisations
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.meetings import planning
from annualwheel.models import Meeting, Person, Year
from annualwheel.participation import address_change, replies
from annualwheel.preparation import collaborators
from tests.conftest import START
from tests.makers.guests import kinds_since, mails, make_guest, reply_of, typed
from tests.makers.region import (
    make_organisation,
    make_person,
    make_staff,
    make_year,
    meeting_of,
    sign_in,
)
from tests.tiny_browser import Browser
from tests.watching import listening

NEW = "anna.ny@kommun.example"


@pytest.fixture
def year(session: Any) -> Year:
    return make_year()


@pytest.fixture
def meeting(year: Year) -> Meeting:
    return meeting_of(year)


@pytest.fixture
def office(visitor: Browser, year: Year) -> Browser:
    return sign_in(visitor, make_staff())


@pytest.fixture
def anna(year: Year) -> Person:
    return make_person(make_organisation(year, "Arvika kommun"), "Anna", "Ek")


def moves(person: Person) -> None:
    """The person writes a new address meanwhile."""
    address_change.rename(
        person,
        person.given,
        person.family,
        NEW,
        START + dt.timedelta(minutes=1),
        audit.participant(person.id),
    )
    db.session.commit()


def fresh(row: Any) -> Any:
    db.session.expire_all()
    return row


def test_an_address_changed_meanwhile_stands_when_the_number_is_saved(
    office: Browser, meeting: Meeting, anna: Person
) -> None:
    office.open(f"/personer/{anna.public_id}/andra").fill("Mobilnummer", "070-000 00 00")
    moves(anna)
    before = len(mails())
    office.press("Spara uppgifterna").see("Uppgifterna är sparade.")
    assert (fresh(anna).email, anna.mobile, kinds_since(before)) == (NEW, "070-000 00 00", [])


def test_what_was_changed_in_both_places_is_asked_about_once(office: Browser, anna: Person) -> None:
    office.open(f"/personer/{anna.public_id}/andra").fill(
        "E-postadress", "anna.tredje@kommun.example"
    ).fill("Mobilnummer", "070-000 00 00")
    moves(anna)
    office.press("Spara uppgifterna")
    assert office.status == 422 and f"Någon annan ändrade det här till ”{NEW}”" in office.error_at(
        "E-postadress"
    )
    assert (fresh(anna).email, anna.mobile, office.value("E-postadress")) == (
        NEW,
        "",
        "anna.tredje@kommun.example",
    )
    office.press("Spara uppgifterna").see("Uppgifterna är sparade.")
    assert (fresh(anna).email, anna.mobile) == ("anna.tredje@kommun.example", "070-000 00 00")


def test_the_same_change_in_both_places_is_no_conflict(office: Browser, anna: Person) -> None:
    office.open(f"/personer/{anna.public_id}/andra").fill("E-postadress", NEW)
    moves(anna)
    office.press("Spara uppgifterna").see("Uppgifterna är sparade.")


def test_what_somebody_has_emptied_is_said(office: Browser, anna: Person) -> None:
    anna.mobile = "070-1"
    office.open(f"/personer/{anna.public_id}/andra").fill("Mobilnummer", "070-200 00 00")
    fresh(anna).mobile = ""
    db.session.commit()
    office.press("Spara uppgifterna")
    assert "Någon annan tog bort det här" in office.error_at("Mobilnummer")


@pytest.mark.parametrize("shown", ["", "{", "[]", "[" * 5000, '{"email": 7}'])
def test_a_form_that_does_not_say_what_it_showed_is_read_as_it_stands(
    office: Browser, anna: Person, shown: str
) -> None:
    path = f"/personer/{anna.public_id}/andra"
    form = typed(office.open(path).fill("Mobilnummer", "070-200 00 00")) | {"shown": shown}
    answer = office.fetch("POST", path, data=form)
    assert answer.status_code == 303 and fresh(anna).mobile == "070-200 00 00"


def test_staff_who_register_somebody_do_not_give_the_old_address_back(
    office: Browser, meeting: Meeting
) -> None:
    guest = make_guest(meeting, "Anna", "Ek", "Arvika kommun")
    office.open(f"/anmalningar/{guest.public_id}").choose(
        "Ja", within="Äter personen lunch på mötet?"
    )
    moves(guest.person)
    office.press("Anmäl").see("Anna Ek är anmäld.")
    assert (fresh(guest).state, guest.person.email) == ("registered", NEW)


def test_a_lead_who_was_handed_over_meanwhile_is_not_appointed_back(
    office: Browser, year: Year, anna: Person
) -> None:
    organisation = organisations.organisation_named("Arvika kommun")
    assert organisation is not None
    bo = make_person(organisation, "Bo", "Al")
    collaborators.appoint(organisation, year, anna)
    path = f"/personer/organisationer/{organisation.public_id}"
    office.open(path).choose("Kluster", "Typ av organisation")
    collaborators.appoint(organisation, year, bo)
    db.session.commit()
    office.press("Spara för 2027").see("Uppgifterna för 2027 är sparade.")
    assert fresh(organisations.in_year(organisation, year)).lead == bo
    office.choose("Ingen är utsedd", "Samordnare")
    collaborators.appoint(organisation, year, anna)
    db.session.commit()
    office.press("Spara för 2027").see("Någon annan ändrade det här till ”Anna Ek”")
    assert office.status == 422 and fresh(organisations.in_year(organisation, year)).lead == anna


def test_a_name_of_an_organisation_corrected_meanwhile_is_said(
    office: Browser, anna: Person
) -> None:
    organisation = organisations.organisation_named("Arvika kommun")
    assert organisation is not None
    office.open(f"/personer/organisationer/{organisation.public_id}/andra").fill(
        "Namn", "Arvika stad"
    )
    organisations.rename_organisation(organisation, "Arvika kommun och stad")
    db.session.commit()
    office.press("Spara namnet")
    assert "”Arvika kommun och stad”" in office.error_at("Namn")


def test_settings_of_a_meeting_that_were_changed_meanwhile_stand(
    office: Browser, meeting: Meeting
) -> None:
    meeting.open_registration, meeting.with_lunch = True, False
    db.session.commit()
    office.open("/mote/2027/arbetsmote/installningar").fill("Diarienummer", "RV 1")
    meeting.options[0].capacity, meeting.open_registration, meeting.with_lunch = 150, False, True
    db.session.commit()
    office.press("Spara inställningarna").see("Inställningarna är sparade.")
    assert (fresh(meeting).registry_number, meeting.options[0].capacity) == ("RV 1", 150)
    assert (meeting.open_registration, meeting.with_lunch) == (False, True)


def test_days_of_a_plan_that_were_changed_meanwhile_stand(
    office: Browser, meeting: Meeting
) -> None:
    registration, preparation = (
        years.phase(meeting, kind) for kind in ("registration", "preparation")
    )
    db.session.commit()
    page = office.open("/mote/2027/arbetsmote/tidplan")
    page.fill("Till och med", "13 januari", within="Förberedelse")
    planning.set_phases(meeting, {"registration": (-70, -30)}, START, audit.SYSTEM)
    db.session.commit()
    page.press("Granska ändringen").miss("Anmälan: sista dagen")
    planning.set_phases(meeting, {"registration": (-70, -29)}, START, audit.SYSTEM)
    db.session.commit()
    page.press("Ändra tidplanen").see("Tidplanen är ändrad.")
    fresh(meeting)
    assert (registration.opens_days, registration.closes_days) == (-70, -29)
    assert (preparation.opens_days, preparation.closes_days) == (-41, -9)


def test_a_day_changed_in_both_places_is_asked_about(office: Browser, meeting: Meeting) -> None:
    registration = years.phase(meeting, "registration")
    db.session.commit()
    page = office.open("/mote/2027/arbetsmote/tidplan")
    page.fill("Till och med", "2026-12-14", within="Anmälan").press("Granska ändringen")
    planning.set_phases(meeting, {"registration": (-67, -30)}, START, audit.SYSTEM)
    db.session.commit()
    page.press("Ändra tidplanen").see("Någon annan ändrade det här till ”2026-12-23”")
    assert page.value("Till och med", within="Anmälan") == "2026-12-14"
    page.press("Granska ändringen").press("Ändra tidplanen").see("Tidplanen är ändrad.")
    fresh(meeting)
    assert (registration.opens_days, registration.closes_days) == (-67, -39)


def test_a_number_of_seats_changed_in_both_places_is_asked_about(
    office: Browser, meeting: Meeting
) -> None:
    office.open("/mote/2027/arbetsmote/installningar").fill(
        "Antal platser", "170", within="På plats"
    )
    meeting.options[0].capacity = 160
    db.session.commit()
    office.press("Spara inställningarna").see("Någon annan ändrade det här till ”160”")
    assert (office.status, fresh(meeting).options[0].capacity) == (422, 160)
    office.press("Spara inställningarna").see("Inställningarna är sparade.")
    assert fresh(meeting).options[0].capacity == 170


class Both(NamedTuple):
    """What somebody types on a page, and what another changes meanwhile under the act's lock.

    `read` gives what the other has written.
    """

    path: str
    fill: Callable[[Browser], Browser]
    at: str
    button: str
    changes: tuple[str, ...]
    read: str
    written: object


LOCKED = "UPDATE meetings SET place = place"
MOBILE = "UPDATE persons SET mobile = '070-1'"
REGION = "(SELECT id FROM categories WHERE key = 'region')"
BOTH = {
    "person": Both(
        "/personer/{person}/andra",
        lambda page: page.fill("Mobilnummer", "070-200 00 00"),
        "Mobilnummer",
        "Spara uppgifterna",
        (MOBILE,),
        "SELECT DISTINCT mobile FROM persons",
        "070-1",
    ),
    "organisation": Both(
        "/personer/organisationer/{organisation}/andra",
        lambda page: page.fill("Namn", "Arvika stad"),
        "Namn",
        "Spara namnet",
        ("UPDATE organisations SET name = 'Arvika', folded = 'arvika'",),
        "SELECT name FROM organisations",
        "Arvika",
    ),
    "year": Both(
        "/personer/organisationer/{organisation}",
        lambda page: page.choose("Kluster", "Typ av organisation"),
        "Typ av organisation",
        "Spara för 2027",
        (f"UPDATE year_organisations SET category_id = {REGION}",),
        "SELECT key FROM categories c JOIN year_organisations y ON y.category_id = c.id",
        "region",
    ),
    "seats": Both(
        "/mote/2027/arbetsmote/installningar",
        lambda page: page.fill("Antal platser", "170", "På plats"),
        "Antal platser",
        "Spara inställningarna",
        (LOCKED, "UPDATE attendance_options SET capacity = 160"),
        "SELECT DISTINCT capacity FROM attendance_options",
        160,
    ),
    "registration": Both(
        "/anmalningar/{registration}/andra",
        lambda page: page.fill("Titel", "chef"),
        "Titel",
        "Spara ändringarna",
        (LOCKED, "UPDATE registrations SET title = 'vd'"),
        "SELECT DISTINCT title FROM registrations",
        "vd",
    ),
    "reply": Both(
        "/anmalningar/{invited}",
        lambda page: page.choose("Ja", "Äter personen lunch").fill("Mobilnummer", "070-200 00 00"),
        "Mobilnummer",
        "Anmäl",
        (MOBILE,),
        "SELECT DISTINCT mobile FROM persons",
        "070-1",
    ),
}


def saved_while(app: Flask, changes: tuple[str, ...], save: Callable[[], object]) -> None:
    """Somebody else has made the changes and commits them when the saving waits for them."""
    waits, own = threading.Event(), threading.get_ident()

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        locks = statement.startswith(("BEGIN IMMEDIATE", "UPDATE")) or "FOR NO KEY" in statement
        if locks and threading.get_ident() != own:
            waits.set()

    with app.app_context():
        engine = db.engine
    with (
        listening(engine, listen),
        ThreadPoolExecutor(1) as threads,
        engine.connect() as elsewhere,
    ):
        for change in changes:
            elsewhere.execute(sa.text(change))
        saving = threads.submit(Context().run, save)
        assert waits.wait(30)
        elsewhere.commit()
        saving.result()


@pytest.mark.race
def test_what_is_gone_when_the_saving_has_waited_is_a_calm_page(
    app: Flask, new_visitor: Callable[[], Browser]
) -> None:
    with app.app_context():
        gone = organisations.add_organisation("Borta")
        office = sign_in(new_visitor(), make_staff())
        office.open(f"/personer/organisationer/{gone.public_id}/andra").fill("Namn", "Kvar")
    saved_while(app, ("DELETE FROM organisations",), lambda: office.press("Spara namnet"))
    assert office.status == 404


@pytest.mark.race
@pytest.mark.parametrize("what", BOTH)
def test_what_is_changed_while_the_saving_waits_for_it_is_asked_about(
    app: Flask, new_visitor: Callable[[], Browser], what: str
) -> None:
    both = BOTH[what]
    with app.app_context():
        meeting = meeting_of(make_year())
        registered = make_guest(meeting, "Anna", "Ek", "Arvika kommun")
        replies.register(registered, reply_of(registered), START, audit.SYSTEM)
        organisations.in_year(registered.organisation, meeting.year)
        path = both.path.format(
            person=registered.person.public_id,
            organisation=registered.organisation.public_id,
            registration=registered.public_id,
            invited=make_guest(meeting, "Bo", "Al", "Arvika kommun").public_id,
        )
        office = both.fill(sign_in(new_visitor(), make_staff()).open(path))
    saved_while(app, both.changes, lambda: office.press(both.button))
    assert office.status == 422
    within = "På plats" if what == "seats" else ""
    assert "medan du hade sidan öppen" in office.error_at(both.at, within)
    with app.app_context():
        assert db.session.scalars(sa.text(both.read)).all() == [both.written]
