"""The coordinator's year: planned, seen, a meeting and its people, what is done on the phone,
settings, move and cancel.
"""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.meetings import planning
from annualwheel.models import (
    AttendanceOption,
    Audit,
    Meeting,
    Message,
    Questionnaire,
    Registration,
    Staff,
    Submission,
    Year,
)
from annualwheel.participation import replies
from annualwheel.participation.replies import Reply
from annualwheel.registrations import invitations, needs
from annualwheel.web.wording.decline_reasons import REASONS
from tests.conftest import START, Fixed
from tests.makers.guests import let_in, publish
from tests.makers.region import (
    make_organisation,
    make_person,
    make_staff,
    make_year,
    meeting_of,
    sign_in,
)
from tests.tiny_browser import Browser

WORK = "/mote/2027/arbetsmote"


@pytest.fixture
def karin(session: scoped_session[Session]) -> Staff:
    return make_staff()


@pytest.fixture
def year(karin: Staff) -> Year:
    return make_year()


@pytest.fixture
def meeting(year: Year) -> Meeting:
    return meeting_of(year)


@pytest.fixture
def office(visitor: Browser, karin: Staff) -> Browser:
    return sign_in(visitor, karin)


def guest(
    meeting: Meeting, given: str, family: str = "Ek", organisation: str = "Arvika kommun"
) -> Registration:
    place = make_organisation(meeting.year, organisation)
    return invitations.invite(meeting, make_person(place, given, family), place, START)


def comes(registration: Registration) -> Registration:
    person = registration.person
    return replies.register(
        registration,
        Reply(person.given, person.family, person.email, lunch=True),
        START,
        audit.participant(person.id),
    )


def page_of(registration: Registration) -> str:
    return f"/anmalningar/{registration.public_id}"


def state(registration: Registration) -> str:
    db.session.expire_all()
    return registration.state


def kinds(registration: Registration) -> list[str]:
    db.session.expire_all()
    return [
        m.kind
        for m in db.session.query(Message)
        .filter_by(registration_id=registration.id)
        .order_by(Message.id)
    ]


def verbs(meeting: Meeting) -> list[str]:
    return [
        row.verb
        for row in db.session.query(Audit)
        .filter_by(meeting_id=meeting.id, actor_kind="staff")
        .order_by(Audit.id)
    ]


def test_the_first_year_is_planned_from_an_empty_page(office: Browser) -> None:
    office.open("/arshjul").see("Det finns inget årshjul än").follow("Planera årets möten").see(
        "Nytt årshjul"
    )
    office.fill("Vilket år", "2027").press("Spara årshjulet")
    assert office.status == 422 and "Skriv en dag, till exempel" in office.error_at(
        "Dag", within="Arbetsmötet"
    )
    for kind, day in (
        ("Arbetsmötet", "2027-01-22"),
        ("Riktningsmötet", "2027-03-12"),
        ("Värmland 2040-konferensen", "2027-09-24"),
    ):
        office.fill("Dag", day, within=kind).fill("Plats", "Nöjesfabriken", within=kind)
    office.fill("Slutar", "8.00", within="Riktningsmötet").press("Spara årshjulet")
    assert "sluta efter" in office.error_at("Slutar", within="Riktningsmötet")
    # Summer time begins: 2.30 is not on the clock, and is not moved to 3.30 in silence.
    office.fill("Dag", "2027-03-28", within="Riktningsmötet").fill(
        "Börjar", "2.30", within="Riktningsmötet"
    ).fill("Slutar", "12.00", within="Riktningsmötet").press("Spara årshjulet")
    assert office.status == 422
    assert "Den tiden finns inte" in office.error_at("Börjar", within="Riktningsmötet")
    office.fill("Dag", "2027-03-12", within="Riktningsmötet").fill(
        "Börjar", "9.00", within="Riktningsmötet"
    )
    office.fill("Slutar", "12.00", within="Riktningsmötet").press("Spara årshjulet").see(
        "Årshjulet 2027 är planerat", "60", "dagar till"
    )
    year = db.session.query(Year).one()
    assert [m.kind for m in year.meetings] == ["work", "direction", "conference"]
    assert db.session.query(Audit).filter_by(verb="year_planned").count() == 1
    office.open("/arshjul/nytt")
    assert (office.value("Vilket år"), office.value("Dag", within="Arbetsmötet")) == (
        "2028",
        "2028-01-21",
    )
    office.fill("Vilket år", "2027").press("Spara årshjulet")
    assert "Det finns redan" in office.error_at("Vilket år")


def test_the_year_says_what_to_do_now_in_pictures_words_and_a_table(
    year: Year, meeting: Meeting, office: Browser
) -> None:
    comes(guest(meeting, "Anna"))
    guest(meeting, "Ola", organisation="Grums kommun")
    office.open("/arshjul").see(
        "Årshjulet 2027",
        "1 av 2",
        "har svarat, 1 kommer",
        "Före plan: 50 % svar när 28 % av tiden har gått.",
        "1 organisation utan anmälan",
        "Samma tider som tabell",
        "16 nov–11 dec",
        "Anmälan pågår",
    )
    office.see("Arbetsmötet fredag 22 januari 2027: Anmälan pågår.")
    office.follow("Arbetsmötet").see("Vilka saknas runt bordet?", "Senaste händelserna")


def test_the_meeting_shows_the_funnel_and_leads_to_its_lists(
    meeting: Meeting, office: Browser
) -> None:
    comes(guest(meeting, "Anna"))
    guest(meeting, "Ola", organisation="Grums kommun")
    office.open(WORK).see(
        "till 11 dec, 18 dagar kvar", "1 organisation utan anmälan", "1 har inte svarat"
    )
    office.follow("Se listan").see("Organisationer utan anmälan", "Grums kommun").miss(
        "Arvika kommun"
    )
    office.follow("Grums kommun").see("1 person", "Ola Ek")
    office.open(WORK).follow("Kommer", within="Från inbjudan till möte").see(
        "1 person", "Anna Ek"
    ).miss("Ola Ek")
    office.fill("Namn, e-post eller organisation", "ingen sådan").press("Visa").see(
        "0 personer", "Ingen passar in"
    )


def test_long_lists_are_paged_with_as_many_queries(meeting: Meeting, office: Browser) -> None:
    counts = []
    for number in (3, 60):
        for one in range(number):
            guest(meeting, f"Person{number}x{one}", organisation=f"Organisation {one % 7}")
        db.session.commit()
        for path in (WORK, f"{WORK}/personer"):
            statements: list[str] = []
            listen = lambda *arguments, into=statements: into.append(arguments[2])  # noqa: E731
            event.listen(db.engine, "before_cursor_execute", listen)
            office.open(path)
            event.remove(db.engine, "before_cursor_execute", listen)
            counts.append(len(statements))
    assert counts[:2] == counts[2:]
    office.see("63 personer", "Sida 1 av 2").follow("Nästa sida").see("Sida 2 av 2")
    assert len(list(office.page.all("tr"))) == 14


def test_somebody_on_the_phone_is_registered_and_told(meeting: Meeting, office: Browser) -> None:
    registration = guest(meeting, "Anna")
    office.open(page_of(registration)).see("Inbjuden, inte svarat", "Ingen skickad").fill(
        "E-postadress", "fel"
    ).press("Anmäl")
    assert office.status == 422 and state(registration) == "invited"
    office.fill("E-postadress", "anna.ek@kommun.example").fill(
        "Mobilnummer", "070-000 00 00"
    ).choose("Ja", within="Äter personen lunch på mötet?")
    office.press("Anmäl").see(
        "Anna Ek är anmäld.",
        "vi skrev in svaret",
        "Skickad, version 1",
        "Svar som vi skrev in",
        "Kalenderbokning",
    )
    assert (state(registration), registration.by_staff, registration.lunch) == (
        "registered",
        True,
        True,
    )
    assert kinds(registration) == ["invitation", "registered_by_phone", "calendar_request"]
    office.follow("Avboka platsen").press("Avboka platsen").see("Platsen är avbokad")
    assert state(registration) == "withdrawn" and kinds(registration)[-2:] == [
        "withdrawn",
        "calendar_cancel",
    ]
    office.follow("Bjud in igen").press("Bjud in igen").see("En ny inbjudan är på väg")
    assert state(registration) == "invited"
    office.follow("Tacka nej åt personen").press("Tacka nej åt personen").see("Tackat nej")
    assert verbs(meeting) == ["registered", "withdrew", "invited", "declined"]


def test_somebody_on_the_phone_is_asked_about_lunch_when_they_come_to_the_place(
    meeting: Meeting, office: Browser
) -> None:
    db.session.add(AttendanceOption(meeting=meeting, mode="online"))
    here, there = guest(meeting, "Anna"), guest(meeting, "Ola")
    office.open(page_of(here)).press("Anmäl")
    assert (office.status, state(here)) == (422, "invited")
    office.see("Fel: Välj om personen äter lunch på mötet")
    office.open(page_of(there)).choose("Digitalt", within="Deltar").press("Anmäl").see(
        "Ola Ek är anmäld."
    )
    assert (state(there), there.mode, there.lunch) == ("registered", "online", None)


def test_lunch_is_not_kept_for_somebody_on_the_phone_who_attends_online(
    meeting: Meeting, office: Browser
) -> None:
    db.session.add(AttendanceOption(meeting=meeting, mode="online"))
    registration = guest(meeting, "Anna")
    office.open(page_of(registration)).choose("Ja", within="Äter personen lunch på mötet?").choose(
        "Digitalt", within="Deltar"
    ).press("Anmäl")
    assert (state(registration), registration.mode, registration.lunch) == (
        "registered",
        "online",
        None,
    )


def test_what_is_too_long_is_said_when_somebody_is_on_the_phone(
    meeting: Meeting, office: Browser
) -> None:
    office.open(page_of(guest(meeting, "Anna"))).fill("Titel eller uppdrag", "x" * 201).press(
        "Anmäl"
    )
    assert "Skriv högst 200 tecken" in office.error_at("Titel eller uppdrag")


@pytest.mark.parametrize(
    ("key", "sv", "en"),
    [
        (choice.value, sv, en)
        for choice, sv, en in zip(
            REASONS,
            ("Krock i kalendern", "Inte min fråga", "Annat"),
            ("A clash in the calendar", "Not my area", "Something else"),
            strict=True,
        )
    ],
)
def test_why_somebody_declined_is_said_in_words(
    meeting: Meeting, office: Browser, key: str, sv: str, en: str
) -> None:
    registration = guest(meeting, "Anna")
    replies.decline(registration, key, START, audit.participant(registration.person_id))
    db.session.commit()
    office.open(page_of(registration)).see(sv)
    office.open(page_of(registration), lang="en").see(en)


def test_an_invitation_taken_back_is_dead_and_its_seat_goes_on(
    meeting: Meeting, office: Browser
) -> None:
    meeting.options[0].capacity = 1
    first, second = comes(guest(meeting, "Anna")), comes(guest(meeting, "Ola"))
    assert second.state == "waitlisted"
    version = first.link_version
    office.open(page_of(first)).follow("Ta bort från mötet").press("Ta bort från mötet").see(
        "Personen är borttagen från mötet."
    )
    assert (state(first), first.link_version, state(second)) == (
        "revoked",
        version + 1,
        "registered",
    )
    assert "calendar_cancel" in kinds(first) and "promoted" in kinds(second)


def test_staff_never_see_diet_and_access_needs(meeting: Meeting, office: Browser) -> None:
    registration = comes(guest(meeting, "Anna"))
    needs.state(registration, "glutenfritt", "hörslinga", "Jag samtycker", START)
    for path in (page_of(registration), WORK, f"{WORK}/personer"):
        office.open(path).miss("glutenfritt", "hörslinga")


def test_one_late_person_is_found_or_added_and_invited(
    year: Year, meeting: Meeting, office: Browser
) -> None:
    make_person(make_organisation(year, "Arvika kommun"), "Anna", "Ek")
    office.open(f"{WORK}/personer").follow("Bjud in en person").fill(
        "Namn, e-post eller organisation", "anna arvika"
    ).press("Sök")
    office.follow("Bjud in Anna Ek").press("Bjud in Anna Ek").see(
        "Anna Ek är inbjuden till arbetsmötet."
    )
    office.open(f"{WORK}/bjud-in-en", sok="anna").see("Ingen som går att bjuda in passar")
    office.open(f"{WORK}/bjud-in-en").fill("Förnamn", "Eva").fill("Efternamn", "Nord").fill(
        "E-postadress", "eva@grums.example"
    )
    office.fill("Organisation", "Okänd organisation").press("Lägg till och bjud in")
    assert "Skriv organisationens namn" in office.error_at("Organisation")
    office.fill("Organisation", "arvika KOMMUN").press("Lägg till och bjud in").see(
        "Eva Nord är inbjuden"
    )
    assert {registration.person.given for registration in db.session.query(Registration)} == {
        "Anna",
        "Eva",
    }
    assert verbs(meeting) == ["invited", "invited"]


def test_a_long_list_of_found_people_says_that_there_are_more(
    year: Year, meeting: Meeting, office: Browser
) -> None:
    place = make_organisation(year, "Arvika kommun")
    for number in range(20):
        make_person(place, "Anna", f"Ek{number:02}")
    office.open(f"{WORK}/bjud-in-en?sok=anna").see("Anna Ek19").miss("Här är de")
    make_person(place, "Anna", "Ek20")
    office.open(f"{WORK}/bjud-in-en?sok=anna").see("Anna Ek19", "Här är de 20 första.").miss(
        "Anna Ek20"
    )


def test_the_terms_are_saved_and_an_address_that_is_none_is_refused(
    meeting: Meeting, office: Browser
) -> None:
    office.open(WORK).follow("Ändra mötet")
    where = "Webbadress till det som ska läsas före mötet"
    office.fill(where, "javascript:alert(1)").press("Spara inställningarna")
    assert "Skriv en webbadress" in office.error_at(where)
    office.fill(where, "www.exempel.se/nuläget.pdf").fill("Diarienummer", "RV 2026-1").press(
        "Spara inställningarna"
    )
    office.see("Inställningarna är sparade.")
    db.session.expire_all()
    assert meeting.registry_number == "RV 2026-1"
    assert meeting.material_url == "https://www.exempel.se/nuläget.pdf"
    assert verbs(meeting) == ["terms_changed"]


def test_a_word_in_a_template_is_in_the_language_of_whoever_reads_it(
    meeting: Meeting, office: Browser
) -> None:
    for language, word, other in (("sv", "På plats", "On site"), ("en", "On site", "På plats")):
        office.open(f"{WORK}/installningar?lang={language}").see(word).miss(other)


def test_a_closed_registration_can_be_opened_again(meeting: Meeting) -> None:
    later = START + dt.timedelta(days=30)
    assert not years.is_open(meeting, "registration", later)
    planning.set_phases(meeting, {"registration": (-67, -20)}, later, audit.SYSTEM)
    assert years.is_open(meeting, "registration", later)


def test_phases_stand_in_the_order_of_the_year(meeting: Meeting) -> None:
    kind = [phase.kind for phase in meeting_of(meeting.year).phases]
    assert kind.index("registration") < kind.index("change")


def test_nobody_invited_yet_is_not_a_filter_that_found_nothing(
    meeting: Meeting, office: Browser
) -> None:
    office.open(f"{WORK}/personer").see("Ingen är inbjuden än.").open(
        f"{WORK}/personer?sok=qqq"
    ).see("Ingen passar in på det du har valt.")


def test_a_cancelled_meeting_is_neither_moved_nor_asked_about(
    meeting: Meeting, office: Browser
) -> None:
    meeting.state = "cancelled"
    db.session.commit()
    assert office.fetch("GET", f"{WORK}/flytta").status_code == 303
    office.open(WORK).see("Frågorna publicerades aldrig.").miss("Publicera frågorna")


def test_what_is_refused_is_said_to_staff_as_to_staff(
    meeting: Meeting, office: Browser, clock: Fixed
) -> None:
    registration = comes(guest(meeting, "Anna"))
    office.open(f"{page_of(registration)}/ersattare").fill("Förnamn", "Anna").fill(
        "Efternamn", "Ek"
    ).fill("E-postadress", registration.person.email)
    office.press("Skicka ersättaren").see(
        "Det är samma namn och samma adress som personens egna."
    ).miss("ditt eget namn")
    clock.set(years.phase(meeting, "registration").closes_at + dt.timedelta(days=1))
    sign_in(office, make_staff(name="Bo Ek"), clock.now())
    office.open(f"{WORK}/utskick/paminnelse").see(
        "Det går inte att skicka nu", "Ändra tidplanen"
    ).miss("om du vill komma")


@pytest.mark.parametrize(
    ("kind", "days"), [("registration", (-10, -20)), ("preparation", (-10, 1))]
)
def test_a_phase_ends_after_it_begins_and_before_the_meeting(
    meeting: Meeting, kind: str, days: tuple[int, int]
) -> None:
    with pytest.raises(Refused, match="phase_backwards"):
        planning.set_phases(meeting, {kind: days}, START, audit.SYSTEM)


def test_fewer_seats_than_are_taken_are_said_and_nobody_loses_theirs(
    meeting: Meeting, office: Browser
) -> None:
    seats = [comes(guest(meeting, name)) for name in ("Anna", "Ola", "Eva")]
    office.open(f"{WORK}/installningar").fill("Antal platser", "2", within="På plats").press(
        "Spara inställningarna"
    ).see(
        "Inställningarna är sparade.",
        "På plats: 3 har en plats, fler än de 2 platser som finns nu. Ingen blir av med sin plats",
    )
    office.open(f"{WORK}/installningar").fill("Antal platser", "3", within="På plats").press(
        "Spara inställningarna"
    ).miss("fler än de")
    assert {state(registration) for registration in seats} == {"registered"}


def test_the_address_of_the_open_registration_stands_where_it_is_opened(
    meeting: Meeting, office: Browser, visitor: Browser
) -> None:
    meeting.open_registration = False
    office.open(f"{WORK}/installningar").miss("Adress till den öppna anmälan")
    office.choose("Öppen anmälan: den som inte är inbjuden kan anmäla sig på en öppen sida")
    office.press("Spara inställningarna")
    (shown,) = (f for f in office.page.all("textarea") if f.get("id") == "oppen-adress")
    address = shown.text.strip()
    assert address == "http://localhost/anmal/2027/arbetsmote"
    visitor.open(address.removeprefix("http://localhost")).see("Sök")


def test_an_organisation_shows_who_comes_from_it(meeting: Meeting, office: Browser) -> None:
    anna, erik, gone = (guest(meeting, given) for given in ("Anna", "Erik", "Eva"))
    comes(anna)
    gone.state = "revoked"
    db.session.commit()
    office.open(f"/personer/organisationer/{anna.organisation.public_id}")
    (panel,) = (row for row in office.page.all("section") if "Inbjudna 2027" in row.text)
    rows = [" ".join(row.text.split()) for row in panel.all("li")]
    assert rows == [
        "Anna Ek: anmälan till arbetsmötet Anmäld Arbetsmötet 22 januari",
        "Erik Ek: anmälan till arbetsmötet Inbjuden, inte svarat Arbetsmötet 22 januari",
    ]
    office.follow("Erik Ek: anmälan").see(erik.person.email)


def test_a_registration_leads_to_its_person_and_organisation(
    meeting: Meeting, office: Browser
) -> None:
    page = page_of(comes(guest(meeting, "Anna")))
    office.open(page).follow("Visa personen")
    assert office.url.startswith("/personer/") and "Anna" in office.heading()
    office.open(page).follow("Visa organisationen")
    assert office.url.startswith("/personer/organisationer/")


def test_more_seats_go_to_those_who_wait_in_order(meeting: Meeting, office: Browser) -> None:
    meeting.options[0].capacity = 1
    seats = [comes(guest(meeting, name)) for name in ("Anna", "Ola", "Eva")]
    assert [registration.state for registration in seats] == [
        "registered",
        "waitlisted",
        "waitlisted",
    ]
    office.open(f"{WORK}/installningar").fill("Antal platser", "2", within="På plats").press(
        "Spara inställningarna"
    ).see("1 person på väntelistan fick en plats.")
    assert [state(registration) for registration in seats] == [
        "registered",
        "registered",
        "waitlisted",
    ]
    office.fill("Antal platser", "", within="På plats").press("Spara inställningarna").see(
        "1 person på väntelistan fick en plats."
    )
    assert state(seats[2]) == "registered"


def test_a_move_shows_what_changes_and_who_is_told_before_it_happens(
    meeting: Meeting, office: Browser
) -> None:
    registration = comes(guest(meeting, "Anna"))
    guest(meeting, "Ola")
    office.open(f"{WORK}/installningar").follow("Ändra tid och plats").press("Granska ändringen")
    assert "Inget är ändrat" in office.error_at("Dag")
    office.fill("Dag", "2027-01-29").fill("Orsak", "Lokalen är dubbelbokad").press(
        "Granska ändringen"
    )
    office.see(
        "fredag 22 januari 2027",
        "fredag 29 januari 2027",
        "2 personer får ett mejl om ändringen",
        "behöver bekräfta ny dag",
    )
    assert state(registration) == "registered" and "moved" not in kinds(registration)
    office.press("Tillbaka")
    assert office.value("Dag") == "2027-01-29"
    office.press("Granska ändringen").press("Ändra och mejla 2 personer").see(
        "Mötet är ändrat. 2 personer får ett mejl.", "29 januari 2027"
    )
    assert state(registration) == "to_reconfirm" and kinds(registration)[-2:] == [
        "moved",
        "calendar_update",
    ]
    assert verbs(meeting) == ["moved"]
    office.open(f"/anmalningar/{registration.public_id}").see(
        "Tidigare dag Fredag 22 januari 2027",
        "Ny dag Fredag 29 januari 2027",
        "Kan svara till Fredag 29 januari kl. 9.00, när mötet börjar",
    )


def test_after_a_move_nobody_is_missing_whose_people_have_a_seat_to_confirm(
    meeting: Meeting, office: Browser
) -> None:
    comes(guest(meeting, "Anna"))
    comes(guest(meeting, "Ola", organisation="Grums kommun"))
    guest(meeting, "Eva", organisation="Hagfors kommun")
    office.open("/arshjul").see("Före plan: 67 % svar")
    office.open(f"{WORK}/installningar").follow("Ändra tid och plats").fill(
        "Dag", "2027-01-29"
    ).fill("Orsak", "Lokalen är dubbelbokad").press("Granska ändringen")
    office.press("Ändra och mejla 3 personer")
    office.open(WORK).see(
        "1 organisation utan anmälan", "2 behöver bekräfta ny dag", "Ska bekräfta ny dag"
    )
    office.follow("Se listan").see("Hagfors kommun").miss("Arvika kommun", "Grums kommun")
    # Their yes was to another day: nobody has answered for the new one.
    office.open("/arshjul").see("0 av 3", "2 behöver bekräfta ny dag.", "Efter plan: 0 % svar")


def test_pressing_move_twice_tells_people_once(meeting: Meeting, office: Browser) -> None:
    registration = guest(meeting, "Anna")
    db.session.query(Message).one().state = "sent"
    office.open(f"{WORK}/flytta").fill("Plats", "Karlstad CCC").press("Granska ändringen").see(
        "fortfarande anmäld"
    )
    again = office.page
    office.press("Ändra och mejla 1 person")
    assert kinds(registration).count("moved") == 1
    fields = {node.get("name"): node.get("value") for node in again.all("input")} | {
        "steg": "flytta"
    }
    assert office.fetch("POST", f"{WORK}/flytta", data=fields).status_code == 303
    assert kinds(registration).count("moved") == 1


# A registration is not as it should be once its meeting is cancelled, whatever its state.
CANCELLED = "Anmäld, mötet är inställt"


def test_a_cancelled_meeting_tells_everyone_and_asks_for_nothing_more(
    meeting: Meeting, office: Browser
) -> None:
    registration = comes(guest(meeting, "Anna"))
    office.open(f"{WORK}/installningar").follow("Ställ in mötet").see(
        "1 person får ett mejl om att mötet är inställt.", "Det går inte att ångra."
    )
    office.fill("Orsak", "Snöstorm").press("Ställ in och mejla 1 person").see(
        "Mötet är inställt. 1 person får ett mejl.", "Snöstorm"
    )
    assert kinds(registration)[-2:] == ["cancelled", "calendar_cancel"]
    office.see("Orsak: Snöstorm")
    organisation = f"/personer/organisationer/{registration.organisation.public_id}"
    person = f"/personer/{registration.person.public_id}"
    for page in (page_of(registration), f"{WORK}/personer", organisation, person):
        tags = [one for one in office.open(page).page.all("span") if one.text.strip() == CANCELLED]
        assert [one.get("class") for one in tags] == ["tag"], page
    office.open(page_of(registration)).see("Kalenderbokning Borttagen")
    office.open(WORK).miss("Skicka påminnelse", "Bjud in fler").open(
        f"{WORK}/utskick/paminnelse"
    ).see("Det går inte att skicka nu", "Mötet är inställt")
    assert office.fetch("GET", f"{WORK}/stall-in").status_code == 303
    rows = office.open("/arshjul/2027").page.all("tr")
    (row,) = (row for row in rows if row.text.startswith("A Arbetsmötet"))
    assert "Inställt" in row.text and "Pågår" not in row.text
    office.see("1 person hade bjudits in eller anmält sig.").miss("1 kommer")


def test_the_questions_are_published_by_a_press_and_stand_when_answers_have_begun(
    meeting: Meeting, office: Browser
) -> None:
    registration = comes(guest(meeting, "Anna"))
    office.open(WORK).see("Frågorna är inte publicerade än.").press(
        "Publicera frågorna Förberedelse inför arbetsmötet"
    ).see("Frågorna är publicerade.")
    assert db.session.query(Questionnaire).one().meeting_id == meeting.id
    assert verbs(meeting) == ["published"]
    let_in(db.session.get_one(Registration, registration.id), START)
    office.open(WORK).see("Inte påbörjat", "Utkast syns bara för dem som skriver")


def test_staff_see_how_far_a_draft_has_come_and_never_what_it_says(
    meeting: Meeting, office: Browser
) -> None:
    publish(meeting)
    member = let_in(comes(guest(meeting, "Anna")), START)
    assert member is not None
    db.session.query(Submission).one().changed_at = START
    db.session.flush()
    office.open(WORK).see("Utkast")
    office.open("/arshjul").miss("hemligt")


def test_no_raw_verb_reaches_the_log(meeting: Meeting, office: Browser) -> None:
    audit.note(audit.SYSTEM, "something_new", guest(meeting, "Anna"), START, meeting.id)
    comes(guest(meeting, "Ola"))
    office.open(WORK).see("Ola Ek, Arvika kommun: anmäld").miss("something_new")


def test_the_log_says_who_submitted(meeting: Meeting, office: Browser) -> None:
    publish(meeting)
    member = let_in(comes(guest(meeting, "Anna")), START)
    assert member is not None
    submitter = audit.participant(member.person_id)
    audit.note(submitter, "submitted", member.submission, START, meeting.id)
    db.session.flush()
    office.open(WORK).see("Arvika kommun: skickade in sitt svar").miss(
        "Anna Ek, Arvika kommun: skick"
    )
    member.submission.person = member.person
    db.session.flush()
    office.open(WORK).see("Anna Ek, Arvika kommun: skickade in sitt svar")


def test_a_button_without_a_token_changes_nothing(meeting: Meeting, office: Browser) -> None:
    registration = comes(guest(meeting, "Anna"))
    db.session.commit()
    for path in (
        f"{page_of(registration)}/withdraw",
        f"{page_of(registration)}/revoke",
        f"{WORK}/stall-in",
        f"{WORK}/flytta",
        f"{WORK}/fragor",
        f"{WORK}/installningar",
        f"{WORK}/utskick/inbjudan",
    ):
        office.send("POST", path, [("steg", "skicka")], multipart=False).see("Sidan hade")
    assert (
        state(registration) == "registered"
        and db.session.get_one(Meeting, meeting.id).state == "planned"
    )
    assert verbs(meeting) == []


def test_what_is_not_there_is_said_calmly(office: Browser, year: Year) -> None:
    for path in (
        "/mote/2031/arbetsmote",
        "/anmalningar/finns-inte",
        "/utskick/finns-inte",
        "/utskick/mejl/finns-inte",
        "/arshjul/2031",
        f"{WORK}/utskick/nagot-annat",
    ):
        assert office.fetch("GET", path).status_code == 404, path
