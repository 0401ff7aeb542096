"""A questionnaire with two repeating groups, all the way: file, pages, cards, draft, review, print,
submission, the year after, and the pack.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.jobs import building
from annualwheel.mail import letters
from annualwheel.models import Member, Staff, Submission, Year
from annualwheel.preparation import (
    carry_over,
    collaborators,
    drafts,
    items,
    membership,
    notices,
    scopes,
    submission,
)
from annualwheel.preparation.collaborators import Collaborator
from annualwheel.questionnaires import path, published
from annualwheel.questionnaires.definition import Definition, Text
from annualwheel.questionnaires.path import SectionState
from annualwheel.workshop import packs
from annualwheel.workshop.pack import items as item_lists
from tests.conftest import Fixed
from tests.makers.several import TWO_GROUPS, read_text
from tests.makers.writers import (
    OPEN,
    add_initiative,
    enter,
    item_of,
    make_members,
    stored,
    write,
)
from tests.tiny_browser import Browser

INITIATIVES, NETWORKS = "/forberedelse/initiativ", "/forberedelse/natverk"
WHY = "Varför är ni med i nätverk?"
LONG = "Ett nätverk för alla som möter unga: skola, fritid & polis – från Åmål till Torsby"


@pytest.fixture
def definition(tmp_path: Path) -> Definition:
    return read_text(tmp_path, TWO_GROUPS)


@pytest.fixture
def maria(session: object, definition: Definition, clock: Fixed) -> Member:
    """The lead of an organisation that answers the questionnaire with two groups."""
    clock.set(OPEN)
    (member,) = make_members()
    meeting = member.submission.questionnaire.meeting
    asked = published.publish(meeting, definition, OPEN, audit.SYSTEM)
    found = membership.join(asked, member.person, member.submission.organisation, OPEN)
    db.session.commit()
    return found


def titles(member: Member, key: str) -> list[str]:
    draft, group = drafts.load(member.submission), published.asked_of(member.submission).group(key)
    return [str(card.values.get(group.title_question, "")) for card in draft.cards_of(group)]


def add(member: Member, section: str, **values: str) -> str:
    item = items.add(member.submission, section, OPEN)
    write(member, item, **values)
    return item.public_id


def fill(member: Member) -> None:
    """Two initiatives and a network, saved in turns."""
    add(member, "initiativ", titel="Simskola för vuxna", tema=["arbete"], mal="200 simkunniga")
    add(member, "natverk", natverkets_namn=LONG)
    add(member, "initiativ", titel="Cykelfest", mal="Fler cyklar")
    db.session.commit()


def test_each_group_has_its_own_cards_limit_and_order(maria: Member) -> None:
    fill(maria)
    assert titles(maria, "initiativ") == ["Simskola för vuxna", "Cykelfest"]
    assert titles(maria, "natverk") == [LONG]
    for section, count in (("initiativ", 2), ("natverk", 1)):
        with pytest.raises(Refused, match="too_many_items") as refused:
            items.add(maria.submission, section, OPEN)
        assert refused.value.params["count"] == count
    with pytest.raises(Missing, match="no_section"):
        items.add(maria.submission, "hittepa", OPEN)
    second = drafts.load(maria.submission).cards_of(_group(maria, "initiativ"))[1]
    items.move(maria.submission, second.public_id, -1, OPEN)
    assert titles(maria, "initiativ") == ["Cykelfest", "Simskola för vuxna"]
    assert titles(maria, "natverk") == [LONG]


@pytest.mark.parametrize(
    ("button", "sees"),
    [
        ("Lägg till ett nätverk", "3. Nätverk 3 (utan namn)"),
        ("Ta bort Tredje", "Tredje är borttaget."),
        ("Flytta upp Tredje", "1. Tredje"),
        ("Ändra Tredje", "Vad heter nätverket?"),
        ("Ångra borttagningen av Andra", "2. Andra"),
    ],
)
def test_every_button_beside_the_own_questions_saves_what_was_typed_in_them(
    visitor: Browser, tmp_path: Path, session: object, clock: Fixed, button: str, sees: str
) -> None:
    clock.set(OPEN)
    (member,) = make_members()
    with_room = read_text(tmp_path, TWO_GROUPS.replace("at_most = 1\n", "at_most = 3\n"))
    meeting = member.submission.questionnaire.meeting
    asked = published.publish(meeting, with_room, OPEN, audit.SYSTEM)
    maria = membership.join(asked, member.person, member.submission.organisation, OPEN)
    _first, second, _third = (
        add(maria, "natverk", natverkets_namn=name) for name in ("Första", "Andra", "Tredje")
    )
    items.remove(maria.submission, second, maria.person, OPEN)
    db.session.commit()
    enter(visitor, maria).open(NETWORKS).fill(WHY, "För att lära")
    visitor.press(button).see(sees)
    assert stored(item_of(maria), "varfor_natverk") == "För att lära"


def test_a_tick_that_a_colleagues_card_has_taken_away_stops_no_button(
    visitor: Browser, maria: Member
) -> None:
    enter(visitor, maria).open(INITIATIVES)
    add(maria, "initiativ", titel="Simskola")
    visitor.press("Lägg till ett initiativ")
    assert titles(maria, "initiativ") == ["Simskola", ""]


def test_a_button_beside_own_questions_that_a_colleague_has_changed_shows_both_texts_first(
    new_visitor: Callable[[], Browser], maria: Member
) -> None:
    olle = collaborators.invite(maria, Collaborator("Olle", "Ek", "olle@kommun.example"), OPEN)
    db.session.commit()
    ours, theirs = (enter(new_visitor(), one).open(NETWORKS) for one in (maria, olle))
    theirs.fill(WHY, "För att mötas").press("Spara utkast")
    ours.fill(WHY, "För att lära").press("Lägg till ett nätverk")
    ours.see("För att lära", "För att mötas")
    assert (ours.status, titles(maria, "natverk")) == (409, [])


def _group(member: Member, key: str) -> object:
    return published.asked_of(member.submission).group(key)


def test_what_is_removed_comes_back_to_its_own_group(maria: Member) -> None:
    fill(maria)
    network = drafts.load(maria.submission).cards_of(_group(maria, "natverk"))[0].public_id
    items.remove(maria.submission, network, maria.person, OPEN)
    for key, found in (("initiativ", []), ("natverk", [LONG])):
        group = published.asked_of(maria.submission).group(key)
        assert [one.title for one in items.removed(maria.submission, group, OPEN)] == found
        title = items.title_of_removed(maria.submission, group, network)
        assert title == (LONG if found else None)
    # The initiatives are as many as they may be, which is no matter to a network.
    items.restore(maria.submission, network, OPEN)
    assert titles(maria, "natverk") == [LONG]
    items.remove(maria.submission, network, maria.person, OPEN)
    add(maria, "natverk", natverkets_namn="Ett annat")
    with pytest.raises(Refused, match="too_many_items"):
        items.restore(maria.submission, network, OPEN)


def test_a_group_without_items_stops_the_answer_whatever_the_other_has(maria: Member) -> None:
    definition = published.asked_of(maria.submission)
    add(maria, "initiativ", titel="Simskola")
    filled = drafts.load(maria.submission).filled
    first, second = definition.sections
    assert path.section_state(definition, first, filled) is SectionState.DONE
    assert path.section_state(definition, second, filled) is SectionState.NOT_STARTED
    stopping = [gap for gap in path.missing(definition, filled) if gap.blocks]
    assert [gap.section.key for gap in stopping] == ["natverk"]
    with pytest.raises(Refused, match="answer_incomplete"):
        submission.submit(maria, OPEN)
    reminder = notices.reminder_facts(maria, "sv")
    assert (reminder["missing"], reminder["needed"]) == (["Era nätverk"], ["Era nätverk"])
    write(maria, item_of(maria), inga_natverk=["ja"])
    content = submission.submit(maria, OPEN).content
    groups = [section["group"] for section in content["sections"]]
    assert [(g["key"], len(g["items"]), g["none"]) for g in groups] == [
        ("initiativ", 1, False),
        ("natverk", 0, True),
    ]


def test_a_reminder_names_every_group_that_nothing_can_be_submitted_without(
    maria: Member,
) -> None:
    for language, said, short in (
        (
            "sv",
            "men avsnitten Era initiativ och Era nätverk måste vara klara först.",
            "2 avsnitt kvar. 2 av dem måste vara klara innan det går att skicka in.",
        ),
        (
            "en",
            "but the sections Your initiatives and Your networks must be finished first.",
            "2 sections are left. 2 of them must be finished before you can submit.",
        ),
    ):
        facts = notices.reminder_facts(maria, language)
        letter = letters.write("preparation_reminder", language, facts)
        assert said in letter.text and letter.preheader == short
    add(maria, "initiativ", titel="Simskola")
    letter = letters.write("preparation_reminder", "sv", notices.reminder_facts(maria, "sv"))
    assert "men avsnittet ”Era nätverk” måste vara klart först." in letter.text


def test_a_share_is_one_groups_page_and_not_the_others(maria: Member) -> None:
    fill(maria)
    keys = [share.key for share in scopes.shares(published.asked_of(maria.submission))]
    assert keys == ["initiativ", "natverk"]
    colleague = Collaborator("Anna", "Berg", "anna.berg@hagfors.example", "natverk")
    anna = collaborators.invite(maria, colleague, OPEN)
    network, initiative = (
        drafts.load(maria.submission).cards_of(_group(maria, key))[0].public_id
        for key in ("natverk", "initiativ")
    )
    assert membership.may_write(anna, network, ["natverkets_namn"])
    assert not membership.may_write(anna, initiative, ["titel"])


def test_the_pages_show_each_group_where_it_is_asked(
    app: Flask, maria: Member, new_visitor: Callable[[], Browser]
) -> None:
    browser = enter(new_visitor(), maria)
    browser.open(INITIATIVES).press("Lägg till ett initiativ")
    browser.fill("Vad heter initiativet?", "Simskola för vuxna").press("Klar med initiativet")
    browser.open(NETWORKS).see("Varför är ni med i nätverk?", "Vi har inga nätverk")
    browser.miss("Simskola")
    browser.press("Lägg till ett nätverk").fill("Vad heter nätverket?", LONG).press("Klar")
    browser.see(f"1. {LONG}", "Här får plats en, och så många har ni.").miss("Simskola")
    browser.open(INITIATIVES).see("1. Simskola för vuxna").miss(LONG)
    browser.open("/forberedelse").see("1 klart")
    browser.open(NETWORKS).press("Ta bort")
    assert browser.url.startswith(NETWORKS)
    browser.see(f"{LONG} är borttaget.", "1 borttaget").press("Ångra borttagningen")
    assert browser.url.startswith(NETWORKS)
    browser.open(INITIATIVES).miss("borttaget")
    browser.open(f"{NETWORKS}?redigera={_card(maria, 'initiativ')}")
    assert browser.status == 404
    browser.open("/forberedelse/granska").see("Simskola för vuxna", LONG)
    browser.open("/forberedelse/skriv-ut?med=svar").see("Simskola för vuxna", LONG).miss(
        "Initiativ 2", "Nätverk 1", "Nätverk 2"
    )
    browser.open("/forberedelse/vem-skrev-vad").see(
        "Era initiativ: Simskola för vuxna", f"Era nätverk: {LONG}"
    )
    browser.open("/forberedelse/granska").press("Skicka in").see("Ert svar är inskickat")
    browser.open("/forberedelse/svar").see("1. Simskola för vuxna", f"1. {LONG}")


def _card(member: Member, key: str) -> str:
    return drafts.load(member.submission).cards_of(_group(member, key))[0].public_id


def test_what_blocks_is_named_by_its_number_in_its_own_group(
    app: Flask, maria: Member, new_visitor: Callable[[], Browser]
) -> None:
    add(maria, "initiativ", titel="Simskola")
    add(maria, "initiativ", mal="Utan namn än så länge")
    write(maria, item_of(maria), varfor_natverk="För att lära")
    db.session.commit()
    browser = enter(new_visitor(), maria).open("/forberedelse/granska")
    browser.see(
        "Initiativ 2 (utan namn): Skriv vad initiativet heter",
        "Lägg till ett nätverk eller kryssa i att ni inte har",
    )
    add(maria, "natverk", natverkets_namn=LONG)
    db.session.commit()
    browser.open("/forberedelse/granska").see("Initiativ 2 (utan namn): Skriv vad initiativet")
    browser.open("/forberedelse/vem-skrev-vad").see("Era initiativ: Initiativ 2 (utan namn)")


def later(member: Member, definition: Definition) -> Member:
    """The same person's answer to `definition` the year after."""
    then = member.submission.questionnaire.meeting
    year = Year(number=then.year.number + 1)
    db.session.add(year)
    shift = dt.timedelta(days=364)
    meeting = years.plan_meeting(
        year, then.kind, then.starts_at + shift, then.ends_at + shift, then.place
    )
    db.session.flush()
    db.session.refresh(year)
    asked = published.publish(meeting, definition, OPEN + shift, audit.SYSTEM)
    return membership.join(asked, member.person, member.submission.organisation, OPEN + shift)


def test_the_year_after_each_initiative_is_offered_in_its_own_group(
    maria: Member, definition: Definition
) -> None:
    fill(maria)
    submission.submit(maria, OPEN)
    now, at = later(maria, definition), OPEN + dt.timedelta(days=364)
    earlier = carry_over.before(now.submission)
    assert earlier is not None
    draft = drafts.load(now.submission)
    offered = {
        key: [
            (one.public_id, one.title)
            for one in carry_over.offers(now.submission, _group(now, key), earlier, draft)
        ]
        for key in ("initiativ", "natverk")
    }
    assert [title for _, title in offered["initiativ"]] == ["Simskola för vuxna", "Cykelfest"]
    assert [title for _, title in offered["natverk"]] == [LONG]
    network = offered["natverk"][0][0]
    with pytest.raises(Missing, match="no_item"):
        carry_over.carry(now.submission, network, "still", now.person, at, section="initiativ")
    carry_over.carry(now.submission, network, "still", now.person, at, section="natverk")
    assert (titles(now, "natverk"), titles(now, "initiativ")) == ([LONG], [])


def test_a_group_that_is_not_asked_any_more_offers_nothing_in_another(
    maria: Member, definition: Definition, tmp_path: Path
) -> None:
    fill(maria)
    submission.submit(maria, OPEN)
    fewer = read_text(tmp_path, TWO_GROUPS.split('[[sections]]\nkey = "natverk"')[0])
    now = later(maria, fewer)
    earlier, draft = carry_over.before(now.submission), drafts.load(now.submission)
    offered = carry_over.offers(now.submission, _group(now, "initiativ"), earlier, draft)
    assert [one.title for one in offered] == ["Simskola för vuxna", "Cykelfest"]


def test_the_pack_has_a_list_for_each_group(maria: Member, clock: Fixed) -> None:
    fill(maria)
    submission.submit(maria, OPEN)
    db.session.commit()
    book = pack_of(maria.submission, clock)
    rows = {
        sheet.title: [row[0].value for row in sheet.iter_rows(min_row=2, max_col=1)]
        for sheet in book
    }
    assert (len(rows["Initiativ 2"]), len(rows["Nätverk 2"])) == (2, 1)
    heads = [cell.value for cell in next(book["Nätverk 2"].iter_rows(max_row=1))]
    assert "Nätverk" in heads and "Vilket mål arbetar ni mot?" not in heads
    front = {row[0].value: row[1].value for row in book["Läs mig"].iter_rows(max_col=2)}
    asked = "Inför bordssamtalen, del B"
    assert (front[f"Initiativ, {asked}"], front[f"Nätverk, {asked}"]) == (2, 1)
    # Nobody has answered the other questionnaire: it has no sheet, and its list counts none.
    assert front["Initiativ, Förberedelse inför arbetsmötet"] == 0
    assert "Initiativ 1" not in book.sheetnames


def test_the_same_key_in_another_questionnaire_is_another_column(
    maria: Member, clock: Fixed
) -> None:
    fill(maria)
    submission.submit(maria, OPEN)
    asked = published.one(maria.submission.questionnaire.meeting, "arbetsmote")
    other = membership.join(asked, maria.person, maria.submission.organisation, OPEN)
    write(other, item_of(other), forberett="Strateger")
    add_initiative(other, titel="Navet", mal="Alla ska nå fram")
    submission.submit(other, OPEN)
    db.session.commit()
    book = pack_of(maria.submission, clock)
    sheet = next(one for one in book if one.title.startswith("1. "))
    rows = [row[:2] for row in sheet.iter_rows(min_row=2, values_only=True)]
    titles = [title for _by, title in rows if title in ("Simskola för vuxna", "Navet")]
    goals = [text for label, text in rows if label == "Vilket mål arbetar ni mot?"]
    assert dict(zip(titles, goals, strict=True)) == {
        "Simskola för vuxna": "200 simkunniga",
        "Navet": "Alla ska nå fram",
    }
    front = {row[0].value: row[1].value for row in book["Läs mig"].iter_rows(max_col=2)}
    assert front["Initiativ, Inför bordssamtalen, del B"] == 2
    assert front["Initiativ, Förberedelse inför arbetsmötet"] == 1


def test_the_lists_of_two_questionnaires_can_be_told_apart(
    maria: Member, clock: Fixed, tmp_path: Path
) -> None:
    add(maria, "initiativ", titel="Simskola", tema=["arbete"])
    write(maria, item_of(maria), inga_natverk=["ja"])
    submission.submit(maria, OPEN)
    meeting = maria.submission.questionnaire.meeting
    text = TWO_GROUPS.replace('"tva_grupper"', '"tva_till"').replace(", del B", ", del C")
    asked = published.publish(meeting, read_text(tmp_path, text), OPEN, audit.SYSTEM)
    other = membership.join(asked, maria.person, maria.submission.organisation, OPEN)
    add(other, "initiativ", titel="Cykelskola", tema=["arbete"])
    add(other, "natverk", natverkets_namn=LONG)
    submission.submit(other, OPEN)
    db.session.commit()
    book = pack_of(maria.submission, clock)
    lists = ("Initiativ 2", "Nätverk 2", "Initiativ 3", "Nätverk 3")
    assert [one.title for one in book if one.title[:-2] in ("Initiativ", "Nätverk")] == [*lists]
    rows = {
        one: [
            [cell for cell in row[1:] if isinstance(cell, str)]
            for row in book[one].iter_rows(min_row=2, values_only=True)
        ]
        for one in lists
    }
    assert [rows[one][0][0] for one in lists] == [
        "Simskola",
        "Vi har inga nätverk",
        "Cykelskola",
        LONG,
    ]
    wholes = [
        "Initiativ, Inför bordssamtalen, del B",
        "Nätverk, Inför bordssamtalen, del B",
        "Initiativ, Inför bordssamtalen, del C",
        "Nätverk, Inför bordssamtalen, del C",
    ]
    # The tab is short; every printed page and the cover say the whole.
    assert [book[one].oddHeader.left.text for one in lists] == wholes
    front = {row[0].value: row[1].value for row in book["Läs mig"].iter_rows(max_col=2)}
    for tab, whole in zip(lists, wholes, strict=True):
        assert str(front[tab]).startswith(f"{whole}. En rad för varje, ")
    assert [front[whole] for whole in wholes] == [1, 0, 1, 1]


def test_titles_that_fit_stand_on_the_tabs(definition: Definition) -> None:
    first, second = (
        replace(definition, key=key, title=Text(f"Del {key}", f"Part {key}")) for key in "AB"
    )
    found = item_lists._labels([first, second], "sv").values()
    assert [(one.title, one.tab) for one in found] == [
        ("Initiativ, Del A", ""),
        ("Nätverk, Del A", ""),
        ("Initiativ, Del B", ""),
        ("Nätverk, Del B", ""),
    ]
    # One of the four is a letter too long: then all have their numbers.
    long = replace(second, title=Text("Del B, lite för långt", "Part B"))
    found = item_lists._labels([first, long], "sv").values()
    assert max(len(one.title) for one in found) == 32
    assert [one.tab for one in found] == ["Initiativ 1", "Nätverk 1", "Initiativ 2", "Nätverk 2"]


def pack_of(answer: Submission, clock: Fixed) -> openpyxl.Workbook:
    """The pack of the answer's meeting, opened again."""
    by = Staff(name="Vera", email="vera@region.example", email_folded="vera@region.example")
    db.session.add(by)
    db.session.flush()
    ordered = packs.ask(answer.questionnaire.meeting, by, "sv", clock.now())
    db.session.commit()
    building.build_pack(ordered.id)
    file = packs.require_file(ordered, clock.now())
    pieces = (packs.piece(file.id, number) for number in itertools.count())
    return openpyxl.load_workbook(io.BytesIO(b"".join(itertools.takewhile(bool, pieces))))
