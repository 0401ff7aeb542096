"""Asking to change an answer after the last day and what a coordinator does about it, over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.models import ChangeRequest, Member, Message, SubmissionVersion
from annualwheel.participation import replies
from annualwheel.preparation import notices, submission
from annualwheel.registrations import invitations
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, reply_of
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import CLOSES, OPEN, add_initiative, enter, item_of, make_members, write
from tests.tiny_browser import Browser

HUB, ASK, THEME = (
    "/forberedelse",
    "/forberedelse/be-om-att-andra",
    "/forberedelse/strukturer/arbete",
)
SKAPA, WHY = "Vilka strukturer behöver vi skapa?", "Vad behöver ändras, och varför?"
LATE = CLOSES + dt.timedelta(hours=9)
SECRET = "Hemligt utkast som ingen på regionen ska se."


class Two:
    """Maria and Anna of an organisation that has submitted and written on since, and a coordinator,
    the day after the last.
    """

    def __init__(self, app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> None:
        self.app, self.clock = app, clock
        clock.set(OPEN)
        with app.app_context():
            members = make_members("Maria", "Anna")
            write(members[0], item_of(members[0]), forberett="Strateger")
            add_initiative(members[0])
            submission.submit(members[0], OPEN)
            write(members[1], item_of(members[1], "strukturer/arbete"), skapa=SECRET)
            db.session.commit()
            self.page = f"/mote/2027/arbetsmote/svar/{members[0].submission.public_id}"
            self.link = (
                f"/f/{services().link_signer.token(notices.links(members[0])['preparation'])}"
            )
            self.maria, self.anna = (enter(new_visitor(), member) for member in members)
        clock.set(LATE)
        with app.app_context():
            self.karin = sign_in(new_visitor(), make_staff(), LATE)

    def mails(self, kind: str) -> list[str]:
        """To whom mails of that kind have gone."""
        with self.app.app_context():
            return sorted(
                message.address for message in db.session.query(Message).filter_by(kind=kind)
            )


@pytest.fixture
def two(app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> Two:
    return Two(app, clock, new_visitor)


def test_from_the_question_to_the_new_version(two: Two) -> None:
    two.anna.open(HUB).see(
        "Det gick att ändra till och med torsdag 14 januari 2027 kl. 23.59.",
        "Det som ändrades efter det är inte med",
    )
    two.anna.follow("Be att få ändra").fill(WHY, "Vi har fått ett nytt beslut.").press(
        "Be att få ändra"
    )
    two.anna.see(
        "Vi har fått er fråga om att ändra", "Anna Berg bad i dag kl. 8.59 om att få ändra"
    ).miss("Behöver något i svaret ändras?")
    two.maria.open(HUB).see("Anna Berg bad i dag")
    assert two.mails("change_granted") == []
    two.karin.open("/mote/2027/arbetsmote").see(
        "1 vill ändra sitt svar", "Hagfors kommun frågade 15 januari"
    ).follow("Öppna eller säg nej")
    two.karin.see(
        "Anna Berg vill ändra svaret",
        "Vi har fått ett nytt beslut.",
        "3 av 4",
        "Ändringar inte inskickade",
    ).miss(SECRET)
    assert two.karin.value("Öppna till och med") == "2027-01-20"
    two.karin.fill("Öppna till och med", "2027-01-19").press("Öppna svaret").see(
        "Svaret är öppet till och med tisdag 19 januari 2027"
    )
    two.karin.see("Öppet för den här organisationen").miss("Anna Berg vill ändra svaret", SECRET)
    assert two.mails("change_granted") == ["anna@kommun.example", "maria@kommun.example"]
    two.maria.open(HUB).see(
        "Svaret är öppet igen för er",
        "tisdag 19 januari 2027 kl. 23.59",
        "Ändringarna är inte inskickade",
    )
    two.maria.open(two.link).see("ni kan ändra till och med tisdag 19 januari 2027").miss(
        "Sista dagen var"
    )
    two.maria.open(THEME).fill(SKAPA, "Ett avtal").press("Spara utkast")
    two.maria.open(HUB).follow("Granska och skicka in ändringen").see(
        "Ändringarna är inte inskickade."
    ).press("Skicka in ändringen").see("Version 2")
    two.clock.set(dt.datetime(2027, 1, 20, 8, tzinfo=dt.UTC))
    two.maria.open(HUB).see(
        "Sista dagen har gått",
        "Det gick att ändra till och med tisdag 19 januari 2027 kl. 23.59.",
        "Be att få ändra",
    )


def test_the_page_of_a_registration_follows_the_own_answer(
    two: Two, new_visitor: Callable[[], Browser]
) -> None:
    with two.app.app_context():
        member = db.session.query(Member).filter_by(role="lead").one()
        guest = invitations.invite(
            member.submission.questionnaire.meeting,
            member.person,
            member.submission.organisation,
            START,
        )
        replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
        db.session.commit()
        link = link_of(guest)
    maria = (
        new_visitor()
        .open(link)
        .press("Se eller ändra din anmälan")
        .see("Sista dagen var torsdag 14 januari 2027", "Läs ert svar")
    )
    two.karin.open(two.page).fill("Öppna till och med", "2027-01-19").press("Öppna svaret")
    maria.open(maria.url).see("till och med tisdag 19 januari 2027").miss("Sista dagen var").press(
        "Öppna förberedelsen"
    ).see("Svaret är öppet igen för er")


def test_a_no_is_mailed_with_its_reason_and_the_organisation_may_ask_again(two: Two) -> None:
    two.maria.open(ASK).fill(WHY, "Vi har fått ett nytt beslut.").press("Be att få ändra")
    two.karin.open(two.page).press("Säg nej")
    assert two.karin.status == 422
    two.karin.see("Skriv varför det inte går").fill(
        "Varför går det inte?", "Underlaget är tryckt."
    ).press("Säg nej")
    two.karin.see("Svaret är skickat med e-post.").miss("vill ändra svaret")
    assert two.mails("change_refused") == ["maria@kommun.example"]
    two.maria.open(HUB).see("Det blev nej, och skälet står i mejlet.").follow(
        "Be att få ändra"
    ).see("Vad behöver ändras")


def test_the_form_keeps_what_was_typed_when_something_is_wrong(two: Two) -> None:
    two.anna.open(ASK).press("Be att få ändra")
    assert two.anna.status == 422
    assert two.anna.error_at(WHY) == "Fel: Skriv vad som behöver ändras och varför"
    two.anna.fill(WHY, "a" * 1001).press("Be att få ändra")
    assert two.anna.error_at(WHY) == "Fel: Skriv högst 1 000 tecken"
    two.anna.fill(WHY, "Annas skäl")
    two.maria.open(ASK).fill(WHY, "Marias skäl").press("Be att få ändra")
    two.anna.press("Be att få ändra").see("Maria Lindqvist har redan bett om att få ändra.")
    assert two.anna.value(WHY) == "Annas skäl"
    with two.app.app_context():
        assert [one.reason for one in db.session.query(ChangeRequest)] == ["Marias skäl"]


def test_while_it_is_open_and_during_the_grace_the_form_leads_to_the_overview(two: Two) -> None:
    for moment in (OPEN, CLOSES + dt.timedelta(minutes=14)):
        two.clock.set(moment)
        two.maria.open(ASK)
        assert two.maria.url.startswith(HUB) and two.maria.url != ASK
        two.maria.miss("Be att få ändra")


def test_a_coordinator_opens_and_closes_without_being_asked(two: Two) -> None:
    two.karin.open("/mote/2027/arbetsmote").follow("Se hur varje svar står").see(
        "Hagfors kommun"
    ).miss("Vill ändra", SECRET).follow("Hagfors kommun")
    two.karin.press("Öppna svaret").see("Öppet för den här organisationen")
    assert two.mails("change_granted") == ["maria@kommun.example"]
    two.karin.open("/mote/2027/arbetsmote/svar").see("Öppet igen")
    two.anna.open(THEME).fill(SKAPA, "Nu")
    two.karin.open(two.page).press("Stäng nu").see("Svaret är stängt.").miss("Stäng nu")
    two.anna.press("Spara utkast").see("Sista dagen har gått")
    two.clock.advance(dt.timedelta(minutes=16))
    two.anna.open(HUB).see("Sista dagen har gått")
    with two.app.app_context():
        assert db.session.query(SubmissionVersion).count() == 1


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("i morgon", "Skriv en dag, till exempel"),
        ("2027-01-13", "Dagen har passerat"),
        ("2027-01-22", "Svaret måste stängas före mötet fredag 22 januari 2027"),
    ],
)
def test_a_day_that_cannot_be_is_said_at_the_field(two: Two, day: str, why: str) -> None:
    two.karin.open(two.page).fill("Öppna till och med", day).press("Öppna svaret")
    assert two.karin.status == 422
    assert why in (two.karin.error_at("Öppna till och med") or "")
    assert two.karin.value("Öppna till och med") == day


def test_a_day_without_a_year_is_in_the_year_of_the_meeting(two: Two) -> None:
    two.karin.open(two.page).fill("Öppna till och med", "13/1").press("Öppna svaret")
    assert (
        "Dagen har passerat" in two.karin.error_at("Öppna till och med")
        and two.karin.value("Öppna till och med") == "2027-01-13"
    )


def test_the_organisations_page_leads_to_its_answers(two: Two) -> None:
    with two.app.app_context():
        place = db.session.query(Member).first().submission.organisation.public_id  # type: ignore[union-attr]
    two.karin.open(f"/personer/organisationer/{place}").follow("Svaret till arbetsmötet").see(
        "Svaret från Hagfors kommun"
    ).miss(SECRET)


def test_once_the_meeting_has_begun_there_is_nothing_to_ask_for(two: Two) -> None:
    two.clock.set(dt.datetime(2027, 1, 22, 9, tzinfo=dt.UTC))
    two.maria.open(HUB).see("Sista dagen har gått").miss("Behöver något i svaret ändras?")
    two.maria.open(ASK).miss("Vad behöver ändras")


def test_an_answer_of_another_meeting_is_not_found(two: Two) -> None:
    two.karin.expects_failure = True
    assert two.karin.open(two.page.replace("arbetsmote", "riktningsmote")).status == 404
    assert two.karin.open("/mote/2027/arbetsmote/svar/finnsinte").status == 404


def test_what_is_posted_to_the_review_after_the_grace_submits_nothing_whatever_stands_in_it(
    two: Two,
) -> None:
    two.clock.set(CLOSES + dt.timedelta(minutes=14))
    two.maria.open("/forberedelse/granska")
    two.clock.set(CLOSES + dt.timedelta(minutes=16))
    two.maria.press("Skicka in ändringen")
    assert two.maria.status == 410
    with two.app.app_context():
        assert db.session.query(SubmissionVersion).count() == 1


def test_a_review_page_that_was_open_is_submitted_within_the_grace(two: Two) -> None:
    two.clock.set(CLOSES - dt.timedelta(minutes=1))
    two.maria.open("/forberedelse/granska")
    two.clock.set(CLOSES + dt.timedelta(minutes=14))
    two.maria.press("Skicka in ändringen").see("Tack! Ert svar är inskickat", "Version 2")


def test_versions_can_be_read_and_downloaded_in_both_languages(two: Two) -> None:
    two.clock.set(OPEN + dt.timedelta(days=1))
    two.maria.open("/forberedelse/granska").press("Skicka in ändringen")
    two.clock.set(LATE)
    two.maria.open(HUB).follow("Läs svaret").see("version 2", SECRET, "Alla versioner").follow(
        "Version 1"
    ).see("Det här är en tidigare version").miss(SECRET)
    texts = {
        name: two.maria.fetch("GET", f"/forberedelse/svar.txt?{query}")
        for name, query in (
            ("now", ""),
            ("english", "lang=en"),
            ("first", "version=1&lang=sv"),
            ("draft", "visa=utkast"),
        )
    }
    now, english, first = (
        texts[name].get_data(as_text=True) for name in ("now", "english", "first")
    )
    assert texts["now"].headers["Content-Type"] == "text/plain; charset=utf-8"
    assert texts["now"].headers["Content-Disposition"].endswith("svar-arbetsmotet-2027-01-22.txt")
    assert (
        texts["first"]
        .headers["Content-Disposition"]
        .endswith("svar-arbetsmotet-2027-01-22-version-1.txt")
    )
    assert (
        texts["draft"]
        .headers["Content-Disposition"]
        .endswith("svar-arbetsmotet-2027-01-22-utkast.txt")
    )
    assert "version 2" in now and SECRET in now and "\n" not in now.replace("\r\n", "")
    assert "version 1" in first and SECRET not in first
    assert "Name of the initiative" in english or "What is the initiative called?" in english
    assert "version 2" in english and SECRET in english
    two.maria.expects_failure = True
    assert two.maria.open("/forberedelse/svar", version="3").status == 404


def test_the_review_says_what_submitting_means_before_it_is_pressed(two: Two) -> None:
    two.clock.set(OPEN)
    two.maria.open("/forberedelse/granska").see(
        "blir en allmän handling hos Region Värmland",
        "Skriv inget som är sekretessbelagt och inga uppgifter om enskilda personer.",
    )
