"""A form is read first and written in a transaction of its own: what somebody else has changed in
between decides, and a refusal leaves nothing behind but the attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from annualwheel import audit
from annualwheel.accounts import staff
from annualwheel.db import db, start_writing
from annualwheel.models import Attempt, Member, Person, Registration, Staff
from annualwheel.participation import address_change, replies, revocation
from annualwheel.preparation import notices
from annualwheel.registrations import needs
from annualwheel.services import services
from annualwheel.web import acting, error_messages
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, mails, make_guest, make_meeting, reply_of
from tests.makers.region import make_organisation, make_person, make_staff, make_year, sign_in
from tests.makers.writers import OPEN, enter, make_members
from tests.rules.preparation.test_two_at_once import behind_our_back
from tests.tiny_browser import Browser


@contextmanager
def between(app: Flask, act: Callable[[], object]) -> Iterator[None]:
    """Somebody else does `act`, and commits, when the next request has read its page and has not
    begun to write.
    """
    done: list[object] = []

    def ends_its_read(_session: Any, _previous: Any) -> None:
        if not done:
            done.append(act)
            behind_our_back(app, act)

    event.listen(db.session, "after_soft_rollback", ends_its_read)
    try:
        yield
    finally:
        event.remove(db.session, "after_soft_rollback", ends_its_read)
    assert done, "nothing ended its read"


def fresh(table: Any, row_id: int) -> Any:
    """A row as the database has it now."""
    return db.session.get_one(table, row_id, populate_existing=True)


@pytest.fixture
def office(visitor: Browser, session: Any) -> Browser:
    return sign_in(visitor, make_staff())


@pytest.fixture
def anna(session: Any) -> Person:
    return make_person(make_organisation(make_year(), "Arvika kommun"), "Anna", "Ek")


@pytest.mark.race
def test_a_page_acts_on_what_was_changed_while_it_was_read(
    app: Flask, office: Browser, anna: Person
) -> None:
    office.open(f"/personer/{anna.public_id}/andra").fill("Efternamn", "Berg")
    anna_id = anna.id

    def other() -> None:
        db.session.get_one(Person, anna_id).mobile = "070-123 45 67"

    with between(app, other):
        office.press("Spara")
    now = fresh(Person, anna_id)
    assert (now.family, now.mobile) == ("Berg", "070-123 45 67")


@pytest.mark.race
def test_a_page_asks_again_when_the_same_was_changed_while_it_was_read(
    app: Flask, office: Browser, anna: Person
) -> None:
    office.open(f"/personer/{anna.public_id}/andra").fill("Efternamn", "Berg")
    anna_id = anna.id

    def other() -> None:
        found = db.session.get_one(Person, anna_id)
        address_change.rename(found, "Anna", "Ask", found.email, START, audit.SYSTEM)

    with between(app, other):
        office.press("Spara")
    assert office.status == 422
    assert "Någon annan ändrade det här till ”Ask”" in office.error_at("Efternamn")
    assert fresh(Person, anna_id).family == "Ask"
    office.press("Spara")
    assert fresh(Person, anna_id).family == "Berg"


@pytest.mark.race
def test_an_account_that_was_closed_meanwhile_changes_nothing(
    app: Flask, office: Browser, anna: Person
) -> None:
    office.open(f"/personer/{anna.public_id}/andra").fill("Efternamn", "Berg")
    anna_id, karin_id = anna.id, db.session.query(Staff).one().id
    make_staff("administrator", "Vera Exempel")
    db.session.commit()

    def other() -> None:
        karin = db.session.get_one(Staff, karin_id)
        staff.set_active(karin, False, START, audit.SYSTEM)

    with between(app, other):
        office.press("Spara")
    assert office.status == 401
    office.see("Logga in igen", "Berg")
    assert fresh(Person, anna_id).family == "Ek"


@pytest.mark.race
def test_an_invitation_that_was_revoked_meanwhile_registers_nobody(
    app: Flask, visitor: Browser, session: Any
) -> None:
    guest = make_guest(make_meeting())
    guest_id = guest.id
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch")

    def other() -> None:
        found = db.session.get_one(Registration, guest_id)
        revocation.revoke(found, START, audit.SYSTEM)

    with between(app, other):
        visitor.press("Skicka anmälan")
    assert visitor.status == 401
    assert fresh(Registration, guest_id).state == "revoked"
    assert mails("confirmation") == []


@pytest.mark.race
def test_the_last_seat_that_was_taken_meanwhile_puts_in_line(
    app: Flask, visitor: Browser, session: Any
) -> None:
    meeting = make_meeting(capacity=1)
    guest, quicker = make_guest(meeting), make_guest(meeting, "Erik")
    guest_id, quicker_id = guest.id, quicker.id
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch")

    def other() -> None:
        found = db.session.get_one(Registration, quicker_id)
        actor = audit.participant(found.person_id)
        replies.register(found, reply_of(found), START, actor)

    with between(app, other):
        visitor.press("Skicka anmälan")
    assert fresh(Registration, guest_id).state == "waitlisted"


@pytest.mark.race
def test_needs_that_were_written_meanwhile_are_kept(
    app: Flask, visitor: Browser, session: Any
) -> None:
    guest = make_guest(make_meeting())
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    guest_id = guest.id
    visitor.open(link_of(guest)).press("Se eller ändra din anmälan").open("/anmalan/behov")
    visitor.fill("Specialkost", "Vegetariskt").choose("Jag samtycker")

    def other() -> None:
        found = db.session.get_one(Registration, guest_id)
        needs.state(found, "", "Tolk", "Jag samtycker", START)

    with between(app, other):
        visitor.press("Spara")
    given = needs.of(fresh(Registration, guest_id))
    assert (given.diet, given.access) == ("Vegetariskt", "Tolk")


@pytest.mark.race
def test_what_was_erased_meanwhile_is_not_found(
    app: Flask, visitor: Browser, session: Any, clock: Fixed
) -> None:
    clock.set(OPEN)
    anna_id = make_members("Maria", "Anna")[1].id
    anna = db.session.get_one(Member, anna_id)
    visitor.open(f"/f/{services().link_signer.token(notices.links(anna)['preparation'])}")

    def other() -> None:
        db.session.delete(db.session.get_one(Member, anna_id))

    with between(app, other):
        visitor.press("Öppna förberedelsen")
    assert visitor.status == 404


def attempts() -> list[str]:
    """What has been tried, oldest first."""
    return list(db.session.scalars(sa.select(Attempt.kind).order_by(Attempt.id)))


def test_an_act_that_is_refused_leaves_its_attempt_and_nothing_else(
    visitor: Browser, session: Any, clock: Fixed
) -> None:
    clock.set(OPEN)
    maria, _anna = make_members("Maria", "Anna")
    enter(visitor, maria).open("/forberedelse/kollegor/bjud-in")
    before, people = len(mails()), db.session.query(Person).count()
    visitor.fill("Förnamn", "Anna").fill("Efternamn", "Berg")
    visitor.fill("E-postadress", "anna@kommun.example").choose("Hela svaret").press("Bjud in")
    assert visitor.status == 422
    assert "skriver redan i svaret" in visitor.error_at("E-postadress")
    db.session.expire_all()
    assert attempts() == [
        "caused_by_chain",
        "caused_by_network",
        "caused_in_chain",
        "caused_by_members",
    ]
    assert (len(mails()), db.session.query(Person).count()) == (before, people)


def test_whoever_meets_one_limit_is_counted_for_the_other(visitor: Browser, session: Any) -> None:
    for _time in range(3):
        visitor.open("/lank").fill("E-postadress", "anna@kommun.example").press("Skicka")
    assert visitor.status == 422
    assert attempts().count("caused_by_network_of_strangers") == 3
    assert attempts().count("caused_by_strangers") == 2


@contextmanager
def locked_by_another(app: Flask) -> Iterator[None]:
    """Somebody else writes meanwhile, which on SQLite keeps every other writer waiting."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.update(Staff).values(name=Staff.name))
        yield


def test_a_form_with_something_to_put_right_waits_for_no_writer(
    app: Flask, office: Browser, anna: Person
) -> None:
    """It would wait for 15 s, and then fail."""
    office.open(f"/personer/{anna.public_id}/andra").fill("Efternamn", "")
    db.session.commit()
    with locked_by_another(app):
        office.press("Spara")
    assert office.status == 422


def test_a_file_is_read_while_others_write(app: Flask, office: Browser, anna: Person) -> None:
    office.open("/personer/import").attach("Fil med personer", "a.xlsx", b"not a workbook")
    db.session.commit()
    with locked_by_another(app):
        office.press("Granska filen")
    assert office.status == 422
    office.error_at("Fil med personer")


def test_every_refusal_that_has_a_field_has_words() -> None:
    assert acting.FIELDS.keys() <= error_messages.SENTENCES.keys()


def pages_that_leave(app: Flask) -> None:
    """Adds pages that do to the database what none may."""

    @app.get("/prov/skriver")
    def writes() -> str:
        db.session.execute(sa.update(Staff).values(name="Någon"))
        return "x"

    @app.get("/prov/sparar")
    def commits() -> str:
        db.session.scalar(sa.select(Staff.id))
        db.session.commit()
        return "x"

    @app.post("/prov/andrar")
    def changes() -> str:
        db.session.scalars(sa.select(Staff)).one().name = "Någon"
        return "x"

    @app.post("/prov/oppet")
    def stays_open() -> str:
        start_writing()
        db.session.execute(sa.update(Staff).values(name="Någon"))
        return "x"


@pytest.mark.parametrize(
    ("method", "page", "fault"),
    [
        ("GET", "skriver", "writes while it only reads"),
        ("GET", "sparar", "commits in a GET"),
        ("POST", "andrar", "changed in the session"),
        ("POST", "oppet", "leaves a write open"),
    ],
)
def test_the_browser_of_the_tests_fails_on_what_a_page_leaves(
    make_app: Callable[..., Flask], method: str, page: str, fault: str
) -> None:
    app = make_app()
    pages_that_leave(app)
    with app.app_context():
        make_staff()
        db.session.commit()
    with pytest.raises(AssertionError, match=fault):
        Browser(app).fetch(method, f"/prov/{page}")
