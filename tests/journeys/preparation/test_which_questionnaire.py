"""Pages and mails say which questionnaire is meant where the meeting has several: who answers both
can tell them apart, and so can the office.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.mailings import about
from annualwheel.models import Mailing, Member, Message
from annualwheel.participation import link_recovery
from annualwheel.preparation import submission
from annualwheel.privacy import own_data
from annualwheel.services import services
from tests.conftest import Fixed
from tests.makers.asked import answer_all
from tests.makers.followed import (
    AFTER,
    BEFORE,
    DAY,
    PREPARED,
    TITLE,
    Played,
    answer_both,
    follow_up,
    make_played,
    prepare,
    told,
)
from tests.makers.guests import link_of
from tests.makers.region import sign_in
from tests.makers.writers import item_of, write
from tests.tiny_browser import Browser

PREPARATION = "Förberedelse inför arbetsmötet"
OWN, OVERVIEW = "/mina-uppgifter/fil", "/mina-uppgifter/oversikt"


@pytest.fixture
def played(session: object, tmp_path: Path) -> Played:
    return make_played(tmp_path)


def see_own(browser: Browser, played: Played, given: str) -> Browser:
    """The person's own details, on the day they look at them."""
    person = played.seats[given].person
    token = services().link_signer.token(own_data.target(person), services().clock.now())
    return browser.open(f"/u/{token}").press("Visa mina uppgifter")


def enter(browser: Browser, member: Member) -> Browser:
    """In from the mail, whatever the button says."""
    target = Target("member", member.public_id, member.link_version)
    return browser.open(f"/f/{services().link_signer.token(target)}").press("Öppna")


def named_of(browser: Browser, tag: str) -> list[str]:
    return [element.text for element in browser.page.all(tag)]


def test_a_mail_with_lost_links_names_the_questionnaires(played: Played, clock: Fixed) -> None:
    answer_both(played, clock)
    link_recovery.ask(played.seats["Anna"].person.email, "1.2.3.4", played.held)
    answer_all()
    text = told("new_link")[0].body.text
    assert f"{PREPARATION}, Arvika kommun" in text and f"{TITLE}, Arvika kommun" in text


def test_own_details_name_the_questionnaires_and_keep_their_texts_apart(
    app: Flask, played: Played, clock: Fixed, visitor: Browser
) -> None:
    prepare(played, clock)
    ola = played.member("Ola", BEFORE)
    write(ola, item_of(ola), PREPARED + DAY, forberett="Strateger och rektorer")
    follow_up(played, clock)
    see_own(visitor, played, "Anna").see(
        f"Du skriver i svaret från Arvika kommun på ”{PREPARATION}” 2027.",
        f"Du svarar för egen del på ”{TITLE}” 2027.",
    ).miss("Du samordnar det", "inför arbetsmötet 2027")
    assert [line for line in named_of(visitor, "summary") if "texter" in line] == [
        f"Dina texter i ”{PREPARATION}” 2027 (5)",
        f"Dina texter i ”{TITLE}” 2027 (1)",
        f"Dina ersatta texter i ”{PREPARATION}” 2027 (1)",
    ]
    held = json.loads(visitor.fetch("GET", OWN).get_data(as_text=True))
    assert [one["questionnaire"] for one in held["memberships"]] == [BEFORE, AFTER]
    assert {one["questionnaire"] for one in held["written"]} == {BEFORE, AFTER}
    assert {one["questionnaire"] for one in held["replaced"]} == {BEFORE}
    assert {one["questionnaire"] for one in held["submitted"]} == {AFTER}
    # The mail that asked has the name of what it asked.
    visitor.open(OVERVIEW).see("Uppföljningen öppnar", "Förberedelsen öppnar")


def test_the_receipt_and_the_pages_around_it_name_the_questionnaire(
    app: Flask, played: Played, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    answer_both(played, clock)
    browser = enter(new_visitor(), played.member("Anna", AFTER))
    browser.open("/forberedelse/inskickat").see("Tack! Ditt svar är inskickat", f"Frågor {TITLE}")
    browser.open("/forberedelse/svar").see(f"{TITLE}, fredag 22 januari 2027 Ditt svar")
    text = browser.fetch("GET", "/forberedelse/svar.txt").get_data(as_text=True)
    assert f"{TITLE}, fredag 22 januari 2027" in text.replace("\xa0", " ")
    browser = enter(new_visitor(), played.member("Anna", BEFORE))
    browser.open("/forberedelse/inskickat").see(f"Frågor {PREPARATION}")


def test_ones_own_page_says_what_is_submitted_already(
    app: Flask, played: Played, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    prepare(played, clock)
    browser = new_visitor().open(link_of(played.seats["Ola"])).press("Se eller ändra din anmälan")
    browser.see("Inskickat i dag kl. 10.00. Ni kan ändra till och med torsdag 14 januari 2027.")
    follow_up(played, clock)
    browser = new_visitor().open(link_of(played.seats["Anna"])).press("Se din anmälan")
    browser.see("Inskickat i dag kl. 15.30. Du kan ändra till och med fredag 5 februari 2027.")
    browser = new_visitor().open(link_of(played.seats["Ola"])).press("Se din anmälan")
    browser.see("Cirka 5 minuter. Senast fredag 5 februari 2027.").miss("Inskickat")


def test_what_is_asked_after_the_meeting_is_not_taken_up_at_it(
    app: Flask, played: Played, clock: Fixed, visitor: Browser
) -> None:
    follow_up(played, clock)
    browser = enter(visitor, played.member("Ola", AFTER)).open("/forberedelse/granska")
    browser.see("används i uppföljningen").miss("tas upp på mötet", "vid borden")


def test_the_phase_after_the_meeting_is_not_called_what_the_questionnaire_is(
    app: Flask, played: Played, clock: Fixed, visitor: Browser
) -> None:
    """They have days of their own: one word for both would give two periods for one thing."""
    answer_both(played, clock)
    office = sign_in(visitor, played.karin, played.held)
    office.open("/mote/2027/arbetsmote").see("Förberedelse och uppföljning", TITLE)
    steps = office.page.all("ol")[0].text
    assert "Efterarbete" in steps and "ppföljning" not in steps
    for page in ("/arshjul/2027", "/mote/2027/arbetsmote/tidplan"):
        office.open(page).see("Efterarbete")
    office.open("/mote/2027/arbetsmote?lang=en").see("Wrap-up", "Preparation and follow-up")


def test_the_answers_to_each_questionnaire_are_counted_by_themselves(
    app: Flask, played: Played, clock: Fixed, visitor: Browser
) -> None:
    """Organisations prepare and persons follow up: their sum is a number of nothing."""
    answer_both(played, clock)
    office = sign_in(visitor, played.karin, played.held).open("/svar")
    (row,) = (row for row in office.page.all("tr") if row.text.startswith("Arbetsmötet"))
    assert f"{PREPARATION}: 1" in row.text and f"{TITLE}: 2" in row.text


def test_the_log_names_what_each_mail_is_about(
    app: Flask, played: Played, clock: Fixed, visitor: Browser
) -> None:
    answer_both(played, clock)
    office = sign_in(visitor, played.karin, played.held)
    rows = [row.text for row in office.open("/utskick").page.all("tr")]
    for mail in (
        f"Uppföljningen öppnar {TITLE}",
        f"Förberedelsen öppnar {PREPARATION}",
        f"Kvitto på svaret {TITLE}",
        f"Kvitto på svaret {PREPARATION}",
    ):
        assert any(mail in row for row in rows), mail
    assert not any(TITLE in row and "Bekräftelse" in row for row in rows)
    # The two mailings stand above with their meeting.
    assert f"Uppföljningen öppnar {TITLE} Arbetsmötet 2027" in office.text
    asked = told("preparation")[-1]
    office.open(f"/utskick/mejl/{asked.public_id}").see("Uppföljningen öppnar", f"Frågor {TITLE}")
    office.open(f"/personer/{played.seats['Anna'].person.public_id}").see(
        f"Kvitto på svaret {TITLE}", f"Uppföljningen öppnar {TITLE}"
    )
    office.open(f"/anmalningar/{played.seats['Anna'].public_id}").see(
        f"Uppföljningen öppnar {TITLE}"
    )


def test_of_a_mail_whose_text_is_erased_the_mailing_still_knows(
    played: Played, clock: Fixed
) -> None:
    answer_both(played, clock)
    receipt, asked = told("receipt")[-1], told("preparation")[-1]
    assert {one.key for one in about.of_mails([receipt, asked]).values()} == {AFTER}
    for mail in (receipt, asked):
        db.session.delete(mail.body)
    db.session.flush()
    assert about.of_mails([receipt, asked]) == {asked.id: played.questionnaire(AFTER)}


def test_nothing_is_named_where_there_is_one(played: Played, clock: Fixed) -> None:
    prepare(played, clock)
    assert about.of_mails(told("receipt")) and about.of_mailings(db.session.query(Mailing).all())
    db.session.delete(played.questionnaire(AFTER))
    db.session.flush()
    db.session.expire_all()
    assert about.of_mails(db.session.query(Message).all()) == {}
    assert about.of_mailings(db.session.query(Mailing).all()) == {}


def test_the_pages_of_sending_say_that_it_is_the_follow_up(
    app: Flask, played: Played, clock: Fixed, visitor: Browser
) -> None:
    follow_up(played, clock)
    mailing = db.session.query(Mailing).one()
    office = sign_in(visitor, played.karin, played.held)
    office.open(f"/utskick/{mailing.public_id}").see("Utskick av uppföljningen")
    compose = "/mote/2027/arbetsmote/utskick"
    office.open(f"{compose}/paminnelse-forberedelse").see("Skicka påminnelsen om uppföljningen")
    # The other one is closed, and the way back to this one is there.
    office.follow(f"Gäller i stället: {PREPARATION}").see(
        "Skicka påminnelsen om förberedelsen",
        f"Mejlet gäller {PREPARATION}.",
        "Det går inte att skicka nu",
    )
    office.follow(f"Gäller i stället: {TITLE}").see("Skicka påminnelsen om uppföljningen")


def test_the_pack_page_counts_each_questionnaire_by_itself(
    app: Flask, played: Played, clock: Fixed, visitor: Browser, work: Callable[[], int]
) -> None:
    answer_both(played, clock)
    anna = played.member("Ola", AFTER)
    write(anna, item_of(anna), played.held + DAY / 24, mal="Ola ringer också")
    submission.submit(anna, played.held + DAY / 24)
    db.session.commit()
    office = sign_in(visitor, played.karin, played.held)
    office.open("/svar/2027/arbetsmote").press("Ta fram underlag")
    work()
    office.open(office.url).see(
        f"Organisationer som har svarat: {PREPARATION} 1 av 3",
        f"Personer som har svarat: {TITLE} 3 av 4",
    )
