"""An organisation that is not in the register: asked for on the open page, answered by a
coordinator, once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.jobs import sweep
from annualwheel.models import (
    Alias,
    Meeting,
    Organisation,
    OrganisationRequest,
    Person,
    Registration,
    YearOrganisation,
)
from annualwheel.participation import organisation_requests
from annualwheel.participation.open_registration import Applicant
from tests.at_once import at_once
from tests.conftest import START
from tests.makers.guests import link_of, mails, make_guest
from tests.makers.region import make_organisation, make_staff, make_year, meeting_of, sign_in
from tests.tiny_browser import Browser

HERE = "/anmal/2027/arbetsmote"
EVA = "eva.nord@byalaget.example"


@pytest.fixture
def meeting(session: Any) -> Meeting:
    year = make_year()
    make_organisation(year, "Hagfors kommun")
    db.session.commit()
    return meeting_of(year)


def ask(visitor: Browser, organisation: str = "Hagfors byalag", email: str = EVA) -> Browser:
    visitor.open(HERE).fill("Skriv en del av namnet", organisation).press("Sök").follow(
        "Min organisation saknas"
    )
    visitor.fill("Organisationens namn", organisation).fill("Förnamn", "Eva").fill(
        "Efternamn", "Nord"
    ).fill("E-postadress", email)
    return visitor.press("Skicka frågan")


def request() -> OrganisationRequest:
    db.session.expire_all()
    return db.session.query(OrganisationRequest).one()


def open_request(visitor: Browser) -> Browser:
    return (
        sign_in(visitor, make_staff())
        .open("/mote/2027/arbetsmote")
        .follow("Svara på frågan")
        .follow("Svara")
    )


def test_a_question_is_kept_and_answered_with_a_receipt_and_makes_no_person(
    meeting: Meeting, visitor: Browser
) -> None:
    visitor.open(HERE, sok="Hagfors byalag").follow("Min organisation saknas")
    assert visitor.value("Organisationens namn") == "Hagfors byalag"
    ask(visitor).see("Vi har fått din fråga", "Du är inte anmäld än.")
    assert (request().organisation, request().email, request().state) == (
        "Hagfors byalag",
        EVA,
        "asked",
    )
    [receipt] = mails()
    assert (receipt.kind, receipt.address) == ("organisation_request", EVA)
    assert (
        "byalag" not in f"{receipt.name} {receipt.body.text}"
        and "Eva" not in f"{receipt.name} {receipt.body.text}"
    )
    assert (
        db.session.query(Person).filter_by(email=EVA).count()
        == db.session.query(Registration).count()
        == 0
    )


def test_the_same_question_twice_is_one_question(meeting: Meeting, visitor: Browser) -> None:
    ask(visitor)
    ask(visitor, "hagfors  BYALAG").see("Vi har fått din fråga")
    assert request().organisation == "Hagfors byalag"


def test_one_that_is_there_is_chosen_and_not_asked_for(meeting: Meeting, visitor: Browser) -> None:
    ask(visitor, "hagfors kommun")
    assert "Hagfors kommun finns med." in visitor.error_at("Organisationens namn")
    assert db.session.query(OrganisationRequest).count() == 0


def test_a_mailbox_is_asked_from_twice_an_hour(meeting: Meeting, visitor: Browser) -> None:
    for number in range(3):
        ask(visitor, f"Byalag {number}")
    visitor.see("Det har varit många försök")
    assert db.session.query(OrganisationRequest).count() == 2


def test_the_coordinator_chooses_one_that_we_have_and_it_is_known_by_that_name(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    ask(visitor)
    open_request(new_visitor()).see("Eva Nord", EVA).choose("Hagfors kommun").press(
        "Bjud in för vald organisation"
    ).see("Inbjudan är på väg till Eva Nord.", "Besvarade", "Inbjuden")
    registration = db.session.query(Registration).one()
    assert (
        registration.state,
        registration.organisation.name,
        registration.person.active,
        mails()[-1].kind,
    ) == (
        "invited",
        "Hagfors kommun",
        True,
        "invitation",
    )
    assert [alias.name for alias in db.session.query(Alias)] == ["Hagfors byalag"]
    visitor.open(link_of(registration)).see("Hej Eva! Du är inbjuden till")


def test_without_the_tick_the_name_is_not_kept(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    ask(visitor)
    open_request(new_visitor()).choose("Hagfors kommun").clear("Känn igen organisationen").press(
        "Bjud in för vald organisation"
    )
    assert db.session.query(Alias).count() == 0 and request().state == "granted"


def test_the_coordinator_searches_for_another_name(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    organisations.add_organisation("Bygdegårdarna")
    ask(visitor, "Qqq förening")
    staff = (
        open_request(new_visitor())
        .see("Ingen organisation passar.")
        .fill("Sök bland organisationerna", "bygde")
        .press("Sök")
    )
    staff.press("Bjud in för vald organisation").see("Välj en organisation").choose(
        "Bygdegårdarna"
    ).press("Bjud in för vald organisation")
    assert db.session.query(Registration).one().organisation.name == "Bygdegårdarna"


def test_a_new_organisation_is_added_with_its_category(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    ask(visitor)
    staff = (
        open_request(new_visitor())
        .press("Lägg till organisationen och bjud in")
        .see("Välj typ av organisation")
    )
    staff.fill("Namn", "Hagfors byalag ek. för.").choose("Kommun", within="Den är ny").press(
        "Lägg till organisationen och bjud in"
    )
    staff.see("Organisationen är tillagd och inbjudan är på väg till Eva Nord.")
    registration = db.session.query(Registration).one()
    row = (
        db.session.query(YearOrganisation)
        .filter_by(organisation_id=registration.organisation_id)
        .one()
    )
    assert (registration.organisation.name, row.category.key if row.category else "") == (
        "Hagfors byalag ek. för.",
        "kommun",
    )


def test_a_name_that_is_taken_is_said_and_nothing_is_done(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    ask(visitor)
    staff = (
        open_request(new_visitor())
        .fill("Namn", "Hagfors kommun")
        .choose("Kommun", within="Den är ny")
        .press("Lägg till organisationen och bjud in")
    )
    assert "Det finns redan en organisation som heter Hagfors kommun." in staff.error_at("Namn")
    assert (
        request().state,
        db.session.query(Organisation).count(),
        db.session.query(Registration).count(),
    ) == ("asked", 1, 0)


def test_no_is_mailed_with_the_coordinators_words(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    ask(visitor)
    staff = open_request(new_visitor()).press("Skicka svaret").see("Skriv varför det inte går")
    staff.fill("Vårt svar", "Mötet är för organisationer i Värmland.").press("Skicka svaret").see(
        "Svaret är på väg."
    )
    assert (request().state, mails()[-1].kind, mails()[-1].address) == (
        "refused",
        "organisation_refused",
        EVA,
    )
    assert "Mötet är för organisationer i Värmland." in mails()[-1].body.text
    staff.open("/mote/2027/arbetsmote").miss("saknas i registret")


def test_the_second_answer_changes_nothing(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    ask(visitor)
    first, second = (
        open_request(new_visitor()),
        sign_in(new_visitor(), make_staff(name="Bo Ek")).open(
            f"/saknade-organisationer/{request().public_id}"
        ),
    )
    first.choose("Hagfors kommun").press("Bjud in för vald organisation")
    before = len(mails())
    second.fill("Vårt svar", "Nej").press("Skicka svaret").see("Frågan var redan besvarad.")
    assert (request().state, len(mails())) == ("granted", before)
    second.open(f"/saknade-organisationer/{request().public_id}").see("Frågan är besvarad").miss(
        "Skicka svaret"
    )


@pytest.mark.race
def test_two_answers_at_once_are_one(app: Flask) -> None:
    with app.app_context():
        year = make_year()
        organisation = make_organisation(year, "Hagfors kommun").id
        organisation_requests.ask(
            meeting_of(year), "Byalaget", Applicant("Eva", "Nord", EVA), "192.0.2.1", START
        )
        db.session.commit()

    def answer(_number: int) -> bool:
        asked = db.session.query(OrganisationRequest).one()
        done = organisation_requests.choose(
            asked, db.session.get_one(Organisation, organisation), True, START, audit.SYSTEM
        )
        db.session.commit()
        return done

    assert sorted(at_once(app, answer, range(2))) == [False, True]
    with app.app_context():
        assert len(mails("invitation")) == db.session.query(Registration).count() == 1


def test_who_has_come_in_meanwhile_gets_the_link_they_have(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    guest = make_guest(meeting, "Eva", "Nord")
    ask(visitor, email=guest.person.email)
    open_request(new_visitor()).choose("Hagfors kommun").press("Bjud in för vald organisation")
    assert (mails()[-1].kind, guest.state, request().state) == (
        "application_known",
        "invited",
        "granted",
    )


def test_at_a_cancelled_meeting_only_no_is_left(
    meeting: Meeting, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    ask(visitor)
    meeting.state = "cancelled"
    staff = sign_in(new_visitor(), make_staff()).open(
        f"/saknade-organisationer/{request().public_id}"
    )
    staff.see("Mötet är inställt eller har börjat").miss("Bjud in för vald organisation").fill(
        "Vårt svar", "Inställt"
    ).press("Skicka svaret")
    assert request().state == "refused"


def test_questions_are_erased_a_month_after_the_meeting(meeting: Meeting, visitor: Browser) -> None:
    ask(visitor)
    sweep.erase_old(meeting.ends_at + dt.timedelta(days=30))
    assert db.session.query(OrganisationRequest).count() == 1
    sweep.erase_old(meeting.ends_at + dt.timedelta(days=30, minutes=1))
    assert db.session.query(OrganisationRequest).count() == 0
