"""Somebody else comes: the old link dies, the new person can decline, and what is private stays
behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.models import Member, Needs, Registration
from annualwheel.participation import replies, revocation, substitution
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import invitations, needs
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import (
    entries,
    kinds_since,
    let_in,
    link_of,
    mails,
    make_guest,
    make_meeting,
    publish,
    reply_of,
    typed,
)
from tests.makers.region import make_staff
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

EVA = "eva.nord@kommun.example"


def say_yes(guest: Registration) -> Registration:
    return replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))


def hand_over(
    visitor: Browser,
    guest: Registration,
    given: str = "Eva",
    family: str = "Nord",
    email: str = EVA,
) -> Browser:
    visitor.open(link_of(guest))
    visitor.press("Skicka en ersättare") if guest.state == "invited" else visitor.press(
        "Se eller ändra"
    ).follow("Skicka en ersättare")
    return (
        visitor.fill("Förnamn", given)
        .fill("Efternamn", family)
        .fill("E-postadress", email)
        .press("Skicka ersättaren")
    )


def successor() -> Registration:
    db.session.expire_all()
    return db.session.query(Registration).filter(Registration.replaces_id.is_not(None)).one()


def test_the_seat_moves_at_once_and_both_are_told(session: Any, visitor: Browser) -> None:
    guest = say_yes(make_guest(make_meeting()))
    before = len(mails())
    hand_over(visitor, guest).see("I mejlet till Eva Nord står vad som gäller: en plats")
    new = successor()
    assert (guest.state, new.state, new.replaces, new.organisation) == (
        "substituted",
        "registered",
        guest,
        guest.organisation,
    )
    assert kinds_since(before) == [
        "substituted",
        "calendar_cancel",
        "substitute_invitation",
        "calendar_request",
    ]
    assert entries()[1:] == [
        ("CANCEL", 1, guest.person.email, guest.uid),
        ("REQUEST", 0, EVA, new.uid),
    ]


def test_an_invitation_that_is_handed_on_is_answered_by_the_new_person(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    hand_over(visitor, guest).see(
        "Din ersättare har fått ett mejl", "en inbjudan och en egen länk"
    ).miss("en plats och en egen länk")
    assert (guest.state, successor().state, entries()) == ("substituted", "invited", [])


def test_the_old_session_is_dead_and_the_old_link_says_who_was_sent(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    old = link_of(guest)
    before = new_visitor().open(old)
    hand_over(visitor, guest)
    assert visitor.open("/anmalan").status == 401
    for late in (new_visitor().open(old), before.press("Se eller ändra")):
        late.see("Länken gäller inte längre", "har lämnat över till Eva Nord, som har fått ett")
        # Nothing that anybody could press, and nothing about the substitute but the name.
        assert late.status == 410
        late.miss(EVA, "Skicka en ersättare", "Anmäl")


def test_the_old_link_says_the_same_whatever_the_substitute_does(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    old = link_of(guest)
    hand_over(visitor, guest)
    said = new_visitor().open(old).page.text
    replies.withdraw(successor(), START, audit.participant(successor().person_id))
    db.session.commit()
    assert new_visitor().open(old).page.text == said


def test_only_the_very_link_that_was_used_says_it(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    older = link_of(guest)
    guest.link_version += 1
    db.session.commit()
    used = link_of(guest)
    hand_over(visitor, guest)
    assert [new_visitor().open(one).status for one in (older, used)] == [404, 410]
    # Invited again, the person has a link of their own, and the one before it is as dead as others.
    again = invitations.invite(guest.meeting, guest.person, guest.organisation, START)
    db.session.commit()
    links = (used, link_of(again))
    assert [new_visitor().open(one).status for one in links] == [404, 200]


def test_the_new_person_hears_where_the_address_came_from_and_can_decline(
    session: Any,
    visitor: Browser,
    smtp: Smtp,
    work: Callable[[], int],
    new_visitor: Callable[[], Browser],
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    hand_over(visitor, guest)
    work()
    mail = next(mail for mail in smtp.to(EVA) if not mail.calendar)
    assert "Maria Lindqvist gav oss ditt namn och din e-postadress" in mail.text
    new_visitor().open(mail.link("/i/")).press("Se eller ändra").follow("Avboka min plats").press(
        "Avboka min plats"
    ).see("Du är avbokad")
    assert successor().state == "withdrawn"


def test_somebody_who_already_comes_is_refused_and_nothing_happens(
    session: Any, visitor: Browser
) -> None:
    meeting = make_meeting()
    say_yes(make_guest(meeting, "Erik", "Sand"))
    guest = say_yes(make_guest(meeting))
    before = len(mails())
    hand_over(visitor, guest, "Erik", "Sand", "erik@kommun.example").see(
        "Erik Sand är redan anmäld.", "Vill du bara avboka din egen plats?"
    )
    assert visitor.value("Efternamn") == "Sand"
    db.session.expire_all()
    assert (guest.state, kinds_since(before)) == ("registered", [])


def test_whoever_is_only_invited_is_not_asked_to_give_up_a_place(
    session: Any, visitor: Browser
) -> None:
    meeting = make_meeting()
    say_yes(make_guest(meeting, "Erik", "Sand"))
    hand_over(visitor, make_guest(meeting), "Erik", "Sand", "erik@kommun.example").see(
        "Erik Sand är redan anmäld.", "Vill du bara tacka nej?"
    )
    visitor.miss("Vill du bara avboka din egen plats?")


def test_ones_own_name_and_address_are_refused(session: Any, visitor: Browser) -> None:
    guest = say_yes(make_guest(make_meeting()))
    hand_over(visitor, guest, "maria", "Lindqvist ", "Maria@Kommun.example").see(
        "Det är ditt eget namn och din egen adress."
    )
    assert guest.state == "registered"


def test_a_missing_name_is_asked_for(session: Any, visitor: Browser) -> None:
    hand_over(visitor, make_guest(make_meeting()), "", "Nord", "eva.nord")
    assert visitor.error_at("Förnamn").endswith("Skriv förnamnet")
    assert "Skriv e-postadressen med @" in visitor.error_at("E-postadress")


def test_the_same_press_twice_makes_one_substitute_and_shows_the_same(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    visitor.open(link_of(guest)).press("Se eller ändra").follow("Skicka en ersättare")
    visitor.fill("Förnamn", "Eva").fill("Efternamn", "Nord").fill("E-postadress", EVA)
    form = typed(visitor)
    cookie = visitor.client.get_cookie("arshjulet")
    assert cookie is not None
    first = visitor.fetch("POST", "/anmalan/ersattare", data=form)
    visitor.client.set_cookie("arshjulet", cookie.value)
    before = len(mails())
    second = visitor.fetch("POST", "/anmalan/ersattare", data=form)
    assert (first.headers["Location"], second.headers["Location"], kinds_since(before)) == (
        "/ersatt",
        "/ersatt",
        [],
    )
    visitor.open("/ersatt").see("I mejlet till Eva Nord står vad som gäller: en plats")


def test_needs_do_not_follow_and_are_erased(session: Any, visitor: Browser) -> None:
    guest = say_yes(make_guest(make_meeting()))
    needs.state(guest, "Nötter", "", "Ja", START)
    hand_over(visitor, guest)
    assert db.session.query(Needs).count() == 0


def test_access_to_the_preparation_goes_over(session: Any, visitor: Browser, clock: Fixed) -> None:
    meeting = make_meeting()
    publish(meeting)
    guest = say_yes(make_guest(meeting))
    member = let_in(guest, START)
    assert member is not None
    submission = member.submission_id
    hand_over(visitor, guest)
    new = successor()
    assert [(row.person_id, row.submission_id) for row in db.session.query(Member)] == [
        (new.person_id, submission)
    ]


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_who_is_not_coming_can_still_send_somebody(
    session: Any, visitor: Browser, state: str
) -> None:
    guest = make_guest(make_meeting())
    guest.state = state
    visitor.open(link_of(guest)).press("Skicka en ersättare").fill("Förnamn", "Eva").fill(
        "Efternamn", "Nord"
    ).fill("E-postadress", EVA)
    visitor.press("Skicka ersättaren").see(
        "I mejlet till Eva Nord står vad som gäller: en inbjudan"
    )
    assert successor().state == "invited"


def test_the_place_can_come_back_to_the_first_person(session: Any) -> None:
    meeting = make_meeting()
    guest = say_yes(make_guest(meeting))
    new = substitution.substitute(
        guest, Substitute("Eva", "Nord", EVA), START, audit.participant(guest.person_id)
    )
    version = guest.link_version
    back = substitution.substitute(
        new,
        Substitute("Maria", "Lindqvist", "maria@kommun.example"),
        START,
        audit.participant(new.person_id),
    )
    assert (back, back.state, new.state) == (guest, "registered", "substituted")
    assert back.link_version > version
    assert [entry[:3] for entry in entries()] == [
        ("REQUEST", 0, "maria@kommun.example"),
        ("CANCEL", 1, "maria@kommun.example"),
        ("REQUEST", 0, EVA),
        ("CANCEL", 1, EVA),
        ("REQUEST", 2, "maria@kommun.example"),
    ]


def test_after_the_change_stop_nobody_can_be_sent(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    clock.set(guest.meeting.starts_at - dt.timedelta(days=2))
    visitor.open(link_of(guest)).press("Se eller ändra").miss("Skicka en ersättare").open(
        "/anmalan/ersattare"
    )
    assert visitor.url == "/anmalan"


def test_the_page_of_a_handover_needs_one(session: Any, visitor: Browser) -> None:
    assert visitor.open("/ersatt").url == "/"


def test_an_invitation_taken_back_takes_the_access_to_the_answer_with_it(
    session: Any, visitor: Browser
) -> None:
    meeting = make_meeting()
    publish(meeting)
    guest = say_yes(make_guest(meeting))
    member = let_in(guest, START)
    assert member is not None
    target = Target("member", member.public_id, member.link_version)
    link = f"/f/{services().link_signer.token(target)}"
    visitor.open(link).press("Öppna förberedelsen")
    revocation.revoke(guest, START, audit.SYSTEM)
    assert [
        visitor.fetch("GET", path).status_code for path in ("/forberedelse", "/anmalan", link)
    ] == [401, 401, 404]


def test_the_lead_keeps_the_answer_when_the_invitation_is_taken_back(session: Any) -> None:
    meeting = make_meeting()
    publish(meeting)
    guest = say_yes(make_guest(meeting))
    organisations.set_lead(guest.organisation, meeting.year, guest.person)
    member = let_in(guest, START)
    revocation.revoke(guest, START, audit.SYSTEM)
    assert db.session.query(Member).one() is member


# Who was forwarded the invitation and writes themselves into it


def as_somebody_else(
    visitor: Browser, guest: Registration, name: str = "Eva Nord", email: str = EVA
) -> Browser:
    given, family = name.split(" ")
    visitor.open(link_of(guest)).press(
        "Ja, anmäl mig"
    ) if guest.state == "invited" else visitor.open(link_of(guest)).press("Se eller ändra").open(
        "/anmalan/anmal"
    )
    visitor.fill("Förnamn", given).fill("Efternamn", family).fill("E-postadress", email).fill(
        "Titel", "Utredare"
    ).choose("Ja", within="Äter du lunch")
    return visitor.press("Skicka anmälan" if guest.state == "invited" else "Spara ändringen")


@pytest.mark.parametrize("stands", [False, True])
def test_a_registration_does_not_make_one_person_another(
    session: Any, visitor: Browser, stands: bool
) -> None:
    guest = make_guest(make_meeting())
    if stands:
        say_yes(guest)
    db.session.commit()
    sent, state = len(mails()), guest.state
    as_somebody_else(visitor, guest).see(
        "Inbjudan är till Maria Lindqvist, men här står både ett annat namn och en annan adress"
    )
    assert (
        visitor.status,
        visitor.value("Förnamn"),
        visitor.value("E-postadress"),
        visitor.value("Titel"),
    ) == (422, "Eva", EVA, "Utredare")
    assert (guest.person.name, guest.person.email, guest.state, len(mails())) == (
        "Maria Lindqvist",
        "maria@kommun.example",
        state,
        sent,
    )


def test_the_way_on_is_to_come_instead_with_what_was_typed(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    as_somebody_else(visitor, guest).press("Jag kommer i stället för Maria").see(
        "Du kommer i stället för Maria"
    )
    assert (
        visitor.status,
        guest.state,
        visitor.value("Förnamn"),
        visitor.value("E-postadress"),
        visitor.value("Titel"),
    ) == (200, "invited", "Eva", EVA, "Utredare")
    visitor.press("Ta över inbjudan")
    assert (guest.state, guest.person.name, successor().person.name, successor().title) == (
        "substituted",
        "Maria Lindqvist",
        "Eva Nord",
        "Utredare",
    )


@pytest.mark.parametrize(
    ("name", "email"), [("Eva Nord", "MARIA@kommun.example"), ("maria  lindqvist", EVA)]
)
def test_a_new_name_or_a_new_address_alone_is_a_correction(
    session: Any, visitor: Browser, name: str, email: str
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig")
    given, family = name.split()
    visitor.fill("Förnamn", given).fill("Efternamn", family).fill("E-postadress", email).choose(
        "Ja", within="Äter du lunch"
    ).press("Skicka anmälan")
    assert guest.state == "registered"


def test_where_nobody_can_be_sent_the_refusal_offers_no_such_button(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    next(phase for phase in guest.meeting.phases if phase.kind == "change").closes_at = (
        START - dt.timedelta(hours=1)
    )
    as_somebody_else(visitor, guest).see("Inbjudan är till Maria Lindqvist").miss(
        "Jag kommer i stället"
    )


def test_staff_may_correct_both(session: Any, visitor: Browser) -> None:
    guest = say_yes(make_guest(make_meeting()))
    replies.register(
        guest,
        reply_of(guest, given="Eva", family="Nord", email=EVA),
        START,
        audit.staff(make_staff().id),
    )
    assert (guest.person.name, guest.person.email) == ("Eva Nord", EVA)
