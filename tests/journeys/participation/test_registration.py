"""From the mailed link to a registration that stands: every state of the landing page, yes, no,
changes, and what never goes wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.meetings import changes
from annualwheel.models import Audit, Member, Registration
from annualwheel.participation import replies, revocation
from annualwheel.registrations import availability
from rehearse.dom import parse
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
    typed,
)
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

DAY = dt.timedelta(days=1)


def stands(registration: Registration) -> str:
    db.session.expire_all()
    return registration.state


def register(visitor: Browser, guest: Registration, lunch: str = "Ja") -> Browser:
    """Yes with the form as it is."""
    return (
        visitor.open(link_of(guest))
        .press("Ja, anmäl mig")
        .choose(lunch, within="Äter du lunch")
        .press("Skicka anmälan")
    )


def say_yes(guest: Registration, **changes: object) -> Registration:
    return replies.register(
        guest, reply_of(guest, **changes), START, audit.participant(guest.person_id)
    )


def move(guest: Registration) -> None:
    meeting = guest.meeting
    changes.move(
        meeting,
        changes.Appointment(
            meeting.starts_at + 7 * DAY, meeting.ends_at + 7 * DAY, meeting.place, meeting.address
        ),
        "lokalen",
        START,
        audit.SYSTEM,
    )


# The landing page in every state


def test_landing_says_who_is_invited_to_what_and_until_when(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).see(
        "Hej Maria! Du är inbjuden till",
        "Arbetsmötet",
        "Fredag 22 januari 2027",
        "kl. 9.00–15.30",
        "Nöjesfabriken",
        "Hagfors kommun",
        "Svara senast fredag 11 december 2026",
    )
    assert [button.text for button in visitor.page.all("form")[0].all("button")] == [
        "Ja, anmäl mig",
        "Skicka en ersättare",
        "Nej, jag kan inte",
    ]


def test_landing_says_no_more_than_the_mail_did(session: Any, visitor: Browser) -> None:
    guest = say_yes(make_guest(make_meeting()))
    visitor.open(link_of(guest)).see("Du är anmäld").miss(
        "maria@kommun.example", "Lindqvist", "Kommunstrateg", "Logga ut"
    )


def test_landing_before_registration_opens_says_when_it_does(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    clock.set(START - 20 * DAY)
    visitor.open(link_of(guest)).see("Anmälan öppnar måndag 16 november 2026.").miss(
        "Ja, anmäl mig", "Nej, jag kan inte"
    )


def test_whoever_has_been_invited_early_may_answer_at_once(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    clock.set(START - 20 * DAY)
    guest.invited_at = clock.now()
    session.commit()
    visitor.open(link_of(guest)).see("Ja, anmäl mig").press("Nej, jag kan inte")
    visitor.press("Tacka nej").see("Tack för ditt svar")


def test_landing_after_registration_closes_says_so_and_still_takes_a_substitute(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    clock.set(START + 20 * DAY)
    visitor.open(link_of(guest)).see(
        "Anmälan stängde fredag 11 december 2026.", "Skicka en ersättare"
    ).miss("Ja, anmäl mig", "Så går det till")


def test_landing_of_a_full_meeting_offers_the_waiting_list(session: Any, visitor: Browser) -> None:
    meeting = make_meeting(1)
    seated = say_yes(make_guest(meeting, "Erik", "Sand"))
    guest = make_guest(meeting)
    visitor.open(link_of(guest)).see("Mötet är fullt").press("Ställ mig på väntelistan").choose(
        "Nej", within="Äter du lunch"
    )
    visitor.see(
        "Du får ett mejl om att du står på väntelistan. "
        "Kalenderbokningen kommer om du får en plats."
    ).miss("får du en bekräftelse och en kalenderbokning")
    before = len(mails())
    visitor.press("Ställ mig på väntelistan").see(
        "Du står på väntelistan", "Du är nummer 1 på väntelistan till en plats"
    )
    assert (stands(guest), guest.lunch) == ("waitlisted", False)
    # What the form promised: the mail now, the calendar entry with the seat.
    assert kinds_since(before) == ["waitlisted"]
    before = len(mails())
    replies.withdraw(seated, START, audit.participant(seated.person_id))
    session.commit()
    assert stands(guest) == "registered"
    assert [(m.kind, m.address) for m in mails()[before:] if m.address == guest.person.email] == [
        ("promoted", "maria@kommun.example"),
        ("calendar_request", "maria@kommun.example"),
    ]


@pytest.mark.parametrize(
    "state", ["registered", "waitlisted", "declined", "withdrawn", "to_reconfirm"]
)
def test_landing_says_where_one_stands(session: Any, visitor: Browser, state: str) -> None:
    words = {
        "registered": "Du är anmäld",
        "waitlisted": "Du är nummer 1 på väntelistan",
        "declined": "Du kan ångra dig till och med",
        "withdrawn": "Du är avbokad",
        "to_reconfirm": "Kan du komma den nya dagen?",
    }
    guest = make_guest(make_meeting())
    guest.state, guest.queued_at = state, START
    visitor.open(link_of(guest)).see(words[state])


def test_landing_of_a_cancelled_meeting_asks_for_nothing(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    changes.cancel(guest.meeting, "snöstorm", START, audit.SYSTEM)
    visitor.open(link_of(guest)).see(
        "Mötet är inställt", "Orsak: snöstorm.", "Se din inbjudan"
    ).miss("Ja, anmäl mig", "Se din anmälan")


def test_landing_after_the_meeting_changes_nothing_any_more(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    clock.set(guest.meeting.ends_at + DAY)
    visitor.open(link_of(guest)).see("Mötet har börjat eller är över").press("Se din anmälan").see(
        "Du var anmäld", "Arbetsmötet var fredag 22 januari 2027."
    )
    visitor.miss("Du är anmäld", "Avboka min plats", "Skicka en ersättare", "Ändra ")


@pytest.mark.parametrize("why", ["revoked", "unknown", "cut off"])
def test_a_link_that_does_not_work_leads_to_one_calm_page(
    session: Any, visitor: Browser, why: str
) -> None:
    guest = make_guest(make_meeting())
    link = link_of(guest)
    if why == "revoked":
        revocation.revoke(guest, START, audit.SYSTEM)
    visitor.open({"revoked": link, "unknown": "/i/abc.1.xyz", "cut off": link[:-4]}[why])
    visitor.see("Länken fungerar inte", "Inget har ändrats")
    assert visitor.status == 404
    visitor.fill("E-postadress", "maria@kommun.example").press("Få en ny länk med e-post")
    visitor.see("Om adressen finns hos oss kommer ett mejl inom några minuter.")


def test_not_you_explains_both_ways(session: Any, visitor: Browser) -> None:
    visitor.open(link_of(make_guest(make_meeting())))
    visitor.see(
        "Är du inte Maria?",
        "Kommer du i stället för Maria?",
        "Vill du komma utöver Maria?",
        "Svarar du åt Maria?",
    )


# Yes


def test_yes_takes_the_link_out_of_the_address_and_registers(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig")
    assert visitor.url == "/anmalan/anmal"
    assert [
        visitor.value(label)
        for label in ("Förnamn", "Efternamn", "E-postadress", "Titel", "Organisation")
    ] == ["Maria", "Lindqvist", "maria@kommun.example", "Kommunstrateg", "Hagfors kommun"]
    visitor.choose("Ja", within="Äter du lunch").fill("Mobilnummer", "070-000 00 00").press(
        "Skicka anmälan"
    )
    assert (visitor.url, visitor.heading()) == ("/anmalan?klart=anmald", "Du är anmäld")
    visitor.see(
        "Vi ses fredag 22 januari 2027 kl. 9.00",
        "skickade till maria@kommun.example",
        "Maria Lindqvist, Kommunstrateg",
        "ändrar inte din anmälan",
        "Öppnar 12 december",
        "Logga ut",
    )
    assert (stands(guest), guest.lunch, guest.person.mobile) == (
        "registered",
        True,
        "070-000 00 00",
    )


def test_both_mails_arrive_apart_and_the_link_in_the_confirmation_works(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    guest = make_guest(make_meeting())
    register(visitor, guest)
    work()
    confirmation, calendar = smtp.to("maria@kommun.example")[-2:]
    assert "Du är anmäld" in confirmation.subject
    assert (confirmation.calendar, "METHOD:REQUEST" in calendar.calendar, calendar.links) == (
        "",
        True,
        calendar.links,
    )
    visitor.open(confirmation.link("/i/")).see("Du är anmäld")
    assert "/i/" not in calendar.calendar and "/i/" not in calendar.text


def test_lunch_has_no_default_and_an_empty_press_is_asked_for_it(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").fill("E-postadress", "maria.hagfors").press(
        "Skicka anmälan"
    )
    assert visitor.status == 422
    visitor.see("Två saker behöver rättas").miss("Det du skrev finns kvar")
    assert "Välj om du äter lunch på mötet" in visitor.error_at("Ja")
    assert "Skriv e-postadressen med @" in visitor.error_at("E-postadress")
    assert visitor.value("E-postadress") == "maria.hagfors"
    assert visitor.page.all("title")[0].text.startswith("Fel:")
    assert stands(guest) == "invited"


def test_a_meeting_without_lunch_does_not_ask_about_it(session: Any, visitor: Browser) -> None:
    meeting = make_meeting()
    meeting.with_lunch = False
    guest = make_guest(meeting)
    visitor.open(link_of(guest)).press("Ja, anmäl mig").miss("lunch").press("Skicka anmälan").see(
        "Du är anmäld"
    ).miss("Lunch")
    assert (stands(guest), guest.lunch) == ("registered", None)


def test_who_attends_online_is_not_asked_for_lunch(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting(online=True))
    visitor.open(link_of(guest)).press("Ja, anmäl mig").press("Skicka anmälan").see(
        "Välj om du deltar på plats eller digitalt"
    )
    visitor.choose("Digitalt").press("Skicka anmälan").see("Du är anmäld", "digitalt.")
    assert (stands(guest), guest.mode, guest.lunch) == ("registered", "online", None)


def test_the_same_form_sent_twice_registers_once_and_shows_the_same(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch")
    form = typed(visitor)
    first = visitor.fetch("POST", "/anmalan/anmal", data=form)
    before = len(mails())
    second = visitor.fetch("POST", "/anmalan/anmal", data=form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert (kinds_since(before), len(mails("confirmation"))) == ([], 1)
    assert visitor.open(second.headers["Location"]).heading() == "Du är anmäld"


def test_the_secretary_gets_copies(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch")
    visitor.fill("Din egen e-postadress", "sekreterare@kommun.example").press("Skicka anmälan").see(
        "Kopior går till sekreterare"
    )
    visitor.follow("Avboka min plats").press("Avboka min plats")
    assert [
        message.kind for message in mails() if message.address == "sekreterare@kommun.example"
    ] == ["confirmation", "withdrawn"]


def test_nobody_gets_copies_of_their_own_mails(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch")
    visitor.fill("Din egen e-postadress", "Maria@Kommun.example").press("Skicka anmälan")
    db.session.refresh(guest)
    assert (guest.state, guest.copy_to) == ("registered", "")


def test_somebody_elses_name_and_address_are_refused_and_nothing_is_lost(
    session: Any, visitor: Browser
) -> None:
    meeting = make_meeting()
    erik, guest = make_guest(meeting, "Erik", "Sand").person, make_guest(meeting)
    erik.email = erik.email_folded = guest.person.email  # a mailbox they share
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch")
    visitor.fill("Förnamn", "Erik").fill("Efternamn", "Sand").press("Skicka anmälan")
    visitor.see("Det finns redan en person med namnet Erik Sand och den adressen.")
    assert (visitor.value("Förnamn"), stands(guest), guest.person.given) == (
        "Erik",
        "invited",
        "Maria",
    )


def test_a_new_address_tells_the_old_one_and_kills_the_old_link(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    guest = make_guest(make_meeting())
    old = link_of(guest)
    visitor.open(old).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch").fill(
        "E-postadress", "m.lindqvist@kommun.example"
    )
    visitor.press("Skicka anmälan").see("skickade till m.lindqvist@kommun.example")
    assert [message.address for message in mails("address_changed")] == ["maria@kommun.example"]
    assert new_visitor().open(old).status == 404
    assert entries() == [("REQUEST", 0, "m.lindqvist@kommun.example", guest.uid)]
    visitor.follow("Ändra anmälan").fill("Titel", "Direktör").press("Spara ändringen").see(
        "Öppna länken som vi har mejlat till m.lindqvist@kommun.example först"
    )
    new_visitor().open(link_of(guest)).press("Se eller ändra")
    visitor.press("Spara ändringen").see("Maria Lindqvist, Direktör")


# No, and never mind


def test_no_takes_one_more_press_and_a_reason_is_optional(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Nej, jag kan inte").see("Vill du tacka nej?")
    assert stands(guest) == "invited"
    visitor.choose("Krock i kalendern").press("Tacka nej").see(
        "Du kan ångra dig till och med fredag 11 december 2026."
    )
    assert (stands(guest), guest.decline_reason) == ("declined", "krock")


def test_a_substitute_is_suggested_once_after_a_no(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Nej, jag kan inte").press("Tacka nej").see(
        "Kan någon annan från Hagfors kommun komma i stället?"
    )
    visitor.open("/anmalan").miss("Kan någon annan från Hagfors kommun komma i stället?")
    assert stands(guest) == "declined"


def test_a_no_can_be_undone(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Nej, jag kan inte").press("Tacka nej").follow(
        "Jag kan komma ändå"
    )
    visitor.choose("Ja", within="Äter du lunch").press("Skicka anmälan").see("Du är anmäld")
    assert (stands(guest), guest.decline_reason) == ("registered", "")


def test_withdrawing_takes_one_more_press_and_can_be_undone(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    register(visitor, guest).follow("Avboka min plats").see("Kalenderbokningen tas bort")
    assert stands(guest) == "registered"
    visitor.press("Avboka min plats").see(
        "Du är avbokad", "Kan någon annan från Hagfors kommun komma i stället?"
    )
    assert stands(guest) == "withdrawn"
    visitor.follow("Anmäl mig igen").press("Skicka anmälan").see("Du är anmäld")
    assert stands(guest) == "registered"


def test_a_second_press_on_withdraw_shows_the_same_and_writes_nothing(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    register(visitor, guest).follow("Avboka min plats")
    form = typed(visitor)
    visitor.fetch("POST", "/anmalan/avboka", data=form)
    before = len(mails())
    assert visitor.fetch("POST", "/anmalan/avboka", data=form).status_code == 303
    assert (kinds_since(before), stands(guest)) == ([], "withdrawn")


# Changes, and a meeting that moves


def test_a_change_is_mailed_and_no_change_is_not(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    register(visitor, guest)
    before = len(mails())
    visitor.follow("Ändra anmälan").press("Spara ändringen").see("Du är anmäld").miss(
        "Ändringen är sparad", "En ny bekräftelse"
    )
    assert kinds_since(before) == []
    visitor.follow("Ändra anmälan").choose("Nej", within="Äter du lunch").press(
        "Spara ändringen"
    ).see("Ändringen är sparad")
    assert (kinds_since(before), stands(guest), guest.lunch) == (
        ["confirmation"],
        "registered",
        False,
    )


def test_after_the_change_stop_only_withdrawal_is_left(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    clock.set(guest.meeting.starts_at - 2 * DAY)
    visitor.open(link_of(guest)).press("Se eller ändra").see(
        "Det gick att ändra till och med tisdag 19 januari 2027."
    )
    visitor.miss("Ändra anmälan", "Skicka en ersättare")
    visitor.open("/anmalan/anmal").see("Du är anmäld")
    visitor.follow("Avboka min plats").press("Avboka min plats").see(
        "Anmälan stängde fredag 11 december 2026."
    )
    assert stands(guest) == "withdrawn"


def test_a_moved_meeting_asks_for_a_new_yes(session: Any, visitor: Browser, clock: Fixed) -> None:
    guest = say_yes(make_guest(make_meeting()))
    move(guest)
    clock.set(START + 30 * DAY)
    days = (
        "Mötet har flyttats",
        "Tidigare dag: fredag 22 januari 2027",
        "Ny dag: fredag 29 januari 2027",
        "senast när mötet börjar fredag 29 januari 2027 kl. 9.00",
    )
    visitor.open(link_of(guest)).see(*days).press("Ja, jag kan komma")
    visitor.see(*days).open("/anmalan").see(*days).follow("Ja, jag kan komma")
    visitor.see("Kan du komma den nya dagen?").press("Skicka anmälan").see(
        "Du är anmäld", "29 januari 2027"
    )
    assert stands(guest) == "registered"


def test_who_cannot_come_on_the_new_day_gives_the_seat_back(session: Any, visitor: Browser) -> None:
    guest = say_yes(make_guest(make_meeting()))
    move(guest)
    visitor.open(link_of(guest)).press("Nej, jag kan inte").see("Din plats går till nästa").press(
        "Tacka nej"
    ).see("Du har tackat nej.")
    assert stands(guest) == "declined"


@pytest.mark.parametrize("late", [dt.timedelta(minutes=15), dt.timedelta(minutes=15, seconds=1)])
@pytest.mark.parametrize("what", ["register", "decline", "change", "substitute"])
def test_a_form_that_was_open_when_the_last_day_ended_has_a_quarter_of_grace(
    session: Any, visitor: Browser, clock: Fixed, what: str, late: dt.timedelta
) -> None:
    guest = make_guest(make_meeting())
    if what == "change":
        say_yes(guest)
    ends = years.phase(
        guest.meeting, "registration" if what in ("register", "decline") else "change"
    ).closes_at
    db.session.commit()
    clock.set(ends)
    if what == "substitute":
        visitor.open(link_of(guest)).press("Skicka en ersättare")
        visitor.fill("Förnamn", "Eva").fill("Efternamn", "Nord").fill(
            "E-postadress", "eva.nord@kommun.example"
        )
    elif what == "decline":
        visitor.open(link_of(guest)).press("Nej, jag kan inte")
    elif what == "change":
        visitor.open(link_of(guest)).press("Se eller ändra din anmälan").open(
            "/anmalan/anmal"
        ).fill("Titel", "Chef")
    else:
        visitor.open(link_of(guest)).press("Ja, anmäl mig").choose(
            "Ja", within="Äter du lunch på mötet?"
        )
    clock.set(ends + late)
    visitor.press(
        {
            "register": "Skicka anmälan",
            "decline": "Tacka nej",
            "change": "Spara ändringen",
            "substitute": "Skicka ersättaren",
        }[what]
    )
    taken = late == dt.timedelta(minutes=15)
    assert (visitor.status == 200) == taken
    db.session.expire_all()
    assert (guest.state, guest.title == "Chef") == (
        {"register": "registered", "decline": "declined", "substitute": "substituted"}.get(
            what, "registered"
        )
        if taken
        else "registered"
        if what == "change"
        else "invited",
        taken and what == "change",
    )


def test_nothing_is_offered_in_the_quarter_after_the_last_day(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    for kind, actions in (("registration", ("register", "decline")), ("change", ("substitute",))):
        ends = years.phase(guest.meeting, kind).closes_at
        assert not [action for action in actions if availability.why_not(guest, action, ends)]
        assert not [
            action
            for action in actions
            if not availability.why_not(guest, action, ends + dt.timedelta(seconds=1))
        ]


def test_a_deadline_that_passes_while_one_types_is_said_on_the_form(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch").fill(
        "Titel", "Ny titel"
    )
    clock.set(START + 20 * DAY)
    visitor.press("Skicka anmälan").see("Anmälan stängde fredag 11 december 2026.")
    assert (visitor.value("Titel"), stands(guest)) == ("Ny titel", "invited")


# Nothing typed is lost


def test_the_language_switch_keeps_what_was_typed(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Nej", within="Äter du lunch").fill(
        "Titel", "Halvskriven"
    )
    form = typed(visitor)
    answer = visitor.fetch("POST", "/anmalan/anmal", data={**form, "lang_switch": "en"})
    page = parse(answer.get_data(as_text=True))
    fields = {
        node.get("name"): node.get("value")
        for node in page.all("input")
        if node.get("type") != "radio" or "checked" in node.attrs
    }
    assert (answer.status_code, page.all("html")[0].get("lang")) == (200, "en")
    assert (fields["title"], fields["given"], fields["lunch"]) == ("Halvskriven", "Maria", "nej")
    assert stands(guest) == "invited"


def test_an_old_page_shows_again_with_all_that_was_typed(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch").fill(
        "Titel", "Halvskriven"
    )
    next(
        node
        for node in visitor.page.all("form")[-1].all("input")
        if node.get("name") == "csrf_token"
    ).attrs["value"] = "gammal"
    visitor.press("Skicka anmälan").see(
        "Sidan hade legat öppen för länge",
        "Inget har hänt än. Tryck på knappen en gång till.",
        "Det du skrev finns kvar.",
    )
    assert (visitor.status, visitor.value("Titel"), stands(guest)) == (
        422,
        "Halvskriven",
        "invited",
    )
    visitor.press("Skicka anmälan").see("Du är anmäld")


def test_a_lost_session_gives_back_what_was_typed(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch").fill(
        "Titel", "Halvskriven titel"
    )
    visitor.client.delete_cookie("arshjulet")
    visitor.press("Skicka anmälan").see("Öppna din länk igen", "Det här hade du skrivit")
    assert visitor.status == 401
    assert "Halvskriven titel" in visitor.value("Det här hade du skrivit")
    assert stands(guest) == "invited"


# Who gets in


def test_signing_out_lets_nobody_back_without_the_link(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    register(visitor, guest).press("Logga ut").see("Du är utloggad")
    assert visitor.open("/anmalan").status == 401


def test_a_revoked_invitation_ends_the_session_too(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    register(visitor, guest)
    revocation.revoke(guest, START, audit.SYSTEM)
    assert visitor.open("/anmalan").status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/anmalan",
        "/anmalan/anmal",
        "/anmalan/nej",
        "/anmalan/ersattare",
        "/anmalan/avboka",
        "/anmalan/behov",
        "/anmalan/kalender.ics",
    ],
)
def test_nobody_gets_in_without_a_pressed_button(session: Any, visitor: Browser, path: str) -> None:
    visitor.open(link_of(make_guest(make_meeting())))
    assert visitor.open(path).status == 401


@pytest.mark.parametrize(
    "path",
    ["/anmalan/anmal", "/anmalan/nej", "/anmalan/ersattare", "/anmalan/avboka", "/anmalan/behov"],
)
def test_a_page_that_is_not_possible_now_leads_to_what_stands(
    session: Any, visitor: Browser, clock: Fixed, path: str
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig")
    changes.cancel(guest.meeting, "", START, audit.SYSTEM)
    visitor.open(path)
    assert (visitor.url, visitor.heading()) == (
        "/anmalan",
        "Arbetsmötet fredag 22 januari 2027 Mötet är inställt",
    )


# What comes next


def test_the_calendar_file_holds_the_seat_and_no_secret(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    register(visitor, guest).follow("Hämta kalenderfil")
    assert visitor.response is not None
    assert visitor.response.mimetype == "text/calendar"
    assert 'filename="arbetsmote.ics"' in visitor.response.headers["Content-Disposition"]
    text = visitor.body.decode()
    assert all(
        line in text for line in ("METHOD:PUBLISH", f"UID:{guest.uid}", "SUMMARY:Arbetsmöte")
    )
    assert "ATTENDEE" not in text and "/i/" not in text


def test_the_preparation_is_opened_by_a_button_once_it_is_open(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    meeting = make_meeting()
    publish(meeting)
    guest = say_yes(make_guest(meeting))
    visitor.open(link_of(guest)).press("Se eller ändra").miss("Öppna förberedelsen")
    clock.set(START + 25 * DAY)
    visitor.open("/anmalan")
    assert db.session.query(Member).count() == 0
    visitor.send(
        "POST", "/anmalan/forberedelse", [("acting_for", guest.public_id)], multipart=False
    ).see("Sidan hade legat öppen för länge. Tryck en gång till.")
    visitor.press("Öppna förberedelsen")
    assert visitor.url == "/forberedelse"
    assert [member.person_id for member in db.session.query(Member)] == [guest.person_id]


def test_the_audit_names_ids_and_no_people(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    register(visitor, guest)
    row = db.session.query(Audit).filter_by(verb="registered").one()
    assert (row.actor_kind, row.actor_id, row.subject_id, row.details) == (
        "participant",
        guest.person_id,
        guest.id,
        {},
    )
