"""The programme of a meeting and a map: written once, read where the meeting is shown."""

from __future__ import annotations

from collections.abc import Callable

from annualwheel import unit_of_work
from annualwheel.db import db
from tests.makers.guests import link_of, make_guest, make_meeting
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

WORK = "/mote/2027/arbetsmote"


def test_the_programme_and_a_map_are_written_once_and_read_where_the_meeting_is_shown(
    session: object, new_visitor: Callable[[], Browser]
) -> None:
    meeting = make_meeting()
    guest = make_guest(meeting)
    unit_of_work.commit()
    office = sign_in(new_visitor(), make_staff())
    address = "Webbadress till en karta eller vägbeskrivning"
    office.open(f"{WORK}/installningar").fill(address, "inte en adress").press(
        "Spara inställningarna"
    )
    assert "Skriv en webbadress" in office.error_at(address)
    office.fill(address, "www.exempel.se/karta").fill(
        "Program (frivilligt)", "8.30 Kaffe\r\n9.00 Start"
    ).choose("Öppen anmälan").press("Spara inställningarna").see("Inställningarna är sparade.")
    db.session.expire_all()
    assert (meeting.map_url, meeting.programme_sv) == (
        "https://www.exempel.se/karta",
        "8.30 Kaffe\n9.00 Start",
    )
    landing = new_visitor().open(link_of(guest))
    mine = new_visitor().open(link_of(guest)).press("Ja, anmäl mig").open("/anmalan")
    for visitor in (landing, mine, new_visitor().open("/anmal/2027/arbetsmote")):
        visitor.see("8.30 Kaffe 9.00 Start", f"Hitta till {meeting.place}").miss("(på svenska)")
    # Nobody has written it in English yet: the Swedish words say what language they are in.
    landing.open(landing.url, lang="en").see("(in Swedish) 8.30 Kaffe")
    (words,) = [each for each in landing.page.all("p") if "written" in each.get("class").split()]
    assert words.get("lang") == "sv"
    landing.see("Questions:")
    office.open(f"{WORK}/flytta").fill("Dag", "2027-01-29").press("Granska ändringen")
    office.see("Programmet och kartan följer inte med.")
