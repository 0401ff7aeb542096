"""What mails somebody or makes a link stop working has a page that says so first, and what it says
is what happens: each promise is compared with the mails that are queued and the links that open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import quote

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.models import Meeting, Message, Registration, Submission
from annualwheel.participation import replies, revocation
from annualwheel.participation.replies import Reply
from annualwheel.registrations import invitations, notices
from annualwheel.services import services
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
SECRETARY = "sekreterare@kommun.example"


@pytest.fixture
def meeting(session: scoped_session[Session]) -> Meeting:
    return meeting_of(make_year())


@pytest.fixture
def office(visitor: Browser, meeting: Meeting) -> Browser:
    return sign_in(visitor, make_staff())


def invited(meeting: Meeting, given: str, organisation: str = "Arvika kommun") -> Registration:
    place = make_organisation(meeting.year, organisation)
    return invitations.invite(meeting, make_person(place, given, "Ek"), place, START)


def comes(registration: Registration, copy_to: str = "") -> Registration:
    person = registration.person
    return replies.register(
        registration,
        Reply(person.given, person.family, person.email, lunch=True, copy_to=copy_to),
        START,
        audit.participant(person.id),
    )


def page_of(registration: Registration) -> str:
    return f"/anmalningar/{registration.public_id}"


def link_of(registration: Registration) -> str:
    target = notices.landing(registration)["landing"]
    return f"/i/{services().link_signer.token(target)}"


def mails() -> list[tuple[str, str]]:
    """The kind and the address of every mail that is queued."""
    db.session.expire_all()
    return [(one.kind, one.address) for one in db.session.query(Message).order_by(Message.id)]


def promised_and_sent(office: Browser, act: str, *says: str) -> list[tuple[str, str]]:
    """Goes to the page of the act, reads what it says, presses; what was queued by the press."""
    office.follow(act)
    before = mails()
    office.see("Det här händer", *says)
    assert mails() == before
    office.press(act)
    return mails()[len(before) :]


def make_full(meeting: Meeting, rule: str = "direct") -> None:
    meeting.options[0].capacity, meeting.options[0].waiting_rule = 1, rule


def test_a_no_that_is_written_down(meeting: Meeting, office: Browser) -> None:
    anna = invited(meeting, "Anna")
    link = link_of(anna)
    sent = promised_and_sent(
        office.open(page_of(anna)),
        "Tacka nej åt personen",
        f"Anna Ek får ett mejl till {anna.person.email} om att du har skrivit in ett nej.",
        "Personens länk fungerar fortfarande.",
    )
    assert sent == [("registered_by_phone", anna.person.email)]
    office.see("Tackat nej").open(link)
    assert office.status == 200


def test_a_seat_that_is_given_up_goes_to_the_one_the_page_names(
    meeting: Meeting, office: Browser
) -> None:
    make_full(meeting)
    anna = comes(invited(meeting, "Anna"), copy_to=SECRETARY)
    ola, bo = comes(invited(meeting, "Ola", "Hagfors kommun")), comes(invited(meeting, "Bo"))
    sent = promised_and_sent(
        office.open(page_of(anna)),
        "Avboka platsen",
        f"Anna Ek får ett mejl till {anna.person.email} om att platsen är avbokad.",
        f"En kopia går till {SECRETARY}.",
        "Kalenderbokningen tas bort med ett eget mejl.",
        "Ola Ek, Hagfors kommun, får en plats från väntelistan, med ett mejl och en kalender",
        "Har personen angett specialkost eller tillgänglighet raderas det.",
    )
    assert sent == [
        ("withdrawn", anna.person.email),
        ("withdrawn", SECRETARY),
        ("calendar_cancel", anna.person.email),
        ("promoted", ola.person.email),
        ("calendar_request", ola.person.email),
    ]
    assert (ola.state, bo.state) == ("registered", "waitlisted")


def test_a_seat_that_is_offered_is_said_with_its_last_moment(
    meeting: Meeting, office: Browser
) -> None:
    make_full(meeting, rule="offer")
    anna, ola = comes(invited(meeting, "Anna")), comes(invited(meeting, "Ola"))
    office.open(page_of(anna)).follow("Avboka platsen").see(
        "Ola Ek, Arvika kommun, erbjuds en plats i ett mejl och kan svara till tisdag 24 november"
    )
    office.press("Avboka platsen")
    assert mails()[-1] == ("offer", ola.person.email) and ola.state == "offered"


def test_a_seat_that_nobody_waits_for_is_free(meeting: Meeting, office: Browser) -> None:
    anna = comes(invited(meeting, "Anna"))
    sent = promised_and_sent(
        office.open(page_of(anna)), "Avboka platsen", "Platsen blir ledig. Ingen på väntelistan"
    )
    assert [kind for kind, _address in sent] == ["withdrawn", "calendar_cancel"]


def test_somebody_who_waits_is_taken_off_the_list_and_no_seat_is_spoken_of(
    meeting: Meeting, office: Browser
) -> None:
    make_full(meeting)
    comes(invited(meeting, "Anna"))
    ola = comes(invited(meeting, "Ola"))
    sent = promised_and_sent(
        office.open(page_of(ola)), "Ta bort från väntelistan", "om att väntelistan är lämnad."
    )
    assert sent == [("withdrawn", ola.person.email)]
    office.see("Personen står inte längre på väntelistan.").miss("Platsen är avbokad")


@pytest.mark.parametrize("seated", [False, True])
def test_an_invitation_that_is_taken_back_kills_its_link(
    meeting: Meeting, office: Browser, new_visitor: Callable[[], Browser], seated: bool
) -> None:
    anna = invited(meeting, "Anna")
    if seated:
        comes(anna)
    link = link_of(anna)
    assert new_visitor().open(link).status == 200
    says = "får inget annat mejl än det till kalendern" if seated else "Anna Ek får inget mejl."
    sent = promised_and_sent(
        office.open(page_of(anna)),
        "Ta bort från mötet",
        says,
        "Länken i mejlen till personen om mötet slutar fungera.",
    )
    assert sent == ([("calendar_cancel", anna.person.email)] if seated else [])
    assert new_visitor().open(link).status == 404


def test_taking_back_says_when_the_preparation_closes_for_the_person(
    meeting: Meeting, office: Browser
) -> None:
    publish(meeting)
    anna, ola = comes(invited(meeting, "Anna")), comes(invited(meeting, "Ola"))
    organisations.set_lead(anna.organisation, meeting.year, anna.person)
    let_in(anna, START), let_in(ola, START)
    kept = "Personen kommer inte längre in i organisationens förberedelse."
    # The lead keeps the access, and so the page does not say that it ends.
    office.open(page_of(anna)).follow("Ta bort från mötet").miss(kept)
    office.open(page_of(ola)).follow("Ta bort från mötet").see(kept).press("Ta bort från mötet")
    db.session.expire_all()
    writers = [member.person_id for member in db.session.query(Submission).one().members]
    assert writers == [anna.person_id]


def test_a_new_invitation_has_a_new_link(
    meeting: Meeting, office: Browser, new_visitor: Callable[[], Browser]
) -> None:
    anna = invited(meeting, "Anna")
    replies.decline(anna, "", START, audit.participant(anna.person_id))
    db.session.commit()
    link = link_of(anna)
    sent = promised_and_sent(
        office.open(page_of(anna)),
        "Bjud in igen",
        f"får ett mejl med en personlig länk till {anna.person.email}.",
        "Länken i tidigare mejl till personen om mötet slutar fungera.",
    )
    assert sent == [("invitation", anna.person.email)]
    assert new_visitor().open(link).status == 404
    assert new_visitor().open(link_of(anna)).status == 200


def test_a_link_that_is_dead_already_is_not_said_to_die(meeting: Meeting, office: Browser) -> None:
    anna = invited(meeting, "Anna")
    revocation.revoke(anna, START, audit.staff(1))
    anna.person.active = False
    office.open(page_of(anna)).follow("Bjud in igen").miss("slutar fungera").see(
        "Personen är inaktiv och blir aktiv igen."
    )
    office.press("Bjud in igen")
    db.session.expire_all()
    assert anna.person.active and anna.state == "invited"


def test_one_who_is_found_is_invited_from_a_page_and_the_search_is_kept(
    meeting: Meeting, office: Browser
) -> None:
    person = make_person(make_organisation(meeting.year, "Arvika kommun"), "Anna", "Ek")
    office.open(f"{WORK}/bjud-in-en", sok="arvika").follow("Bjud in Anna Ek")
    office.see(
        "Anna Ek bjuds in som deltagare från Arvika kommun och får ett mejl med en personlig länk "
        f"till {person.email}."
    )
    assert mails() == []
    office.press("Bjud in Anna Ek").see("Anna Ek är inbjuden till arbetsmötet.")
    assert mails() == [("invitation", person.email)]
    assert office.url == f"{WORK}/bjud-in-en?sok=arvika"


def test_what_happened_meanwhile_is_said_before_anything_is_done(
    meeting: Meeting, office: Browser
) -> None:
    make_full(meeting)
    anna, ola = comes(invited(meeting, "Anna")), comes(invited(meeting, "Ola"))
    office.open(page_of(anna)).follow("Avboka platsen").see("Ola Ek, Arvika kommun, får en plats")
    replies.withdraw(ola, START, audit.participant(ola.person_id))
    db.session.commit()
    before = mails()
    office.press("Avboka platsen")
    assert (office.status, mails()) == (422, before)
    office.see("Något har ändrats medan du hade sidan öppen.", "Platsen blir ledig.")
    office.press("Avboka platsen").see("Platsen är avbokad")


def test_the_second_press_of_the_button_leads_back_and_does_nothing(
    meeting: Meeting, office: Browser
) -> None:
    anna = comes(invited(meeting, "Anna"))
    office.open(page_of(anna)).follow("Avboka platsen")
    page = office.page
    office.press("Avboka platsen")
    before = mails()
    fields = {node.get("name"): node.get("value") for node in page.all("input")}
    again = office.fetch("POST", f"{page_of(anna)}/withdraw", data=fields)
    assert (again.status_code, again.headers["Location"], mails()) == (303, page_of(anna), before)


@pytest.mark.parametrize("act", ["decline", "withdraw", "revoke", "invite"])
def test_an_act_that_is_not_possible_has_no_page(
    meeting: Meeting, office: Browser, clock: Fixed, act: str
) -> None:
    anna = invited(meeting, "Anna")
    if act != "invite":
        revocation.revoke(anna, START, audit.staff(1))
    db.session.commit()
    assert office.fetch("GET", f"{page_of(anna)}/{act}").status_code == 303
    clock.set(meeting.starts_at + dt.timedelta(hours=1))
    assert office.fetch("GET", f"{page_of(anna)}/{act}").status_code == 303


def test_where_one_came_from_is_kept(meeting: Meeting, office: Browser) -> None:
    comes(invited(meeting, "Anna"))
    ola = comes(invited(meeting, "Ola"))
    narrowed = f"{WORK}/personer?grupp=registered&typ=&sok=anna&ordning=namn"
    office.open(narrowed).follow("Anna Ek").follow("Avboka platsen").press("Avboka platsen")
    office.see("Platsen är avbokad").follow("Personer på mötet")
    assert office.url == narrowed
    person = f"/personer/{ola.person.public_id}"
    office.open("/personer?sok=ola").follow("Ola Ek").follow("Arbetsmötet 2027")
    office.follow("Avboka platsen").follow("Avbryt").follow("Avboka platsen").press(
        "Avboka platsen"
    )
    office.follow("Personen").follow("Personer")
    assert office.url == "/personer?sok=ola"
    office.open(f"{page_of(ola)}?fran={quote(person)}").follow("Personen")
    assert office.url == person


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/",
        "//other.example/",
        "/\\other.example",
        "/arshjul",
        "/mina-uppgifter",
        "x",
    ],
)
def test_nobody_is_led_out_of_the_service_or_to_another_page(
    meeting: Meeting, office: Browser, address: str
) -> None:
    anna = comes(invited(meeting, "Anna"))
    office.open(page_of(anna), fran=address).follow("Personer på mötet")
    assert office.url == f"{WORK}/personer"


def test_deactivating_says_what_ends(meeting: Meeting, office: Browser) -> None:
    publish(meeting)
    anna = comes(invited(meeting, "Anna"))
    organisations.set_lead(anna.organisation, meeting.year, anna.person)
    let_in(anna, START)
    sent = promised_and_sent(
        office.open(f"/personer/{anna.person.public_id}"),
        "Gör inaktiv",
        "Anna Ek får inga nya utskick. Inget mejl går om det här.",
        "Länken till svaret från Arvika kommun till arbetsmötet 2027 slutar fungera.",
        "Arvika kommun har ingen samordnare för 2027 förrän du utser en ny.",
        "Det personen har skrivit finns kvar, och anmälningar avbokas inte.",
    )
    assert (sent, db.session.query(Submission).one().members, anna.state) == ([], [], "registered")
    assert organisations.in_year(anna.organisation, meeting.year).lead is None
    office.see("är inaktiv och får inga nya utskick").press("Gör aktiv igen").see("aktiv igen")
    assert anna.person.active


def test_leaving_an_organisation_says_what_ends_there_alone(
    meeting: Meeting, office: Browser
) -> None:
    publish(meeting)
    anna = comes(invited(meeting, "Anna"))
    let_in(anna, START)
    office.open(f"/personer/{anna.person.public_id}").follow("Avsluta Arvika kommun").see(
        "Ska Anna Ek lämna Arvika kommun?",
        "Länken till svaret från Arvika kommun till arbetsmötet 2027 slutar fungera.",
    ).miss("ingen samordnare")
    before = mails()
    office.press("Avsluta").see("hör inte längre till Arvika kommun")
    assert mails() == before and db.session.query(Submission).one().members == []


def test_an_address_that_nobody_has_proved_is_told_only_so_often(
    meeting: Meeting, office: Browser
) -> None:
    anna = comes(invited(meeting, "Anna"))
    anna.person.address_unproven = True
    for _time in range(5):
        replies.withdraw(anna, START, audit.staff(1))
        anna.state = "registered"
    sent = promised_and_sent(
        office.open(page_of(anna)), "Avboka platsen", "Anna Ek får inget mejl: adressen"
    )
    assert "withdrawn" not in [kind for kind, _address in sent]
