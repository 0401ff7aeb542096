"""Colleagues registered in one go: each on their own, all rows or none, and nobody twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.models import Member, Message, Person, Registration
from annualwheel.participation import colleagues, replies
from annualwheel.participation.colleagues import Colleague
from tests.at_once import at_once
from tests.conftest import START, Fixed
from tests.makers.guests import (
    entries,
    kinds_since,
    link_of,
    mails,
    make_guest,
    make_meeting,
    publish,
    reply_of,
)
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

DAY = dt.timedelta(days=1)
EVA, OLLE = (
    Colleague("Eva", "Nord", "eva@kommun.example", "Chef"),
    Colleague("Olle", "Sund", "olle@kommun.example"),
)


def coming(**options: Any) -> Registration:
    guest = make_guest(make_meeting(**options))
    return replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))


def enter(visitor: Browser, guest: Registration) -> Browser:
    return visitor.open(link_of(guest)).press("Se eller ändra").follow("Anmäl kollegor")


def fill(visitor: Browser, number: int, given: str, family: str, email: str) -> Browser:
    row = f"Kollega {number}"
    return (
        visitor.fill("Förnamn", given, within=row)
        .fill("Efternamn", family, within=row)
        .fill("E-postadress", email, within=row)
    )


def seat_of(given: str) -> Registration:
    db.session.expire_all()
    return db.session.query(Registration).join(Person).filter(Person.given == given).one()


def test_two_colleagues_are_registered_each_with_mail_link_and_calendar(
    session: Any,
    visitor: Browser,
    new_visitor: Callable[[], Browser],
    smtp: Smtp,
    work: Callable[[], int],
) -> None:
    guest = coming()
    db.session.commit()
    work()
    before = len(mails())
    fill(enter(visitor, guest), 1, "Eva", "Nord", "eva@kommun.example").press("Lägg till en rad")
    assert visitor.value("Förnamn", within="Kollega 1") == "Eva" and visitor.status == 200
    fill(visitor, 2, "Olle", "Sund", "olle@kommun.example").press("Anmäl kollegorna").see(
        "2 kollegor har fått ett mejl", "Eva Nord", "Olle Sund"
    )
    assert kinds_since(before) == ["colleague_registered", "calendar_request"] * 2
    assert {entry[3] for entry in entries()} == {guest.uid, seat_of("Eva").uid, seat_of("Olle").uid}
    assert [(seat_of(name).state, seat_of(name).organisation_id) for name in ("Eva", "Olle")] == [
        ("registered", guest.organisation_id)
    ] * 2
    db.session.commit()
    work()
    mail = next(mail for mail in smtp.to("eva@kommun.example") if not mail.calendar)
    assert "Maria Lindqvist har anmält dig som deltagare från Hagfors kommun." in mail.text
    assert "Maria Lindqvist gav oss ditt namn och din e-postadress" in mail.text
    new_visitor().open(mail.link("/i/")).press("Se eller ändra").follow("Avboka min plats").press(
        "Avboka min plats"
    ).see("Du är avbokad")
    assert (seat_of("Eva").state, guest.state) == ("withdrawn", "registered")


def test_who_does_not_fit_stands_on_the_waiting_list_and_it_is_said(
    session: Any, visitor: Browser
) -> None:
    guest = coming(capacity=2)
    fill(enter(visitor, guest), 1, "Eva", "Nord", "eva@kommun.example").press("Lägg till en rad")
    fill(visitor, 2, "Olle", "Sund", "olle@kommun.example").press("Anmäl kollegorna").see(
        "På väntelistan", "Det är fullt."
    )
    assert (seat_of("Eva").state, seat_of("Olle").state, seat_of("Olle").queued_at) == (
        "registered",
        "waitlisted",
        START,
    )
    told = mails("colleague_registered")[-1]
    assert "Du står på väntelistan" in told.body.text and "Kalenderbokningen" not in told.body.text
    assert len([entry for entry in entries() if entry[2] == "olle@kommun.example"]) == 0


def test_five_at_once_wait_in_the_order_they_were_written(session: Any) -> None:
    guest = coming(capacity=1)
    rows = [Colleague(f"Kollega{number}", "Ek", f"k{number}@kommun.example") for number in range(5)]
    outcomes = colleagues.register_together(guest, rows, START, audit.participant(guest.person_id))
    assert [one.became for one in outcomes] == ["waitlisted"] * 5
    seats = [seat_of(f"Kollega{number}") for number in range(5)]
    assert [
        registration.id for registration in sorted(seats, key=lambda one: (one.queued_at, one.id))
    ] == [registration.id for registration in seats]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("registered", "Fanns redan"),
        ("waitlisted", "Fanns redan"),
        ("attended", "Fanns redan"),
        ("declined", "Har sagt nej"),
        ("withdrawn", "Har sagt nej"),
        ("revoked", "Inte anmäld"),
        ("substituted", "Inte anmäld"),
    ],
)
def test_who_has_a_registration_is_said_and_nothing_is_written(
    session: Any, visitor: Browser, state: str, said: str
) -> None:
    guest = coming()
    other = make_guest(guest.meeting, "Erik", "Sand")
    other.state, before = state, len(mails())
    fill(enter(visitor, guest), 1, "erik", "Sand", "Erik@kommun.example").press(
        "Anmäl kollegorna"
    ).see("Ingen ny är anmäld", said)
    db.session.expire_all()
    assert (other.state, kinds_since(before), db.session.query(Registration).count()) == (
        state,
        [],
        2,
    )


def test_an_invited_colleague_is_registered_on_the_invitation_they_have(
    session: Any, visitor: Browser
) -> None:
    guest = coming()
    other = make_guest(guest.meeting, "Erik", "Sand")
    fill(enter(visitor, guest), 1, "Erik", "Sand", "erik@kommun.example").press(
        "Anmäl kollegorna"
    ).see("1 kollega har fått ett mejl")
    db.session.expire_all()
    assert (other.state, db.session.query(Registration).count()) == ("registered", 2)


def test_somebody_invited_for_another_organisation_is_left_alone(session: Any) -> None:
    guest = coming()
    other = make_guest(guest.meeting, "Erik", "Sand", "Arvika kommun")
    [outcome] = colleagues.register_together(
        guest, [Colleague("Erik", "Sand", "erik@kommun.example")], START, audit.SYSTEM
    )
    # In the same words as of somebody unknown.
    assert (outcome.became, other.state, other.organisation.name) == (
        "registered",
        "invited",
        "Arvika kommun",
    )


def test_one_row_that_cannot_be_read_stops_them_all_and_keeps_what_was_typed(
    session: Any, visitor: Browser
) -> None:
    guest = coming()
    before = len(mails())
    fill(enter(visitor, guest), 1, "Eva", "Nord", "eva@kommun.example").press(
        "Lägg till en rad"
    ).press("Lägg till en rad")
    fill(visitor, 2, "Olle", "", "olle").press("Anmäl kollegorna")
    assert visitor.status == 422
    visitor.see("Skriv efternamnet på kollega 2", "Skriv e-postadressen till kollega 2 med @")
    assert [visitor.value("Förnamn", within=f"Kollega {number}") for number in (1, 2, 3)] == [
        "Eva",
        "Olle",
        "",
    ]
    assert visitor.error_at("Efternamn", within="Kollega 2").endswith(
        "Skriv efternamnet på kollega 2"
    )
    assert (db.session.query(Registration).count(), kinds_since(before)) == (1, [])


def test_the_same_person_in_two_rows_is_refused(session: Any, visitor: Browser) -> None:
    fill(enter(visitor, coming()), 1, "Eva", "Nord", "eva@kommun.example").press("Lägg till en rad")
    fill(visitor, 2, "eva", "nord", "EVA@kommun.example").press("Anmäl kollegorna").see(
        "Kollega 2 är samma person som kollega 1"
    )
    assert db.session.query(Registration).count() == 1


def test_an_empty_form_asks_for_the_first_row_and_five_is_the_most(
    session: Any, visitor: Browser
) -> None:
    enter(visitor, coming()).press("Anmäl kollegorna").see("Skriv förnamnet på kollega 1")
    for _row in range(4):
        visitor.press("Lägg till en rad")
    visitor.see("Kollega 5").miss("Lägg till en rad")


def test_the_way_of_attending_is_asked_for_where_there_is_a_choice(
    session: Any, visitor: Browser
) -> None:
    guest = coming(capacity=1, online=True)
    fill(enter(visitor, guest), 1, "Eva", "Nord", "eva@kommun.example").press(
        "Anmäl kollegorna"
    ).see("Välj om kollega 1 deltar")
    visitor.choose("Digitalt", within="Kollega 1").press("Anmäl kollegorna").see(
        "1 kollega har fått ett mejl"
    )
    assert (seat_of("Eva").mode, seat_of("Eva").state) == ("online", "registered")


def test_a_newcomer_may_write_in_an_answer_that_is_open(session: Any, clock: Fixed) -> None:
    guest = coming()
    publish(guest.meeting)
    for phase in guest.meeting.phases:
        phase.closes_at = (
            guest.meeting.starts_at if phase.kind == "registration" else phase.closes_at
        )
    now = START + 25 * DAY
    colleagues.register_together(guest, [EVA], now, audit.SYSTEM)
    assert [row.person_id for row in db.session.query(Member)] == [seat_of("Eva").person_id]


# Only when it is allowed


def test_at_a_meeting_for_the_invited_the_page_says_so(session: Any, visitor: Browser) -> None:
    guest = coming()
    guest.meeting.open_registration = False
    visitor.open(link_of(guest)).press("Se eller ändra").open("/anmalan/kollegor")
    visitor.see("Hör av dig till oss om fler från er vill komma.", "Kontakt:").miss(
        "Lägg till en rad", "Förnamn"
    )


def test_seats_of_the_organisation_that_are_left_can_be_filled(
    session: Any, visitor: Browser
) -> None:
    guest = coming(per_organisation=2)
    guest.meeting.open_registration = False
    fill(enter(visitor, guest), 1, "Eva", "Nord", "eva@kommun.example").press(
        "Anmäl kollegorna"
    ).see("1 kollega har fått ett mejl")
    visitor.see("Hör av dig till oss om fler från er vill komma.").miss("Anmäl fler kollegor")
    visitor.open("/anmalan").miss("Anmäl kollegor", "Kommer fler?")
    assert seat_of("Eva").state == "registered"


def test_nobody_is_led_to_register_colleagues_where_it_cannot_be_done(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = coming()
    visitor.open(link_of(guest)).press("Se eller ändra").see("Anmäl kollegor")
    guest.person.address_unproven = True
    visitor.open("/anmalan").miss("Anmäl kollegor", "Kommer fler?")
    guest.person.address_unproven = False
    visitor.open("/anmalan").see("Anmäl kollegor")
    guest.meeting.open_registration = False
    visitor.open("/anmalan").miss("Anmäl kollegor")
    guest.meeting.open_registration = True
    guest.person.affiliations[0].active = False
    visitor.open("/anmalan").miss("Anmäl kollegor")
    guest.person.affiliations[0].active = True
    clock.set(START + 20 * DAY)
    visitor.open("/anmalan").miss("Anmäl kollegor").see("Du är anmäld")


def test_after_registration_has_closed_the_page_says_so_and_a_press_does_nothing(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = coming()
    fill(enter(visitor, guest), 1, "Eva", "Nord", "eva@kommun.example")
    clock.set(START + 20 * DAY)
    visitor.press("Anmäl kollegorna").see("Anmälan stängde fredag 11 december 2026.")
    assert db.session.query(Registration).count() == 1


def test_who_is_not_coming_registers_nobody(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Nej, jag kan inte")
    visitor.open("/anmalan/kollegor").see("Anmäl dig själv först.").follow("Anmäl dig")
    assert visitor.url == "/anmalan/anmal"


def test_who_may_not_register_any_more_is_led_to_no_form(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Nej, jag kan inte")
    clock.set(START + 20 * DAY)
    visitor.open("/anmalan/kollegor").see("Anmäl dig själv först.", "Kontakt:")
    assert not [each for each in visitor.page.all("a") if each.get("href") == "/anmalan/anmal"]


def test_forty_colleagues_an_hour_and_nobody_is_registered_past_it(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = coming()
    by = audit.participant(guest.person_id)
    for press in range(8):
        rows = [
            Colleague("Eva", f"Nord{press}{row}", f"eva{press}{row}@kommun.example")
            for row in range(5)
        ]
        colleagues.register_together(guest, rows, START, by)
    before = len(mails())
    fill(enter(visitor, guest), 1, "Olle", "Sund", "olle@kommun.example").press("Anmäl kollegorna")
    visitor.see(
        "Det har gått många mejl på kort tid", "Inget är ändrat", "Det du skrev finns kvar."
    )
    assert (visitor.value("Förnamn", within="Kollega 1"), len(mails())) == ("Olle", before)
    clock.advance(dt.timedelta(hours=1, seconds=1))
    visitor.press("Anmäl kollegorna").see("1 kollega har fått ett mejl")


@pytest.mark.race
def test_two_presses_at_once_register_once_and_take_one_seat_each(app: Flask) -> None:
    with app.app_context():
        guest_id = coming(capacity=2).id
        db.session.commit()

    def press(_number: int) -> list[str]:
        guest = db.session.get_one(Registration, guest_id)
        outcomes = colleagues.register_together(
            guest, [EVA, OLLE], START, audit.participant(guest.person_id)
        )
        db.session.commit()
        return [one.became for one in outcomes]

    became = sorted(at_once(app, press, range(2)))
    assert became == [["already", "already"], ["registered", "waitlisted"]]
    with app.app_context():
        assert db.session.query(Registration).count() == 3
        assert db.session.query(Message).filter_by(kind="colleague_registered").count() == 2


def test_an_existing_person_keeps_their_other_place(session: Any) -> None:
    guest = coming()
    people.add_person(
        "Eva",
        "Nord",
        "eva@kommun.example",
        organisations.add_organisation("Arvika kommun"),
        title="Strateg",
    )
    colleagues.register_together(guest, [EVA], START, audit.SYSTEM)
    assert [(a.organisation.name, a.title) for a in seat_of("Eva").person.affiliations] == [
        ("Arvika kommun", "Strateg"),
        ("Hagfors kommun", "Chef"),
    ]
