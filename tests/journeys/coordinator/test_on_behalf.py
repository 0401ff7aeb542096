"""What staff do for somebody who has called after the change stop: another person, other details;
mails and calendar as usual.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.models import AttendanceOption, Audit, Meeting, Needs, Registration
from annualwheel.participation import replies
from annualwheel.registrations import needs
from tests.conftest import START, Fixed
from tests.makers.guests import entries, kinds_since, mails, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

EVA = {"Förnamn": "Eva", "Efternamn": "Nord", "E-postadress": "eva.nord@kommun.example"}


@pytest.fixture
def meeting(session: Any, clock: Fixed) -> Meeting:
    """Its change stop has passed."""
    made = make_meeting(online=True)
    clock.set(years.phase(made, "change").closes_at + dt.timedelta(days=1))
    return made


@pytest.fixture
def office(meeting: Meeting, visitor: Browser, clock: Fixed) -> Browser:
    return sign_in(visitor, make_staff(), clock.now())


def coming(meeting: Meeting, given: str = "Maria", mode: str = "on_site") -> Registration:
    guest = make_guest(meeting, given)
    return replies.register(
        guest, reply_of(guest, mode=mode), START, audit.participant(guest.person_id)
    )


def page_of(guest: Registration, rest: str = "") -> str:
    db.session.commit()
    return f"/anmalningar/{guest.public_id}{rest}"


def write(office: Browser, fields: dict[str, str]) -> Browser:
    for label, text in fields.items():
        office.fill(label, text)
    return office


def successor(guest: Registration) -> Registration:
    db.session.expire_all()
    return db.session.query(Registration).filter_by(replaces_id=guest.id).one()


def test_a_substitute_is_sent_after_the_change_stop(meeting: Meeting, office: Browser) -> None:
    guest = coming(meeting)
    needs.state(guest, "Nötter", "", "Ja", START)
    before = len(mails())
    write(office.open(page_of(guest)).follow("Skicka en ersättare"), EVA).fill(
        "Hälsning", "Parkera på baksidan"
    ).press("Skicka ersättaren")
    new = successor(guest)
    office.see(
        "Eva Nord kommer i stället. Mejl till båda är på väg.", "Ersätter", "Maria Lindqvist"
    )
    assert (guest.state, new.state, new.organisation, db.session.query(Needs).count()) == (
        "substituted",
        "registered",
        guest.organisation,
        0,
    )
    assert kinds_since(before) == [
        "substituted",
        "calendar_cancel",
        "substitute_invitation",
        "calendar_request",
    ]
    assert [entry[:3] for entry in entries()[1:]] == [
        ("CANCEL", 1, guest.person.email),
        ("REQUEST", 0, EVA["E-postadress"]),
    ]
    assert "Parkera på baksidan" in mails("substitute_invitation")[0].body.text
    assert [
        row.verb
        for row in db.session.query(Audit).filter_by(actor_kind="staff", meeting_id=meeting.id)
    ] == ["substituted"]


def test_what_is_wrong_with_a_substitute_is_said_at_the_field(
    meeting: Meeting, office: Browser
) -> None:
    erik, guest = coming(meeting, "Erik"), coming(meeting)
    office.open(page_of(guest, "/ersattare")).fill("Förnamn", "Eva").press("Skicka ersättaren")
    assert office.status == 422 and "Skriv efternamnet" in office.error_at("Efternamn")
    write(
        office, {"Förnamn": "Erik", "Efternamn": "Lindqvist", "E-postadress": erik.person.email}
    ).press("Skicka ersättaren")
    assert (
        "Erik Lindqvist är redan anmäld." in office.error_at("E-postadress")
        and office.value("Förnamn") == "Erik"
    )
    db.session.expire_all()
    assert (guest.state, erik.state) == ("registered", "registered")


def test_details_are_changed_after_the_change_stop(meeting: Meeting, office: Browser) -> None:
    guest = coming(meeting)
    before = len(mails())
    office.open(page_of(guest)).follow("Ändra anmälan").choose(
        "Nej", within="Äter personen lunch på mötet?"
    )
    office.fill("Titel", "Chef").fill("Kopia till", "sekreterare@kommun.example").press(
        "Spara ändringarna"
    ).see("Anmälan är ändrad.", "Chef")
    db.session.expire_all()
    assert (guest.state, guest.lunch, guest.title, guest.copy_to, guest.mode) == (
        "registered",
        False,
        "Chef",
        "sekreterare@kommun.example",
        "on_site",
    )
    assert kinds_since(before) == ["confirmation", "confirmation"]


def test_another_way_of_attending_moves_the_calendar_entry_and_eats_nothing(
    meeting: Meeting, office: Browser
) -> None:
    guest = coming(meeting)
    office.open(page_of(guest, "/andra")).choose("Digitalt", within="Deltar").press(
        "Spara ändringarna"
    ).see("Anmälan är ändrad.")
    db.session.expire_all()
    assert (guest.mode, guest.lunch, entries()[-1][:2]) == ("online", None, ("REQUEST", 1))


def test_whoever_comes_to_the_place_instead_is_asked_about_lunch(
    meeting: Meeting, office: Browser
) -> None:
    guest = coming(meeting, mode="online")
    guest.lunch = None
    office.open(page_of(guest, "/andra")).choose("På plats", within="Deltar").press(
        "Spara ändringarna"
    )
    office.see("Fel: Välj om personen äter lunch på mötet")
    office.choose("Nej", within="Äter personen lunch på mötet?").press("Spara ändringarna").see(
        "Anmälan är ändrad."
    )
    db.session.expire_all()
    assert (guest.mode, guest.lunch) == ("on_site", False)


def test_who_has_not_said_about_lunch_is_not_kept_from_another_change(
    meeting: Meeting, office: Browser
) -> None:
    guest = coming(meeting)
    guest.lunch = None
    office.open(page_of(guest, "/andra")).fill("Titel", "Chef").press("Spara ändringarna").see(
        "Anmälan är ändrad.", "Chef"
    )


def test_a_way_that_is_full_is_said_at_its_field(meeting: Meeting, office: Browser) -> None:
    db.session.query(AttendanceOption).filter_by(meeting_id=meeting.id, mode="online").update(
        {"capacity": 1}
    )
    coming(meeting, "Erik", "online")
    guest = coming(meeting)
    office.open(page_of(guest, "/andra")).choose("Digitalt", within="Deltar").press(
        "Spara ändringarna"
    )
    assert office.status == 422
    office.see("Fel: De platserna är slut.")
    db.session.expire_all()
    assert guest.mode == "on_site"


def test_without_lunch_and_with_one_way_nothing_is_asked_about_them(
    session: Any, visitor: Browser
) -> None:
    made = make_meeting()
    made.with_lunch = False
    guest = make_guest(made)
    replies.register(guest, reply_of(guest, lunch=None), START, audit.participant(guest.person_id))
    office = (
        sign_in(visitor, make_staff())
        .open(page_of(guest, "/andra"))
        .miss("Äter personen lunch", "Deltar")
    )
    office.fill("Titel", "Chef").press("Spara ändringarna").see("Anmälan är ändrad.")


@pytest.mark.parametrize("state", ["revoked", "substituted", "attended"])
def test_nothing_is_offered_where_nothing_can_be_done(
    meeting: Meeting, office: Browser, state: str
) -> None:
    guest = coming(meeting)
    guest.state = state
    office.open(page_of(guest)).miss("Skicka en ersättare", "Ändra anmälan")
    for rest in ("/ersattare", "/andra"):
        assert office.fetch("GET", page_of(guest, rest)).status_code == 303


def test_nothing_can_be_done_once_the_meeting_has_begun(
    meeting: Meeting, office: Browser, clock: Fixed
) -> None:
    guest = coming(meeting)
    first, second = page_of(guest, "/ersattare"), page_of(guest, "/andra")
    clock.set(meeting.starts_at - dt.timedelta(minutes=1))
    sign_in(office, make_staff(name="Bo Ek"), clock.now())
    write(office.open(first), EVA)
    clock.set(meeting.starts_at)
    assert office.press("Skicka ersättaren").status == 410
    assert office.fetch("GET", first).status_code == office.fetch("GET", second).status_code == 303
    office.open(page_of(guest)).miss("Skicka en ersättare", "Ändra anmälan")
    db.session.expire_all()
    assert guest.state == "registered"
