"""The year before on this year's pages, and the texts that stood there before, as those who write
see them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from annualwheel.db import db
from annualwheel.models import Member, SubmissionVersion
from annualwheel.models.drafts import Item
from annualwheel.preparation import items
from tests.conftest import Fixed
from tests.makers.earlier import make_earlier
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

GROUP, THEME = "/forberedelse/initiativ", "/forberedelse/strukturer/arbete"
SKAPA = "Vilka strukturer behöver vi skapa?"
KEY = "strukturer/arbete"


class Office:
    """Maria and Anna of Hagfors, who answered the year before as well."""

    def __init__(self, app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> None:
        self.app, self.clock, self.new_visitor = app, clock, new_visitor
        self.clock.set(OPEN)

    def opens(self, *cards: dict[str, object], **texts: str) -> list[Browser]:
        """The two at the hub; `cards` and `texts` are what they submitted the year before, nothing
        without either.
        """
        with self.app.app_context():
            members = make_members("Maria", "Anna")
            if cards or texts:
                make_earlier(members[0], *cards, texts=texts)  # type: ignore[arg-type]
            return [enter(self.new_visitor(), member) for member in members]

    def member(self, number: int = 0) -> Member:
        return (
            db.session.query(Member)
            .filter(Member.submission.has(state="draft"))
            .order_by(Member.id)
            .all()[number]
        )


@pytest.fixture
def office(app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> Office:
    return Office(app, clock, new_visitor)


# Initiatives


def test_one_that_goes_on_comes_along_says_what_is_left_and_can_be_taken_back(
    office: Office,
) -> None:
    maria, _anna = office.opens({"tema": ["ensamhet"], "mal": "Fler kvar"}, {"titel": "Andra"})
    maria.open(GROUP).see(
        "Förra årets initiativ", "Ung i Hagfors", "Nätverk. Förbättra livsvillkoren. Pågår", "Andra"
    ).miss("Årets initiativ")
    maria.press("Pågår fortfarande Ung i Hagfors")
    maria.see(
        "Ung i Hagfors är med i år",
        "Vilken av årets utmaningar hör det till? ”Hur bryter vi ensamhet?” finns inte att välja "
        "i år.",
        "1. Ung i Hagfors",
        "Pågår sedan förra året",
        "Utkast",
    )
    maria.follow("Fyll i det som saknas Ung i Hagfors").see(
        "Det här följde inte med från förra året"
    )
    assert maria.value("Vilket mål arbetar ni mot?") == "Fler kvar"
    maria.open(GROUP, sagt=_card(office)).press("Ångra Ung i Hagfors").see(
        "Förra årets initiativ", "Ung i Hagfors"
    ).miss("1. Ung i Hagfors")


def test_one_that_has_changed_opens(office: Office) -> None:
    maria, _anna = office.opens({"mal": "Fler kvar"})
    maria.open(GROUP).press("Ändrat Ung i Hagfors").see("1. Ung i Hagfors").miss("följde inte med")
    maria.fill("Vilket mål arbetar ni mot?", "Ännu fler kvar").press("Klar med initiativet").see(
        "Ändrat sedan förra året", "Klart"
    )


def test_one_that_has_ended_is_listed_is_enough_and_is_submitted_as_such(office: Office) -> None:
    maria, _anna = office.opens({})
    maria.open(GROUP).press("Avslutat Ung i Hagfors").see(
        "Ung i Hagfors är avslutat", "Avslutat sedan förra året"
    ).miss("Förra årets initiativ")
    maria.open("/forberedelse").see("Klar")
    maria.open("/forberedelse/granska").see("Avslutat sedan förra året").miss(
        "behöver rättas"
    ).press("Skicka in svaret").see("Tack! Ert svar är inskickat")
    maria.open("/forberedelse/svar").see("Avslutat sedan förra året", "Ung i Hagfors")
    with office.app.app_context():
        last = db.session.query(SubmissionVersion).order_by(SubmissionVersion.id.desc()).first()
        assert last is not None
        assert [item["title"] for item in last.content["sections"][1]["group"]["ended"]] == [
            "Ung i Hagfors"
        ]
    maria.open(GROUP).press("Ångra Ung i Hagfors").see("Förra årets initiativ")


def test_we_have_none_can_be_said_beside_one_that_has_ended(office: Office) -> None:
    maria, _anna = office.opens({})
    maria.open(GROUP).press("Avslutat Ung i Hagfors").choose(
        "Vi har inga initiativ att berätta om"
    ).press("Spara utkast")
    maria.open("/forberedelse/granska").see(
        "Vi har inga initiativ att berätta om", "Avslutat sedan förra året"
    ).miss("behöver rättas")


def test_at_the_limit_words_stand_where_the_buttons_were(office: Office) -> None:
    maria, _anna = office.opens({})
    with office.app.app_context():
        for _ in range(10):
            items.add(office.member().submission, "initiativ", OPEN)
        db.session.commit()
    maria.open(GROUP).see(
        "Här får plats tio, och så många har ni. Ta bort ett om något av de här ska vara med i "
        "stället.",
        "Avslutat",
    )
    maria.miss("Pågår fortfarande", "Lägg till ett initiativ")


def test_without_an_answer_the_year_before_nothing_is_said_of_it(office: Office) -> None:
    maria, _anna = office.opens()
    maria.open(GROUP).miss("Förra årets")
    maria.open(THEME).miss("Förra årets")


def test_what_was_never_submitted_is_not_found(office: Office) -> None:
    maria, _anna = office.opens({})
    maria.expects_failure = True
    token = next(
        node.get("value")
        for node in maria.open(GROUP).page.all("input")
        if node.get("name") == "csrf_token"
    )
    reply = maria.fetch(
        "POST", f"{GROUP}/forra-aret/hittepa", data={"csrf_token": token, "way": "still"}
    )
    assert reply.status_code == 404


@pytest.mark.parametrize("act", ["carry", "take_back"])
def test_a_press_without_a_token_says_nothing_of_the_year_before(office: Office, act: str) -> None:
    maria, _anna = office.opens({})
    with office.app.app_context():
        then = db.session.query(Item).filter_by(group_key="initiativ").one().public_id
    if act == "take_back":
        maria.open(GROUP).press("Avslutat Ung i Hagfors")
    path = (
        f"{GROUP}/forra-aret/{then}"
        if act == "carry"
        else f"/forberedelse/kort/{_card(office)}/ta-tillbaka"
    )
    maria.send(
        "POST", path, [("way", "still"), ("acting_for", acting_for(maria))], multipart=False
    ).see("Sidan hade legat öppen för länge. Tryck en gång till.")
    with office.app.app_context():
        here = (
            db.session.query(Item).filter(Item.carried != "new", Item.removed_at.is_(None)).count()
        )
        assert here == (1 if act == "take_back" else 0)


def acting_for(browser: Browser) -> str:
    """Whose page the browser shows."""
    return next(
        field.get("value")
        for field in browser.page.all("input")
        if field.get("name") == "acting_for"
    )


def _card(office: Office) -> str:
    with office.app.app_context():
        return db.session.query(Item).filter(Item.carried != "new").one().public_id


# Texts


def test_last_year_s_text_lies_folded_beside_the_question_and_fills_an_empty_field(
    office: Office,
) -> None:
    maria, _anna = office.opens(skapa="Ett kontor för alla", bryta="Projekt på ett år")
    maria.open(THEME).see("Förra årets svar", "Ett kontor för alla")
    told = next(node.text for node in maria.page.all("details") if "Ett kontor" in node.text)
    assert "Inskickat lördag 20 december 2025" in told.replace("\xa0", " ")
    assert "Maria" not in told
    maria.fill("Vilka hinder ser ni?", "Tiden").press(f"Använd som utgångspunkt på {SKAPA}")
    maria.see("Förra årets svar står nu här.")
    assert (maria.value(SKAPA), maria.value("Vilka hinder ser ni?")) == (
        "Ett kontor för alla",
        "Tiden",
    )
    with office.app.app_context():
        item = item_of(office.member(), KEY)
        assert (stored(item, "skapa"), stored(item, "hinder"), stored(item, "bryta")) == (
            "Ett kontor för alla",
            "Tiden",
            None,
        )


def test_last_year_s_choice_lies_beside_the_question_and_is_made_anew(office: Office) -> None:
    maria, _anna = office.opens(hur_langt="har_borjat", perspektiv=["klimat_och_miljo"])
    maria.open(THEME)
    told = [node.text for node in maria.page.all("details") if "Förra årets svar" in node.text]
    assert [("Har börjat" in text, "Klimat och miljö" in text) for text in told] == [
        (True, False),
        (False, True),
    ]
    assert "Använd som utgångspunkt" not in str(told)
    with office.app.app_context():
        assert stored(item_of(office.member(), KEY), "hur_langt") is None


def test_last_year_s_text_never_takes_the_place_of_what_is_typed(office: Office) -> None:
    maria, _anna = office.opens(skapa="Ett kontor för alla")
    maria.open(THEME).fill(SKAPA, "Eget").press(f"Använd som utgångspunkt på {SKAPA}").see(
        "Det fanns redan text här"
    )
    assert maria.value(SKAPA) == "Eget"
    maria.see("Ett kontor för alla").miss("Använd som utgångspunkt")


def test_last_year_s_text_meets_a_colleague_s_in_a_conflict(office: Office) -> None:
    maria, anna = office.opens(skapa="Ett kontor för alla")
    maria.open(THEME)
    anna.open(THEME).fill(SKAPA, "Annas").press("Spara utkast")
    maria.press(f"Använd som utgångspunkt på {SKAPA}")
    assert maria.status == 409
    maria.see("Anna Berg ändrade samma svar")
    with office.app.app_context():
        assert stored(item_of(office.member(), KEY), "skapa") == "Annas"


def test_a_card_that_goes_on_has_its_own_texts_beside_it_and_a_new_one_has_none(
    office: Office,
) -> None:
    maria, _anna = office.opens({"svart": "Tiden räckte inte"})
    maria.open(GROUP).press("Ändrat Ung i Hagfors").see("Förra årets svar", "Tiden räckte inte")
    maria.fill("Vad har varit svårt?", "").press("Spara utkast").press(
        "Använd som utgångspunkt på Vad har varit svårt?"
    )
    assert maria.value("Vad har varit svårt?") == "Tiden räckte inte"
    maria.open(GROUP).press("Lägg till ett initiativ").miss("Förra årets svar")


def test_enter_in_a_line_of_text_presses_the_page_s_own_button(office: Office) -> None:
    maria, _anna = office.opens({"svart": "Tiden räckte inte"})
    maria.open(GROUP).press("Ändrat Ung i Hagfors")
    form = next(form for form in maria.page.all("form") if form.get("id") == "kort-form")
    first = form.all("button")[0]
    assert (
        first.get("name"),
        first.get("value"),
        first.get("aria-hidden"),
        first.get("tabindex"),
    ) == ("act", "done", "true", "-1")
    assert maria.open(THEME).page.all("main")[0].all("button")[0].get("value") == "next"


# What stood there before


def test_former_texts_are_seen_with_who_and_when_and_one_is_taken_back(office: Office) -> None:
    maria, anna = office.opens()
    maria.open(THEME).fill(SKAPA, "Marias text").press("Spara utkast").miss("Tidigare texter")
    anna.open(THEME).fill(SKAPA, "Annas text").press("Spara utkast")
    maria.open(THEME).see("Anna Berg, i dag kl. 10.00").follow(f"Tidigare texter om {SKAPA}")
    maria.see(
        "Det som står nu",
        "Annas text",
        "Anna Berg, i dag kl. 10.00",
        "Marias text",
        "Du, i dag kl. 10.00",
        "Ersattes i dag kl. 10.00. Visas till och med tisdag 19 januari 2027.",
    )
    maria.press("Ta tillbaka den här texten Du, i dag kl. 10.00").see(
        "Texten är tillbaka", "Annas text"
    )
    with office.app.app_context():
        assert stored(item_of(office.member(), KEY), "skapa") == "Marias text"
    maria.follow("Tillbaka till frågan")
    assert maria.value(SKAPA) == "Marias text"


def test_a_text_is_not_taken_back_over_one_that_a_colleague_has_just_written(
    office: Office,
) -> None:
    maria, anna = office.opens()
    maria.open(THEME).fill(SKAPA, "Marias text").press("Spara utkast")
    anna.open(THEME).fill(SKAPA, "Annas text").press("Spara utkast")
    maria.open(THEME).follow(f"Tidigare texter om {SKAPA}")
    anna.fill(SKAPA, "Annas nyaste").press("Spara utkast")
    maria.press("Ta tillbaka den här texten Du, i dag kl. 10.00")
    assert maria.status == 409
    maria.see("Svaret har ändrats sedan du öppnade sidan", "Annas nyaste").press(
        "Ta tillbaka den här texten Du, i dag kl. 10.00"
    ).see("Texten är tillbaka")


def test_after_the_last_day_former_texts_can_be_read_only(office: Office) -> None:
    maria, anna = office.opens()
    maria.open(THEME).fill(SKAPA, "Marias text").press("Spara utkast")
    anna.open(THEME).fill(SKAPA, "Annas text").press("Spara utkast")
    maria.open(THEME).follow(f"Tidigare texter om {SKAPA}")
    path = maria.url
    office.clock.set(CLOSES + dt.timedelta(hours=1))
    maria.open(path).see("Marias text", "Svaret går inte att ändra nu").miss("Ta tillbaka")
    maria.follow("Vem skrev vad i hela svaret").see(SKAPA, "Anna Berg")


def test_everybody_sees_who_wrote_what(office: Office) -> None:
    maria, anna = office.opens()
    maria.open("/forberedelse/vem-skrev-vad").see("Ingen har skrivit något än.")
    anna.open(THEME).fill(SKAPA, "Annas text").press("Spara utkast")
    with office.app.app_context():
        add_initiative(office.member())
        db.session.commit()
    maria.open("/forberedelse/vem-skrev-vad").see(
        "Skapa, bryta, behålla: Hur får fler arbete?",
        SKAPA,
        "Anna Berg, i dag kl. 10.00",
        "Era initiativ: Ung i Hagfors",
        "Vad heter initiativet?",
    ).miss("Vilka hinder ser ni?", "Annas text")


def test_one_who_writes_alone_is_not_told_of_it_beside_each_question(office: Office) -> None:
    maria, anna = office.opens()
    maria.open(THEME).fill(SKAPA, "Marias text").press("Spara utkast")
    assert "Du, i dag kl. 10.00" not in maria.page.all("form")[-1].text
    anna.open("/forberedelse/organisation").fill("Vilka har förberett svaret?", "Strateger").press(
        "Spara utkast"
    )
    maria.open(THEME).see("Du, i dag kl. 10.00")


def test_another_organisation_s_texts_are_not_found(office: Office) -> None:
    maria, _anna = office.opens()
    maria.expects_failure = True
    with office.app.app_context():
        item, root = item_of(office.member(), KEY).public_id, item_of(office.member()).public_id
    for path in (f"{item}x/skapa", f"{item}/titel", f"{root}/skapa", f"{item}/hittepa"):
        assert maria.open(f"/forberedelse/tidigare-texter/{path}").status == 404


# What was removed


def test_removed_cards_are_listed_with_who_removed_them_and_come_back(office: Office) -> None:
    maria, anna = office.opens()
    with office.app.app_context():
        add_initiative(office.member())
        db.session.commit()
    anna.open(GROUP).press("Ta bort Ung i Hagfors")
    maria.open(GROUP).see("1 borttaget initiativ", "Borttaget av Anna Berg, i dag kl. 10.00")
    maria.press("Ångra borttagningen av Ung i Hagfors").see("1. Ung i Hagfors").miss(
        "borttaget initiativ"
    )


def test_a_page_takes_as_many_queries_however_much_there_is(office: Office) -> None:
    maria, _anna = office.opens({}, skapa="Förr")
    seen: list[str] = []
    with office.app.app_context():
        engine = db.engine

    def queries(path: str) -> int:
        seen.clear()
        event.listen(engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
        maria.open(path)
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    pages = (GROUP, THEME, "/forberedelse/vem-skrev-vad")
    few = [queries(path) for path in pages]
    with office.app.app_context():
        members = [office.member(number) for number in (0, 1)]
        for number in range(6):
            card = add_initiative(members[0], titel=f"Nummer {number}")
            write(members[1], card, titel=f"Nummer {number} om")
            items.remove(
                members[0].submission,
                items.add(members[0].submission, "initiativ", OPEN).public_id,
                members[0].person,
                OPEN,
            )
        for key in ("skapa", "bryta", "behalla", "hinder"):
            write(members[0], item_of(members[0], KEY), **{key: "Marias"})
            write(members[1], item_of(members[1], KEY), **{key: "Annas"})
        db.session.commit()
    assert [queries(path) for path in pages] == few
