"""Who registers on the open page says where they come from.

That is all they have shown: it counts at the meeting, and opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.contacts import affiliations, organisations, people
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mailings import recipients
from annualwheel.models import Meeting, Member, Questionnaire, Registration
from annualwheel.participation import colleagues, departures, open_registration, substitution
from annualwheel.participation.colleagues import Colleague
from annualwheel.participation.substitution import Substitute
from annualwheel.preparation import submission
from annualwheel.registrations import invitations
from tests.conftest import START, Fixed
from tests.journeys.participation.test_open_registration import EVA, apply, open_meeting, seat_of
from tests.makers.guests import let_in, link_of, mails, make_guest, make_meeting, publish
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN, add_initiative, item_of, make_members, write
from tests.makers.writers import enter as visitor_at
from tests.tiny_browser import Browser

# An organisation's answer is its own


@pytest.fixture
def claiming(session: Any, visitor: Browser, clock: Fixed) -> Registration:
    """Eva has registered herself for Hagfors on the open page; Anna of Hagfors has written in its
    draft, and it is the preparation's time.
    """
    (anna,) = make_members("Anna")
    write(anna, item_of(anna, "strukturer/arbete"), skapa="Hagfors eget utkast")
    apply(visitor)
    visitor.open(link_of(seat_of())).press("Bekräfta").choose("Ja", within="Äter du lunch").press(
        "Skicka anmälan"
    ).see("Du är anmäld")
    clock.set(OPEN)
    return seat_of()


def asked_of(meeting: Meeting) -> list[str]:
    db.session.expire_all()
    return [
        one.given for one in recipients.to_prepare(meeting, db.session.query(Questionnaire).one())
    ]


def reads_the_draft(visitor: Browser) -> bool:
    """Presses what there is to press on the way to the answer."""
    visitor.open(link_of(seat_of())).press("Se eller ändra")
    form = {
        "csrf_token": next(
            n.get("value") for n in visitor.page.all("input") if n.get("name") == "csrf_token"
        )
    }
    visitor.fetch("POST", "/anmalan/forberedelse", data=form)
    return "Hagfors eget utkast" in visitor.fetch("GET", "/forberedelse/svar").get_data(
        as_text=True
    )


def test_who_only_says_where_they_come_from_counts_for_it_and_reads_nothing_of_its_answer(
    claiming: Registration, visitor: Browser
) -> None:
    assert (claiming.state, claiming.organisation.name, claiming.person.affiliations) == (
        "registered",
        "Hagfors kommun",
        [],
    )
    visitor.open("/anmalan").see(
        "Hagfors kommun svarar gemensamt. Be en kollega bjuda in dig i förberedelsen."
    ).miss("Öppna förberedelsen")
    assert not reads_the_draft(visitor)
    assert (asked_of(claiming.meeting), db.session.query(Member).count()) == (["Anna"], 1)


def test_a_meeting_that_asks_each_person_asks_them_too(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    meeting = open_meeting(kind="conference")
    publish(meeting, "konferens")
    organisation = organisations.organisation_named("Hagfors kommun")
    assert organisation is not None
    registration = Registration(
        meeting=meeting,
        person=people.new_person("Eva", "Nord", EVA),
        organisation=organisation,
        state="registered",
    )
    db.session.add(registration)
    db.session.flush()
    assert let_in(registration, START) is not None


def test_who_only_says_it_lets_nobody_else_in_either(
    claiming: Registration, visitor: Browser
) -> None:
    actor = audit.participant(claiming.person_id)
    with pytest.raises(Refused, match="colleagues_need_place"):
        colleagues.register_together(
            claiming, [Colleague("Olle", "Sund", "olle@kommun.example")], START, actor
        )
    substitution.substitute(claiming, Substitute("Ida", "Moe", "ida@kommun.example"), START, actor)
    db.session.commit()
    registration = seat_of("ida@kommun.example")
    assert (
        registration.person.affiliations,
        let_in(registration, OPEN),
        open_registration.claim(registration),
    ) == ([], None, "brought")
    assert asked_of(claiming.meeting) == ["Anna"]


def test_a_colleague_who_invites_them_lets_them_in(
    claiming: Registration, new_visitor: Callable[[], Browser], visitor: Browser
) -> None:
    anna = db.session.query(Member).one()
    visitor_at(new_visitor(), anna).open("/forberedelse/kollegor/bjud-in").fill(
        "Förnamn", "Eva"
    ).fill("Efternamn", "Nord").fill("E-postadress", EVA).choose("Hela svaret").press("Bjud in")
    assert reads_the_draft(visitor)
    assert open_registration.claim(seat_of()) == ""


def test_a_coordinator_vouches_for_them(
    claiming: Registration, new_visitor: Callable[[], Browser], visitor: Browser
) -> None:
    office = sign_in(new_visitor(), make_staff(), OPEN).open(f"/anmalningar/{claiming.public_id}")
    office.see(
        "Hör personen till Hagfors kommun?", "Har anmält sig själv på den öppna sidan."
    ).press("Ja, lägg till organisationen")
    office.see("Organisationen är tillagd").miss("Hör personen till")
    assert [
        (organisation.organisation.name, organisation.active)
        for organisation in seat_of().person.affiliations
    ] == [("Hagfors kommun", True)]
    assert asked_of(claiming.meeting) == ["Anna", "Eva"]
    assert reads_the_draft(visitor)
    visitor.open("/anmalan").see("Öppna förberedelsen").miss("Be en kollega")


def test_who_was_never_invited_is_removed_in_words_that_are_true_of_them(
    claiming: Registration, visitor: Browser
) -> None:
    office, page = sign_in(visitor, make_staff(), OPEN), f"/anmalningar/{claiming.public_id}"
    office.open(page).see("Öppen anmälan").miss("Inbjuden", "inbjudan")
    office.follow("Ta bort från mötet").see(f"Ta bort {claiming.person.name} från mötet?")
    office.miss("inbjudan").press("Ta bort från mötet")
    office.see("Personen är borttagen från mötet.", "Borttagen från mötet").miss("nbjudan")
    # Somebody who is invited after that has been invited.
    office.follow("Bjud in igen").press("Bjud in igen")
    office.see("Inbjuden").miss("Öppen anmälan")


def test_nobody_is_asked_about_those_who_were_invited(session: Any, visitor: Browser) -> None:
    guest = make_guest(open_meeting())
    sign_in(visitor, make_staff()).open(f"/anmalningar/{guest.public_id}").miss("Hör personen till")
    departures.leave(guest.person, guest.organisation, START, audit.SYSTEM)
    open_registration.vouch(guest, START, audit.SYSTEM)
    assert [organisation.active for organisation in guest.person.affiliations] == [False]


def test_what_the_organisation_submitted_is_not_shown_beside_the_results_either(
    claiming: Registration, visitor: Browser, clock: Fixed
) -> None:
    anna = db.session.query(Member).one()
    add_initiative(anna)
    submission.submit(anna, OPEN)
    clock.set(claiming.meeting.ends_at)
    claiming.meeting.results_at = claiming.meeting.ends_at
    db.session.commit()
    visitor.open("/anmalan/resultat").miss("Ung i Hagfors", "Hagfors eget utkast")
    affiliations.affiliate(claiming.person, claiming.organisation)
    visitor.open("/anmalan/resultat").see("Ung i Hagfors")


# What staff have ended stays ended


def test_a_place_that_was_ended_stays_ended(session: Any, visitor: Browser, clock: Fixed) -> None:
    (anna,) = make_members("Anna")
    organisation = anna.submission.organisation
    write(anna, item_of(anna, "strukturer/arbete"), skapa="Hagfors eget utkast")
    eva = people.add_person("Eva", "Nord", EVA, organisation)
    departures.leave(eva, organisation, START, audit.SYSTEM)
    apply(visitor)
    visitor.open(link_of(seat_of())).press("Bekräfta").choose("Ja", within="Äter du lunch").press(
        "Skicka anmälan"
    )
    clock.set(OPEN)
    assert [one.active for one in seat_of().person.affiliations] == [False]
    assert not reads_the_draft(visitor)
    assert (asked_of(seat_of().meeting), open_registration.claim(seat_of())) == (["Anna"], "own")


@pytest.mark.parametrize("before", ["a place", "an earlier meeting"])
def test_who_was_deactivated_stays_so(session: Any, visitor: Browser, before: str) -> None:
    meeting = open_meeting()
    organisation = organisations.organisation_named("Hagfors kommun")
    assert organisation is not None
    if before == "a place":
        eva = people.add_person("Eva", "Nord", EVA, organisation)
    else:
        eva = people.new_person("Eva", "Nord", EVA)
        db.session.add(
            Registration(
                meeting=make_meeting(kind="direction"),
                person=eva,
                organisation=organisation,
                state="registered",
            )
        )
    db.session.flush()
    departures.deactivate(eva, START, audit.SYSTEM)
    apply(visitor).see("Vi har skickat ett mejl")
    assert (mails()[-1].kind, mails()[-1].body.links, eva.active) == ("application_gone", {}, False)
    registration = invitations.find(meeting, eva)
    assert registration is not None and registration.state == "unconfirmed"
    assert visitor.open(link_of(registration)).press("Bekräfta").status == 409
    db.session.expire_all()
    assert (eva.active, registration.state) == (False, "unconfirmed")


def test_who_only_says_it_brings_nobody_back_whom_staff_have_taken_out(
    claiming: Registration,
) -> None:
    olle = people.add_person("Olle", "Sund", "olle@kommun.example", claiming.organisation)
    departures.deactivate(olle, START, audit.SYSTEM)
    with pytest.raises(Refused, match="person_inactive"):
        substitution.substitute(
            claiming,
            Substitute("Olle", "Sund", "olle@kommun.example"),
            START,
            audit.participant(claiming.person_id),
        )
    assert not olle.active
