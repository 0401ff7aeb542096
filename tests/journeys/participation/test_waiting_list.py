"""The waiting list over HTTP: where one stands, an offered seat taken or let go, and what
coordinators see and decide.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from annualwheel.db import db
from annualwheel.jobs import sweep
from annualwheel.mailings import recipients, relevance
from annualwheel.models import Meeting, Registration
from annualwheel.registrations import audiences, notices, seats, turnout
from tests.conftest import START, Fixed
from tests.makers.guests import kinds_since, link_of, mails, make_guest, make_meeting
from tests.makers.region import make_staff, sign_in
from tests.rules.participation.test_offers import (
    HOUR,
    MINUTE,
    end_of,
    leave,
    line_of,
    say_yes,
    states_of,
)
from tests.tiny_browser import Browser

WORK = "/mote/2027/arbetsmote"
YES, STAY, LEAVE = (
    "Ja, jag tar platsen",
    "Nej tack, men jag vill stå kvar på väntelistan",
    "Nej tack, jag står inte kvar",
)


@pytest.fixture
def guests(session: Any) -> list[Registration]:
    """One has left their seat: the second holds an offer until tomorrow at ten, two wait."""
    found = line_of(4)
    leave(found[0])
    return found


@pytest.fixture
def office(visitor: Browser, session: Any) -> Browser:
    return sign_in(visitor, make_staff())


def coming_in(visitor: Browser, guest: Registration, button: str) -> Browser:
    return visitor.open(link_of(guest)).press(button)


def test_the_mail_leads_to_the_page_where_the_seat_is_taken(
    guests: list[Registration], visitor: Browser
) -> None:
    [mail] = mails("offer")
    assert mail.body.links["landing"]["public_id"] == guests[1].public_id
    visitor.open(link_of(guests[1])).see(
        "Det finns en plats till dig", "Svara senast tisdag 24 november kl. 10.00"
    ).miss("Ja, anmäl mig")
    visitor.press("Svara på erbjudandet").see("Vi håller en plats åt dig så länge").miss(
        "Skicka en ersättare"
    )
    assert states_of(guests) == "xoww"
    visitor.press(YES).see("Du är anmäld", "Bekräftelse och kalenderbokning är skickade")
    assert states_of(guests) == "xrww"


def test_no_and_stay_says_that_one_stands_last(
    guests: list[Registration], visitor: Browser
) -> None:
    coming_in(visitor, guests[1], "Svara på erbjudandet").press(STAY).see(
        "Du har tackat nej till platsen", "Du är nummer 2 på väntelistan till en plats"
    )
    assert states_of(guests) == "xwow"


def test_no_and_not_staying_leaves_the_line(guests: list[Registration], visitor: Browser) -> None:
    coming_in(visitor, guests[1], "Svara på erbjudandet").press(LEAVE).see(
        "Du är avbokad", "Vi har mejlat dig en bekräftelse"
    )
    assert states_of(guests) == "xxow"


@pytest.mark.parametrize("button", [YES, STAY])
def test_a_press_after_the_end_is_refused_in_words_and_one_may_still_leave(
    guests: list[Registration], visitor: Browser, clock: Fixed, button: str
) -> None:
    coming_in(visitor, guests[1], "Svara på erbjudandet")
    clock.set(end_of(guests[1]))
    visitor.press(button)
    assert (visitor.status, states_of(guests)) == (422, "xoww")
    visitor.see("Erbjudandet har gått ut, och platsen går till nästa på väntelistan").miss(YES)
    visitor.see("Det gick inte").miss("behöver rättas", "Det du skrev")
    visitor.open(link_of(guests[1])).see("Erbjudandet har gått ut").press(
        "Se din plats på väntelistan"
    ).follow("Lämna väntelistan")
    visitor.see("Vill du lämna väntelistan?").press("Lämna väntelistan")
    assert states_of(guests) == "xxow"


def test_the_mail_about_an_offer_that_ran_out_leads_to_the_way_out(
    guests: list[Registration], visitor: Browser, clock: Fixed
) -> None:
    clock.set(end_of(guests[1]) + MINUTE)
    db.session.commit()
    sweep.sweep_minute()
    [asked] = mails("offer_lapsed")
    assert "Till tisdag 24 november kl. 10.00" in asked.body.text.replace("\u00a0", " ")
    visitor.open(link_of(guests[1])).see("Du är nummer 2 på väntelistan")
    visitor.press("Se din plats på väntelistan").follow("Lämna väntelistan").press(
        "Lämna väntelistan"
    )
    assert states_of(guests) == "xxow"


def test_an_old_page_of_the_one_who_has_answered_changes_nothing(
    guests: list[Registration], visitor: Browser, new_visitor: Any
) -> None:
    old = coming_in(new_visitor(), guests[1], "Svara på erbjudandet")
    coming_in(visitor, guests[1], "Svara på erbjudandet").press(YES)
    before = len(mails())
    old.press(YES).see("Du är anmäld")
    assert (states_of(guests), kinds_since(before)) == ("xrww", [])


def test_an_answer_that_no_button_has_does_nothing(
    guests: list[Registration], visitor: Browser
) -> None:
    coming_in(visitor, guests[1], "Svara på erbjudandet")
    assert visitor.fetch("POST", "/anmalan/erbjudande", data={"answer": "allt"}).status_code == 303
    assert states_of(guests) == "xoww"


def test_the_form_takes_the_offered_seat_with_changed_details(
    guests: list[Registration], visitor: Browser
) -> None:
    coming_in(visitor, guests[1], "Svara på erbjudandet").follow("Fyll i anmälan").choose(
        "Nej", within="Äter du lunch"
    )
    visitor.press("Skicka anmälan").see("Du är anmäld")
    assert (states_of(guests), guests[1].lunch) == ("xrww", False)


@pytest.mark.parametrize(
    ("rule", "words"),
    [("direct", "får den som står först den direkt"), ("offer", "med 12 timmar att svara")],
)
def test_who_waits_sees_the_place_in_line_and_how_the_line_works(
    session: Any, visitor: Browser, rule: str, words: str
) -> None:
    guests = line_of(3, online=True)
    option = guests[0].meeting.options[0]
    option.waiting_rule, option.offer_hours, option.per_organisation = rule, 12, 2
    visitor.open(link_of(guests[2])).see(
        "Du är nummer 2 på väntelistan till en plats i lokalen", words, "högst 2 personer plats"
    )
    visitor.press("Se din plats på väntelistan").see(
        "Du är nummer 2 på väntelistan till en plats i lokalen", words, "Lämna väntelistan"
    )


def test_who_waits_while_a_seat_is_free_can_take_it(session: Any, visitor: Browser) -> None:
    guests = line_of(2)
    leave(guests[0])
    coming_in(visitor, guests[1], "Svara på erbjudandet").press(STAY).see(
        "Just nu finns det en ledig plats"
    ).press(YES).see("Du är anmäld")
    assert states_of(guests) == "xr"


def test_who_waits_or_is_offered_a_seat_has_answered_and_is_not_reminded(
    guests: list[Registration],
) -> None:
    meeting = guests[0].meeting
    asked = make_guest(meeting, "Frida", "Ek", "Organisation frida")
    assert [one.key for one in recipients.unanswered(meeting, START + HOUR)] == [asked.public_id]
    counts = turnout.funnel(meeting)
    assert (counts.answered, counts.unanswered, counts.waiting, counts.coming) == (4, 1, 3, 0)
    assert sorted(one.id for one in audiences.in_group(meeting, "waiting").rows) == sorted(
        guest.id for guest in guests[1:]
    )
    assert [
        relevance.still_wanted(notices.write("reminder", one, START + HOUR))
        for one in (asked, *guests[1:])
    ] == [True, False, False, False]


def test_a_coordinator_sees_the_line_and_the_reasons(session: Any, office: Browser) -> None:
    meeting = make_meeting(2, per_organisation=1)
    meeting.options[0].waiting_rule = "offer"
    found = [
        make_guest(meeting, "Maria"),
        make_guest(meeting, "Anna", organisation="Sunne kommun"),
        make_guest(meeting, "Erik"),
        make_guest(meeting, "Johan", organisation="Arvika kommun"),
        make_guest(meeting, "Karl", organisation="Kils kommun"),
    ]
    for minutes, guest in enumerate(found):
        say_yes(guest, minutes)
    leave(found[1])
    office.open(WORK).follow("3 står på väntelistan").see(
        "2 av 2 platser är tagna", "Högst 1 från samma organisation", "med 24 timmar att svara"
    )
    lines = [" ".join(row.text.split()) for row in office.page.all("tr")[1:]]
    assert [line.split(" ")[0] for line in lines] == ["Johan", "Erik", "Karl"]
    assert "Erbjuden en plats Till tisdag 24 november kl. 10.00" in lines[0].replace("\u00a0", " ")
    assert (
        "Organisationen har alla sina platser" in lines[1]
        and "1 av 1" in lines[1]
        and "Väntar" in lines[2]
    )
    office.see(
        "Johan Lindqvist, Arvika kommun: erbjöds en plats från väntelistan. "
        "Var nummer 2 på väntelistan. "
        "Erik Lindqvist fick vänta: organisationen har alla sina platser."
    )


def test_a_place_out_of_turn_asks_why_and_warns_when_it_is_full(
    session: Any, office: Browser
) -> None:
    guests = line_of(3)
    office.open(f"{WORK}/vantelista").follow("Ge plats till Gast2 Ek").see(
        "nummer 2 på väntelistan", "Det är fullt", "1 av 1 platser är tagna"
    )
    office.press("Ge platsen")
    assert office.status == 422 and "Skriv varför" in office.error_at("Varför får personen förtur?")
    office.fill("Varför får personen förtur?", "Ska hålla i ett bord").press("Ge platsen")
    assert (office.status, states_of(guests)) == (422, "rww")
    office.choose("Ge platsen ändå").press("Ge platsen").see("Gast2 Ek har fått en plats.")
    assert states_of(guests) == "rwr"
    office.open(f"{WORK}/vantelista").see(
        "fick förtur till en plats av",
        "Det fanns ingen ledig plats åt personen.",
        "Ska hålla i ett bord",
        "Det är 1 person fler än det finns platser. "
        "Två personer måste lämna sina platser innan någon på väntelistan får en.",
    )
    assert (
        office.open(f"/anmalningar/{guests[2].public_id}/ge-plats").heading().startswith("Gast2 Ek")
    )


@pytest.mark.parametrize(
    ("capacity", "share", "told", "not_told"),
    [
        (1, None, ["Det är fullt"], ["har alla sina platser"]),
        (9, 1, ["Organisationen har alla sina platser"], ["Det är fullt"]),
        (1, 1, ["Det är fullt", "Organisationen har alla sina platser"], []),
    ],
)
def test_a_place_out_of_turn_names_every_limit_that_it_breaks(
    session: Any,
    office: Browser,
    capacity: int,
    share: int | None,
    told: list[str],
    not_told: list[str],
) -> None:
    meeting = make_meeting(capacity, per_organisation=share)
    seated, waits = make_guest(meeting, "Maria"), make_guest(meeting, "Erik")
    say_yes(seated, 0)
    say_yes(waits, 1)
    office.open(f"/anmalningar/{waits.public_id}/ge-plats").see(*told).miss(*not_told)
    office.fill("Varför får personen förtur?", "Ska tala").press("Ge platsen")
    office.see("Det finns ingen ledig plats åt personen.")
    office.choose("Ge platsen ändå").press("Ge platsen")
    assert states_of([seated, waits]) == "rr"


def test_the_settings_hold_each_way_of_attending(session: Any, office: Browser) -> None:
    guests = line_of(3)
    meeting = guests[0].meeting
    office.open(f"{WORK}/installningar").fill("Antal platser", "2", within="På plats").fill(
        "Timmar att svara på ett erbjudande", "6", within="På plats"
    )
    office.choose("Det går att delta digitalt").fill("Antal platser", "10", within="Digitalt")
    office.fill("Högsta antal från samma organisation", "1", within="Digitalt")
    office.press("Spara inställningarna").see("1 person på väntelistan erbjöds en plats.")
    assert states_of(guests) == "row"
    db.session.refresh(meeting)
    found = {
        option.mode: (
            option.capacity,
            option.per_organisation,
            option.waiting_rule,
            option.offer_hours,
        )
        for option in meeting.options
    }
    assert found == {"on_site": (2, None, "offer", 6), "online": (10, 1, "direct", 24)}


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        ("Antal platser", "många"),
        ("Högsta antal från samma organisation", "0"),
        ("Timmar att svara på ett erbjudande", "0"),
        ("Timmar att svara på ett erbjudande", "169"),
        ("Timmar att svara på ett erbjudande", ""),
    ],
)
def test_what_is_not_a_number_is_said_at_its_field_and_kept(
    session: Any, office: Browser, label: str, wrong: str
) -> None:
    make_meeting(3)
    office.open(f"{WORK}/installningar").fill(label, wrong, within="Digitalt").press(
        "Spara inställningarna"
    )
    assert office.status == 422 and "med siffror" in office.error_at(label, within="Digitalt")


def test_the_online_way_is_not_taken_from_somebody(session: Any, office: Browser) -> None:
    meeting = make_meeting(3, online=True)
    guest = make_guest(meeting)
    say_yes(guest, mode="online")
    office.open(f"{WORK}/installningar").clear("Det går att delta digitalt").press(
        "Spara inställningarna"
    )
    assert office.status == 422 and "på väntelistan till en digital plats: 1." in office.error_at(
        "Det går att delta digitalt"
    )
    db.session.expire_all()
    assert seats.option_of(db.session.query(Meeting).one(), "online") is not None


def test_the_line_costs_as_many_queries_however_long_it_is(
    app: Flask, session: Any, office: Browser
) -> None:
    def queries() -> int:
        seen: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", count)
        office.open(f"{WORK}/vantelista")
        event.remove(db.engine, "before_cursor_execute", count)
        return len(seen)

    meeting = line_of(3)[0].meeting
    office.open(f"{WORK}/vantelista")
    few = queries()
    for number in range(30):
        say_yes(
            make_guest(meeting, f"Sen{number}", "Ek", f"Organisation sen {number}"), 60 + number
        )
    db.session.commit()
    assert queries() == few


def test_dates_of_the_clock_are_never_at_night_in_the_mail(session: Any) -> None:
    guests = line_of(2)
    leave(guests[0], START + dt.timedelta(hours=13))
    assert "onsdag 25 november kl. 8.00" in mails("offer")[-1].body.text.replace("\u00a0", " ")
