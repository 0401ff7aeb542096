"""Preparing together over HTTP, without a script: hub, sections, cards, conflicts, review, receipt,
and what comes after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from annualwheel.db import db
from annualwheel.models import Member, Message, SubmissionVersion, SubmittedAnswer
from annualwheel.models.drafts import Item
from annualwheel.preparation import items
from annualwheel.questionnaires import content, published
from annualwheel.questionnaires.definition import CHOOSING, WRITING
from tests.conftest import Fixed
from tests.makers.writers import (
    CLOSES,
    OPEN,
    add_initiative,
    enter,
    history,
    item_of,
    make_members,
    stored,
    write,
)
from tests.tiny_browser import Browser

THEME = "/forberedelse/strukturer/arbete"
GROUP = "/forberedelse/initiativ"
SKAPA = "Vilka strukturer behöver vi skapa?"


class Office:
    """The people of an organisation, each with a browser, while the preparation is open."""

    def __init__(self, app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> None:
        self.app, self.clock, self.new_visitor = app, clock, new_visitor

    def opens(self, *given: str, form: str = "arbetsmote", finished: bool = False) -> list[Browser]:
        self.clock.set(OPEN)
        with self.app.app_context():
            members = make_members(*given, form=form)
            if finished:
                write(members[0], item_of(members[0]), forberett="Strateger")
                add_initiative(members[0])
                db.session.commit()
            return [enter(self.new_visitor(), member) for member in members]

    def member(self) -> Member:
        found = db.session.query(Member).order_by(Member.id).first()
        assert found is not None
        return found


@pytest.fixture
def office(app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> Office:
    return Office(app, clock, new_visitor)


def test_the_hub_says_what_is_asked_how_far_it_is_and_who_writes(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    maria.see(
        "Förberedelse för Hagfors kommun",
        "Ingen har börjat än. Börja med Er organisation. Det tar cirka 3 minuter.",
        "cirka 90 minuter tillsammans",
        "torsdag 14 januari 2027",
        "3. Skapa, bryta, behålla: Hur får fler arbete?",
        "Maria Lindqvist (du)",
        "Samordnar svaret",
    )
    anna.follow("1. Er organisation").fill("Vilka har förberett svaret?", "Strateger").press(
        "Spara utkast"
    )
    maria.open("/forberedelse").see("Klar", "Anna Berg, i dag kl. 10.00").miss(
        "Ingen har börjat än"
    )


def test_a_member_who_has_not_come_in_is_shown_as_such(office: Office) -> None:
    with office.app.app_context():
        office.clock.set(OPEN)
        first, _second = make_members("Maria", "Anna")
        enter(office.new_visitor(), first).see("Inte öppnat än")


def test_next_saves_and_goes_through_all_pages_to_the_review(office: Office) -> None:
    (maria,) = office.opens()
    maria.follow("1. Er organisation").fill("Vilka har förberett svaret?", "Strateger").press(
        "Nästa: Era initiativ"
    )
    maria.see("steg 2 av 4").press("Nästa: steg 3 av 4").fill(SKAPA, "En mötesplats").press(
        "Nästa: steg 4 av 4"
    )
    maria.see("Hur sparar vi energi?").press("Nästa: granska").see(
        "Granska och skicka in", "En mötesplats", "Strateger"
    )


def test_two_in_the_same_field_see_both_texts_and_choose(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna")
    for one, text in ((maria, "Marias text"), (anna, "Annas text")):
        one.open(THEME).fill(SKAPA, text)
    maria.fill("Vilka hinder ser ni?", "Tid").press("Spara utkast")
    anna.fill("Vilka möjligheter ser ni?", "Lust").press("Spara utkast")
    assert anna.status == 409
    anna.see("Maria Lindqvist ändrade samma svar", "Marias text", "Din text står kvar")
    assert (anna.value(SKAPA), anna.value("Vilka möjligheter ser ni?")) == ("Annas text", "Lust")
    anna.press("Spara utkast").see("Maria Lindqvist ändrade samma svar")
    anna.press("Lägg Marias text efter min").miss("ändrade samma svar")
    assert anna.value(SKAPA).splitlines() == ["Annas text", "", "Marias text"]
    assert anna.value("Vilka hinder ser ni?") == "Tid"
    with office.app.app_context():
        item = item_of(office.member(), "strukturer/arbete")
        assert (stored(item, "skapa"), "Marias text" in history(item, "skapa")) == (
            "Annas text\n\nMarias text",
            True,
        )


def test_two_answers_of_one_line_are_put_on_one_line(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna", finished=True)
    for one, text in ((maria, "Simskola"), (anna, "Simskolan 2")):
        one.open(GROUP).follow("Ändra Ung i Hagfors").fill("Vad heter initiativet?", text)
    maria.press("Spara utkast")
    anna.press("Spara utkast").press("Lägg Marias text efter min")
    assert anna.value("Vad heter initiativet?") == "Simskolan 2, Simskola"


def test_the_page_says_which_answers_can_only_be_one(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.open(GROUP).follow("Ändra Ung i Hagfors")
    single = {node.get("name") for node in maria.page.walk() if "data-single" in node.attrs}
    with office.app.app_context():
        group = next(
            section.group
            for section in published.definition_of(
                office.member().submission.questionnaire
            ).sections
            if section.group
        )
    assert single == {
        question.key for question in group.questions if question.type not in CHOOSING | WRITING
    }
    assert single


@pytest.mark.parametrize(
    ("button", "text"), [("Behåll bara min", "Annas text"), ("Ta Marias", "Marias text")]
)
def test_a_conflict_is_settled_as_one_chooses_and_the_other_text_is_kept(
    office: Office, button: str, text: str
) -> None:
    maria, anna = office.opens("Maria", "Anna")
    for one, typed in ((maria, "Marias text"), (anna, "Annas text")):
        one.open(THEME).fill(SKAPA, typed)
    maria.press("Spara utkast")
    anna.press("Spara utkast").press(button)
    assert anna.value(SKAPA) == text
    with office.app.app_context():
        item = item_of(office.member(), "strukturer/arbete")
        assert {"Marias text", "Annas text"} - {text} <= set(history(item, "skapa"))


def test_a_field_nobody_touched_does_not_bring_back_what_a_colleague_replaced(
    office: Office,
) -> None:
    maria, anna = office.opens("Maria", "Anna")
    maria.open(THEME).fill(SKAPA, "Först").press("Spara utkast")
    anna.open(THEME)
    maria.fill(SKAPA, "Sedan").press("Spara utkast")
    anna.fill("Vilka hinder ser ni?", "Tid").press("Spara utkast")
    assert (anna.status, anna.value(SKAPA)) == (200, "Sedan")


def test_an_initiative_is_added_filled_in_and_done(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(GROUP).press("Lägg till ett initiativ").see("1. Initiativ 1 (utan namn)")
    maria.press("Klar med initiativet")
    assert maria.status == 422
    maria.see("Fem saker behöver rättas")
    assert maria.error_at("Vad heter initiativet?") == "Fel: Skriv vad initiativet heter"
    maria.fill("Vad heter initiativet?", "Ung i Hagfors").choose("Nätverk").choose(
        "Hur får fler arbete?"
    ).choose("Förbättra livsvillkoren")
    maria.choose("Planeras").press("Klar med initiativet")
    # Without a script the questions of the state come with the next page.
    maria.see("Det kom till frågor efter ditt val", "Vad behöver ni för att komma igång")
    maria.press("Klar med initiativet")
    maria.see("1. Ung i Hagfors", "Klart", "Nätverk. Förbättra livsvillkoren. Planeras").miss(
        "Vad har varit svårt?"
    )
    maria.open("/forberedelse").see("1 klart")


def test_a_card_that_is_not_done_yet_is_called_what_was_just_typed(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(GROUP).press("Lägg till ett initiativ").fill(
        "Vad heter initiativet?", "Ung i Hagfors"
    ).press("Klar med initiativet")
    assert maria.status == 422
    maria.see("1. Ung i Hagfors", "Utkast").miss("(utan namn)", "Tomt")


def test_a_choice_shows_its_questions_before_the_card_is_done(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.open(GROUP).follow("Ändra Ung i Hagfors").choose("Avslutat").press("Klar med initiativet")
    maria.see("Det kom till frågor efter ditt val", "Vad blev resultatet?").fill(
        "Vad blev resultatet?", "Ett råd"
    ).press("Klar med initiativet")
    maria.miss("Vad blev resultatet?").see("Klart")


def test_a_removed_initiative_can_be_brought_back(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.open(GROUP).press("Ta bort Ung i Hagfors").see("Ung i Hagfors är borttaget.").miss(
        "1. Ung i Hagfors"
    )
    maria.press("Ångra borttagningen").see("1. Ung i Hagfors").follow("Ändra Ung i Hagfors")
    assert maria.value("Vad heter initiativet?") == "Ung i Hagfors"


GOAL = "Vilket mål arbetar ni mot?"


def two_cards(office: Office, *given: str) -> list[Browser]:
    """Each with the first of two initiatives open, and half a sentence in it."""
    writers = office.opens(*given, finished=True)
    with office.app.app_context():
        add_initiative(office.member(), titel="Andra")
        db.session.commit()
    return [
        one.open(GROUP).follow("Ändra Ung i Hagfors").fill(GOAL, f"Halvskrivet {number}")
        for number, one in enumerate(writers)
    ]


def card_of(title: str) -> Item:
    return next(
        item
        for item in db.session.query(Item).filter_by(group_key="initiativ")
        if stored(item, "titel") == title
    )


@pytest.mark.parametrize(
    ("button", "sees"),
    [
        ("Ta bort Ung i Hagfors", "Ung i Hagfors är borttaget."),
        ("Ta bort Andra", "Andra är borttaget."),
        ("Flytta upp Andra", "2. Ung i Hagfors"),
        ("Ändra Andra", "Klar med initiativet"),
        ("Lägg till ett initiativ", "3. Initiativ 3 (utan namn)"),
        ("Nästa: steg 3 av 4", "Hur får fler arbete?"),
        ("Spara utkast", "1. Ung i Hagfors"),
    ],
)
def test_every_button_beside_an_open_card_saves_what_was_typed_in_it(
    office: Office, button: str, sees: str
) -> None:
    (maria,) = two_cards(office)
    maria.press(button).see(sees)
    with office.app.app_context():
        assert stored(card_of("Ung i Hagfors"), "mal") == "Halvskrivet 0"
    if button == "Ändra Andra":
        assert maria.value("Vad heter initiativet?") == "Andra"


def test_what_was_typed_in_a_removed_initiative_is_there_when_it_is_brought_back(
    office: Office,
) -> None:
    (maria,) = two_cards(office)
    maria.press("Ta bort Ung i Hagfors").press("Ångra borttagningen")
    assert maria.value(GOAL) == "Halvskrivet 0"


def test_what_is_brought_back_is_where_it_was_and_open_or_folded_as_it_was(office: Office) -> None:
    (maria,) = two_cards(office)
    maria.press("Ta bort Ung i Hagfors").press("Ångra borttagningen").see("Klar med initiativet")
    maria.see("1. Ung i Hagfors", "2. Andra")
    maria.open(GROUP).press("Ta bort Ung i Hagfors").press("Ångra borttagningen")
    maria.see("1. Ung i Hagfors", "2. Andra").miss("Klar med initiativet")
    assert [each.text for each in maria.page.all("h2") if "data-focus" in each.attrs] == [
        "1. Ung i Hagfors"
    ]


@pytest.mark.parametrize(
    ("press", "said", "focused"),
    [
        ("Flytta ner Ung i Hagfors", "Nu nummer 2 av 3.", "Flytta ner Ung i Hagfors"),
        ("Flytta upp Tredje", "Nu nummer 2 av 3.", "Flytta upp Tredje"),
        # At the end there is no such button left: the other one has the focus.
        ("Flytta upp Andra", "Nu nummer 1 av 3.", "Flytta ner Andra"),
        ("Flytta ner Andra", "Nu nummer 3 av 3.", "Flytta upp Andra"),
    ],
)
def test_a_card_that_moves_says_where_it_is_and_keeps_the_focus(
    office: Office, press: str, said: str, focused: str
) -> None:
    (maria,) = office.opens(finished=True)
    with office.app.app_context():
        add_initiative(office.member(), titel="Andra")
        add_initiative(office.member(), titel="Tredje")
        db.session.commit()
    maria.open(GROUP).press(press).see(said)
    (button,) = [each for each in maria.page.all("button") if "data-focus" in each.attrs]
    assert (button.text, button.get("aria-describedby")) == (focused, "flyttat")


def test_bringing_back_another_saves_what_was_typed_too(office: Office) -> None:
    (maria,) = two_cards(office)
    maria.press("Ta bort Andra").follow("Ändra Ung i Hagfors").fill(GOAL, "Nytt mål").press(
        "Ångra borttagningen av Andra"
    )
    with office.app.app_context():
        assert (stored(card_of("Ung i Hagfors"), "mal"), card_of("Andra").removed_at) == (
            "Nytt mål",
            None,
        )


@pytest.mark.parametrize(
    "button",
    [
        "Ta bort Andra",
        "Flytta upp Andra",
        "Ändra Andra",
        "Lägg till ett initiativ",
        "Nästa: steg 3 av 4",
    ],
)
def test_a_button_beside_a_card_that_a_colleague_has_changed_shows_both_texts_first(
    office: Office, button: str
) -> None:
    maria, anna = two_cards(office, "Maria", "Anna")
    maria.press("Spara utkast")
    anna.press(button)
    assert (anna.status, anna.value(GOAL)) == (409, "Halvskrivet 1")
    anna.see("Maria Lindqvist ändrade samma svar", "Halvskrivet 0", "2. Andra").press(
        "Ta Marias"
    ).press(button).miss("ändrade samma svar")
    with office.app.app_context():
        assert history(card_of("Ung i Hagfors"), "mal") == ["Halvskrivet 1"]


def test_a_removed_card_keeps_the_text_that_met_a_colleague_s(office: Office) -> None:
    maria, anna = two_cards(office, "Maria", "Anna")
    maria.press("Spara utkast")
    anna.press("Ta bort Ung i Hagfors").see("Ung i Hagfors är borttaget.")
    with office.app.app_context():
        card = card_of("Ung i Hagfors")
        assert (stored(card, "mal"), history(card, "mal")) == ("Halvskrivet 0", ["Halvskrivet 1"])


def test_a_button_beside_a_card_that_is_gone_gives_the_text_back(office: Office) -> None:
    maria, anna = two_cards(office, "Maria", "Anna")
    maria.press("Ta bort Ung i Hagfors")
    anna.press("Flytta upp Andra").see(
        "Texten är inte sparad", "En kollega har tagit bort det här", "Halvskrivet 1"
    )
    assert anna.status == 404


def test_a_button_on_a_page_that_is_too_old_keeps_what_was_typed_in_the_card(
    office: Office,
) -> None:
    (maria,) = two_cards(office)
    for node in maria.page.all("input"):
        if node.get("name") == "csrf_token":
            node.attrs["value"] = "gammal"
    maria.press("Ta bort Andra").see(
        "Sidan hade legat öppen för länge", "Tryck på knappen en gång till.", "2. Andra"
    )
    assert (maria.status, maria.value(GOAL)) == (422, "Halvskrivet 0")
    maria.press("Ta bort Andra").see("Andra är borttaget.")


def test_initiatives_are_moved_by_buttons(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    with office.app.app_context():
        add_initiative(office.member(), titel="Andra")
        db.session.commit()
    maria.open(GROUP).see("1. Ung i Hagfors").press("Flytta upp Andra").see(
        "1. Andra", "2. Ung i Hagfors"
    )
    maria.press("Flytta ner Andra").see("1. Ung i Hagfors")


def test_at_the_limit_words_stand_where_the_button_was(office: Office) -> None:
    (maria,) = office.opens()
    with office.app.app_context():
        for _ in range(10):
            items.add(office.member().submission, "initiativ", OPEN)
        db.session.commit()
    maria.open(GROUP).see("Här får plats tio, och så många har ni.").miss("Lägg till ett initiativ")


def test_none_to_report_is_an_answer(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(GROUP).choose("Vi har inga initiativ att berätta om").press("Spara utkast")
    assert maria.value("Vi har inga initiativ att berätta om") == "on"
    maria.open("/forberedelse/granska").see("Vi har inga initiativ att berätta om").miss(
        "behöver rättas"
    )


def test_the_tick_for_having_none_comes_along_to_the_next_step(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(GROUP).choose("Vi har inga initiativ att berätta om").press(
        "Nästa: steg 3 av 4"
    ).see("steg 3 av 4")
    assert maria.open(GROUP).value("Vi har inga initiativ att berätta om") == "on"


def test_a_card_a_colleague_removed_shows_what_was_typed(office: Office) -> None:
    maria, anna = office.opens("Maria", "Anna", finished=True)
    anna.open(GROUP).follow("Ändra Ung i Hagfors").fill("Vad har varit svårt?", "Lång text")
    maria.open(GROUP).press("Ta bort Ung i Hagfors")
    anna.press("Spara utkast")
    assert anna.status == 404
    anna.see("En kollega har tagit bort det här", "Lång text").press("Ångra borttagningen").see(
        "1. Ung i Hagfors"
    )


def test_whoever_opens_a_card_that_is_gone_is_shown_back_to_the_answer(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.open(GROUP).follow("Ändra Ung i Hagfors")
    address = maria.url
    maria.open(GROUP).press("Ta bort Ung i Hagfors")
    assert maria.open(address).status == 404
    maria.see("Det är borttaget", "Det går att ångra i 30 dagar", "Till översikten")
    maria.miss("Sidan finns inte", "Få en ny länk med e-post").follow("Visa var det går att ångra")
    maria.see("Ung i Hagfors är borttaget.").press("Ångra").see("1. Ung i Hagfors")


def test_what_is_posted_after_the_last_day_is_shown_to_be_copied(office: Office) -> None:
    (maria,) = office.opens()
    bryta = "Vilka strukturer behöver vi bryta?"
    maria.open(THEME).fill(bryta, "Redan sparat").press("Spara utkast")
    maria.fill(SKAPA, "För sent")
    office.clock.set(CLOSES + dt.timedelta(minutes=16))
    maria.press("Spara utkast")
    assert maria.status == 410
    maria.see("Sista dagen har gått", "Texten är inte sparad", "För sent")
    # Only what would be lost: what is stored stands in the answer.
    maria.miss("Redan sparat").see("Det som var sparat innan finns kvar i svaret.")


def test_who_typed_nothing_is_not_told_to_copy_a_text(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(THEME).fill(SKAPA, "I tid").press("Spara utkast")
    office.clock.set(CLOSES + dt.timedelta(minutes=16))
    maria.press("Spara utkast").see("Det gick inte att spara", "Det du ändrade nu är inte med.")
    assert maria.miss("I tid", "Kopiera texten", "Det du skrev").status == 410


def test_the_other_language_keeps_what_was_typed(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(THEME).fill(SKAPA, "Halvfärdigt").press("In English")
    assert maria.value("Which structures do we need to create?") == "Halvfärdigt"
    with office.app.app_context():
        assert stored(item_of(office.member(), "strukturer/arbete"), "skapa") is None


def test_a_page_from_an_old_session_keeps_the_text(office: Office) -> None:
    (maria,) = office.opens()
    maria.open(THEME).fill(SKAPA, "Långt svar")
    for node in maria.page.all("input"):
        if node.get("name") == "csrf_token":
            node.attrs["value"] = "gammal"
    maria.press("Spara utkast").see(
        "Sidan hade legat öppen för länge", "Tryck på ”Spara utkast” en gång till."
    )
    assert (maria.status, maria.value(SKAPA)) == (422, "Långt svar")
    maria.press("Spara utkast").see("Sparat i dag")


def test_the_review_names_what_blocks_and_leads_to_the_field(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    with office.app.app_context():
        write(
            office.member(), items.add(office.member().submission, "initiativ", OPEN), titel="Halvt"
        )
        db.session.commit()
    maria.open("/forberedelse/granska").see(
        "Fyra saker behöver rättas innan du skickar in",
        "Två frågor är inte besvarade",
        "allmän handling",
        "Frågor som inte är besvarade hindrar inte att du skickar in.",
    )
    maria.press("Skicka in svaret")
    assert maria.status == 422
    maria.see("Fyra saker behöver rättas").follow("Halvt: Välj om initiativet planeras")
    assert maria.url.split("#")[0].startswith("/forberedelse/initiativ?redigera=")
    with office.app.app_context():
        assert db.session.query(SubmissionVersion).count() == 0


def test_the_review_has_what_is_answered_and_folds_what_is_not(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.open(GROUP).press("Lägg till ett initiativ").open("/forberedelse").see("1 klart")
    maria.open("/forberedelse/granska").see(
        "Initiativ 2 (utan namn) är tomt och skickas inte in.", "Inget är besvarat."
    )
    missing = [node.text for node in maria.page.all("li") if node.up("details")]
    asked = [node.text for node in maria.page.all("dt")]
    # What nobody has written is in the folded lists only, each question on its own page's.
    assert "Ung i Hagfors: Vilket mål arbetar ni mot?" in missing
    assert missing.count(SKAPA) == 2
    assert (asked.count("Vad heter initiativet?"), SKAPA in asked) == (1, False)
    assert len([each for each in maria.page.all("button") if each.text == "Skicka in svaret"]) == 2
    maria.press("Skicka in svaret").see("Tack! Ert svar är inskickat")
    with office.app.app_context():
        (version,) = db.session.query(SubmissionVersion)
        sections = content.read(version.content).sections
        assert [len(each.items) for each in sections if each.items] == [1]


def test_submitting_gives_a_receipt_and_mails_everyone_once(
    office: Office, work: Callable[[], int]
) -> None:
    maria, anna = office.opens("Maria", "Anna", finished=True)
    anna.open(THEME).fill(SKAPA, "En mötesplats").press("Spara utkast")
    anna.open("/forberedelse/granska")
    maria.open("/forberedelse/granska").press("Skicka in svaret")
    maria.see(
        "Tack! Ert svar är inskickat",
        "Ni kan ändra till och med torsdag 14 januari 2027",
        "Maria Lindqvist, Anna Berg",
    )
    anna.press("Skicka in svaret").see("Tack! Ert svar är inskickat", "Version 1")
    anna.open("/forberedelse").see("Inskickat i dag kl. 10.00").follow("Granska svaret").see(
        "Inget har ändrats"
    ).miss("Skicka in ändringen")
    with office.app.app_context():
        assert db.session.query(SubmissionVersion).count() == 1
        assert sorted(m.address for m in db.session.query(Message).filter_by(kind="receipt")) == [
            "anna@kommun.example",
            "maria@kommun.example",
        ]


def test_a_change_after_submission_is_a_draft_until_it_is_submitted(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.open("/forberedelse/granska").press("Skicka in svaret").follow("Ändra svaret").follow(
        "1. Er organisation"
    )
    maria.fill("Vilka har förberett svaret?", "Helt andra").press("Spara utkast")
    maria.open("/forberedelse").see("Ändringarna är inte inskickade").follow(
        "Läs det som är inskickat"
    ).see("Strateger").miss("Helt andra")
    maria.follow("Läs utkastet med det som inte är inskickat").see("Helt andra")
    maria.open("/forberedelse").follow("Granska och skicka in ändringen").press(
        "Skicka in ändringen"
    ).see("Version 2")
    maria.open("/forberedelse/svar").see("Helt andra", "version 2")


def test_who_submits_on_a_page_in_english_gets_mail_in_english_from_then_on(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.open("/forberedelse/granska?lang=en").press("Submit the response")
    with office.app.app_context():
        assert db.session.query(Member).one().person.language == "en"
        assert {m.language for m in db.session.query(Message).filter_by(kind="receipt")} == {"en"}
        assert db.session.query(SubmissionVersion).one().language == "en"
        assert {row.language for row in db.session.query(SubmittedAnswer)} == {"en"}


def test_what_a_colleague_changed_during_the_review_is_shown_before_it_is_submitted(
    office: Office,
) -> None:
    maria, anna = office.opens("Maria", "Anna", finished=True)
    maria.open("/forberedelse/granska")
    anna.open(THEME).fill(SKAPA, "Just nu").press("Spara utkast")
    maria.press("Skicka in svaret")
    assert maria.status == 409
    maria.see("Svaret har ändrats sedan du öppnade sidan", "Just nu").press("Skicka in svaret").see(
        "Tack! Ert svar är inskickat"
    )


def test_after_the_last_day_the_answer_is_there_to_read_and_to_keep(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.open("/forberedelse/granska").press("Skicka in svaret")
    office.clock.set(CLOSES + dt.timedelta(hours=1))
    maria.open(THEME).see("Sista dagen har gått", "Svaret skickades in").miss(
        "Granska och skicka in", "prata ihop er först", "Cirka"
    )
    maria.follow("Läs svaret").see("Ung i Hagfors")
    text = maria.fetch("GET", "/forberedelse/svar.txt")
    assert (
        text.headers["Content-Disposition"]
        == "attachment; filename=svar-arbetsmotet-2027-01-22.txt"
    )
    assert "Vad heter initiativet?\r\nUng i Hagfors" in text.get_data(as_text=True)


def test_a_draft_is_never_submitted_by_itself(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    office.clock.set(CLOSES + dt.timedelta(days=1))
    maria.open("/forberedelse").see("Svaret skickades inte in.").follow("Läs svaret").see(
        "Det är inte inskickat.", "Ung i Hagfors"
    )
    with office.app.app_context():
        assert db.session.query(SubmissionVersion).count() == 0


def test_before_it_opens_the_hub_says_when(office: Office) -> None:
    (maria,) = office.opens()
    office.clock.set(OPEN - dt.timedelta(days=60))
    maria.open("/forberedelse").see("Förberedelsen öppnar lördag 12 december 2026")
    maria.open(THEME).see("Förberedelsen öppnar")


def test_a_cancelled_meeting_says_so(office: Office) -> None:
    (maria,) = office.opens()
    with office.app.app_context():
        office.member().submission.questionnaire.meeting.state = "cancelled"
        db.session.commit()
    maria.open("/forberedelse").see("Mötet är inställt").miss("Granska och skicka in")


def test_one_who_answers_alone_is_called_du(office: Office) -> None:
    office.clock.set(dt.datetime(2027, 1, 5, tzinfo=dt.UTC))
    with office.app.app_context():
        (member,) = make_members(form="konferens")
        maria = enter(office.new_visitor(), member)
    maria.see("Din förberedelse", "Allt sparas medan du skriver").miss(
        "Ni ", "Ni som fyller i", "Hagfors kommuns"
    )
    maria.follow("1. Dina pass").choose("Jag vet inte än").press("Spara utkast")
    maria.open("/forberedelse/granska").see("Du kan ändra till och med").press(
        "Skicka in svaret"
    ).see("Tack! Ditt svar är inskickat", "Maria Lindqvist")


def test_a_page_that_does_not_exist_is_not_found(office: Office) -> None:
    (maria,) = office.opens()
    maria.expects_failure = True
    for path in (
        "/forberedelse/hittepa",
        "/forberedelse/strukturer",
        "/forberedelse/strukturer/hittepa",
        "/forberedelse/organisation/arbete",
    ):
        assert maria.open(path).status == 404
    assert maria.open("/forberedelse/initiativ", redigera="borta").status == 404


@pytest.mark.parametrize("action", ["lagg-till", "ta-bort", "angra", "flytta"])
def test_a_press_without_a_token_changes_nothing(office: Office, action: str) -> None:
    (maria,) = office.opens(finished=True)
    with office.app.app_context():
        card = db.session.query(Item).filter_by(group_key="initiativ").one().public_id
    path = f"{GROUP}/lagg-till" if action == "lagg-till" else f"/forberedelse/kort/{card}/{action}"
    old = maria.fetch("POST", path)
    assert old.status_code == 303
    maria.open(old.headers["Location"]).see("Sidan hade legat öppen för länge. Tryck en gång till.")
    maria.open(GROUP).miss("Sidan hade legat öppen för länge")
    with office.app.app_context():
        item = db.session.query(Item).filter_by(group_key="initiativ").one()
        assert (item.removed_at, item.public_id) == (None, card)


def test_other_organisations_cards_cannot_be_touched(office: Office) -> None:
    (maria,) = office.opens(finished=True)
    maria.expects_failure = True
    with office.app.app_context():
        other = items.add(office.member().submission, "initiativ", OPEN)
        member = office.member()
        root = item_of(member).public_id
        other_id = other.public_id + "x"
    token = next(
        node.get("value")
        for node in maria.open(GROUP).page.all("input")
        if node.get("name") == "csrf_token"
    )
    for item in (other_id, root):
        assert (
            maria.fetch(
                "POST", f"/forberedelse/kort/{item}/ta-bort", data={"csrf_token": token}
            ).status_code
            == 404
        )


def test_nobody_and_somebody_cannot_both_stand_behind_the_answer(office: Office) -> None:
    (maria,) = office.opens("Maria", finished=True)
    page = maria.follow("1. Er organisation")
    page.choose("Ingen än").choose("Högsta ledningen").press("Spara utkast")
    # A draft holds anything; submitting waits.
    maria.open("/forberedelse/granska").see(
        "Ta bort ”Ingen än” eller de andra valen på ”Vilka har ställt sig bakom svaret?”"
    )
    maria.press("Skicka in svaret")
    with office.app.app_context():
        assert db.session.query(SubmissionVersion).count() == 0
    maria.open("/forberedelse/organisation").clear("Ingen än").press("Spara utkast")
    maria.open("/forberedelse/granska").miss("Ta bort ”Ingen än”").press("Skicka in svaret")
    with office.app.app_context():
        version = db.session.query(SubmissionVersion).one()
        (said,) = (
            answer
            for section in version.content["sections"]
            for answer in section["answers"]
            if answer["question"] == "forankrat"
        )
    assert said["value"] == ["ledning"]
    assert said["chosen"] == [
        {"key": "ledning", "label": {"sv": "Högsta ledningen", "en": "Top management"}}
    ]
