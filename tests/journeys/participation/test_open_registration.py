"""Anyone may ask to come to a meeting that is open to all.

No page says who is known, and nobody counts before the address is proved.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import activation, directory, organisations, people
from annualwheel.db import db
from annualwheel.jobs import sweep
from annualwheel.jobs.answering import answer_request
from annualwheel.meetings import changes
from annualwheel.models import (
    Affiliation,
    AttendanceOption,
    MailRequest,
    Meeting,
    Message,
    MessageBody,
    Person,
    Registration,
)
from annualwheel.participation import open_registration, replies, substitution
from annualwheel.participation.open_registration import Applicant
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import audiences, invitations, turnout
from annualwheel.registrations.audiences import Choice
from tests.at_once import at_once
from tests.conftest import START, Fixed
from tests.makers.asked import answer_all
from tests.makers.guests import link_of, mails, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

HERE = "/anmal/2027/arbetsmote"
EVA = "eva.nord@kommun.example"
DAY = dt.timedelta(days=1)


def apply(visitor: Browser, given: str = "Eva", family: str = "Nord", email: str = EVA) -> Browser:
    visitor.open(HERE).fill("Skriv en del av namnet", "hagf").press("Sök").follow("Hagfors kommun")
    visitor.fill("Förnamn", given).fill("Efternamn", family).fill("E-postadress", email)
    return press(visitor)


def press(visitor: Browser) -> Browser:
    """Presses the button, and answers what is then asked for."""
    visitor.press("Skicka mig ett mejl")
    answer_all()
    return visitor


def open_meeting(**options: Any) -> Meeting:
    meeting = make_meeting(**options)
    if organisations.organisation_named("Hagfors kommun") is None:
        organisations.add_organisation("Hagfors kommun")
    return meeting


def seat_of(email: str = EVA) -> Registration:
    db.session.expire_all()
    return db.session.query(Registration).join(Person).filter(Person.email == email).one()


# The whole way


def test_a_stranger_asks_confirms_and_registers(
    session: Any,
    visitor: Browser,
    new_visitor: Callable[[], Browser],
    smtp: Smtp,
    work: Callable[[], int],
) -> None:
    open_meeting()
    visitor.open("/").follow("Anmäl dig till arbetsmötet").see(
        "Vilken organisation kommer du från?"
    )
    apply(visitor).see("Vi har skickat ett mejl", "Du är inte anmäld förrän du har gjort det.")
    assert (seat_of().state, seat_of().person.active, db.session.query(Affiliation).count()) == (
        "unconfirmed",
        False,
        0,
    )
    db.session.commit()
    work()
    [mail] = smtp.to(EVA)
    other = new_visitor()
    other.open(mail.link("/i/")).see("Hej Eva!", "Bekräfta din e-postadress").miss(
        "Är du inte Eva?", "Nej, jag kan inte"
    )
    assert seat_of().state == "unconfirmed"
    other.press("Bekräfta och fortsätt till anmälan").choose("Ja", within="Äter du lunch").press(
        "Skicka anmälan"
    ).see("Du är anmäld")
    registration = seat_of()
    assert (registration.state, registration.person.active, registration.organisation.name) == (
        "registered",
        True,
        "Hagfors kommun",
    )
    assert registration.person.affiliations == []  # see test_claimed_organisation


def test_at_a_full_meeting_one_asks_for_the_waiting_list(session: Any, visitor: Browser) -> None:
    meeting = open_meeting(capacity=1)
    guest = make_guest(meeting)
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    visitor.open(HERE).fill("Skriv en del av namnet", "hagfors").press("Sök").follow(
        "Hagfors kommun"
    ).see("Du kan ställa dig på väntelistan.")
    apply(visitor)
    visitor.open(link_of(seat_of())).see("Mötet är fullt").press("Bekräfta").choose(
        "Nej", within="Äter du lunch"
    ).press("Ställ mig på väntelistan")
    assert seat_of().state == "waitlisted"


def test_the_way_of_attending_that_was_chosen_is_chosen_in_the_form(
    session: Any, visitor: Browser
) -> None:
    open_meeting(online=True)
    visitor.open(HERE, sok="hagfors").follow("Hagfors kommun").fill("Förnamn", "Eva").fill(
        "Efternamn", "Nord"
    ).fill("E-postadress", EVA)
    visitor.press("Skicka mig ett mejl").see("Välj om du deltar på plats eller digitalt")
    assert visitor.value("Förnamn") == "Eva"
    press(visitor.choose("Digitalt", within="Hur vill du delta?"))
    visitor.open(link_of(seat_of())).press("Bekräfta")
    assert visitor.value("Digitalt", within="Hur vill du delta?") == "on"


def test_a_get_of_the_mailed_link_changes_nothing(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    open_meeting()
    apply(visitor)
    before = db.session.query(Message).count()
    for method in ("GET", "HEAD", "GET"):
        assert new_visitor().fetch(method, link_of(seat_of())).status_code == 200
    assert (seat_of().state, db.session.query(Message).count()) == ("unconfirmed", before)


def test_the_button_pressed_twice_confirms_once(session: Any, visitor: Browser) -> None:
    open_meeting()
    apply(visitor)
    for _turn in range(2):
        visitor.open(link_of(seat_of())).press(
            "Bekräfta" if seat_of().state == "unconfirmed" else "Ja, anmäl mig"
        ).see("Anmäl dig")
    assert seat_of().state == "invited"


# Who is known is not said


@pytest.mark.parametrize(
    "state",
    [
        "invited",
        "registered",
        "waitlisted",
        "declined",
        "withdrawn",
        "to_reconfirm",
        "offered",
        "attended",
    ],
)
def test_who_is_known_gets_the_ordinary_link_and_the_page_says_the_same(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser], state: str
) -> None:
    guest = make_guest(open_meeting())
    guest.state, before = state, len(mails())
    known = apply(visitor, "maria", "Lindqvist", "Maria@kommun.example")
    unknown = apply(new_visitor())
    assert (known.url, known.text) == (unknown.url, unknown.text)
    sent = mails()[before:]
    assert [(mail.kind, mail.address) for mail in sent] == [
        ("application_known", guest.person.email),
        ("application", EVA),
    ]
    assert sent[0].body.links["landing"]["public_id"] == guest.public_id
    assert (guest.state, db.session.query(Registration).count()) == (state, 2)


@pytest.mark.parametrize("state", ["substituted", "revoked"])
def test_who_is_out_is_asked_to_call_and_stays_out(
    session: Any, visitor: Browser, state: str
) -> None:
    guest = make_guest(open_meeting())
    guest.state = state
    apply(visitor, "Maria", "Lindqvist", "maria@kommun.example").see("Vi har skickat ett mejl")
    assert (mails()[-1].kind, mails()[-1].body.links, guest.state) == (
        "application_gone",
        {},
        state,
    )


def test_someone_on_file_is_not_touched_until_the_button_is_pressed(
    session: Any, visitor: Browser
) -> None:
    meeting = open_meeting()
    person = people.add_person(
        "Eva", "Nord", EVA, organisations.add_organisation("Arvika kommun"), title="Strateg"
    )
    apply(visitor)
    assert [(a.organisation.name, a.title) for a in person.affiliations] == [
        ("Arvika kommun", "Strateg")
    ]
    assert [
        one.email
        for one in audiences.audience(meeting, Choice("people", people=(person.public_id,)))
    ] == [EVA]
    visitor.open(link_of(seat_of())).press("Bekräfta")
    db.session.refresh(person)
    assert [a.organisation.name for a in person.affiliations] == ["Arvika kommun"]
    assert seat_of().organisation.name == "Hagfors kommun"


def test_nothing_that_was_typed_stands_in_the_mail_to_an_address_that_is_not_proved(
    session: Any, visitor: Browser
) -> None:
    open_meeting()
    apply(visitor, "Vinn pengar", "på spel.example")
    mail = mails()[-1]
    assert not re.search(
        "pengar|spel", f"{mail.name} {mail.body.subject} {mail.body.text} {mail.body.html}"
    )


# Unconfirmed counts nowhere


def test_an_unconfirmed_registration_counts_nowhere(session: Any, visitor: Browser) -> None:
    meeting = open_meeting(capacity=1)
    apply(visitor)
    funnel = turnout.funnel(meeting)
    assert (funnel.invited, funnel.unanswered, funnel.coming) == (0, 0, 0)
    assert (
        audiences.in_group(meeting, "invited").total == 0
        and audiences.in_group(meeting, "unconfirmed").total == 1
    )
    assert directory.people(directory.ContactFilter(), meeting.year).total == 0
    guest = make_guest(meeting)
    assert (
        replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id)).state
        == "registered"
    )
    changes.cancel(meeting, "", START, audit.SYSTEM)
    assert {mail.address for mail in mails("cancelled")} == {guest.person.email}


def test_a_mailing_reaches_somebody_whose_name_a_stranger_has_typed(
    session: Any, visitor: Browser
) -> None:
    meeting = open_meeting()
    person = people.add_person("Eva", "Nord", EVA, organisations.add_organisation("Arvika kommun"))
    apply(visitor)
    old = link_of(seat_of())
    organisation = organisations.organisation_named("Arvika kommun")
    assert organisation is not None
    invitations.invite_new(meeting, [(person, organisation, "Strateg")], START, None)  # type: ignore[arg-type]
    db.session.commit()
    assert (seat_of().state, seat_of().organisation, mails()[-1].kind) == (
        "invited",
        organisation,
        "invitation",
    )
    assert visitor.open(old).status == 404


def test_who_does_not_confirm_in_a_week_is_erased_with_the_mails(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    open_meeting()
    apply(visitor)
    sweep.erase_old(START + 7 * DAY)
    assert db.session.query(Registration).count() == 1
    sweep.erase_old(START + 7 * DAY + dt.timedelta(minutes=1))
    db.session.commit()
    assert [
        db.session.query(table).count() for table in (Registration, Person, Message, MessageBody)
    ] == [0, 0, 0, 0]


def test_erasing_leaves_those_who_are_on_file_and_those_who_confirmed(
    session: Any, visitor: Browser
) -> None:
    open_meeting()
    kept = people.add_person("Eva", "Nord", EVA, organisations.add_organisation("Arvika kommun"))
    kept.active = False
    apply(visitor)
    apply(visitor, "Olle", "Sund", "olle@kommun.example")
    visitor.open(link_of(seat_of("olle@kommun.example"))).press("Bekräfta")
    sweep.erase_old(START + 30 * DAY)
    db.session.commit()
    db.session.expire_all()
    assert [person.given for person in db.session.query(Person).order_by(Person.id)] == [
        "Eva",
        "Olle",
    ]
    assert [registration.state for registration in db.session.query(Registration)] == ["invited"]


# Limits, and two at once


def test_one_mailbox_gets_two_an_hour_and_what_was_typed_is_kept(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    open_meeting()
    for _turn in range(2):
        apply(visitor).see("Vi har skickat ett mejl")
    apply(visitor, email="EVA.nord@kommun.example").see("Det har varit många försök")
    assert (visitor.value("Förnamn"), len(mails())) == ("Eva", 2)
    clock.advance(dt.timedelta(hours=1, seconds=1))
    apply(visitor).see("Vi har skickat ett mejl")


def test_one_client_gets_sixty_an_hour(session: Any) -> None:
    meeting = open_meeting()
    organisation = organisations.organisation_named("Hagfors kommun")
    assert organisation is not None
    for number in range(60):
        open_registration.apply(
            meeting,
            organisation,
            Applicant("Eva", f"Nord{number}", f"eva{number}@kommun.example"),
            "192.0.2.1",
            START,
        )
    with pytest.raises(Exception, match="too_many_asked"):
        open_registration.apply(
            meeting,
            organisation,
            Applicant("Eva", "Sist", "sist@kommun.example"),
            "192.0.2.1",
            START,
        )
    open_registration.apply(
        meeting, organisation, Applicant("Eva", "Sist", "sist@kommun.example"), "192.0.2.2", START
    )


@pytest.mark.race
def test_two_requests_answered_at_once_make_one_person_and_one_registration(app: Flask) -> None:
    with app.app_context():
        meeting = open_meeting()
        organisation = organisations.organisation_named("Hagfors kommun")
        assert organisation is not None
        for _press in range(2):
            who = Applicant("Eva", "Nord", EVA)
            open_registration.apply(meeting, organisation, who, "192.0.2.1", START)
        db.session.commit()
        asked = [request.id for request in db.session.query(MailRequest)]

    # The queue may give out the same request twice, too.
    at_once(app, answer_request, [*asked, *asked])
    with app.app_context():
        assert db.session.query(MailRequest).count() == 0
        assert [db.session.query(table).count() for table in (Person, Registration, Message)] == [
            1,
            1,
            2,
        ]


# When nobody can


def test_a_meeting_for_the_invited_says_so(session: Any, visitor: Browser) -> None:
    open_meeting().open_registration = False
    visitor.open(HERE).see("Mötet är för dem som är inbjudna.", "Kontakt:").miss(
        "Vilken organisation"
    )
    visitor.open("/").miss("Öppna för anmälan")
    assert visitor.fetch("GET", f"{HERE}/saknas").status_code == 200


def test_a_cancelled_meeting_says_so(session: Any, visitor: Browser) -> None:
    open_meeting().state = "cancelled"
    visitor.open(HERE).see("Mötet är inställt").miss("Vilken organisation")
    visitor.open("/").miss("Öppna för anmälan")


def test_before_and_after_registration_the_page_says_when(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    open_meeting()
    clock.set(START - 20 * DAY)
    visitor.open(HERE).see("Anmälan öppnar måndag 16 november 2026.")
    clock.set(START + 20 * DAY)
    visitor.open(HERE).see("Anmälan stängde fredag 11 december 2026.")
    clock.set(START + 100 * DAY)
    visitor.open(HERE).see("Mötet började fredag 22 januari 2027.")
    visitor.open("/").miss("Öppna för anmälan")


def test_a_form_that_closed_meanwhile_gives_back_what_was_typed(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    open_meeting()
    visitor.open(HERE, sok="hagfors").follow("Hagfors kommun").fill("Förnamn", "Eva").fill(
        "Efternamn", "Nord"
    ).fill("E-postadress", EVA)
    clock.set(START + 20 * DAY)
    visitor.press("Skicka mig ett mejl").see("Anmälan stängde")
    assert (visitor.status, visitor.value("Det här hade du skrivit")) == (
        410,
        f"Eva\r\nNord\r\n{EVA}",
    )


def test_a_link_pressed_after_registration_closed_says_so_and_confirms_nothing(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    open_meeting()
    apply(visitor)
    visitor.open(link_of(seat_of()))
    clock.set(START + 20 * DAY)
    visitor.press("Bekräfta").see("Anmälan stängde fredag 11 december 2026.")
    assert (visitor.status, seat_of().state) == (410, "unconfirmed")
    visitor.open(link_of(seat_of())).see("Det går inte att anmäla sig här", "Anmälan stängde").miss(
        "Bekräfta och fortsätt"
    )
    assert visitor.open("/anmalan").status == 401


# The organisation


def test_an_organisation_is_found_by_part_alias_code_and_what_it_is_part_of(
    session: Any, visitor: Browser
) -> None:
    open_meeting()
    region = organisations.add_organisation("Region Värmland", aliases=("Landstinget",))
    organisations.add_organisation("Hälso- och sjukvård").parent_id = region.id
    organisations.add_organisation(
        "Karlstads universitet", code="KAU", aliases=("Högskolan i Karlstad",)
    )
    organisations.add_organisation("Karlstad kommun")
    activation.set_active(
        organisations.add_organisation("Nedlagda Karlstadsbolaget"), False, audit.SYSTEM, START
    )

    def found(text: str) -> list[str]:
        return [match.organisation.name for match in directory.organisations_like(text, 20)]

    db.session.flush()
    assert found("karlst") == ["Karlstad kommun", "Karlstads universitet"]
    assert found("univ karl") == ["Karlstads universitet"] and found("kau") == [
        "Karlstads universitet"
    ]
    assert found("högskolan") == ["Karlstads universitet"]
    assert found("region värmland") == ["Region Värmland", "Hälso- och sjukvård"]
    assert (
        found("landsting") == ["Hälso- och sjukvård", "Region Värmland"]
        and found(" ") == []
        and found("100%") == []
    )
    visitor.open(HERE, sok="högskolan").see(
        "1 organisation passar", "Kallas också Högskolan i Karlstad."
    )
    visitor.open(HERE, sok="sjukvård").see("Del av Region Värmland.")
    visitor.open(HERE, sok="qqq").see("Ingen organisation passar", "Min organisation saknas")


def test_thousands_of_organisations_cost_as_many_queries_as_two(
    session: Any, visitor: Browser, app: Flask
) -> None:
    open_meeting()
    counts = []
    for more in (1, 60):
        for number in range(more):
            organisations.add_organisation(
                f"Byalaget {more}-{number}", aliases=(f"Laget {more}-{number}",)
            )
        db.session.commit()
        seen: list[str] = []

        def note(
            _c: Any, _cursor: Any, statement: str, *_rest: Any, into: list[str] = seen
        ) -> None:
            into.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        visitor.open(HERE, sok="byalag")
        sa.event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len([one for one in seen if one.lstrip().upper().startswith("SELECT")]))
    assert counts[0] == counts[1] and counts[0] > 0
    visitor.see("De första 20 som passar", "Skriv mer av namnet.")
    assert len(visitor.page.all("ul")[0].all("a")) <= 20


def test_an_organisation_that_is_not_there_leads_back_to_the_search(
    session: Any, visitor: Browser
) -> None:
    meeting = open_meeting()
    visitor.open(HERE, organisation="finnsinte").see("Vilken organisation kommer du från?")
    assert visitor.open("/anmal/2031/arbetsmote").status == 404
    assert [
        option.mode
        for option in db.session.query(AttendanceOption).filter_by(meeting_id=meeting.id)
    ] == ["on_site"]


def test_missing_details_are_asked_for(session: Any, visitor: Browser) -> None:
    open_meeting()
    apply(visitor, "", "Nord", "eva.nord")
    assert visitor.status == 422 and visitor.error_at("Förnamn").endswith("Skriv förnamnet")
    assert "Skriv e-postadressen med @" in visitor.error_at("E-postadress")
    assert db.session.query(Registration).count() == 0


# A forwarded link


def test_somebody_else_at_the_organisation_gets_a_link_of_their_own(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(open_meeting())
    visitor.open(link_of(guest)).see("Är du inte Maria?").follow(
        "Jag är någon annan från Hagfors kommun"
    ).see("Marias inbjudan ändras inte.")
    visitor.fill("Förnamn", "Eva").fill("Efternamn", "Nord").fill("E-postadress", EVA)
    press(visitor).see("Vi har skickat ett mejl")
    assert (seat_of().state, seat_of().organisation, guest.state, guest.link_version) == (
        "unconfirmed",
        guest.organisation,
        "invited",
        1,
    )
    visitor.open(link_of(seat_of())).press("Bekräfta").choose("Ja", within="Äter du lunch").press(
        "Skicka anmälan"
    )
    assert (seat_of().state, guest.state) == ("registered", "invited")


def test_a_forwarded_link_mails_a_mailbox_twice_an_hour(session: Any, visitor: Browser) -> None:
    guest = make_guest(open_meeting())
    for number in range(3):
        visitor.open(f"{link_of(guest)}/kollega").fill("Förnamn", "Eva").fill(
            "Efternamn", f"Nord{number}"
        )
        press(visitor.fill("E-postadress", f"eva.nord+{number}@kommun.example"))
    visitor.see("Det har gått många mejl på kort tid")
    assert visitor.value("Efternamn") == "Nord2"
    assert len(mails("application")) == 2


def test_at_a_meeting_for_the_invited_the_forwarded_link_says_whom_to_contact(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(open_meeting())
    guest.meeting.open_registration = False
    visitor.open(link_of(guest)).see("Mötet är för dem som är inbjudna. Hör av dig till oss:").miss(
        "Jag är någon annan från"
    )
    visitor.open(f"{link_of(guest)}/kollega").see("Mötet är för dem som är inbjudna.")
    assert visitor.open("/i/avklippt/kollega").status == 404


def test_whoever_comes_instead_types_their_own_details_in_one_step(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(open_meeting())
    visitor.open(link_of(guest)).press("Jag kommer i stället för Maria").see(
        "Du kommer i stället för Maria", "Du representerar Hagfors kommun."
    )
    visitor.fill("Förnamn", "Eva").fill("Efternamn", "Nord").fill("E-postadress", EVA).press(
        "Ta över inbjudan"
    )
    visitor.see("Vi har mejlat dig", "Du är inte anmäld förrän du har gjort det.").miss(
        "Får du platsen"
    )
    assert (guest.state, seat_of().state, seat_of().replaces) == ("substituted", "invited", guest)


def test_a_place_that_cannot_be_handed_over_says_why_to_the_one_it_was_forwarded_to(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(open_meeting())
    substitution.substitute(
        guest, Substitute("Eva", "Nord", EVA), START, audit.participant(guest.person_id)
    )
    clock.set(guest.meeting.starts_at - DAY)
    visitor.open(link_of(seat_of())).see("Det gick att ändra till och med").miss(
        "Jag kommer i stället för Eva"
    )


def test_a_coordinator_opens_and_closes_the_meeting_to_all_in_the_settings(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    open_meeting()
    staff = sign_in(new_visitor(), make_staff()).open("/mote/2027/arbetsmote/installningar")
    staff.clear("Öppen anmälan").press("Spara inställningarna").see("Inställningarna är sparade.")
    visitor.open(HERE).see("Mötet är för dem som är inbjudna.")
    staff.choose("Öppen anmälan").press("Spara inställningarna")
    visitor.open(HERE).see("Vilken organisation kommer du från?")
