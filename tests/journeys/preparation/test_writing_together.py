"""Writing one answer together: inviting a colleague, a share of the answer, who leads, who is here,
the questions on paper.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from annualwheel import models
from annualwheel.contacts import budgets, organisations, people
from annualwheel.db import db
from annualwheel.models import (
    Audit,
    Member,
    Message,
    Organisation,
    Person,
    Questionnaire,
    Year,
    YearOrganisation,
)
from annualwheel.models.drafts import Item
from annualwheel.preparation import answers, collaborators, membership, presence
from annualwheel.preparation.collaborators import Collaborator
from tests.conftest import Fixed
from tests.makers.guests import mails
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import (
    CLOSES,
    OPEN,
    add_initiative,
    enter,
    item_of,
    make_members,
    stored,
    write,
)
from tests.tiny_browser import Browser

HUB, INVITE, LEAD = "/forberedelse", "/forberedelse/kollegor/bjud-in", "/forberedelse/samordnare"
THEME, OTHER = "/forberedelse/strukturer/arbete", "/forberedelse/strukturer/energi"
SKAPA = "Vilka strukturer behöver vi skapa?"
EMPTY = answers.stamp(0, "")


class Office:
    """An organisation whose people each have a browser. The first is the lead."""

    def __init__(self, app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> None:
        self.app, self.clock, self.new_visitor = app, clock, new_visitor
        clock.set(OPEN)

    def opens(self, *given: str, form: str = "arbetsmote") -> list[Browser]:
        with self.app.app_context():
            return [enter(self.new_visitor(), member) for member in make_members(*given, form=form)]

    def shares(self, *given: str, scope: str = "arbete", form: str = "arbetsmote") -> list[Browser]:
        """As `opens`, and last somebody who was invited by the first to write a share."""
        browsers = self.opens(*given, form=form)
        with self.app.app_context():
            invited = collaborators.invite(
                member_called("Maria"),
                Collaborator("Olle", "Ek", "olle@kommun.example", scope),
                OPEN,
            )
            db.session.commit()
            return [*browsers, enter(self.new_visitor(), invited)]


@pytest.fixture
def office(app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> Office:
    return Office(app, clock, new_visitor)


def member_called(given: str) -> Member:
    found = (
        db.session.query(Member)
        .join(Person, Person.id == Member.person_id)
        .filter(Person.given == given)
        .one_or_none()
    )
    assert found is not None, f"{given} is no member"
    return found


def elsewhere(given: str) -> Member:
    """Somebody of another organisation, in its answer to the same questionnaire."""
    organisation = organisations.add_organisation("Arvika kommun")
    person = people.add_person(given, "Holm", f"{given.lower()}@arvika.example", organisation)
    found = membership.join(db.session.query(Questionnaire).one(), person, organisation, OPEN)
    db.session.commit()
    return found


def invite(
    browser: Browser,
    given: str = "Siv",
    family: str = "Ask",
    share: str = "Hela svaret",
    email: str = "siv@kommun.example",
) -> Browser:
    browser.open(INVITE).fill("Förnamn", given).fill("Efternamn", family).fill(
        "E-postadress", email
    )
    return browser.choose(share).fill("Hälsning", "Du kan det här").press("Bjud in")


def test_an_invited_colleague_gets_a_link_and_writes_without_being_registered(
    office: Office, work: Callable[[], int]
) -> None:
    (maria,) = office.opens()
    invite(maria).see("Siv Ask har fått ett mejl med en egen länk", "Siv Ask", "Inte öppnat än")
    with office.app.app_context():
        mail, siv = mails("colleague")[-1], member_called("Siv")
        assert (mail.address, siv.invited_by.given if siv.invited_by else "", siv.scope) == (
            "siv@kommun.example",
            "Maria",
            "",
        )
        assert (
            "Maria Lindqvist gav oss ditt namn" in mail.body.text
            and "Du kan det här" in mail.body.text
            and "Din del" not in mail.body.text
        )
        assert siv.person.source == "colleague:Maria Lindqvist"
        browser = enter(office.new_visitor(), siv)
    browser.open(THEME).fill(SKAPA, "Ett avtal").press("Spara utkast").see("Sparat i dag")
    maria.open(HUB).miss("har fått ett mejl").see("Siv Ask, i dag kl. 10.00")


def test_what_is_missing_in_an_invitation_is_said_at_each_field(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(INVITE).press("Bjud in")
    assert maria.status == 422
    maria.see("Fyra saker behöver rättas")
    assert maria.error_at("Förnamn") == "Fel: Skriv förnamnet"
    maria.see("Välj vad din kollega ska skriva")


def test_somebody_known_is_invited_as_the_same_person(office: Office) -> None:
    (maria,) = office.opens()
    with office.app.app_context():
        people = db.session.query(Person).count()
    invite(maria)
    invite(maria, "siv ", "ASK", email="SIV@kommun.example").see(
        "Siv Ask skriver redan i svaret", "Siv Ask är redan med"
    )
    assert maria.status == 422
    maria.press("Mejla länken igen till Siv Ask").see("Siv Ask har fått länken igen")
    with office.app.app_context():
        assert db.session.query(Person).count() == people + 1
        assert [mail.address for mail in mails("colleague")] == ["siv@kommun.example"] * 2
        assert mails("colleague")[0].body.links == mails("colleague")[1].body.links


def test_oneself_is_not_a_colleague(office: Office) -> None:
    (maria,) = office.opens()
    invite(maria, "Maria", "Lindqvist", email="maria@kommun.example").see(
        "Det är ditt eget namn och din egen adress"
    )
    assert maria.status == 422


def test_somebody_with_a_theme_who_is_invited_to_the_whole_gets_the_whole(office: Office) -> None:
    maria, olle = office.shares("Maria")
    assert olle.open(OTHER).status == 403
    invite(maria, "Olle", "Ek", "Hur sparar vi energi?", "olle@kommun.example").see(
        "Olle Ek skriver redan en annan del"
    )
    invite(maria, "Olle", "Ek", email="olle@kommun.example").see("Olle Ek har fått ett mejl")
    assert olle.open(OTHER).status == 200
    with office.app.app_context():
        assert db.session.query(Member).count() == 2


def test_somebody_who_registers_and_had_a_theme_gets_the_whole_and_one_membership(
    office: Office,
) -> None:
    office.shares("Maria")
    with office.app.app_context():
        olle = member_called("Olle")
        from_registration = membership.join(
            olle.submission.questionnaire, olle.person, olle.submission.organisation, OPEN
        )
        assert (from_registration, from_registration.scope) == (olle, "")


def test_the_mail_names_the_share(office: Office) -> None:
    office.shares("Maria")
    with office.app.app_context():
        assert "Din del: Hur får fler arbete?" in mails("colleague")[0].body.text


def test_one_chain_mails_no_more_than_its_budget(office: Office) -> None:
    (maria,) = office.opens()
    with office.app.app_context():
        for number in range(budgets.CHAIN[0].at_most):
            collaborators.invite(
                member_called("Maria"),
                Collaborator("Nils", f"Nr {number}", f"nils{number}@kommun.example"),
                OPEN,
            )
        db.session.commit()
    invite(maria).see("Det har gått många mejl på kort tid")
    office.clock.advance(dt.timedelta(hours=1, seconds=1))
    invite(maria).see("Siv Ask har fått ett mejl")


def test_nobody_is_invited_after_the_last_day(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(INVITE).fill("Förnamn", "Siv").fill("Efternamn", "Ask").fill(
        "E-postadress", "siv@kommun.example"
    ).choose("Hela svaret")
    office.clock.set(CLOSES + dt.timedelta(minutes=16))
    maria.press("Bjud in").see("Sista dagen var")
    maria.open(INVITE)
    assert maria.url == HUB
    maria.miss("Bjud in en kollega")


def test_the_lead_takes_anybody_out_and_what_they_wrote_stays(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    anna.open(THEME).fill(SKAPA, "Annas text").press("Spara utkast")
    maria.open(HUB).follow("Ta bort Anna Berg").see(
        "Det Anna Berg har skrivit finns kvar i svaret"
    ).press("Ta bort Anna Berg")
    maria.see("Anna Berg är borttagen", "Anna Berg, i dag kl. 10.00")
    assert anna.fetch("GET", HUB).status_code == 401
    with office.app.app_context():
        assert stored(item_of(member_called("Maria"), "strukturer/arbete"), "skapa") == "Annas text"
        assert db.session.query(Audit).filter_by(verb="colleague_removed").count() == 1


def test_others_take_out_only_whom_they_have_invited_themselves(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    invite(maria)
    invite(anna, "Tor", "Dal", email="tor@kommun.example")
    anna.open(HUB).see("Ta bort Tor Dal").miss(
        "Ta bort Siv Ask", "Ta bort Maria Lindqvist", "Ta bort Anna Berg"
    )
    with office.app.app_context():
        names = {given: member_called(given).public_id for given in ("Maria", "Anna", "Siv", "Tor")}
    for given in ("Siv", "Maria"):
        anna.open(f"/forberedelse/kollegor/{names['Tor']}/ta-bort")
        form = anna.page.all("form")[-1]
        token = next(
            node.get("value") for node in form.all("input") if node.get("name") == "csrf_token"
        )
        refused = anna.fetch(
            "POST", f"/forberedelse/kollegor/{names[given]}/ta-bort", data={"csrf_token": token}
        )
        assert refused.status_code == 422, given
    assert anna.fetch("GET", f"/forberedelse/kollegor/{names['Anna']}/ta-bort").status_code == 404
    anna.press("Ta bort Tor Dal").see("Tor Dal är borttagen")
    with office.app.app_context():
        assert {member.person.given for member in db.session.query(Member)} == {
            "Maria",
            "Anna",
            "Siv",
        }


def test_another_organisation_s_people_are_not_there(office: Office) -> None:
    (maria,) = office.opens()
    with office.app.app_context():
        other = elsewhere("Eva")
        path = f"/forberedelse/kollegor/{other.public_id}"
    assert maria.fetch("GET", f"{path}/ta-bort").status_code == 404
    maria.open(INVITE)
    token = next(
        node.get("value") for node in maria.page.all("input") if node.get("name") == "csrf_token"
    )
    assert maria.fetch("POST", f"{path}/lank", data={"csrf_token": token}).status_code == 404


def test_an_answer_of_one_s_own_has_no_colleagues(office: Office) -> None:
    (ida,) = office.opens("Ida", form="konferens")
    ida.open(HUB).miss("Bjud in en kollega", "Ni som fyller i")
    assert [ida.fetch("GET", path).status_code for path in (INVITE, LEAD)] == [404, 404]


# A share of the answer


def test_a_member_with_a_theme_sees_what_is_theirs_and_reads_the_rest(office: Office) -> None:
    maria, olle = office.shares("Maria")
    maria.open(OTHER).fill(SKAPA, "Solceller").press("Spara utkast")
    olle.open(HUB).see(
        "Din del: Hur får fler arbete?",
        "Skrivs av kollegor",
        "Det tar cirka 20 minuter",
        "Maria Lindqvist, i dag kl. 10.00",
    )
    olle.miss(
        "Granska och skicka in",
        "Bjud in en kollega",
        "Ta bort",
        "Mejla länken igen",
        "Jag blir samordnare",
    )
    assert [a.get("href") for a in olle.page.all("ol")[0].all("a")] == [THEME]
    olle.follow("Läs hela utkastet").see("Solceller").miss("Ändra Hur sparar vi energi?")
    maria.open(HUB).see("Skriver: Hur får fler arbete?")


def test_next_leads_somebody_with_a_theme_home_and_not_to_the_review(office: Office) -> None:
    _maria, olle = office.shares("Maria")
    olle.open(THEME).fill(SKAPA, "En mötesplats").press("Nästa: översikten").see(
        "Din del: Hur får fler arbete?", "Påbörjat"
    )


def token_of(browser: Browser) -> str:
    return next(
        str(node.get("data-csrf"))
        for node in browser.open(THEME).page.all("form")
        if node.get("data-csrf")
    )


# What somebody with the theme "arbete" may open though it is not theirs to write. A page that is
# added has to be thought about.
READ = {"hub", "answer", "download", "printing", "results", "authors", "subscription"}
# What concerns the member alone.
OWN = ("here ", "subscription ")


def endpoints(app: Flask, method: str) -> dict[str, str]:
    """The blueprint's endpoints for a method, with an address: of another theme, of a card, of the
    lead.
    """
    found = {}
    with app.test_request_context():
        maria = member_called("Maria")
        card = (
            db.session.query(Item)
            .filter_by(group_key="initiativ", submission_id=maria.submission_id)
            .first()
        )
        values = {
            "section": "initiativ",
            "theme": "energi",
            "item": card.public_id if card else "",
            "colleague": maria.public_id,
        }
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("preparation.") and method in (rule.methods or ()):
                given = {name: values.get(name, "1") for name in rule.arguments}
                if "theme" in rule.arguments:
                    given["section"] = "strukturer"
                found[f"{rule.endpoint.partition('.')[2]} {rule.rule}"] = app.url_for(
                    rule.endpoint, **given
                )
    return found


def test_every_page_but_those_that_read_is_closed_to_a_member_with_a_share(office: Office) -> None:
    _maria, olle = office.shares("Maria")
    with office.app.app_context():
        add_initiative(member_called("Maria"))
        db.session.commit()
    for rule, path in endpoints(office.app, "GET").items():
        name = rule.split(" ")[0]
        wanted = {200, 303, 404} if name in READ or name == "receipt" else {403}
        assert olle.fetch("GET", path).status_code in wanted, rule


def test_every_button_outside_the_share_is_refused_and_changes_nothing(office: Office) -> None:
    _maria, olle = office.shares("Maria")
    with office.app.app_context():
        add_initiative(member_called("Maria"))
        db.session.commit()
        before = snapshot()
    token = token_of(olle)
    for rule, path in endpoints(office.app, "POST").items():
        if rule.startswith(OWN):
            continue
        data = {
            "csrf_token": token,
            "titel": "Mitt",
            "base-titel": EMPTY,
            "skapa": "Mitt",
            "base-skapa": EMPTY,
            "act": "save",
        }
        assert olle.fetch("POST", path, data=data).status_code == 403, rule
        body = {
            "fields": {
                "titel": {"value": "Mitt", "base": EMPTY},
                "skapa": {"value": "Mitt", "base": EMPTY},
            }
        }
        assert (
            olle.fetch("POST", path, json=body, headers={"X-CSRFToken": token}).status_code == 403
        ), rule
    with office.app.app_context():
        assert snapshot() == before


@pytest.mark.parametrize("body", ["[" * 100_000, "5", "[1]", '{"fields": 5, "csrf_token": 5}'])
def test_no_button_is_brought_down_by_a_body_that_no_script_of_ours_sends(
    office: Office, body: str
) -> None:
    writers = office.shares("Maria")
    with office.app.app_context():
        add_initiative(member_called("Maria"))
        db.session.commit()
    for writer in writers:
        token = token_of(writer)
        for rule, path in endpoints(office.app, "POST").items():
            reply = writer.fetch(
                "POST",
                path,
                headers={"X-CSRFToken": token},
                data=body,
                content_type="application/json",
            )
            assert reply.status_code < 500, rule


def snapshot() -> list[Any]:
    """What is written and who may write."""
    written = (
        db.session.query(
            models.drafts.Answer.item_id,
            models.drafts.Answer.question_key,
            models.drafts.Answer.version,
        )
        .order_by(models.drafts.Answer.id)
        .all()
    )
    there = db.session.query(Item.public_id, Item.removed_at, Item.position).order_by(Item.id).all()
    people = db.session.query(Member.public_id, Member.scope, Member.role).order_by(Member.id).all()
    return [*written, *there, *people, db.session.query(Message).count()]


def save(browser: Browser, item: str, fields: dict[str, str], **more: object) -> int:
    body = {"fields": {key: {"value": text, "base": EMPTY} for key, text in fields.items()}, **more}
    return browser.fetch(
        "POST", f"/forberedelse/spara/{item}", json=body, headers={"X-CSRFToken": token_of(browser)}
    ).status_code


def test_a_save_outside_the_share_says_why(office: Office) -> None:
    _maria, olle = office.shares("Maria")
    with office.app.app_context():
        other = item_of(member_called("Maria"), "strukturer/energi").public_id
    answer = olle.fetch(
        "POST",
        f"/forberedelse/spara/{other}",
        json={"fields": {}},
        headers={"X-CSRFToken": token_of(olle)},
    )
    assert (answer.status_code, answer.get_json()["reason"]) == (403, "other_share")


def test_autosave_takes_the_share_and_nothing_else(office: Office) -> None:
    _maria, olle = office.shares("Maria")
    with office.app.app_context():
        maria = member_called("Maria")
        root, mine, other = (
            item_of(maria, key).public_id for key in ("", "strukturer/arbete", "strukturer/energi")
        )
    assert save(olle, mine, {"skapa": "Ett avtal"}) == 200
    assert save(olle, other, {"skapa": "Ett avtal"}) == 403
    assert save(olle, root, {"forberett": "Jag"}) == 403
    assert save(olle, "finnsinte", {"forberett": "Jag"}) == 403


def test_where_nothing_is_asked_per_theme_a_share_is_a_section(office: Office) -> None:
    maria, olle = office.shares("Maria", scope="larandet", form="riktningsmote")
    maria.open(INVITE).see("Nuläget" if "Nuläget" in maria.text else "Vad ska din kollega skriva?")
    with office.app.app_context():
        root = item_of(member_called("Maria")).public_id
    olle.open("/forberedelse/larandet")
    token = next(
        str(node.get("data-csrf")) for node in olle.page.all("form") if node.get("data-csrf")
    )

    def sent(fields: list[str]) -> int:
        body = {"fields": {key: {"value": "Text", "base": EMPTY} for key in fields}}
        return olle.fetch(
            "POST", f"/forberedelse/spara/{root}", json=body, headers={"X-CSRFToken": token}
        ).status_code

    assert (sent(["lara_mer"]), sent(["monster"]), sent(["lara_mer", "monster"]), sent([])) == (
        200,
        403,
        403,
        403,
    )
    assert (
        olle.open("/forberedelse/larandet").status,
        olle.open("/forberedelse/riktningen").status,
    ) == (200, 403)


# Who leads


def lead_of_year() -> str:
    row = (
        db.session.query(YearOrganisation)
        .join(Organisation)
        .join(Year)
        .filter(Organisation.name == "Hagfors kommun")
        .one()
    )
    return row.lead.given if row.lead else ""


def test_the_lead_hands_over_and_reminders_follow(office: Office) -> None:
    maria, anna, _olle = office.shares("Maria", "Anna")
    maria.open(HUB).follow("Lämna över samordningen").miss("Olle Ek").press("Lämna över")
    assert maria.status == 422
    maria.see("Välj vem som ska vara samordnare").choose("Anna Berg").press("Lämna över").see(
        "Anna Berg är nu samordnare"
    )
    anna.open(HUB).see("Lämna över samordningen")
    maria.open(HUB).miss("Lämna över samordningen")
    assert maria.open(LEAD).url == HUB
    with office.app.app_context():
        assert (member_called("Anna").role, member_called("Maria").role, lead_of_year()) == (
            "lead",
            "writer",
            "Anna",
        )
        assert [mail.address for mail in mails("lead")] == ["anna@kommun.example"]
        assert "Maria Lindqvist har lämnat över samordningen till dig" in mails("lead")[0].body.text
        assert db.session.query(Audit).filter_by(verb="lead_handed_over").count() == 1


def test_who_is_no_longer_lead_hands_nothing_over(office: Office) -> None:
    maria, _anna, _siv = office.opens("Maria", "Anna", "Siv")
    maria.open(LEAD).choose("Siv Lindqvist")
    with office.app.app_context():
        anna = member_called("Anna")
        collaborators.hand_over_lead(member_called("Maria"), anna.public_id, OPEN)
        db.session.commit()
    maria.press("Lämna över").see("Det går inte att lämna över")
    with office.app.app_context():
        assert lead_of_year() == "Anna"


def test_where_nobody_leads_anybody_who_writes_the_whole_may_take_it(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    with office.app.app_context():
        collaborators.appoint(
            member_called("Maria").submission.organisation, db.session.query(Year).one(), None
        )
        db.session.commit()
    for browser in (maria, anna):
        browser.open(HUB).see("Ingen samordnar svaret än")
    anna.press("Jag blir samordnare").see("Du är nu samordnare", "Samordnar svaret")
    maria.press("Jag blir samordnare")
    assert maria.status == 409
    maria.see("Anna Berg är redan samordnare")
    with office.app.app_context():
        assert (lead_of_year(), mails("lead")) == ("Anna", [])


def test_a_lead_whom_a_coordinator_appoints_leads_the_answer_too(office: Office) -> None:
    maria, _anna = office.opens("Maria", "Anna")
    with office.app.app_context():
        organisation = member_called("Maria").submission.organisation.public_id
        karin = sign_in(office.new_visitor(), make_staff(), OPEN)
    karin.open(f"/personer/organisationer/{organisation}").choose("Anna Berg", "Samordnare").press(
        "Spara för 2027"
    )
    with office.app.app_context():
        assert (member_called("Anna").role, member_called("Maria").role, lead_of_year()) == (
            "lead",
            "writer",
            "Anna",
        )
    maria.open(HUB).miss("Lämna över samordningen")


# Who is here


def alive(
    browser: Browser, where: str = "strukturer/arbete", token: str = "", **more: object
) -> Any:
    found = browser.fetch(
        "POST",
        "/forberedelse/har",
        json={"where": where, **more},
        headers={
            "X-CSRFToken": token
            or next(str(n.get("data-csrf")) for n in browser.page.walk() if n.get("data-here"))
        },
    )
    return found.get_json()["others"] if found.status_code == 200 else found.status_code


def test_a_sign_of_life_is_seen_for_a_minute_by_colleagues(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    words = "Anna Berg skriver nu under ”Hur får fler arbete?”"
    assert alive(anna) == []
    assert alive(maria, "") == [words]
    maria.open(HUB).see(words)
    maria.open("/forberedelse/organisation").see(words)
    assert alive(anna) == ["Maria Lindqvist är här nu"]
    office.clock.advance(dt.timedelta(seconds=61))
    maria.open(HUB).miss("skriver nu")


def test_it_is_written_at_most_every_fifteen_seconds(office: Office) -> None:
    (anna,) = office.opens("Anna")

    def seen() -> Any:
        with office.app.app_context():
            found = member_called("Anna")
            return found.seen_section, found.seen_at

    alive(anna)
    office.clock.advance(dt.timedelta(seconds=14))
    alive(anna, "organisation")
    assert seen() == ("strukturer/arbete", OPEN)
    office.clock.advance(dt.timedelta(seconds=1))
    alive(anna, "organisation", away=True)
    assert seen() == ("strukturer/arbete", OPEN)
    alive(anna, "organisation")
    assert seen() == ("organisation", OPEN + dt.timedelta(seconds=15))
    anna.open(THEME).fill(SKAPA, "Ett avtal").press("Spara utkast")
    anna.open(HUB).see("Fortsätt där du slutade: Er organisation")


def test_a_save_is_a_sign_of_life_too_and_brings_the_others(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    alive(maria, "organisation")
    anna.open(THEME)
    form = next(node for node in anna.page.all("form") if node.get("data-autosave"))

    def sent() -> Any:
        body = {
            "fields": {"skapa": {"value": "Ett avtal", "base": EMPTY}},
            "where": "strukturer/arbete",
        }
        return anna.fetch(
            "POST",
            form.get("data-autosave"),
            json=body,
            headers={"X-CSRFToken": form.get("data-csrf")},
        ).get_json()

    assert sent()["others"] == ["Maria Lindqvist skriver nu under ”Er organisation”"]
    assert "others" not in sent()
    with office.app.app_context():
        assert member_called("Anna").seen_section == "strukturer/arbete"


def test_nobody_is_present_after_the_last_day_nor_in_another_organisation(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    with office.app.app_context():
        other = elsewhere("Eva")
        eva = enter(office.new_visitor(), other)
    alive(anna)
    assert alive(eva) == []
    office.clock.set(CLOSES - dt.timedelta(seconds=5))
    alive(anna)
    maria.open(HUB).see("Anna Berg skriver nu")
    office.clock.set(CLOSES + dt.timedelta(seconds=5))
    assert alive(anna) == 410
    maria.open(HUB).miss("skriver nu")
    with office.app.app_context():
        assert presence.others(member_called("Maria"), CLOSES + dt.timedelta(seconds=5)) == []


def test_a_sign_of_life_needs_the_page_s_token_and_a_page_that_is_there(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    assert alive(anna, token="fel") == 400
    assert alive(anna, "<script>") == []
    assert alive(maria) == ["Anna Berg är här nu"]


def test_the_hub_costs_the_same_however_many_write(office: Office) -> None:
    (maria,) = office.opens()

    def cost() -> int:
        asked: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            asked.append(statement)

        with office.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        maria.open(HUB)
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    first = cost()
    with office.app.app_context():
        for number in range(5):
            found = collaborators.invite(
                member_called("Maria"),
                Collaborator("Nils", f"Nr {number}", f"nils{number}@kommun.example", "arbete"),
                OPEN,
            )
            presence.note(found, "organisation", OPEN)
        db.session.commit()
    assert cost() == first


# On paper


def test_the_questions_on_paper_are_all_there_with_hints_and_room(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(HUB).follow("Skriv ut frågorna").see(
        "Vilka har förberett svaret?",
        "Roller räcker",
        "Förtroendevalda eller styrelse",
        "Initiativ 1",
        "Vad är det? Välj ett Initiativ",
        "Vilka samarbetar ni med? Skriv organisationernas namn, ett på varje rad",
        "Gäller om ni har valt ”Pågår” på frågan ”Var är ni nu?”",
        "Hur sparar vi energi?",
    )
    rooms = [node for node in maria.page.walk() if node.get("class") == "rule-lines"]
    assert len(rooms) > 20
    organisations = next(
        node
        for node in maria.page.walk()
        if node.get("class") == "asked" and "Vilka samarbetar ni med?" in node.text
    )
    assert len(organisations.all("i")) == 5
    english = maria.fetch("GET", "/forberedelse/skriv-ut?lang=en").get_data(as_text=True)
    assert "Who prepared the response?" in english and "How do we save energy?" in english


def test_the_draft_is_on_the_paper_when_it_is_asked_for(office: Office) -> None:
    (maria,) = office.opens()
    with office.app.app_context():
        member = member_called("Maria")
        write(member, item_of(member), forberett="Strateger")
        add_initiative(member)
        db.session.commit()
    maria.open("/forberedelse/skriv-ut").miss("Strateger", "Ung i Hagfors")
    maria.follow("Visa det som är skrivet så här långt").see(
        "Strateger", "Ung i Hagfors", "Nätverk (valt)", "Behövs fler på papper?"
    )
    maria.miss("Initiativ 2").follow("Visa bara frågorna").see("Initiativ 1")


def test_paper_costs_the_same_however_many_initiatives(office: Office) -> None:
    (maria,) = office.opens()
    costs = []
    for _round in range(2):
        with office.app.app_context():
            for _number in range(2):
                item = add_initiative(member_called("Maria"))
                write(member_called("Maria"), item, aktorer=["HAGFOR"])
            db.session.commit()
            engine = db.engine
        asked: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_: Any, into: list[str] = asked) -> None:
            into.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        maria.open("/forberedelse/skriv-ut?med=svar")
        event.remove(engine, "before_cursor_execute", note)
        costs.append(len(asked))
    assert costs[0] == costs[1]
