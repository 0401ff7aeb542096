"""The settings: accounts, outgoing mail, the year's themes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.db import db
from annualwheel.models import Audit, Staff, Theme, Year
from tests.conftest import START
from tests.makers.guests import publish
from tests.makers.region import make_staff, make_year, meeting_of, sign_in
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser


@pytest.fixture
def boss(session: scoped_session[Session]) -> Staff:
    return make_staff("administrator", "Astrid Admin")


@pytest.fixture
def office(visitor: Browser, boss: Staff) -> Browser:
    return sign_in(visitor, boss)


def verbs() -> list[str]:
    db.session.expire_all()
    return [
        row.verb
        for row in db.session.query(Audit).filter_by(actor_kind="staff").order_by(Audit.id)
        if row.verb != "signed_in"
    ]


def test_a_new_account_is_welcomed_and_signs_in(
    office: Browser, new_visitor: Callable[[], Browser], work: Callable[[], int], smtp: Smtp
) -> None:
    office.open("/installningar").follow("Nytt konto").press("Skapa kontot")
    assert office.status == 422 and office.error_at("Namn") and office.error_at("E-postadress")
    office.fill("Namn", "Karin Ek").fill("E-postadress", "karin@region.example").press(
        "Skapa kontot"
    )
    assert "Välj minst en roll" in office.text
    office.choose("Koordinator").press("Skapa kontot").see(
        "Kontot är skapat. Karin Ek får ett mejl"
    )
    work()
    assert smtp.mails[0].to == ("karin@region.example",) and "koordinator" in smtp.mails[0].text
    # For when the link has run out: whoever got it days ago knows where to ask for a new one.
    assert re.search(
        r"^Inloggningssidan: https?://\S+/logga-in(?=\s)", smtp.mails[0].text, re.MULTILINE
    )
    karin = (
        new_visitor()
        .open(next(url for url in smtp.mails[0].links if "/logga-in/" in url))
        .press("Logga in")
        .see("Årshjulet")
    )
    assert karin.fetch("GET", "/installningar").status_code == 403
    office.open("/installningar/konton/nytt").fill("Namn", "Karin Ek").fill(
        "E-postadress", "KARIN@region.example"
    ).choose("Koordinator").press("Skapa kontot")
    assert "redan ett konto" in office.error_at("E-postadress")
    assert verbs() == ["staff_added"]


def test_a_role_that_does_not_exist_is_answered_in_words_of_ours(
    boss: Staff, office: Browser
) -> None:
    office.open(f"/installningar/konton/{boss.public_id}")
    for node in office.page.all("input"):
        if node.get("name") == "roles":
            node.attrs["value"] = "kejsare"
    office.press("Spara rollerna").see("Välj minst en roll.").miss("kejsare")
    assert office.status == 422


def test_roles_are_changed_and_the_last_administrator_stays(boss: Staff, office: Browser) -> None:
    office.open("/installningar").follow("Astrid Admin").clear("Administratör").choose(
        "Koordinator"
    ).press("Spara rollerna")
    office.see("Det måste finnas minst en administratör. Gör någon annan till administratör först.")
    office.open(f"/installningar/konton/{boss.public_id}").choose("Koordinator").press(
        "Spara rollerna"
    ).see("Rollerna är sparade.")
    db.session.expire_all()
    assert sorted(role.role for role in boss.roles) == ["administrator", "coordinator"]
    office.press("Stäng kontot").see(
        "Det måste finnas minst en administratör. Gör någon annan till administratör först."
    )
    db.session.expire_all()
    assert boss.active
    assert verbs() == ["staff_roles_set"]


def test_a_closed_account_is_signed_out_at_once(
    office: Browser, new_visitor: Callable[[], Browser]
) -> None:
    karin = make_staff()
    hers = sign_in(new_visitor(), karin).open("/arshjul")
    office.open(f"/installningar/konton/{karin.public_id}").press("Stäng kontot").see(
        "Kontot är stängt och utloggat överallt.", "Stängt"
    )
    assert hers.fetch("GET", "/arshjul").status_code == 303
    office.press("Öppna kontot").see("Kontot är öppet igen.")
    assert verbs() == ["staff_deactivated", "staff_activated"]


def test_without_a_year_the_settings_lead_to_where_one_is_made(
    session: scoped_session[Session], visitor: Browser
) -> None:
    office = sign_in(visitor, make_staff("administrator")).open("/installningar")
    office.see("Det finns inget årshjul än.").follow("Planera årets möten").see("Nytt årshjul")


def test_the_mail_settings_are_shown_without_the_password_and_tried(
    office: Browser, work: Callable[[], int], smtp: Smtp
) -> None:
    office.open("/installningar").see("127.0.0.1", "Lösenordet visas aldrig").fill(
        "Skicka ett testmejl till", "x"
    ).press("Skicka testmejl")
    assert office.status == 422
    office.fill("Skicka ett testmejl till", "drift@region.example").press("Skicka testmejl").see(
        "Testmejlet är på väg"
    )
    work()
    assert [mail.to for mail in smtp.mails] == [("drift@region.example",)]
    assert verbs() == ["tested_mail"]


def test_themes_are_written_until_questions_are_published(office: Browser) -> None:
    year: Year = make_year()
    office.open("/installningar").follow("Lägg till ett tema").fill(
        "På svenska", "Fler i arbete"
    ).press("Spara temat")
    assert office.error_at("På engelska")
    office.fill("På engelska", "More people in work").press("Spara temat").see(
        "Temat är tillagt.", "Fler i arbete"
    )
    office.follow("Ändra Fler i arbete").fill("På svenska", "Fler i jobb").press("Spara temat").see(
        "Fler i jobb"
    )
    theme = db.session.query(Theme).one()
    assert (theme.sv, theme.en) == ("Fler i jobb", "More people in work")
    publish(meeting_of(year))
    office.open("/installningar").see("bara de korta namnen går att ändra").miss(
        "Lägg till ett tema"
    )
    office.open("/installningar/teman/2027").see("så temana går inte att ändra").miss("Spara temat")
    assert verbs() == ["theme_added", "theme_changed"]


def test_the_short_name_of_a_theme_is_its_first_words_until_somebody_writes_another(
    office: Browser,
) -> None:
    year: Year = make_year()
    whole = "Hur skapar vi förutsättningar för att fler ska komma i arbete?"
    for sv in (whole, "Hur skapar vi förutsättningar för energin?"):
        office.open("/installningar/teman/2027").fill("På svenska", sv).fill(
            "På engelska", f"In English {sv}"
        ).press("Spara temat")
    # Both would be "Hur skapar vi" on their tabs.
    assert office.status == 422
    assert office.error_at("Kort namn på svenska")
    office.fill("Kort namn på svenska", "x" * 26).press("Spara temat")
    assert "25 tecken" in office.error_at("Kort namn på svenska")
    office.fill("Kort namn på svenska", "Energi och klimat").fill(
        "Kort namn på engelska", "Energy and climate"
    ).press("Spara temat").see("Energi och klimat")
    publish(meeting_of(year))
    office.follow(f"Ändra {whole}").miss("På svenska").fill(
        "Kort namn på svenska", "energi och KLIMAT"
    ).press("Spara temat")
    assert office.error_at("Kort namn på svenska")
    office.fill("Kort namn på svenska", "Fler i arbete").press("Spara temat").see("Fler i arbete")
    found = [(theme.sv, theme.short_sv, theme.short_en) for theme in year.themes]
    assert found == [
        (whole, "Fler i arbete", "In English Hur skapar vi"),
        ("Hur skapar vi förutsättningar för energin?", "Energi och klimat", "Energy and climate"),
    ]


@pytest.mark.parametrize("role", ["coordinator", "facilitator"])
def test_only_administrators_reach_the_settings(
    session: scoped_session[Session], visitor: Browser, role: str
) -> None:
    person = make_staff(role, "Nils Ask")
    sign_in(visitor, person, START)
    for path in (
        "/installningar",
        "/installningar/konton/nytt",
        f"/installningar/konton/{person.public_id}",
    ):
        assert visitor.fetch("GET", path).status_code == 403, path
