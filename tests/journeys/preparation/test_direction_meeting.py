"""Before the direction meeting: one to three joint efforts, with what they are for and by whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from annualwheel.db import db
from annualwheel.mail.letters import write
from annualwheel.models import Member, SubmissionVersion
from annualwheel.preparation import notices
from annualwheel.questionnaires.content import read
from tests.conftest import Fixed
from tests.makers.writers import OPEN, enter, make_members
from tests.tiny_browser import Browser

HUB, GROUP = "/forberedelse", "/forberedelse/riktningen"
URL = "https://www.example.org/nul%C3%A4get_2027*.pdf?a=1&b=2"
PROBLEM = "- sju ingångar\n- ingen äger helheten (!)\n\nFolk ger upp efter den andra."


@pytest.fixture
def maria(app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> Browser:
    clock.set(OPEN)
    with app.app_context():
        (member,) = make_members("Maria", form="riktningsmote")
        return enter(new_visitor(), member)


def add_effort(page: Browser, name: str) -> Browser:
    """Adds a joint effort with all that must be said of it."""
    page.open(GROUP).press("Lägg till en kraftsamling")
    page.fill("Vad ska kraftsamlingen heta?", name)
    page.fill("Vilket problem ska den lösa?", PROBLEM).choose("Hur får fler arbete?")
    return page.fill("Vad bidrar ni med?", "En lokal på torsdagar").press("Klar", within="")


def test_without_a_joint_effort_nothing_is_submitted(app: Flask, maria: Browser) -> None:
    maria.open("/forberedelse/granska").see("Lägg till minst en kraftsamling")
    maria.press("Skicka in svaret").see("Lägg till minst en kraftsamling")
    with app.app_context():
        assert db.session.query(SubmissionVersion).count() == 0


def test_up_to_three_joint_efforts_are_submitted_with_problem_and_theme(
    app: Flask, maria: Browser
) -> None:
    for name in ("En väg in till arbete", "Sena bussar", "Delade avtal – för el & värme"):
        add_effort(maria, name)
    maria.open(GROUP).see("Här får plats tre, och så många har ni.")
    maria.open("/forberedelse/granska").press("Skicka in svaret").see("är inskickat")
    with app.app_context():
        said = read(db.session.query(SubmissionVersion).one().content)
    (group,) = (section.group for section in said.sections if section.group)
    assert (group.key, [item.title for item in group.items]) == (
        "kraftsamlingar",
        ["En väg in till arbete", "Sena bussar", "Delade avtal – för el & värme"],
    )
    assert {item.themes for item in group.items} == {("arbete",)}
    texts = {answer.question: answer.value for answer in group.items[0].answers}
    assert texts["problem"] == PROBLEM


def test_what_is_missing_is_asked_for_at_its_field(maria: Browser) -> None:
    maria.open(GROUP).press("Lägg till en kraftsamling").press("Klar", within="")
    assert maria.status == 422
    maria.see("Skriv vad kraftsamlingen ska heta", "Skriv vad er organisation bidrar med")
    maria.see("Välj vilken av årets utmaningar kraftsamlingen hör till")
    maria.choose("Hur får fler arbete?").choose(
        "Inget av dem", within="Vilken av årets utmaningar hör den till?"
    ).press("Klar", within="")
    maria.see("Ta bort ”Inget av dem” eller de andra valen på")


def test_what_is_read_first_has_its_link_and_is_no_dead_promise_without(
    app: Flask, maria: Browser
) -> None:
    for page in (HUB, "/forberedelse/nulaget", "/forberedelse/skriv-ut"):
        maria.open(page).see("Hör av er till oss om ni inte har fått den.").miss(
            "Läs nulägesanalysen"
        )
    with app.app_context():
        member = db.session.query(Member).one()
        assert "material" not in notices.preparation_facts(member, "sv")
        member.submission.questionnaire.meeting.material_url = URL
        facts = notices.preparation_facts(member, "sv")
        letters = [
            write(kind, language, told(member, language)).text
            for kind, told in (
                ("preparation", notices.preparation_facts),
                ("preparation_reminder", notices.reminder_facts),
            )
            for language in ("sv", "en")
        ]
        db.session.commit()
    assert (facts["material"], facts["material_url"]) == ("nulägesanalysen", URL)
    assert [URL in text for text in letters] == [True] * 4
    maria.open(HUB).see("Det tar cirka 80 minuter tillsammans.")
    for page in (HUB, "/forberedelse/nulaget", "/forberedelse/skriv-ut"):
        maria.open(page).miss("Hör av er till oss om ni inte har fått den.")
        (link,) = (a for a in maria.page.all("a") if a.text == "Läs nulägesanalysen först")
        assert link.get("href") == URL
